//! The machine itself.

use jsonschema::Validator;
use llm::chat::{Finish, Reply};

use super::answer::{self, Answer};
use super::{Effect, Input, Outcome, Phase, State, TurnSpec};
use super::{code, conversation, summary, text_calls};
use crate::prompt::{self, Rendered};

/// Why a turn does not start or does not take an input.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The command cannot be rendered with these parameters.
    #[error(transparent)]
    Prompt(#[from] prompt::Error),
    /// The output schema is broken.
    #[error("the output schema of command \"{command}\" is no JSON Schema: {message}")]
    Schema {
        /// The command's slug.
        command: String,
        /// What is wrong with it.
        message: String,
    },
    /// The input is no answer to the current order; the turn is unchanged.
    #[error("the turn waits for {awaited} and cannot take {given}")]
    Unexpected {
        /// What it waits for.
        awaited: String,
        /// What it was given.
        given: String,
    },
}

/// One attempt of an agent.
#[derive(Debug, Clone)]
pub struct Turn {
    pub(super) spec: TurnSpec,
    rendered: Rendered,
    validator: Option<Validator>,
    pub(super) state: State,
}

impl Turn {
    /// An attempt at its beginning.
    pub fn new(spec: TurnSpec) -> Result<Self, Error> {
        let rendered = prompt::render(&spec.command, &spec.params)?;
        let validator = rendered.output_schema.as_ref().map(jsonschema::validator_for).transpose();
        let validator = validator.map_err(|error| Error::Schema {
            command: spec.command.slug.clone(),
            message: error.to_string(),
        })?;
        let state = State::new(spec.max_output_tokens());
        let mut turn = Self { spec, rendered, validator, state };
        turn.ask_model(false);
        Ok(turn)
    }

    /// An attempt that has taken these inputs.
    pub fn replay(spec: TurnSpec, inputs: impl IntoIterator<Item = Input>) -> Result<Self, Error> {
        let mut turn = Self::new(spec)?;
        inputs.into_iter().try_for_each(|input| turn.accept(input))?;
        Ok(turn)
    }

    /// What to do now. It changes nothing and says the same until news is accepted.
    pub fn next(&self) -> Effect {
        match &self.state.phase {
            Phase::Model { repair } => Effect::CallModel {
                request: Box::new(conversation::request(&self.spec, &self.rendered, &self.state)),
                nth: self.state.model_calls + 1,
                repair: *repair,
            },
            Phase::Tools { calls } => Effect::CallTools {
                calls: calls
                    .iter()
                    .filter(|pending| pending.outcome.is_none())
                    .map(|pending| pending.call.clone())
                    .collect(),
            },
            Phase::Finished { outcome } => Effect::Finish(outcome.clone()),
        }
    }

    /// Takes news. An input that answers no open order is refused and changes nothing.
    pub fn accept(&mut self, input: Input) -> Result<(), Error> {
        match (&mut self.state.phase, input) {
            (Phase::Model { repair }, Input::ModelReplied { reply }) => {
                let repair = *repair;
                self.take_reply(reply, repair);
                Ok(())
            }
            (Phase::Model { .. }, Input::ModelFailed { error }) => {
                self.state.model_calls += 1;
                self.fail(&error.code, error.message, error.retryable);
                Ok(())
            }
            (Phase::Tools { calls }, Input::ToolReturned { call_id, outcome }) => {
                let open = calls
                    .iter_mut()
                    .find(|pending| pending.call.id == call_id && pending.outcome.is_none());
                let Some(pending) = open else {
                    return Err(self.unexpected(&format!("a result of tool call \"{call_id}\"")));
                };
                pending.outcome = Some(outcome);
                self.settle_tools();
                Ok(())
            }
            (Phase::Model { .. } | Phase::Finished { .. }, Input::ToolReturned { call_id, .. }) => {
                Err(self.unexpected(&format!("a result of tool call \"{call_id}\"")))
            }
            (Phase::Tools { .. } | Phase::Finished { .. }, Input::ModelReplied { .. }) => {
                Err(self.unexpected("a model's reply"))
            }
            (Phase::Tools { .. } | Phase::Finished { .. }, Input::ModelFailed { .. }) => {
                Err(self.unexpected("a model's error"))
            }
        }
    }

