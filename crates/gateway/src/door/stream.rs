//! An answer as server-sent events. What is ready goes out together: a slow model is heard
//! word by word, a fast one does not cost a write for each word ([`Pace`]).

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use bytes::Bytes;
use futures::Stream;
use llm::chat::{Accumulator, Delta, Finish, Reply, TokenUsage};
use llm::door::{Failure, Frames};
use llm::tokens::Tally;
use llm::{DeltaStream, Error};
use tokio::time::{Instant, Sleep, sleep};

use super::asked::{Open, Used};
use super::insider;
use super::pace::Pace;
use crate::cache::{Given, Lead};
use crate::telemetry::{self, Answered, Ending};

/// How much goes out in one piece at most.
const PIECE: usize = 64 * 1024;

/// An answer on its way to the client.
pub(super) struct Events {
    deltas: Option<DeltaStream>,
    frames: Frames,
    open: Option<Open>,
    usage: TokenUsage,
    /// What was heard of the model's words, which a call cut short has cost at least.
    heard: Tally,
    scripted: bool,
    /// The answer so far, when it is to be remembered, and those who wait for it.
    kept: Option<(Lead<Given<Reply>>, Accumulator)>,
    /// What was said so far, when it is told with the span.
    said: Option<String>,
    /// How long a silence may last, and when this one has.
    silence: Option<(Duration, Pin<Box<Sleep>>)>,
    /// What waits for more to go out with.
    waiting: Vec<u8>,
    pace: Pace,
}

/// What breaks a silence: a comment, which every client reads over.
const SIGN_OF_LIFE: &[u8] = b": still at work\n\n";

impl Events {
    /// The events of an answer of a model, which is booked when it ends.
    pub(super) fn new(deltas: DeltaStream, frames: Frames, mut open: Open) -> Self {
        let tells = open.doors.options.capture_content && !open.span.is_disabled();
        let kept = open.lead.take().map(|lead| {
            // until the client asks for the first words, it has the head to take
            lead.is_sent();
            (lead, Accumulator::default())
        });
        Self {
            said: tells.then(String::new),
            deltas: Some(deltas),
            frames,
            open: Some(open),
            usage: TokenUsage::default(),
            heard: Tally::default(),
            scripted: false,
            kept,
            silence: None,
            waiting: Vec::new(),
            pace: Pace::default(),
        }
    }

    /// The events of an answer that nobody has to book here.
    pub(super) fn unbooked(deltas: DeltaStream, frames: Frames) -> Self {
        Self {
            said: None,
            deltas: Some(deltas),
            frames,
            open: None,
            usage: TokenUsage::default(),
            heard: Tally::default(),
            scripted: false,
            kept: None,
            silence: None,
            waiting: Vec::new(),
            pace: Pace::default(),
        }
    }

    /// The same, with a sign of life after each silence of this length.
    pub(super) fn alive(mut self, after: Duration) -> Self {
        self.silence = Some((after, Box::pin(sleep(after))));
        self
    }

    /// The answer as a response.
    pub(super) fn response(self) -> Response {
        let mut response = Response::new(Body::from_stream(self));
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        // a proxy in between must not hold the words back
        headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
        response
    }

    fn hear(&mut self, delta: Delta, out: &mut Vec<u8>) {
        self.frames.push(&delta, out);
        match &delta {
            Delta::Start { scripted, .. } => self.scripted = *scripted,
            Delta::Usage(usage) => self.usage = *usage,
            Delta::Text { text } | Delta::Refusal { text } => {
                self.heard.add(text);
                if let Some(said) = &mut self.said {
                    said.push_str(text);
                }
            }
            Delta::Finish { reason } => {
                self.deltas = None;
                self.done(*reason);
            }
            Delta::Reasoning { text } => self.heard.add(text),
            Delta::ToolCall { name, arguments, .. } => {
                self.heard.add(name);
                self.heard.add(arguments);
            }
            Delta::Seal { .. } | Delta::StopSequence { .. } => {}
        }
        if let Some((_, accumulator)) = &mut self.kept
            && accumulator.push(delta).is_err()
        {
            self.kept = None;
        }
        if self.deltas.is_none() {
            self.remember();
        }
    }

