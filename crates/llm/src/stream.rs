//! A streamed answer, from bytes that may be cut anywhere and may be garbage: what every
//! codec's stream has in common.
//!
//! A codec is a [`Reader`] of events; [`Decoder`] finds the events in the bytes and sees to
//! it that a stream ends exactly once, with [`Delta::Finish`] or with an error.

use crate::chat::{Delta, Request};
use crate::sse::Events;
use crate::transport::MAX_ANSWER_BYTES;
use crate::{Error, Result};

/// The most bytes that one event may have: no answer needs a fraction of it, and what is
/// held of a stream stays small.
pub(crate) const MAX_EVENT_BYTES: usize = 4 * 1024 * 1024;

/// How events stand in the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Framing {
    /// As the `data` of server-sent events.
    ServerSentEvents,
    /// One on each line.
    Lines,
}

/// What an event or the end of the bytes meant for the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// The answer is not complete.
    Goes,
    /// The answer is complete; usage and finish have been given.
    Done,
}

/// What a codec makes of the events of its stream.
pub trait Reader: Send {
    /// How its events are framed.
    const FRAMING: Framing;

    /// A reader of the answer to `request`.
    fn new(request: &Request) -> Self;

    /// Reads one event and adds the pieces that it holds.
    fn event(&mut self, event: &str, deltas: &mut Vec<Delta>) -> Result<Progress>;

    /// The bytes ended; `rest` is an event whose end never came. Where the protocol has no
    /// mark of its own for the end, this decides whether the answer is complete.
    fn end(&mut self, rest: Option<&str>, deltas: &mut Vec<Delta>) -> Result<Progress>;
}

/// Reads one streamed answer.
#[derive(Debug)]
pub struct Decoder<R> {
    events: Events,
    reader: R,
    bytes: usize,
    is_done: bool,
}

impl<R: Reader> Decoder<R> {
    /// A decoder for the answer to `request`.
    pub fn new(request: &Request) -> Self {
        let events = Events::new(R::FRAMING);
        Self { events, reader: R::new(request), bytes: 0, is_done: false }
    }

    /// Whether the last piece or the error has been given; further bytes are ignored.
    pub const fn is_done(&self) -> bool {
        self.is_done
    }

    /// Takes the next bytes.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<Result<Delta>> {
        if self.is_done {
            return Vec::new();
        }
        self.bytes += bytes.len();
        if self.bytes > MAX_ANSWER_BYTES {
            self.is_done = true;
            let message = format!("it has more than {MAX_ANSWER_BYTES} bytes");
            return vec![Err(Error::invalid_reply(message))];
        }
        let mut deltas = Vec::new();
        let reader = &mut self.reader;
        let mut outcome = Ok(Progress::Goes);
        self.events.push(bytes, |event| {
            let event = event.trim();
            if !event.is_empty() && outcome == Ok(Progress::Goes) {
                outcome = reader.event(event, &mut deltas);
            }
        });
        if self.events.held() > MAX_EVENT_BYTES && outcome == Ok(Progress::Goes) {
            let message = format!("one of its events has more than {MAX_EVENT_BYTES} bytes");
            outcome = Err(Error::invalid_reply(message));
        }
        self.settle(outcome, deltas)
    }

    /// There are no more bytes, because of `error` ([`Error::StreamCut`] for a plain end).
    pub fn end(&mut self, error: Error) -> Vec<Result<Delta>> {
        if self.is_done {
            return Vec::new();
        }
        let rest = self.events.rest();
        let rest = rest.as_deref().map(str::trim).filter(|rest| !rest.is_empty());
        let mut deltas = Vec::new();
        let outcome = match self.reader.end(rest, &mut deltas) {
            Ok(Progress::Goes) => Err(error),
            decided => decided,
        };
        self.is_done = true;
        self.settle(outcome, deltas)
    }

    fn settle(&mut self, outcome: Result<Progress>, deltas: Vec<Delta>) -> Vec<Result<Delta>> {
        self.is_done |= outcome != Ok(Progress::Goes);
        deltas.into_iter().map(Ok).chain(outcome.err().map(Err)).collect()
    }
}

/// A decoder of any codec.
pub(crate) trait Decode: Send {
    fn push(&mut self, bytes: &[u8]) -> Vec<Result<Delta>>;
    fn end(&mut self, error: Error) -> Vec<Result<Delta>>;
    fn is_done(&self) -> bool;
}

impl<R: Reader> Decode for Decoder<R> {
    fn push(&mut self, bytes: &[u8]) -> Vec<Result<Delta>> {
        Self::push(self, bytes)
    }

    fn end(&mut self, error: Error) -> Vec<Result<Delta>> {
        Self::end(self, error)
    }

    fn is_done(&self) -> bool {
        Self::is_done(self)
    }
}
