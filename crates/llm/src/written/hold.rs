//! A stream in which calls may be written.

use super::Expected;
use super::read::{calls, can_be_calls, can_be_fenced, fenced_json};
use crate::Result;
use crate::chat::{Delta, Finish};
use crate::providers::own_call_id;

/// Holds words back for as long as they may be a call, and lets all others through at once.
#[derive(Debug)]
pub(crate) struct Hold {
    expected: Expected,
    /// What was held back.
    text: String,
    /// What came after it and has to stay behind it.
    usage: Option<Delta>,
    /// Whether nothing is looked for any more.
    is_open: bool,
}

impl Hold {
    pub(crate) fn new(expected: Expected) -> Self {
        Self { expected, text: String::new(), usage: None, is_open: false }
    }

    /// Takes the next piece and gives those that can go on.
    pub(crate) fn push(&mut self, delta: Result<Delta>) -> Vec<Result<Delta>> {
        match delta {
            Ok(delta) => self.pass(delta).into_iter().map(Ok).collect(),
            // what is held was heard by nobody, so another provider may still step in
            Err(error) => vec![Err(error)],
        }
    }

    fn pass(&mut self, delta: Delta) -> Vec<Delta> {
        match delta {
            _ if self.is_open => vec![delta],
            Delta::Text { text } => {
                self.text.push_str(&text);
                if self.is_worth_holding() { Vec::new() } else { self.open() }
            }
            // the server has found the call itself, or there will be none
            Delta::ToolCall { .. } | Delta::Refusal { .. } => {
                let mut deltas = self.open();
                deltas.push(delta);
                deltas
            }
            Delta::Usage(_) => {
                self.usage = Some(delta);
                Vec::new()
            }
            Delta::Finish { reason } => self.finish(reason),
            Delta::Start { .. }
            | Delta::Reasoning { .. }
            | Delta::Seal { .. }
            | Delta::StopSequence { .. } => vec![delta],
        }
    }

    fn is_worth_holding(&self) -> bool {
        let has_tools = !self.expected.tools.is_empty();
        (has_tools && can_be_calls(&self.text))
            || (self.expected.is_json && can_be_fenced(&self.text))
    }

    /// Lets what was held go, as it came.
    fn open(&mut self) -> Vec<Delta> {
        self.is_open = true;
        let text = std::mem::take(&mut self.text);
        let text = (!text.is_empty()).then_some(Delta::Text { text });
        text.into_iter().chain(self.usage.take()).collect()
    }

    fn finish(&mut self, reason: Finish) -> Vec<Delta> {
        let held = std::mem::take(&mut self.text);
        // what was cut short is no call, however whole it looks
        let found = calls(&held, &self.expected).filter(|_| reason == Finish::Stop);
        let Some(found) = found else {
            let json = fenced_json(&held).filter(|_| self.expected.is_json);
            self.text = json.unwrap_or(&held).to_owned();
            let mut deltas = self.open();
            deltas.push(Delta::Finish { reason });
            return deltas;
        };
        self.is_open = true;
        let calls = found.into_iter().enumerate().map(|(index, (name, arguments))| {
            let id = own_call_id(self.expected.turn, index);
            Delta::ToolCall { index, id, name, arguments: arguments.to_owned() }
        });
        let usage = self.usage.take();
        calls.chain(usage).chain([Delta::Finish { reason: Finish::ToolCalls }]).collect()
    }
}
