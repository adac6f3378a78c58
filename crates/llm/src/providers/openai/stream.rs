//! A streamed answer, chunk by chunk.

use super::SEAL;
use super::wire::{CallFragment, Choice, Chunk, Fragment, Piece};
use crate::chat::{Delta, Finish, Request, TokenUsage};
use crate::door::Lines;
use crate::providers::refusal::{decode_stream_error, parse_event};
use crate::providers::told::Told;
use crate::stream::{Framing, Progress, Reader};
use crate::{Error, Result};

/// Reads one streamed answer. An answer is complete when the model said why it stopped and
/// nothing is missing after that: `[DONE]` came, or the usage that we asked for. Everything
/// else is [`Error::StreamCut`].
#[derive(Debug)]
pub struct Chat {
    told: Told,
    calls: Vec<OpenCall>,
    /// Whether the model says that it will not answer.
    is_refusal: bool,
    memory: Memory,
    finish: Option<Finish>,
    stop_sequence: Option<String>,
    usage: Option<TokenUsage>,
}

/// How far the thought is that its server wants back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Memory {
    /// It wants none back.
    Unwanted,
    /// Nothing was thought.
    Nothing,
    /// A thought began that has no words. There may come none, and even that is wanted back.
    Wordless,
    /// A thought has words.
    Words,
    /// All that was thought is sealed.
    Sealed,
}

/// A tool call that has begun, by the number and id that the server gave it.
#[derive(Debug)]
struct OpenCall {
    wire_index: u64,
    wire_id: Option<String>,
}

impl Reader for Chat {
    const FRAMING: Framing = Framing::ServerSentEvents;

    fn new(request: &Request) -> Self {
        Self {
            told: Told::new(request),
            calls: Vec::new(),
            is_refusal: false,
            memory: Memory::Unwanted,
            finish: None,
            stop_sequence: None,
            usage: None,
        }
    }

    fn event(&mut self, event: &str, deltas: &mut Vec<Delta>) -> Result<Progress> {
        if event == DONE {
            deltas.extend(self.last_deltas()?);
            return Ok(Progress::Done);
        }
        self.push_chunk(parse_event(event)?, deltas)?;
        Ok(Progress::Goes)
    }

    fn end(&mut self, rest: Option<&str>, deltas: &mut Vec<Delta>) -> Result<Progress> {
        let has_all = rest == Some(DONE) || self.usage.is_some();
        if self.finish.is_none() || !has_all {
            return Ok(Progress::Goes);
        }
        deltas.extend(self.last_deltas()?);
        Ok(Progress::Done)
    }
}

/// Reads one streamed answer of a server that wants its thoughts back, and seals them for it.
#[derive(Debug)]
pub struct Recalled(pub(super) Chat);

impl Reader for Recalled {
    const FRAMING: Framing = Chat::FRAMING;

    fn new(request: &Request) -> Self {
        Self(Chat { memory: Memory::Nothing, ..Chat::new(request) })
    }

    fn event(&mut self, event: &str, deltas: &mut Vec<Delta>) -> Result<Progress> {
        self.0.event(event, deltas)
    }

    fn end(&mut self, rest: Option<&str>, deltas: &mut Vec<Delta>) -> Result<Progress> {
        self.0.end(rest, deltas)
    }
}

impl Chat {
    /// Reads one chunk of a stream, or a whole answer as its only chunk.
    pub(super) fn push_chunk(&mut self, chunk: Chunk, deltas: &mut Vec<Delta>) -> Result<()> {
        if let Some(error) = &chunk.error {
            return Err(decode_stream_error(error, &self.told.model));
        }
        let choices = chunk.choices.unwrap_or_default();
        let model = chunk.model.filter(|model| !model.is_empty());
        // Azure judges the prompt in a chunk before the answer, without a model's name
        if model.is_some() || !choices.is_empty() {
            self.told.start(model, deltas);
        }
        for choice in choices {
            // we ask for one choice; a server that sends more does not mix them up for us
            if choice.index.unwrap_or(0) == 0 {
                self.push_choice(choice, deltas)?;
            }
        }
        let usage = chunk.usage.or_else(|| chunk.x_groq?.usage);
        self.usage = usage.and_then(|usage| usage.tokens()).or(self.usage);
        Ok(())
    }

    fn push_choice(&mut self, choice: Choice, deltas: &mut Vec<Delta>) -> Result<()> {
        if let Some(error) = &choice.error {
            return Err(decode_stream_error(error, &self.told.model));
        }
        if let Some(fragment) = choice.delta.or_else(|| choice.message.map(|whole| *whole)) {
            self.push_fragment(fragment, deltas);
        }
        if let Some(reason) = choice.finish_reason.filter(|reason| !reason.is_empty()) {
            self.finish = Some(finish(&reason)?);
        }
        if let Some(serde_json::Value::String(at)) = choice.stop_reason.map(|reason| *reason) {
            self.stop_sequence = Some(at).filter(|at| !at.is_empty());
        }
        self.usage = choice.usage.and_then(|usage| usage.tokens()).or(self.usage);
        Ok(())
    }

