//! The tool rounds of a turn.

use llm::chat::{Message, Part, Role, Thought, ToolCall};
use serde_json::Value;

use super::{Call, Pending, Phase, ToolOutcome, Turn, code, conversation};
use crate::tool::{InvalidArguments, check_arguments};

/// More calls than this in one reply are answered with an error.
const MAX_CALLS_PER_ROUND: usize = 32;

impl Turn {
    /// Makes the calls of a reply. What its provider sealed of the thoughts before them goes back
    /// with them: providers refuse their calls without it, or think worse.
    pub(super) fn take_calls(&mut self, thoughts: Vec<Thought>, text: &str, asked: Vec<ToolCall>) {
        self.state.tool_rounds += 1;
        if self.state.tool_rounds > self.spec.limits.max_tool_rounds {
            let message = format!(
                "agent \"{}\" called tools in {} rounds without coming to an answer",
                self.spec.agent.slug, self.spec.limits.max_tool_rounds
            );
            return self.fail(code::TOO_MANY_TOOL_ROUNDS, message, false);
        }
        let asked = self.with_own_ids(asked);
        for call in &asked {
            if let Some(message) = self.count_call(call) {
                return self.fail(code::TOOL_LOOP, message, false);
            }
        }
        let spoken = (!text.is_empty()).then(|| Part::Text { text: text.to_owned() });
        let thoughts = thoughts.into_iter().map(Part::Thought);
        let parts = thoughts.chain(spoken).chain(asked.iter().cloned().map(Part::ToolCall));
        self.state.messages.push(Message { role: Role::Assistant, content: parts.collect() });
        let calls =
            asked.into_iter().enumerate().map(|(index, call)| self.pending(index, call)).collect();
        self.state.phase = Phase::Tools { calls };
        self.settle_tools();
    }

    /// Gives every call an id that no other call of the attempt has: models leave ids
    /// out and use them twice.
    fn with_own_ids(&self, mut asked: Vec<ToolCall>) -> Vec<ToolCall> {
        let mut taken: Vec<String> = self
            .state
            .messages
            .iter()
            .flat_map(|message| &message.content)
            .filter_map(|part| match part {
                Part::ToolCall(call) => Some(call.id.clone()),
                Part::Text { .. }
                | Part::Image(_)
                | Part::ToolReturn { .. }
                | Part::Thought(_)
                | Part::CachePoint => None,
            })
            .collect();
        for (index, call) in asked.iter_mut().enumerate() {
            if call.id.is_empty() || taken.contains(&call.id) {
                call.id = format!("call_{}_{index}", self.state.model_calls);
            }
            while taken.contains(&call.id) {
                call.id.push('x');
            }
            taken.push(call.id.clone());
        }
        asked
    }

    /// Counts a call; a diagnosis if it was made too often.
    fn count_call(&mut self, call: &ToolCall) -> Option<String> {
        let arguments = call
            .parse_arguments()
            .map_or_else(|_| call.arguments.clone(), |value| canonical(&value));
        let times = self.state.call_counts.entry(format!("{} {arguments}", call.name)).or_default();
        *times += 1;
        (*times > self.spec.limits.max_identical_calls).then(|| {
            format!(
                "agent \"{}\" goes in circles: it called tool \"{}\" {times} times with the same arguments {}",
                self.spec.agent.slug,
                call.name,
                conversation::clip(&arguments, 200)
            )
        })
    }

    /// A call to make, or one that is already answered because it cannot be made.
    fn pending(&self, index: usize, asked: ToolCall) -> Pending {
        let parsed = asked.parse_arguments().map_err(|error| error.to_string());
        let refusal = match self.spec.tools.iter().find(|tool| tool.name == asked.name) {
            None => Some(self.unknown_tool(&asked.name)),
            Some(_) if index >= MAX_CALLS_PER_ROUND => Some(format!(
                "only {MAX_CALLS_PER_ROUND} calls may be made at once: make this one later"
            )),
            Some(tool) => check_arguments(tool, parsed.as_ref().map_err(Clone::clone))
                .err()
                .map(|InvalidArguments(message)| message),
        };
        Pending {
            call: Call {
                id: asked.id,
                name: asked.name,
                arguments: parsed.unwrap_or(Value::String(asked.arguments)),
            },
            outcome: refusal.map(|message| ToolOutcome::Failed { message }),
        }
    }

    fn unknown_tool(&self, name: &str) -> String {
        let known: Vec<&str> = self.spec.tools.iter().map(|tool| tool.name.as_str()).collect();
        if known.is_empty() {
            format!("there is no tool \"{name}\": answer without tools")
        } else {
            format!("there is no tool \"{name}\": use {}", known.join(", "))
        }
    }

    /// Once every call has an outcome, tells the model.
    pub(super) fn settle_tools(&mut self) {
        let Phase::Tools { calls } = &self.state.phase else { return };
        if calls.iter().any(|pending| pending.outcome.is_none()) {
            return;
        }
        let limit = self.spec.limits.max_tool_result_bytes;
        let results: Vec<Message> =
            calls.iter().map(|pending| conversation::tool_return(pending, limit)).collect();
        self.state.messages.extend(results);
        self.ask_model(false);
    }
}

/// JSON with sorted keys, so that the order of arguments does not hide a repetition.
fn canonical(value: &Value) -> String {
    let mut value = value.clone();
    value.sort_all_objects();
    value.to_string()
}
