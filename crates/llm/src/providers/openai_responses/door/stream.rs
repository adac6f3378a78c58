//! A streamed answer.

use std::mem::discriminant;

use serde_json::json;

use super::encode::{Content, Item, Response, State, has_refused, message, reasoning, words};
use crate::chat::{Delta, Finish, TokenUsage};
use crate::door::{Failure, Meta, Writer};
use crate::providers::openai::door::Details;

/// Writes the events of one response: items that begin, grow and are done.
#[derive(Debug)]
pub struct Stream {
    meta: Meta,
    /// How many events there were.
    events: u64,
    /// The items that are done or open; the open one is the last.
    items: Vec<Item>,
    is_open: bool,
    /// The item of each call.
    calls: Vec<usize>,
    usage: TokenUsage,
}

impl Stream {
    /// Nothing has been written.
    pub fn new(meta: &Meta) -> Self {
        Self {
            meta: meta.clone(),
            events: 0,
            items: Vec::new(),
            is_open: false,
            calls: Vec::new(),
            usage: TokenUsage::default(),
        }
    }

    /// Appends the events for the next piece of the answer.
    pub fn push(&mut self, delta: &Delta, out: &mut Vec<u8>) {
        match delta {
            Delta::Start { .. } => {
                self.respond("response.created", State::Begins, out);
                self.respond("response.in_progress", State::Begins, out);
            }
            Delta::Text { text } => self.say(words(String::new()), text, out),
            Delta::Refusal { text } => {
                self.say(Content::Refusal { refusal: String::new() }, text, out);
            }
            Delta::Reasoning { text } => self.think(text, out),
            Delta::Seal { seal } => {
                if !matches!(
                    (self.is_open, self.items.last()),
                    (true, Some(Item::Reasoning { .. }))
                ) {
                    self.begin_thought(out);
                }
                if let Some(Item::Reasoning { encrypted_content, .. }) = self.items.last_mut() {
                    *encrypted_content = Some(seal.clone());
                }
                self.close(out);
            }
            Delta::ToolCall { index, id, name, arguments } => {
                if *index >= self.calls.len() {
                    self.begin_call(id, name, out);
                }
                self.continue_call(*index, arguments, out);
            }
            // this dialect has no place for it
            Delta::StopSequence { .. } => {}
            Delta::Usage(usage) => self.usage = *usage,
            Delta::Finish { reason } => {
                if self.items.is_empty() {
                    self.say(words(String::new()), "", out);
                }
                self.close(out);
                self.items.iter_mut().for_each(Item::complete);
                let usage = self.usage;
                let name = match reason {
                    Finish::Stop | Finish::ToolCalls => "response.completed",
                    Finish::ContentFilter if has_refused(&self.items) => "response.completed",
                    Finish::Length | Finish::ContentFilter => "response.incomplete",
                };
                self.respond(name, State::Finished(*reason, &usage), out);
            }
        }
    }

    /// Appends the events for a stream that fails.
    pub fn fail(&mut self, failure: &Failure, out: &mut Vec<u8>) {
        let (code, message, param) = (&failure.code, &failure.message, &failure.field);
        let error = Details::from(failure);
        // clients look for the error in either place
        self.begin_event("error", out);
        out.raw(",\"code\":").value(code).raw(",\"message\":").value(message);
        out.raw(",\"param\":").value(param).raw(",\"error\":").value(&error).raw("}\n\n");
        self.respond("response.failed", State::Failed(failure), out);
    }

    /// An event with the response as it stands.
    fn respond(&mut self, name: &str, state: State<'_>, out: &mut Vec<u8>) {
        self.begin_event(name, out);
        let items: &[Item] = if matches!(state, State::Begins) { &[] } else { &self.items };
        out.raw(",\"response\":").value(&Response::new(&self.meta, items, state)).raw("}\n\n");
    }

    /// Everything of an event but its own fields and its end.
    fn begin_event(&mut self, name: &str, out: &mut Vec<u8>) {
        out.raw("event: ").raw(name).raw("\ndata: {\"type\":\"").raw(name);
        out.raw("\",\"sequence_number\":").value(&self.events);
        self.events += 1;
    }

    /// The beginning of an event about an item.
    fn about(&mut self, name: &str, place: usize, out: &mut Vec<u8>) {
        self.begin_event(name, out);
        out.raw(",\"item_id\":").value(self.items[place].id());
        out.raw(",\"output_index\":").value(&place);
    }

    fn id(&self, prefix: &str) -> String {
        format!("{prefix}_{}_{}", self.meta.id, self.items.len())
    }

    fn last(&self) -> usize {
        self.items.len().saturating_sub(1)
    }

    fn begin(&mut self, item: Item, out: &mut Vec<u8>) {
        self.close(out);
        self.begin_event("response.output_item.added", out);
        out.raw(",\"output_index\":").value(&self.items.len());
        out.raw(",\"item\":").value(&item.begun()).raw("}\n\n");
        self.items.push(item);
        self.is_open = true;
    }

    /// Adds words to the part that is open, or to `part`, which is empty, where that is of another
    /// kind.
    fn say(&mut self, part: Content, text: &str, out: &mut Vec<u8>) {
        if !matches!((self.is_open, self.items.last()), (true, Some(Item::Message { .. }))) {
            self.begin(message(self.id("msg"), Vec::new()), out);
        }
        let place = self.last();
        let Item::Message { content, .. } = &self.items[place] else { return };
        if content.last().is_none_or(|open| discriminant(open) != discriminant(&part)) {
            self.begin_part(place, part, out);
        }
        if text.is_empty() {
            return;
        }
        let Item::Message { content, .. } = &mut self.items[place] else { return };
        let number = content.len().saturating_sub(1);
        let (name, end) = match content.last_mut() {
            Some(Content::OutputText { text: said, .. }) => {
                said.push_str(text);
                ("response.output_text.delta", ",\"logprobs\":[]}\n\n")
            }
            Some(Content::Refusal { refusal }) => {
                refusal.push_str(text);
                ("response.refusal.delta", "}\n\n")
            }
            None => return,
        };
        self.about(name, place, out);
        out.raw(",\"content_index\":").value(&number).raw(",\"delta\":").value(text).raw(end);
    }

