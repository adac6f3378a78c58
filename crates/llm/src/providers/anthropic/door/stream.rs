//! A streamed answer.

use super::encode::{Usage, id, stop_word};
use crate::chat::{Delta, Finish, TokenUsage};
use crate::door::{Failure, Meta, Writer};
use crate::providers::anthropic::REDACTED_SEAL;

/// Writes the events of one message: blocks that begin, grow and stop, one after the other.
#[derive(Debug)]
pub struct Stream {
    id: String,
    model: String,
    usage: TokenUsage,
    stop_sequence: Option<String>,
    /// How many blocks have begun.
    blocks: usize,
    /// The block of each call.
    calls: Vec<usize>,
    open: Option<Open>,
}

/// The block that grows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Open {
    Text,
    Thinking,
    Call,
}

impl Stream {
    /// Nothing has been written.
    pub fn new(meta: &Meta) -> Self {
        let (id, model) = (id(meta), meta.model.clone());
        Self {
            id,
            model,
            usage: TokenUsage::default(),
            stop_sequence: None,
            blocks: 0,
            calls: Vec::new(),
            open: None,
        }
    }

    /// Appends the events for the next piece of the answer.
    pub fn push(&mut self, delta: &Delta, out: &mut Vec<u8>) {
        match delta {
            Delta::Start { .. } => self.start(out),
            // this dialect tells of a refusal in the reason for the end alone
            Delta::Text { text } | Delta::Refusal { text } => {
                self.switch_to(
                    Open::Text,
                    |out| {
                        out.raw("{\"type\":\"text\",\"text\":\"\"}");
                    },
                    out,
                );
                self.grow("text_delta", "text", text, out);
            }
            Delta::Reasoning { text } => {
                self.begin_thinking(out);
                self.grow("thinking_delta", "thinking", text, out);
            }
            Delta::Seal { seal } => self.seal(seal, out),
            Delta::ToolCall { index, id, name, arguments } => {
                if *index >= self.calls.len() {
                    self.close(out);
                    self.calls.push(self.blocks);
                    self.begin(
                        Open::Call,
                        |out| {
                            out.raw("{\"type\":\"tool_use\",\"id\":").value(id).raw(",\"name\":");
                            out.value(name).raw(",\"input\":{}}");
                        },
                        out,
                    );
                }
                // by the number of its block, wherever others have begun since
                if let Some(block) = self.calls.get(*index).filter(|_| !arguments.is_empty()) {
                    grow(*block, "input_json_delta", "partial_json", arguments, out);
                }
            }
            Delta::StopSequence { text } => self.stop_sequence = Some(text.clone()),
            Delta::Usage(usage) => self.usage = *usage,
            Delta::Finish { reason } => {
                if self.blocks == 0 {
                    self.push(&Delta::Text { text: String::new() }, out);
                }
                self.close(out);
                out.raw("event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":");
                let at = self.stop_sequence.as_deref().filter(|_| *reason == Finish::Stop);
                out.raw("{\"stop_reason\":").value(stop_word(*reason, at));
                out.raw(",\"stop_sequence\":").value(&at);
                out.raw("},\"usage\":").value(&Usage::from(&self.usage));
                out.raw("}\n\nevent: message_stop\ndata: {\"type\":\"message_stop\"}\n\n");
            }
        }
    }

    /// Appends the event for a stream that fails.
    pub fn fail(&mut self, failure: &Failure, out: &mut Vec<u8>) {
        out.raw("event: error\ndata: ");
        out.extend(super::encode_failure(failure));
        out.raw("\n\n");
    }

    fn start(&self, out: &mut Vec<u8>) {
        out.raw("event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":");
        out.value(&self.id).raw(",\"type\":\"message\",\"role\":\"assistant\",\"model\":");
        out.value(&self.model).raw(",\"content\":[],\"stop_reason\":null,\"stop_sequence\":null");
        // what was read is known at the end only; the last event says it again
        out.raw(",\"usage\":").value(&Usage::from(&self.usage)).raw("}}\n\n");
    }

    fn begin_thinking(&mut self, out: &mut Vec<u8>) {
        self.switch_to(
            Open::Thinking,
            |out| {
                out.raw("{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"\"}");
            },
            out,
        );
    }

    /// A seal ends the thought that is open, or is all that there is of one.
    fn seal(&mut self, seal: &str, out: &mut Vec<u8>) {
        if let Some(data) = seal.strip_prefix(REDACTED_SEAL) {
            self.close(out);
            self.begin(
                Open::Thinking,
                |out| {
                    out.raw("{\"type\":\"redacted_thinking\",\"data\":").value(data).raw("}");
                },
                out,
            );
        } else {
            self.begin_thinking(out);
            self.grow("signature_delta", "signature", seal, out);
        }
        self.close(out);
    }

    fn switch_to(&mut self, open: Open, block: impl FnOnce(&mut Vec<u8>), out: &mut Vec<u8>) {
        if self.open != Some(open) {
            self.close(out);
            self.begin(open, block, out);
        }
    }

    fn begin(&mut self, open: Open, block: impl FnOnce(&mut Vec<u8>), out: &mut Vec<u8>) {
        out.raw("event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":");
        out.value(&self.blocks).raw(",\"content_block\":");
        block(out);
        out.raw("}\n\n");
        self.open = Some(open);
        self.blocks += 1;
    }

    /// Adds to the block that is open, which is the last one that began.
    fn grow(&self, kind: &str, field: &str, text: &str, out: &mut Vec<u8>) {
        grow(self.last(), kind, field, text, out);
    }

    fn close(&mut self, out: &mut Vec<u8>) {
        if self.open.take().is_some() {
            out.raw("event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":");
            out.value(&self.last()).raw("}\n\n");
        }
    }

    const fn last(&self) -> usize {
        self.blocks.saturating_sub(1)
    }
}

fn grow(block: usize, kind: &str, field: &str, text: &str, out: &mut Vec<u8>) {
    out.raw("event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":");
    out.value(&block).raw(",\"delta\":{\"type\":\"").raw(kind).raw("\",\"");
    out.raw(field).raw("\":").value(text).raw("}}\n\n");
}