    /// Where the attempt stands.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// What it started from.
    pub fn spec(&self) -> &TurnSpec {
        &self.spec
    }

    /// The rendered prompt, the parameters with defaults and the schema of the answer.
    pub fn rendered(&self) -> &Rendered {
        &self.rendered
    }

    fn take_reply(&mut self, reply: Reply, repair: bool) {
        self.state.count(reply.usage);
        match reply.finish {
            Finish::ContentFilter => {
                self.fail(
                    code::REFUSED,
                    "the provider's content filter stopped the answer".to_owned(),
                    false,
                );
            }
            Finish::Stop | Finish::ToolCalls if !reply.tool_calls.is_empty() => {
                self.take_calls(reply.thoughts, &reply.content, reply.tool_calls);
            }
            Finish::Stop | Finish::ToolCalls | Finish::Length => {
                self.take_answer(&reply.content, reply.finish, repair);
            }
        }
    }

    fn take_answer(&mut self, text: &str, finish: Finish, repair: bool) {
        if text.len() > self.spec.limits.max_output_bytes {
            let message = format!(
                "the answer has {} bytes, more than the {} allowed: ask for less or raise the limit",
                text.len(),
                self.spec.limits.max_output_bytes
            );
            return self.fail(code::OUTPUT_TOO_LARGE, message, false);
        }
        let is_cut = finish == Finish::Length;
        match answer::read(text, self.validator.as_ref()) {
            // A complete JSON value followed by rambling is whole; cut text is not.
            Answer::Fits(output) if !is_cut || self.validator.is_some() => {
                let summary = summary::summarise(&output);
                self.state.phase =
                    Phase::Finished { outcome: Outcome::Completed { output, summary } };
            }
            Answer::Fits(_) => self.take_cut(repair),
            Answer::Unfit(_) if is_cut => self.take_cut(repair),
            Answer::Unfit(faults) => {
                let calls = text_calls::find(text, &self.spec.tools);
                if calls.is_empty() {
                    self.take_bad_answer(text, &faults);
                } else {
                    self.take_calls(Vec::new(), "", calls);
                }
            }
        }
    }

    fn take_cut(&mut self, repair: bool) {
        if self.state.is_extended {
            let message = format!(
                "the answer does not end within {} tokens: ask for less or raise max_output_tokens",
                self.state.max_output_tokens
            );
            return self.fail(code::OUTPUT_CUT, message, false);
        }
        self.state.is_extended = true;
        self.state.max_output_tokens = self.state.max_output_tokens.saturating_mul(2);
        self.ask_model(repair);
    }

    fn take_bad_answer(&mut self, text: &str, faults: &[String]) {
        if self.state.is_repaired {
            let message =
                format!("the answer does not fit even after repair: {}", faults.join("; "));
            return self.fail(code::INVALID_OUTPUT, message, true);
        }
        self.state.is_repaired = true;
        self.state.messages.extend(conversation::repair(
            text,
            faults,
            self.rendered.output_schema.as_ref(),
        ));
        self.ask_model(true);
    }

    pub(super) fn ask_model(&mut self, repair: bool) {
        if self.state.model_calls >= self.spec.limits.max_model_calls {
            let message = format!(
                "agent \"{}\" asked the model {} times without coming to an answer",
                self.spec.agent.slug, self.state.model_calls
            );
            return self.fail(code::TOO_MANY_MODEL_CALLS, message, false);
        }
        self.state.phase = Phase::Model { repair };
    }

    pub(super) fn fail(&mut self, code: &str, message: String, retryable: bool) {
        let outcome = Outcome::Failed { code: code.to_owned(), message, retryable };
        self.state.phase = Phase::Finished { outcome };
    }

    fn unexpected(&self, given: &str) -> Error {
        let awaited = match &self.state.phase {
            Phase::Model { .. } => "a model's reply".to_owned(),
            Phase::Tools { calls } => {
                let open = calls.iter().filter(|pending| pending.outcome.is_none());
                format!(
                    "results of tool calls {}",
                    open.map(|pending| pending.call.id.as_str()).collect::<Vec<_>>().join(", ")
                )
            }
            Phase::Finished { .. } => "nothing more".to_owned(),
        };
        Error::Unexpected { awaited, given: given.to_owned() }
    }
}
