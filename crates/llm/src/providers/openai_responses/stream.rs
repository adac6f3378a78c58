//! A streamed answer, event by event.

use super::SEAL;
use super::wire::{Event, Item, Response};
use crate::chat::{Delta, Finish, Request};
use crate::providers::refusal::{decode_stream_error, parse_event};
use crate::providers::told::Told;
use crate::stream::{Framing, Progress, Reader};
use crate::{Error, Result};

/// Reads the events of one answer. It is complete when the server says that the response is
/// completed or incomplete.
#[derive(Debug)]
pub struct Responses {
    told: Told,
    /// The items that began, by the number that the server gave them.
    items: Vec<Open>,
    calls: usize,
    /// Whether the model says that it will not answer.
    is_refusal: bool,
}

/// An item that has begun.
#[derive(Debug, Clone, Copy)]
struct Open {
    number: u64,
    /// Its number among the calls, if it is one.
    call: Option<usize>,
    /// Whether any of it has been given.
    is_given: bool,
}

impl Reader for Responses {
    const FRAMING: Framing = Framing::ServerSentEvents;

    fn new(request: &Request) -> Self {
        Self { told: Told::new(request), items: Vec::new(), calls: 0, is_refusal: false }
    }

    fn event(&mut self, event: &str, deltas: &mut Vec<Delta>) -> Result<Progress> {
        if event == "[DONE]" {
            return Ok(Progress::Goes);
        }
        let read: Event = parse_event(event)?;
        let number = read.output_index.unwrap_or(0);
        if is_of_an_item(&read.kind) {
            self.told.start(None, deltas);
        }
        match read.kind.as_str() {
            "error" => return Err(self.stream_error(event, read.error)),
            "response.created" | "response.in_progress" => {
                self.told.start(read.response.and_then(|response| response.model), deltas);
            }
            "response.output_item.added" => {
                if let Some(item) = read.item {
                    self.begin(number, item, deltas);
                }
            }
            "response.output_text.delta" => {
                self.open(number).is_given = true;
                self.told.say(read.delta, deltas);
            }
            "response.refusal.delta" => {
                self.is_refusal = true;
                self.open(number).is_given = true;
                self.told.refuse(read.delta, deltas);
            }
            "response.reasoning_summary_text.delta" | "response.reasoning_text.delta" => {
                self.open(number).is_given = true;
                self.told.think(read.delta, deltas);
            }
            "response.reasoning_summary_part.added" if read.summary_index.unwrap_or(0) > 0 => {
                self.told.think(Some("\n\n".to_owned()), deltas);
            }
            "response.function_call_arguments.delta" | "response.custom_tool_call_input.delta" => {
                self.continue_call(number, read.delta, deltas);
            }
            "response.function_call_arguments.done" | "response.custom_tool_call_input.done"
                if !self.open(number).is_given =>
            {
                self.continue_call(number, read.arguments.or(read.input), deltas);
            }
            "response.output_item.done" => {
                if let Some(item) = read.item {
                    self.close(number, item, deltas);
                }
            }
            "response.completed" | "response.incomplete" | "response.failed" => {
                let response = read.response.ok_or(Error::StreamCut)?;
                self.last_deltas(response, deltas)?;
                return Ok(Progress::Done);
            }
            // what is done part by part, and what is invented after us
            _ => {}
        }
        Ok(Progress::Goes)
    }

    fn end(&mut self, rest: Option<&str>, deltas: &mut Vec<Delta>) -> Result<Progress> {
        // the last event may lack the line that closes it, if it can be read at all
        let last = rest.filter(|rest| parse_event::<Event>(rest).is_ok());
        last.map_or(Ok(Progress::Goes), |last| self.event(last, deltas))
    }
}

impl Responses {
    /// Reads a whole answer as the pieces in which it could have come.
    pub(super) fn whole(&mut self, mut response: Response, deltas: &mut Vec<Delta>) -> Result<()> {
        if let Some(error) = response.error.as_ref().filter(|error| !error.is_null()) {
            return Err(decode_stream_error(error, &self.told.model));
        }
        self.told.start(response.model.take(), deltas);
        for (number, item) in response.output.take().unwrap_or_default().into_iter().enumerate() {
            self.close(number as u64, item, deltas);
        }
        self.last_deltas(response, deltas)
    }

    fn stream_error(&self, event: &str, nested: Option<serde_json::Value>) -> Error {
        let nested = nested.filter(|error| !error.is_null());
        let mut error = nested.or_else(|| serde_json::from_str(event).ok()).unwrap_or_default();
        // the type of the event itself says nothing about the error
        if error.get("type").and_then(serde_json::Value::as_str) == Some("error")
            && let Some(object) = error.as_object_mut()
        {
            object.remove("type");
        }
        decode_stream_error(&error, &self.told.model)
    }