    fn push_fragment(&mut self, fragment: Fragment, deltas: &mut Vec<Delta>) {
        let said = |text: Option<String>| text.filter(|text| !text.is_empty());
        self.is_refusal |= fragment.refusal.as_ref().is_some_and(|text| !text.is_empty());
        if let Some(thought) = &fragment.reasoning_content {
            self.remember(thought);
        }
        let details = said(Some(fragment.details()));
        let thought = said(fragment.reasoning_content).or_else(|| said(fragment.reasoning));
        self.told.think(thought.or(details), deltas);
        match fragment.content {
            None | Some(Lines::Nothing) => {}
            Some(Lines::Text(text)) => {
                if !text.is_empty() {
                    self.seal(false, deltas);
                }
                self.told.say(Some(text), deltas);
            }
            Some(Lines::Parts(pieces)) => {
                for piece in pieces {
                    self.told.think(Some(words(piece.thinking)), deltas);
                    self.told.say(piece.text, deltas);
                }
            }
        }
        self.told.refuse(fragment.refusal, deltas);
        for call in fragment.tool_calls.unwrap_or_default() {
            self.seal(true, deltas);
            deltas.push(self.tool_call(call));
        }
    }

    /// Notes that more was thought, if only that there is a place for it.
    fn remember(&mut self, thought: &str) {
        self.memory = match self.memory {
            Memory::Unwanted => Memory::Unwanted,
            Memory::Nothing if thought.is_empty() => Memory::Wordless,
            memory if thought.is_empty() => memory,
            Memory::Nothing | Memory::Wordless | Memory::Words | Memory::Sealed => Memory::Words,
        };
    }

    /// Seals what was thought before the words or the call that now come.
    fn seal(&mut self, is_call: bool, deltas: &mut Vec<Delta>) {
        if self.memory == Memory::Words || (is_call && self.memory == Memory::Wordless) {
            self.memory = Memory::Sealed;
            deltas.push(Delta::Seal { seal: SEAL.to_owned() });
        }
    }

    /// Numbers calls ourselves: some servers give every call the number 0, or none.
    fn tool_call(&mut self, fragment: CallFragment) -> Delta {
        let id = fragment.id.filter(|id| !id.is_empty());
        let function = fragment.function;
        let name = function.as_ref().and_then(|function| function.name.clone()).unwrap_or_default();
        let arguments = function.map(|function| function.arguments_text()).unwrap_or_default();
        self.told.count(&name);
        self.told.count(&arguments);
        // without number and id, a name is the only sign that another call begins
        let begins = fragment.index.is_none() && id.is_none() && !name.is_empty();
        if !begins && let Some(index) = self.open_call(fragment.index, id.as_deref()) {
            return Delta::ToolCall { index, id: String::new(), name: String::new(), arguments };
        }
        let index = self.calls.len();
        let wire_index = fragment.index.unwrap_or(index as u64);
        self.calls.push(OpenCall { wire_index, wire_id: id.clone() });
        let id = id.unwrap_or_else(|| format!("call_{index}"));
        Delta::ToolCall { index, id, name, arguments }
    }

    /// The call that a fragment continues: the newest with its number, unless it has an id of
    /// its own.
    fn open_call(&self, wire_index: Option<u64>, id: Option<&str>) -> Option<usize> {
        let is_same = |call: &OpenCall| {
            let number_fits = wire_index.is_none_or(|index| call.wire_index == index);
            let id_fits = id.is_none_or(|id| call.wire_id.as_deref() == Some(id));
            number_fits && id_fits
        };
        self.calls.iter().rposition(is_same)
    }

    /// Usage and end; [`Error::StreamCut`] if the model never said why it stopped.
    pub(super) fn last_deltas(&mut self) -> Result<Vec<Delta>> {
        let reason = match self.finish.ok_or(Error::StreamCut)? {
            // several servers say "stop" although they wait for tools
            Finish::Stop if !self.calls.is_empty() => Finish::ToolCalls,
            // or else its words would be taken for the answer in the demanded shape
            Finish::Stop if self.is_refusal => Finish::ContentFilter,
            reason => reason,
        };
        let usage = self.usage.unwrap_or_else(|| self.told.estimate());
        let at = self.stop_sequence.take().map(|text| Delta::StopSequence { text });
        Ok(at.into_iter().chain([Delta::Usage(usage), Delta::Finish { reason }]).collect())
    }
}

/// The words of a thought.
fn words(thought: Lines<Piece>) -> String {
    match thought {
        Lines::Nothing => String::new(),
        Lines::Text(text) => text,
        Lines::Parts(pieces) => pieces.into_iter().filter_map(|piece| piece.text).collect(),
    }
}

const DONE: &str = "[DONE]";

fn finish(reason: &str) -> Result<Finish> {
    match reason {
        "stop" | "eos" | "end_turn" | "stop_sequence" => Ok(Finish::Stop),
        "length" | "max_tokens" | "model_length" => Ok(Finish::Length),
        "tool_calls" | "function_call" | "tool_use" => Ok(Finish::ToolCalls),
        "content_filter" => Ok(Finish::ContentFilter),
        // "error" at OpenRouter, "insufficient_system_resource" at DeepSeek, "abort" at vLLM
        "error" | "abort" | "insufficient_system_resource" => Err(Error::Overloaded {
            retry_after: None,
            message: format!("it stopped in mid-answer because of \"{reason}\""),
        }),
        other => Err(Error::invalid_reply(format!(
            "it stopped because of \"{other}\", which is unknown"
        ))),
    }
}