    /// Nothing is there to say: after a while a sign of life.
    fn silent(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Infallible>>> {
        let Some((after, end)) = &mut self.silence else { return Poll::Pending };
        std::task::ready!(end.as_mut().poll(context));
        end.as_mut().reset(Instant::now() + *after);
        Poll::Ready(Some(Ok(Bytes::from_static(SIGN_OF_LIFE))))
    }

    /// The answer is complete.
    fn done(&mut self, finish: Finish) {
        let Some(open) = self.open.as_mut() else { return };
        if let Some(pass) = &mut open.pass {
            let tokens = self.usage.input.saturating_add(self.usage.output);
            pass.used(i64::try_from(tokens).unwrap_or(i64::MAX));
        }
        let used = Used {
            platform: &open.platform,
            model: &open.model,
            usage: self.usage,
            scripted: self.scripted,
        };
        let cost = open.doors.book(&open.call, open.ticket.take(), used);
        open.doors.count(&open.call, Ending::Ok);
        let answered = Answered { usage: &self.usage, cost, finish: Some(finish) };
        open.doors.tell(&open.call, &open.span, (&open.platform, &open.model), Ok(answered));
        if let Some(said) = &self.said {
            telemetry::said(&open.span, said, finish);
        }
        // the answer is complete, whenever the client has taken all of it
        open.span = tracing::Span::none();
    }

    /// Puts a complete answer into the cache, and gives it to those who wait for it.
    fn remember(&mut self) {
        let Some((lead, accumulator)) = self.kept.take() else { return };
        let (Some(open), Ok(reply)) = (&mut self.open, accumulator.finish()) else { return };
        if open.thrift.shows(reply.finish) {
            return;
        }
        let (provider, model) = (open.platform.to_string(), open.model.clone());
        let given = lead.give(Given { answer: reply, provider, model, alike: None });
        if let Some(spot) = open.spot.take() {
            spot.keep(given);
        }
    }

    fn fail(&mut self, error: &Error, out: &mut Vec<u8>) {
        self.deltas = None;
        if let Some((lead, _)) = self.kept.take() {
            lead.broke();
        }
        let Some(open) = self.open.as_mut() else {
            return self.frames.fail(&insider::failure(error), out);
        };
        self.frames.fail(&Failure::from(error), out);
        open.hold_at_least(&self.usage, self.heard);
        super::Doors::book_failure(open.ticket.take(), &after_words(error));
        open.doors.count(&open.call, Ending::Failed);
        open.doors.tell(&open.call, &open.span, (&open.platform, &open.model), Err(error));
        open.span = tracing::Span::none();
    }
}

impl Drop for Events {
    fn drop(&mut self) {
        // the client left: the ticket books itself
        if let Some(open) = self.open.as_mut() {
            open.hold_at_least(&self.usage, self.heard);
        }
    }
}

/// A provider that has begun to answer counts what it wrote, whatever it says afterwards.
fn after_words(error: &Error) -> Error {
    if error.used_nothing() { Error::StreamCut } else { error.clone() }
}

impl Stream for Events {
    type Item = Result<Bytes, Infallible>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        if let Some((lead, _)) = &this.kept {
            lead.is_taken();
        }
        let mut out = std::mem::take(&mut this.waiting);
        while let Some(deltas) = this.deltas.as_mut() {
            match deltas.as_mut().poll_next(context) {
                Poll::Ready(Some(Ok(delta))) => this.hear(delta, &mut out),
                Poll::Ready(Some(Err(error))) => this.fail(&error, &mut out),
                Poll::Ready(None) => this.fail(&Error::StreamCut, &mut out),
                Poll::Pending if out.is_empty() => return this.silent(context),
                Poll::Pending if this.pace.is_early(context) => {
                    this.waiting = out;
                    return Poll::Pending;
                }
                Poll::Pending => break,
            }
            if out.len() >= PIECE {
                break;
            }
        }
        if out.is_empty() {
            return Poll::Ready(None);
        }
        if let Some((after, end)) = &mut this.silence {
            end.as_mut().reset(Instant::now() + *after);
        }
        if let Some((lead, _)) = &this.kept {
            lead.is_sent();
        }
        this.pace.sent();
        Poll::Ready(Some(Ok(Bytes::from(out))))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use futures::channel::mpsc::unbounded;
    use futures::{FutureExt as _, StreamExt as _};
    use llm::door::{Door, Meta};
    use serde_json::json;
    use tokio::time::advance;

    use super::*;

    fn frames() -> Frames {
        let body =
            json!({"model": "m", "stream": true, "messages": [{"role": "user", "content": "hi"}]});
        let asked = Door::Chat.decode(body.to_string().as_bytes()).unwrap();
        let meta = Meta { id: "1".to_owned(), created: 0, model: "m".to_owned() };
        Door::Chat.frames(&meta, &asked)
    }

    #[tokio::test(start_paused = true)]
    async fn words_that_come_within_a_millisecond_go_out_together() {
        let (model, deltas) = unbounded();
        let mut events = Events::unbooked(deltas.boxed(), frames());
        let say = |text: &str| {
            model.unbounded_send(Ok(Delta::Text { text: text.to_owned() })).unwrap();
        };
        // what can be taken now, by its words; nothing when it should be waited for
        let heard = |events: &mut Events| {
            let piece = events.next().now_or_never()??.unwrap();
            let text = String::from_utf8(piece.to_vec()).unwrap();
            Some(
                ["one", "two", "three", "four"]
                    .into_iter()
                    .filter(|word| text.contains(word))
                    .collect::<Vec<_>>(),
            )
        };
        say("one");
        assert_eq!(heard(&mut events), Some(vec!["one"]), "the first goes out at once");
        say("two");
        assert_eq!(heard(&mut events), None, "the next one waits");
        advance(Duration::from_micros(900)).await;
        say("three");
        assert_eq!(heard(&mut events), None, "and another one with it");
        advance(Duration::from_micros(200)).await;
        assert_eq!(heard(&mut events), Some(vec!["two", "three"]));
        advance(Duration::from_millis(5)).await;
        say("four");
        assert_eq!(heard(&mut events), Some(vec!["four"]), "a slow model is heard at once");
        say("one");
        model.unbounded_send(Ok(Delta::Finish { reason: Finish::Stop })).unwrap();
        assert_eq!(heard(&mut events), Some(vec!["one"]), "the end waits for nothing");
        assert!(events.next().await.is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn a_word_that_waits_is_sent_although_nothing_follows_it() {
        let (model, deltas) = unbounded();
        let mut events = Events::unbooked(deltas.boxed(), frames());
        for text in ["one", "two"] {
            model.unbounded_send(Ok(Delta::Text { text: text.to_owned() })).unwrap();
            let began = Instant::now();
            let piece = events.next().await.unwrap().unwrap();
            assert!(String::from_utf8_lossy(&piece).contains(text));
            assert!(began.elapsed() <= Duration::from_millis(2));
        }
    }
}