    /// Opens another part of a message, after the end of the one before it.
    fn begin_part(&mut self, place: usize, part: Content, out: &mut Vec<u8>) {
        let Item::Message { content, .. } = &mut self.items[place] else { return };
        let before = content.clone();
        content.push(part.clone());
        self.end_part(place, &before, out);
        self.about("response.content_part.added", place, out);
        out.raw(",\"content_index\":").value(&before.len());
        out.raw(",\"part\":").value(&part).raw("}\n\n");
    }

    /// Says that the last of these parts of a message is done, if there is one.
    fn end_part(&mut self, place: usize, content: &[Content], out: &mut Vec<u8>) {
        let Some((part, before)) = content.split_last() else { return };
        let number = before.len();
        let (name, field, said, end) = match part {
            Content::OutputText { text, .. } => {
                ("response.output_text.done", ",\"text\":", text, ",\"logprobs\":[]}\n\n")
            }
            Content::Refusal { refusal } => {
                ("response.refusal.done", ",\"refusal\":", refusal, "}\n\n")
            }
        };
        self.about(name, place, out);
        out.raw(",\"content_index\":").value(&number).raw(field).value(said).raw(end);
        self.about("response.content_part.done", place, out);
        out.raw(",\"content_index\":").value(&number);
        out.raw(",\"part\":").value(part).raw("}\n\n");
    }

    fn begin_thought(&mut self, out: &mut Vec<u8>) {
        self.begin(reasoning(self.id("rs"), String::new(), None), out);
    }

    fn think(&mut self, text: &str, out: &mut Vec<u8>) {
        if !matches!((self.is_open, self.items.last()), (true, Some(Item::Reasoning { .. }))) {
            self.begin_thought(out);
        }
        let place = self.last();
        let Item::Reasoning { summary, .. } = &mut self.items[place] else { return };
        let is_first = summary.is_empty();
        if is_first {
            let kind = "summary_text";
            summary.push(super::encode::Summary { kind, text: String::new() });
        }
        summary[0].text.push_str(text);
        if is_first {
            self.about("response.reasoning_summary_part.added", place, out);
            let part = json!({"type": "summary_text", "text": ""});
            out.raw(",\"summary_index\":0,\"part\":").value(&part).raw("}\n\n");
        }
        self.about("response.reasoning_summary_text.delta", place, out);
        out.raw(",\"summary_index\":0,\"delta\":").value(text).raw("}\n\n");
    }

    fn begin_call(&mut self, id: &str, name: &str, out: &mut Vec<u8>) {
        let item = Item::FunctionCall {
            id: self.id("fc"),
            call_id: id.to_owned(),
            name: name.to_owned(),
            arguments: String::new(),
            status: "completed",
        };
        self.begin(item, out);
        self.calls.push(self.last());
    }

    fn continue_call(&mut self, index: usize, text: &str, out: &mut Vec<u8>) {
        let Some(place) = self.calls.get(index).copied().filter(|_| !text.is_empty()) else {
            return;
        };
        if let Item::FunctionCall { arguments, .. } = &mut self.items[place] {
            arguments.push_str(text);
        }
        self.about("response.function_call_arguments.delta", place, out);
        out.raw(",\"delta\":").value(text).raw("}\n\n");
    }

    /// Says that the open item is done, and what it is now.
    fn close(&mut self, out: &mut Vec<u8>) {
        if !std::mem::replace(&mut self.is_open, false) {
            return;
        }
        let place = self.last();
        let mut item = self.items[place].clone();
        item.complete();
        match &item {
            Item::Message { content, .. } => self.end_part(place, content, out),
            Item::Reasoning { summary, .. } => {
                if let Some(part) = summary.first() {
                    self.about("response.reasoning_summary_text.done", place, out);
                    out.raw(",\"summary_index\":0,\"text\":").value(&part.text).raw("}\n\n");
                    self.about("response.reasoning_summary_part.done", place, out);
                    out.raw(",\"summary_index\":0,\"part\":").value(part).raw("}\n\n");
                }
            }
            Item::FunctionCall { name, arguments, .. } => {
                self.about("response.function_call_arguments.done", place, out);
                out.raw(",\"name\":").value(name);
                out.raw(",\"arguments\":").value(arguments).raw("}\n\n");
            }
        }
        self.begin_event("response.output_item.done", out);
        out.raw(",\"output_index\":").value(&place).raw(",\"item\":").value(&item).raw("}\n\n");
    }
}

impl Item {
    fn id(&self) -> &str {
        match self {
            Self::Reasoning { id, .. }
            | Self::Message { id, .. }
            | Self::FunctionCall { id, .. } => id,
        }
    }

    /// A call that nothing was written for has no arguments, which clients read as JSON.
    fn complete(&mut self) {
        if let Self::FunctionCall { arguments, .. } = self
            && arguments.trim().is_empty()
        {
            "{}".clone_into(arguments);
        }
    }

    /// The item as it begins, without what is still to come.
    fn begun(&self) -> Self {
        let mut item = self.clone();
        match &mut item {
            Self::Reasoning { status, .. } | Self::FunctionCall { status, .. } => {
                *status = "in_progress";
            }
            Self::Message { status, content, .. } => {
                *status = "in_progress";
                content.clear();
            }
        }
        item
    }
}
