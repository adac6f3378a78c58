//! A streamed answer, event by event.

use super::wire::{Block, Event, Fragment, Message, Usage};
use super::{REDACTED_SEAL, SEAL};
use crate::chat::{Delta, Finish, Request};
use crate::providers::answer::AnswerTool;
use crate::providers::refusal::{decode_stream_error, parse_event};
use crate::providers::told::Told;
use crate::stream::{Framing, Progress, Reader};
use crate::{Error, Result};

/// Reads the events of one answer. It is complete when `message_stop` came after the model
/// said why it stopped.
#[derive(Debug)]
pub struct Messages {
    told: Told,
    answer: Option<AnswerTool>,
    /// Whether the cache was asked to keep things for an hour.
    is_long: bool,
    /// The blocks that began, by the number that the server gave them.
    blocks: Vec<(u64, Open)>,
    calls: usize,
    has_answered: bool,
    /// Words beside an answer of a demanded shape; they are the answer if no other comes.
    aside: String,
    /// An answer of a demanded shape that cannot be taken out of its input, and why.
    unread: Option<(String, Error)>,
    finish: Option<Finish>,
    stop_sequence: Option<String>,
    usage: Usage,
}

/// What a block is to us.
#[derive(Debug, Clone)]
enum Open {
    Text,
    Thinking {
        is_sealed: bool,
    },
    Call {
        index: usize,
        has_input: bool,
    },
    /// The tool by which the model answers; its input so far, if it cannot be streamed.
    Answer {
        input: String,
    },
    /// Something that the server did for itself, such as a search.
    Other,
}

impl Reader for Messages {
    const FRAMING: Framing = Framing::ServerSentEvents;

    fn new(request: &Request) -> Self {
        Self {
            told: Told::new(request),
            answer: AnswerTool::of(request),
            is_long: request.cache.long,
            blocks: Vec::new(),
            calls: 0,
            has_answered: false,
            aside: String::new(),
            unread: None,
            finish: None,
            stop_sequence: None,
            usage: Usage::default(),
        }
    }

    fn event(&mut self, event: &str, deltas: &mut Vec<Delta>) -> Result<Progress> {
        let event: Event = parse_event(event)?;
        if let Some(error) = &event.error {
            return Err(decode_stream_error(error, &self.told.model));
        }
        let index = event.index.unwrap_or(0);
        match event.kind.as_str() {
            "message_start" => {
                if let Some(message) = event.message {
                    self.start(message.model, message.usage, deltas);
                }
            }
            "content_block_start" => {
                if let Some(block) = event.content_block {
                    self.told.start(None, deltas);
                    let open = self.open(block, false, deltas);
                    self.blocks.push((index, open));
                }
            }
            "content_block_delta" => {
                if let Some(fragment) = event.delta {
                    self.add(index, fragment, deltas);
                }
            }
            "content_block_stop" => self.close(index, deltas),
            "message_delta" => {
                if let Some(usage) = event.usage {
                    self.usage = self.usage.updated(usage);
                }
                if let Some(delta) = event.delta {
                    self.stopped(delta.stop_reason, delta.stop_sequence)?;
                }
            }
            "message_stop" => {
                self.told.start(None, deltas);
                self.last_deltas(deltas)?;
                return Ok(Progress::Done);
            }
            // pings, and what is invented after us
            _ => {}
        }
        Ok(Progress::Goes)
    }

    fn end(&mut self, rest: Option<&str>, deltas: &mut Vec<Delta>) -> Result<Progress> {
        let is_stop = |event: &str| {
            parse_event::<Event>(event).is_ok_and(|event| event.kind == "message_stop")
        };
        if !rest.is_some_and(is_stop) {
            return Ok(Progress::Goes);
        }
        self.told.start(None, deltas);
        self.last_deltas(deltas)?;
        Ok(Progress::Done)
    }
}

impl Messages {
    /// Reads a whole answer as the pieces in which it could have come.
    pub(super) fn whole(&mut self, message: Message, deltas: &mut Vec<Delta>) -> Result<()> {
        self.start(message.model, message.usage, deltas);
        for (index, block) in message.content.into_iter().enumerate() {
            let open = self.open(block, true, deltas);
            self.blocks.push((index as u64, open));
            self.close(index as u64, deltas);
        }
        self.stopped(message.stop_reason, message.stop_sequence)?;
        self.last_deltas(deltas)
    }

    fn start(&mut self, model: Option<String>, usage: Option<Usage>, deltas: &mut Vec<Delta>) {
        if let Some(usage) = usage {
            self.usage = self.usage.updated(usage);
        }
        self.told.start(model, deltas);
    }

    fn stopped(&mut self, reason: Option<String>, at: Option<String>) -> Result<()> {
        if let Some(reason) = reason {
            self.finish = Some(finish(&reason)?);
            self.stop_sequence = at.filter(|at| reason == "stop_sequence" && !at.is_empty());
        }
        Ok(())
    }

    fn open(&mut self, block: Block, is_whole: bool, deltas: &mut Vec<Delta>) -> Open {
        match block.kind.as_str() {
            "text" => {
                self.say(block.text, deltas);
                Open::Text
            }
            "thinking" => {
                self.told.think(block.thinking, deltas);
                let seal = block.signature.filter(|signature| !signature.is_empty());
                let is_sealed = seal.is_some();
                deltas.extend(seal.map(|seal| Delta::Seal { seal: format!("{SEAL}{seal}") }));
                Open::Thinking { is_sealed }
            }
            "redacted_thinking" => {
                let data = block.data.unwrap_or_default();
                deltas.push(Delta::Seal { seal: format!("{REDACTED_SEAL}{data}") });
                Open::Thinking { is_sealed: true }
            }
            "tool_use" => {
                // an empty object stands for an input that is still to come
                let input = block.input.map(|input| input.get().trim().to_owned());
                let input = input.filter(|input| is_whole || input.len() > 2);
                self.begin_call(block.id, block.name, input.unwrap_or_default(), deltas)
            }
            _ => Open::Other,
        }
    }

