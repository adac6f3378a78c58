//! A streamed answer, chunk by chunk.

use super::SEAL;
use super::encode::answer_tool;
use super::wire::{Candidate, Chunk, Piece, Usage};
use crate::chat::{Delta, Finish, Request};
use crate::providers::answer::AnswerTool;
use crate::providers::refusal::{decode_stream_error, parse_event};
use crate::providers::told::Told;
use crate::providers::{own_call_id, turn};
use crate::stream::{Framing, Progress, Reader};
use crate::{Error, Result};

/// Reads the chunks of one answer. It is complete when the model said why it stopped and
/// the bytes end.
#[derive(Debug)]
pub struct Generated {
    told: Told,
    answer: Option<AnswerTool>,
    turn: usize,
    calls: usize,
    finish: Option<Finish>,
    usage: Option<Usage>,
}

impl Reader for Generated {
    const FRAMING: Framing = Framing::ServerSentEvents;

    fn new(request: &Request) -> Self {
        Self {
            told: Told::new(request),
            answer: answer_tool(request),
            turn: turn(request),
            calls: 0,
            finish: None,
            usage: None,
        }
    }

    fn event(&mut self, event: &str, deltas: &mut Vec<Delta>) -> Result<Progress> {
        self.push_chunk(parse_event(event)?, deltas)?;
        Ok(Progress::Goes)
    }

    fn end(&mut self, rest: Option<&str>, deltas: &mut Vec<Delta>) -> Result<Progress> {
        // the last chunk may lack the line that closes it, if it can be read at all
        if let Some(chunk) = rest.and_then(|rest| serde_json::from_str(rest).ok()) {
            self.push_chunk(chunk, deltas)?;
        } else if rest.is_some() {
            return Ok(Progress::Goes);
        }
        if self.finish.is_none() {
            return Ok(Progress::Goes);
        }
        deltas.extend(self.last_deltas()?);
        Ok(Progress::Done)
    }
}

impl Generated {
    /// Reads one chunk of a stream, or a whole answer as its only chunk.
    pub(super) fn push_chunk(&mut self, chunk: Chunk, deltas: &mut Vec<Delta>) -> Result<()> {
        if let Some(error) = &chunk.error {
            return Err(decode_stream_error(error, &self.told.model));
        }
        if let Some(feedback) = chunk.prompt_feedback
            && let Some(reason) = feedback.block_reason
        {
            let said = feedback.block_reason_message.unwrap_or_default();
            let message = format!("the prompt was blocked because of {reason} {said}");
            return Err(Error::ContentFiltered { message: message.trim_end().to_owned() });
        }
        self.told.start(chunk.model_version, deltas);
        self.usage = chunk.usage_metadata.or(self.usage);
        for candidate in chunk.candidates.unwrap_or_default() {
            // we ask for one
            if candidate.index.unwrap_or(0) == 0 {
                self.push_candidate(candidate, deltas)?;
            }
        }
        Ok(())
    }

    fn push_candidate(&mut self, candidate: Candidate, deltas: &mut Vec<Delta>) -> Result<()> {
        let pieces = candidate.content.and_then(|content| content.parts).unwrap_or_default();
        for piece in pieces {
            self.push_piece(piece, deltas)?;
        }
        if let Some(reason) = candidate.finish_reason {
            self.finish = finish(&reason, candidate.finish_message)?.or(self.finish);
        }
        Ok(())
    }

    fn push_piece(&mut self, piece: Piece, deltas: &mut Vec<Delta>) -> Result<()> {
        // before what it belongs to, as it is sent back
        if let Some(seal) = piece.thought_signature.filter(|seal| !seal.is_empty()) {
            deltas.push(Delta::Seal { seal: format!("{SEAL}{seal}") });
        }
        if piece.thought == Some(true) {
            self.told.think(piece.text, deltas);
        } else {
            self.told.say(piece.text, deltas);
        }
        let Some(call) = piece.function_call else { return Ok(()) };
        let name = call.name.unwrap_or_default();
        let arguments = call.args.map(|args| args.get().to_owned()).unwrap_or_default();
        self.told.count(&name);
        self.told.count(&arguments);
        if let Some(answer) = self.answer.as_ref().filter(|answer| answer.name == name) {
            deltas.push(Delta::Text { text: answer.take_out(&arguments)? });
            return Ok(());
        }
        let index = self.calls;
        self.calls += 1;
        let id = call.id.filter(|id| !id.is_empty());
        let id = id.unwrap_or_else(|| own_call_id(self.turn, index));
        deltas.push(Delta::ToolCall { index, id, name, arguments });
        Ok(())
    }

    /// Usage and end; [`Error::StreamCut`] if the model never said why it stopped.
    pub(super) fn last_deltas(&mut self) -> Result<[Delta; 2]> {
        let reason = match self.finish.ok_or(Error::StreamCut)? {
            Finish::Stop if self.calls > 0 => Finish::ToolCalls,
            reason => reason,
        };
        let usage =
            self.usage.as_ref().and_then(Usage::tokens).unwrap_or_else(|| self.told.estimate());
        Ok([Delta::Usage(usage), Delta::Finish { reason }])
    }
}

fn finish(reason: &str, said: Option<String>) -> Result<Option<Finish>> {
    let said = said.unwrap_or_default();
    match reason {
        "" | "FINISH_REASON_UNSPECIFIED" => Ok(None),
        "STOP" => Ok(Some(Finish::Stop)),
        "MAX_TOKENS" => Ok(Some(Finish::Length)),
        "SAFETY" | "RECITATION" | "LANGUAGE" | "BLOCKLIST" | "PROHIBITED_CONTENT" | "SPII"
        | "IMAGE_SAFETY" => Ok(Some(Finish::ContentFilter)),
        other => Err(Error::invalid_reply(
            format!("it stopped because of \"{other}\" {said}").trim_end().to_owned(),
        )),
    }
}