    fn open(&mut self, number: u64) -> &mut Open {
        let place = self.items.iter().rposition(|item| item.number == number);
        let place = place.unwrap_or_else(|| {
            self.items.push(Open { number, call: None, is_given: false });
            self.items.len() - 1
        });
        &mut self.items[place]
    }

    fn begin(&mut self, number: u64, item: Item, deltas: &mut Vec<Delta>) {
        let call = is_call(&item.kind).then(|| {
            let index = self.calls;
            self.calls += 1;
            let id = item.call_id.or(item.id).filter(|id| !id.is_empty());
            let id = id.unwrap_or_else(|| format!("call_{index}"));
            let name = item.name.unwrap_or_default();
            self.told.count(&name);
            deltas.push(Delta::ToolCall { index, id, name, arguments: String::new() });
            index
        });
        *self.open(number) = Open { number, call, is_given: false };
    }

    fn continue_call(&mut self, number: u64, text: Option<String>, deltas: &mut Vec<Delta>) {
        let open = self.open(number);
        let (Some(index), Some(arguments)) = (open.call, text.filter(|text| !text.is_empty()))
        else {
            return;
        };
        open.is_given = true;
        self.told.count(&arguments);
        let (id, name) = (String::new(), String::new());
        deltas.push(Delta::ToolCall { index, id, name, arguments });
    }

    /// A whole item: gives what has not been given yet, and seals a thought.
    fn close(&mut self, number: u64, mut item: Item, deltas: &mut Vec<Delta>) {
        let is_given = self.open(number).is_given;
        self.is_refusal |= item.content.iter().flatten().any(|piece| piece.refusal.is_some());
        let texts = |pieces: Option<Vec<super::wire::Piece>>| {
            pieces.unwrap_or_default().into_iter().filter_map(|piece| piece.text)
        };
        match item.kind.as_str() {
            "message" if !is_given => {
                for piece in item.content.unwrap_or_default() {
                    self.told.say(piece.text, deltas);
                    self.told.refuse(piece.refusal, deltas);
                }
            }
            "reasoning" => {
                let words: Vec<String> = texts(item.summary).chain(texts(item.content)).collect();
                if !is_given && !words.is_empty() {
                    self.told.think(Some(words.join("\n\n")), deltas);
                }
                if let Some(sealed) = item.encrypted_content.filter(|sealed| !sealed.is_empty()) {
                    let id = item.id.unwrap_or_default();
                    deltas.push(Delta::Seal { seal: format!("{SEAL}{id}:{sealed}") });
                }
            }
            kind if is_call(kind) => {
                let arguments = item.arguments.take().or_else(|| item.input.take());
                if self.open(number).call.is_none() {
                    self.begin(number, item, deltas);
                }
                if !is_given {
                    self.continue_call(number, arguments, deltas);
                }
            }
            _ => {}
        }
        self.open(number).is_given = true;
    }

    /// Usage and end, or why the answer failed.
    fn last_deltas(&mut self, response: Response, deltas: &mut Vec<Delta>) -> Result<()> {
        let reason = match response.status.as_deref() {
            Some("completed") if self.calls > 0 => Finish::ToolCalls,
            // or else its words would be taken for the answer in the demanded shape
            Some("completed") if self.is_refusal => Finish::ContentFilter,
            Some("completed") => Finish::Stop,
            Some("incomplete") => {
                match response.incomplete_details.and_then(|details| details.reason).as_deref() {
                    Some("content_filter") => Finish::ContentFilter,
                    _ => Finish::Length,
                }
            }
            Some("failed") => {
                let error = response.error.unwrap_or_default();
                return Err(decode_stream_error(&error, &self.told.model));
            }
            _ => return Err(Error::StreamCut),
        };
        self.told.start(response.model, deltas);
        let usage = response.usage.as_ref().and_then(super::wire::Usage::tokens);
        let usage = usage.unwrap_or_else(|| self.told.estimate());
        deltas.extend([Delta::Usage(usage), Delta::Finish { reason }]);
        Ok(())
    }
}

/// Whether an item is a call of one of our tools, with a schema for its arguments or without.
fn is_call(kind: &str) -> bool {
    matches!(kind, "function_call" | "custom_tool_call")
}

/// Whether an event tells of a part of the answer, and not of the answer as a whole.
fn is_of_an_item(kind: &str) -> bool {
    let kinds = ["output_", "content_", "reasoning_", "function_", "custom_", "refusal."];
    let kind = kind.strip_prefix("response.").unwrap_or_default();
    kinds.iter().any(|start| kind.starts_with(start))
}