    fn begin_call(
        &mut self,
        id: Option<String>,
        name: Option<String>,
        input: String,
        deltas: &mut Vec<Delta>,
    ) -> Open {
        let name = name.unwrap_or_default();
        self.told.count(&name);
        self.told.count(&input);
        if let Some(answer) = self.answer.as_ref().filter(|answer| answer.name == name) {
            if std::mem::replace(&mut self.has_answered, true) {
                // one answer was asked for, the first one it is
                return Open::Other;
            }
            if answer.can_stream() && !input.is_empty() {
                deltas.push(Delta::Text { text: input });
                return Open::Answer { input: String::new() };
            }
            return Open::Answer { input };
        }
        let index = self.calls;
        self.calls += 1;
        let id = id.filter(|id| !id.is_empty()).unwrap_or_else(|| format!("call_{index}"));
        let has_input = !input.is_empty();
        deltas.push(Delta::ToolCall { index, id, name, arguments: input });
        Open::Call { index, has_input }
    }

    fn add(&mut self, number: u64, fragment: Fragment, deltas: &mut Vec<Delta>) {
        let place = self.blocks.iter().rposition(|(index, _)| *index == number);
        let Some(place) = place else { return };
        let open = self.blocks[place].1.clone();
        match open {
            Open::Text => self.say(fragment.text, deltas),
            Open::Thinking { is_sealed } => {
                self.told.think(fragment.thinking, deltas);
                let seal = fragment.signature.filter(|seal| !seal.is_empty() && !is_sealed);
                if let Some(seal) = seal {
                    deltas.push(Delta::Seal { seal: format!("{SEAL}{seal}") });
                    self.blocks[place].1 = Open::Thinking { is_sealed: true };
                }
            }
            Open::Call { index, has_input } => {
                let arguments = fragment.partial_json.filter(|json| !json.is_empty() && !has_input);
                if let Some(arguments) = arguments {
                    self.told.count(&arguments);
                    let (id, name) = (String::new(), String::new());
                    deltas.push(Delta::ToolCall { index, id, name, arguments });
                }
            }
            Open::Answer { .. } => self.answer(place, fragment.partial_json, deltas),
            Open::Other => {}
        }
    }

    fn answer(&mut self, place: usize, json: Option<String>, deltas: &mut Vec<Delta>) {
        let Some(text) = json.filter(|json| !json.is_empty()) else { return };
        self.told.count(&text);
        if self.answer.as_ref().is_some_and(AnswerTool::can_stream) {
            deltas.push(Delta::Text { text });
        } else if let (_, Open::Answer { input }) = &mut self.blocks[place] {
            input.push_str(&text);
        }
    }

    fn close(&mut self, number: u64, deltas: &mut Vec<Delta>) {
        let place = self.blocks.iter().rposition(|(index, _)| *index == number);
        let Some(place) = place else { return };
        // the number of a call stays known: some servers go on with it after others began
        let Open::Answer { input } = self.blocks[place].1.clone() else { return };
        self.blocks.remove(place);
        if let Some(answer) = &self.answer
            && !answer.can_stream()
            && !input.is_empty()
        {
            match answer.take_out(&input) {
                Ok(text) => deltas.push(Delta::Text { text }),
                Err(error) => self.unread = Some((input, error)),
            }
        }
    }

    fn say(&mut self, text: Option<String>, deltas: &mut Vec<Delta>) {
        if self.answer.is_some() {
            let text = text.unwrap_or_default();
            self.told.count(&text);
            self.aside.push_str(&text);
        } else {
            self.told.say(text, deltas);
        }
    }

    /// Usage and end; [`Error::StreamCut`] if the model never said why it stopped.
    fn last_deltas(&mut self, deltas: &mut Vec<Delta>) -> Result<()> {
        let reason = match self.finish.ok_or(Error::StreamCut)? {
            Finish::ToolCalls if self.calls == 0 => Finish::Stop,
            Finish::Stop if self.calls > 0 => Finish::ToolCalls,
            reason => reason,
        };
        match (self.unread.take(), reason) {
            // the limit cut it short; what there is of it is what was said
            (Some((text, _)), Finish::Length) => deltas.push(Delta::Text { text }),
            (Some((_, error)), _) => return Err(error),
            (None, _) => {}
        }
        if !self.has_answered && !self.aside.is_empty() {
            deltas.push(Delta::Text { text: std::mem::take(&mut self.aside) });
        }
        let at = self.stop_sequence.take();
        deltas.extend(at.map(|text| Delta::StopSequence { text }));
        let usage = self.usage.tokens(self.is_long).unwrap_or_else(|| self.told.estimate());
        deltas.extend([Delta::Usage(usage), Delta::Finish { reason }]);
        Ok(())
    }
}

fn finish(reason: &str) -> Result<Finish> {
    match reason {
        "end_turn" | "stop_sequence" | "pause_turn" => Ok(Finish::Stop),
        "max_tokens" | "model_context_window_exceeded" => Ok(Finish::Length),
        "tool_use" => Ok(Finish::ToolCalls),
        "refusal" => Ok(Finish::ContentFilter),
        other => Err(Error::invalid_reply(format!(
            "it stopped because of \"{other}\", which is unknown"
        ))),
    }
}
