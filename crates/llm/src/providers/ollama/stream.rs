//! A streamed answer, line by line.

use super::wire::{Call, Chunk};
use crate::chat::{Delta, Finish, Request, TokenUsage};
use crate::providers::refusal::{decode_stream_error, parse, parse_event};
use crate::providers::told::Told;
use crate::providers::{own_call_id, turn};
use crate::stream::{Framing, Progress, Reader};
use crate::{Error, Result};

/// Reads the lines of one answer. It is complete when a line says that it is done.
#[derive(Debug)]
pub struct Spoken {
    told: Told,
    turn: usize,
    calls: usize,
}

impl Reader for Spoken {
    const FRAMING: Framing = Framing::Lines;

    fn new(request: &Request) -> Self {
        Self { told: Told::new(request), turn: turn(request), calls: 0 }
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
            return Err(decode_stream_error(error, &self.told.model));
        }
        self.told.start(chunk.model, deltas);
        if let Some(message) = chunk.message {
            self.told.think(message.thinking, deltas);
            self.told.say(message.content, deltas);
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
        let estimate = self.told.estimate();
        let usage = TokenUsage {
            input: chunk.prompt_eval_count.unwrap_or(estimate.input),
            output: chunk.eval_count.unwrap_or(estimate.output),
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
        self.told.count(&name);
        self.told.count(&arguments);
        Delta::ToolCall { index, id, name, arguments }
    }
}
