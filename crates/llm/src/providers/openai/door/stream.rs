//! A streamed answer.

use super::encode::{Usage, finish_word, id};
use crate::chat::{Delta, TokenUsage};
use crate::door::{Failure, Meta, Writer, quoted};

/// Writes chunks. What is the same in all of them is written once.
#[derive(Debug)]
pub struct Stream {
    /// Up to and with the model.
    head: String,
    includes_usage: bool,
    usage: TokenUsage,
    /// Whether the model said that it will not answer.
    has_refused: bool,
    /// The calls that no arguments were written for so far.
    silent: Vec<usize>,
}

impl Stream {
    /// Nothing has been written; the last chunk but `[DONE]` has the usage if the client
    /// asked for it.
    pub fn new(meta: &Meta, includes_usage: bool) -> Self {
        let head = format!(
            "data: {{\"id\":{},\"object\":\"chat.completion.chunk\",\"created\":{},\"model\":{}",
            quoted(&id(meta)),
            meta.created,
            quoted(&meta.model)
        );
        Self {
            head,
            includes_usage,
            usage: TokenUsage::default(),
            has_refused: false,
            silent: Vec::new(),
        }
    }

    /// Appends the chunks for the next piece of the answer.
    pub fn push(&mut self, delta: &Delta, out: &mut Vec<u8>) {
        match delta {
            Delta::Start { .. } => {
                self.begin(out).raw("\"role\":\"assistant\",\"content\":\"\",\"refusal\":null");
            }
            Delta::Text { text } => {
                self.begin(out).raw("\"content\":").value(text);
            }
            Delta::Refusal { text } => {
                self.has_refused = true;
                self.begin(out).raw("\"refusal\":").value(text);
            }
            Delta::Reasoning { text } => {
                self.begin(out).raw("\"reasoning_content\":").value(text);
            }
            // this dialect has no place for them
            Delta::Seal { .. } | Delta::StopSequence { .. } => return,
            Delta::ToolCall { index, id, name, arguments } => {
                if !arguments.trim().is_empty() {
                    self.silent.retain(|silent| silent != index);
                } else if !name.is_empty() {
                    self.silent.push(*index);
                }
                let out = self.begin(out).raw("\"tool_calls\":[{\"index\":").value(index);
                if !id.is_empty() || !name.is_empty() {
                    out.raw(",\"id\":").value(id).raw(",\"type\":\"function\"");
                }
                out.raw(",\"function\":{");
                if !name.is_empty() {
                    out.raw("\"name\":").value(name).raw(",");
                }
                out.raw("\"arguments\":").value(arguments).raw("}}]");
            }
            Delta::Usage(usage) => {
                self.usage = *usage;
                return;
            }
            Delta::Finish { reason } => {
                // clients read the arguments as JSON, which nothing at all is not
                for index in std::mem::take(&mut self.silent) {
                    let out = self.begin(out).raw("\"tool_calls\":[{\"index\":").value(&index);
                    out.raw(",\"function\":{\"arguments\":\"{}\"}}]");
                    self.finish(None, out);
                }
                self.begin(out);
                self.finish(Some(finish_word(*reason, self.has_refused)), out);
                if self.includes_usage {
                    out.raw(&self.head).raw(",\"choices\":[],\"usage\":");
                    out.value(&Usage::from(&self.usage)).raw("}\n\n");
                }
                out.raw("data: [DONE]\n\n");
                return;
            }
        }
        self.finish(None, out);
    }

    /// Appends the event for a stream that fails.
    pub fn fail(&mut self, failure: &Failure, out: &mut Vec<u8>) {
        out.raw("data: ");
        out.extend(super::encode_failure(failure));
        out.raw("\n\n");
    }

    fn begin<'a>(&self, out: &'a mut Vec<u8>) -> &'a mut Vec<u8> {
        out.raw(&self.head).raw(",\"choices\":[{\"index\":0,\"delta\":{")
    }

    fn finish(&self, reason: Option<&str>, out: &mut Vec<u8>) {
        out.raw("},\"logprobs\":null,\"finish_reason\":").value(&reason).raw("}]");
        if self.includes_usage {
            out.raw(",\"usage\":null");
        }
        out.raw("}\n\n");
    }
}
