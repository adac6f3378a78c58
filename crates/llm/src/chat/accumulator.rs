//! Folds the pieces of an answer into the answer.

use super::{Delta, Finish, Reply, Thought, TokenUsage, ToolCall};
use crate::{Error, Result};

/// Collects [`Delta`]s; [`Accumulator::finish`] gives the [`Reply`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Accumulator {
    model: String,
    scripted: bool,
    content: String,
    refusal: String,
    reasoning: String,
    /// How much of `reasoning` is in `thoughts`.
    sealed: usize,
    thoughts: Vec<Thought>,
    tool_calls: Vec<ToolCall>,
    usage: TokenUsage,
    finish: Option<Finish>,
    stop_sequence: Option<String>,
}

impl Accumulator {
    /// Adds the next piece.
    pub fn push(&mut self, delta: Delta) -> Result<()> {
        match delta {
            Delta::Start { model, scripted } => {
                self.model = model;
                self.scripted = scripted;
            }
            Delta::Text { text } => self.content.push_str(&text),
            Delta::Refusal { text } => self.refusal.push_str(&text),
            Delta::Reasoning { text } => self.reasoning.push_str(&text),
            Delta::Seal { seal } => {
                let text = self.reasoning[self.sealed..].to_owned();
                self.sealed = self.reasoning.len();
                self.thoughts.push(Thought { text, seal });
            }
            Delta::ToolCall { index, id, name, arguments } => {
                return self.push_tool_call(index, ToolCall { id, name, arguments });
            }
            Delta::StopSequence { text } => self.stop_sequence = Some(text),
            Delta::Usage(usage) => self.usage = usage,
            Delta::Finish { reason } => self.finish = Some(reason),
        }
        Ok(())
    }

    fn push_tool_call(&mut self, index: usize, fragment: ToolCall) -> Result<()> {
        if index > self.tool_calls.len() {
            let message = format!("tool call {index} begins before tool call {}", index - 1);
            return Err(Error::invalid_reply(message));
        }
        match self.tool_calls.get_mut(index) {
            Some(call) => call.arguments.push_str(&fragment.arguments),
            None => self.tool_calls.push(fragment),
        }
        Ok(())
    }

    /// What was said so far, for a caller that wants to show it.
    pub fn content(&self) -> &str {
        &self.content
    }

    /// The whole answer; [`Error::StreamCut`] if its end never came.
    pub fn finish(self) -> Result<Reply> {
        let finish = self.finish.ok_or(Error::StreamCut)?;
        Ok(Reply {
            model: self.model,
            content: self.content,
            refusal: self.refusal,
            reasoning: self.reasoning,
            thoughts: self.thoughts,
            tool_calls: self.tool_calls,
            finish,
            stop_sequence: self.stop_sequence,
            usage: self.usage,
            scripted: self.scripted,
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::testing::{call, whole};

    fn fragment(index: usize, id: &str, name: &str, arguments: &str) -> Delta {
        Delta::ToolCall { index, id: id.into(), name: name.into(), arguments: arguments.into() }
    }

    #[test]
    fn pieces_become_the_answer() {
        let usage = TokenUsage { input: 7, output: 3, ..TokenUsage::default() };
        let reply = whole(vec![
            Delta::Start { model: "m".into(), scripted: true },
            Delta::Reasoning { text: "h".into() },
            Delta::Reasoning { text: "m".into() },
            Delta::Seal { seal: "anthropic:1".into() },
            Delta::Reasoning { text: ", so".into() },
            Delta::Text { text: "Hel".into() },
            Delta::Text { text: "lo".into() },
            Delta::Refusal { text: "N".into() },
            Delta::Refusal { text: "o".into() },
            fragment(0, "a", "read", "{\"p\""),
            fragment(1, "b", "list", "{}"),
            fragment(0, "", "", ":1}"),
            Delta::StopSequence { text: "END".into() },
            Delta::Usage(usage),
            Delta::Finish { reason: Finish::ToolCalls },
        ]);
        let expected = Reply {
            model: "m".into(),
            content: "Hello".into(),
            refusal: "No".into(),
            reasoning: "hm, so".into(),
            thoughts: vec![Thought { text: "hm".into(), seal: "anthropic:1".into() }],
            tool_calls: vec![call("a", "read", "{\"p\":1}"), call("b", "list", "{}")],
            finish: Finish::ToolCalls,
            stop_sequence: Some("END".into()),
            usage,
            scripted: true,
        };
        assert_eq!(reply, Ok(expected.clone()));
        assert_eq!(whole(expected.to_deltas()), Ok(expected.clone()), "told again");
        let json = serde_json::to_string(&expected).unwrap();
        assert_eq!(serde_json::from_str::<Reply>(&json).unwrap(), expected);
    }

    #[test]
    fn an_answer_without_its_end_is_cut() {
        assert_eq!(whole(vec![Delta::Text { text: "Hel".into() }]), Err(Error::StreamCut));
    }

    #[test]
    fn a_tool_call_out_of_order_is_refused() {
        let error = whole(vec![fragment(2, "a", "read", "")]).unwrap_err();
        assert_eq!(error.code(), "invalid_reply");
    }
}
