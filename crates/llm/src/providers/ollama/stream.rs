//! A streamed answer, line by line.

use super::wire::{Call, Chunk};
use crate::chat::{Delta, Finish, Request, TokenUsage};
use crate::providers::refusal::{decode_stream_error, parse, parse_event};
use crate::providers::{own_call_id, turn};
use crate::stream::{Framing, Progress, Reader};
use crate::tokens::{Tally, estimate_input};
use crate::{Error, Result};

/// Reads the lines of one answer. It is complete when a line says that it is done.
#[derive(Debug)]
pub struct Spoken {
    model: String,
    turn: usize,
    input_estimate: u64,
    written: Tally,
    has_started: bool,
    calls: usize,
}

impl Reader for Spoken {
    const FRAMING: Framing = Framing::Lines;

    fn new(request: &Request) -> Self {
        Self {
            model: request.model.clone(),
            turn: turn(request),
            input_estimate: estimate_input(request),
            written: Tally::default(),
            has_started: false,
            calls: 0,
        }
    }

    fn event(&mut self, event: &str, deltas: &mut Vec<Delta>) -> Result<Progress> {
        self.push_chunk(parse_event(event)?, deltas)
    }

    fn end(&mut self, rest: Option<&str>, deltas: &mut Vec<Delta>) -> Result<Progress> {
        // the last line may lack its end, if it can be read at all
        match rest.and_then(|rest| serde_json::from_str(rest).ok()) {
            Some(chunk) => self.push_chunk(chunk, deltas),
            None => Ok(Progress::Goes),
        }
    }
}

/// Reads a whole answer, as the pieces in which it could have come.
pub fn decode(body: &[u8], request: &Request) -> Result<Vec<Delta>> {
    let mut deltas = Vec::new();
    match Spoken::new(request).push_chunk(parse(body)?, &mut deltas)? {
        Progress::Done => Ok(deltas),
        Progress::Goes => Err(Error::StreamCut),
    }
}

impl Spoken {
    fn push_chunk(&mut self, chunk: Chunk, deltas: &mut Vec<Delta>) -> Result<Progress> {
        if let Some(error) = &chunk.error {
            return Err(decode_stream_error(error, &self.model));
        }
        if !self.has_started {
            self.has_started = true;
            if let Some(model) = chunk.model.filter(|model| !model.is_empty()) {
                self.model = model;
            }
            deltas.push(Delta::Start { model: self.model.clone(), scripted: false });
        }
        if let Some(message) = chunk.message {
            if let Some(text) = message.thinking.filter(|text| !text.is_empty()) {
                self.written.add(&text);
                deltas.push(Delta::Reasoning { text });
            }
            if let Some(text) = message.content.filter(|text| !text.is_empty()) {
                self.written.add(&text);
                deltas.push(Delta::Text { text });
            }
            for call in message.tool_calls.unwrap_or_default() {
                deltas.push(self.tool_call(call));
            }
        }
        if chunk.done != Some(true) {
            return Ok(Progress::Goes);
        }
        let reason = match chunk.done_reason.as_deref() {
            Some("length") => Finish::Length,
            None | Some("stop" | "") if self.calls > 0 => Finish::ToolCalls,
            None | Some("stop" | "") => Finish::Stop,
            Some(other) => {
                let message = format!("it stopped because of \"{other}\" and not with an answer");
                return Err(Error::Overloaded { retry_after: None, message });
            }
        };
        // a prompt that the server still had in its memory may not be counted
        let usage = TokenUsage {
            input: chunk.prompt_eval_count.unwrap_or(self.input_estimate),
            output: chunk.eval_count.unwrap_or_else(|| self.written.tokens()),
            estimated: chunk.prompt_eval_count.is_none() || chunk.eval_count.is_none(),
            ..TokenUsage::default()
        };
        deltas.extend([Delta::Usage(usage), Delta::Finish { reason }]);
        Ok(Progress::Done)
    }

    fn tool_call(&mut self, call: Call) -> Delta {
        let index = self.calls;
        self.calls += 1;
        let id = call.id.filter(|id| !id.is_empty());
        let id = id.unwrap_or_else(|| own_call_id(self.turn, index));
        let (name, arguments) = call.function.map_or_else(Default::default, |function| {
            let arguments = function.arguments.map(|arguments| arguments.get().to_owned());
            (function.name.unwrap_or_default(), arguments.unwrap_or_default())
        });
        self.written.add(&name);
        self.written.add(&arguments);
        Delta::ToolCall { index, id, name, arguments }
    }
}
