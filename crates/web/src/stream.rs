//! Live streams as server-sent events: first everything that is stored after the number
//! the client has seen, then what comes, in order and without gaps. SQL is the truth; the
//! bus only says when to look again.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use bytes::Bytes;
use futures::future::BoxFuture;
use futures::stream;
use serde_json::Value as Json;
use store::{Bus, Signal};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

use crate::{Ctx, Result};

/// How often a comment is sent so that proxies and clients know the stream lives.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// How often it is asked whether who reads would still be let in: sessions and keys end by
/// themselves, and of rights that another server changes the bus says nothing.
const RECHECK: Duration = Duration::from_secs(5);
/// How many frames may wait for a slow reader before we stop reading for it.
const FRAMES: usize = 64;
/// And how many bytes: events may be large. A larger one waits alone.
const ROOM: usize = 64 * 1024;

/// One event on the stream.
#[derive(Debug, Clone, PartialEq)]
pub struct StreamEvent {
    /// Its number, when it is stored and can be replayed.
    pub id: Option<i64>,
    /// Its name.
    pub name: String,
    /// Its data.
    pub data: Json,
}

/// What a signal means to a stream.
#[derive(Debug)]
pub enum Wake {
    /// Nothing.
    Ignore,
    /// There is something new in SQL.
    Look,
    /// Pass this on; it is not stored.
    Pass(StreamEvent),
}

/// What has been read from SQL.
#[derive(Debug, Default)]
pub struct Batch {
    /// The events, oldest first.
    pub events: Vec<StreamEvent>,
    /// Whether nothing will ever follow.
    pub is_last: bool,
}

/// Where a stream's events come from.
pub trait Source: Send + 'static {
    /// The stored events after a number; an empty batch when there are none yet.
    fn after(&mut self, number: i64) -> BoxFuture<'_, Result<Batch>>;
    /// What a signal means to this stream.
    fn wake(&self, signal: &Signal) -> Wake;
}

/// The number that the client has seen: `Last-Event-ID`, or the one in the query, or 0.
pub fn seen(headers: &HeaderMap, query: Option<i64>) -> i64 {
    headers
        .get("last-event-id")
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.trim().parse().ok())
        .or(query)
        .unwrap_or(0)
}

/// What goes over a stream, in whichever form.
#[derive(Debug, PartialEq)]
pub(crate) enum Frame {
    /// An event, written in the stream's form.
    Event(String),
    /// Nothing, but the stream lives.
    Alive,
}

/// A frame that waits, and the room that it takes meanwhile.
struct Waiting {
    frame: Frame,
    _room: Option<OwnedSemaphorePermit>,
}

/// The frames that a client is still to get.
pub(crate) struct Frames(mpsc::Receiver<Waiting>);

impl Frames {
    /// The next one; none after the last.
    pub(crate) async fn next(&mut self) -> Option<Frame> {
        self.0.recv().await.map(|waiting| waiting.frame)
    }
}

/// Nobody takes the frames any more.
struct Gone;

/// Where frames wait for their reader.
struct Teller {
    sender: mpsc::Sender<Waiting>,
    room: Arc<Semaphore>,
    write: fn(&StreamEvent) -> String,
}

impl Teller {
    fn new(write: fn(&StreamEvent) -> String) -> (Self, Frames) {
        let (sender, receiver) = mpsc::channel(FRAMES);
        (Self { sender, room: Arc::new(Semaphore::new(ROOM)), write }, Frames(receiver))
    }

    /// Waits for room, which is there at once unless the reader is slow.
    async fn event(&self, event: &StreamEvent) -> std::result::Result<(), Gone> {
        let text = (self.write)(event);
        let bytes = u32::try_from(text.len().min(ROOM)).unwrap_or(u32::MAX);
        let room = tokio::select! {
            room = self.room.clone().acquire_many_owned(bytes) => room.map_err(|_| Gone)?,
            () = self.sender.closed() => return Err(Gone),
        };
        let waiting = Waiting { frame: Frame::Event(text), _room: Some(room) };
        self.sender.send(waiting).await.map_err(|_| Gone)
    }

    async fn alive(&self) -> std::result::Result<(), Gone> {
        let waiting = Waiting { frame: Frame::Alive, _room: None };
        self.sender.send(waiting).await.map_err(|_| Gone)
    }
}

/// The response that streams `source` from `number` on.
pub fn respond(ctx: &Ctx, source: impl Source, number: i64) -> Response {
    let frames = stream::unfold(open(ctx, source, number, frame), |mut frames| async move {
        let bytes = match frames.next().await? {
            Frame::Event(text) => Bytes::from(text),
            Frame::Alive => Bytes::from_static(b": alive\n\n"),
        };
        Some((Ok::<Bytes, std::convert::Infallible>(bytes), frames))
    });
    let mut response = Response::new(Body::from_stream(frames));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache, no-transform"));
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    response
}

/// Starts reading `source` from `number` on and writes its events; it ends when nobody takes
/// the frames.
pub(crate) fn open(
    ctx: &Ctx,
    source: impl Source,
    number: i64,
    write: fn(&StreamEvent) -> String,
) -> Frames {
    let (teller, frames) = Teller::new(write);
    let app = ctx.app().clone();
    let caller = ctx.caller_option().cloned();
    let organisation = caller.as_ref().map(|caller| caller.organisation);
    let ear = Ear::new(&app.bus);
    let asked = app.clone();
    let is_let_in = move || -> BoxFuture<'static, Result<bool>> {
        let (app, caller) = (asked.clone(), caller.clone());
        Box::pin(async move {
            match &caller {
                Some(caller) => app.authenticator.is_still_let_in(&app, caller).await,
                None => Ok(true),
            }
        })
    };
    ctx.app().spawn(async move {
        tokio::select! {
            () = app.shutdown.cancelled() => {}
            () = teller.sender.closed() => {}
            () = until_refused(is_let_in) => {}
            () = run(source, number, ear, &teller, organisation) => {}
        }
    });
    frames
}

/// Ends when who reads would not be let in any more; they come back and are told why. While
/// that cannot be asked, there is nothing stored to be read either.
async fn until_refused(is_let_in: impl Fn() -> BoxFuture<'static, Result<bool>>) {
    loop {
        tokio::time::sleep(RECHECK).await;
        match is_let_in().await {
            Ok(true) => {}
            Ok(false) => return,
            Err(error) => tracing::debug!("the rights of a stream's reader are unknown: {error}"),
        }
    }
}

/// What a stream hears of the bus.
struct Ear {
    bus: Bus,
    signals: Receiver<Signal>,
    /// How often rights had changed by the last signal that it heard.
    changes: u64,
}

impl Ear {
    fn new(bus: &Bus) -> Self {
        Self { bus: bus.clone(), changes: bus.changes_of_rights(), signals: bus.listen() }
    }
}

async fn run(
    mut source: impl Source,
    mut number: i64,
    mut ear: Ear,
    teller: &Teller,
    organisation: Option<base::OrganisationId>,
) {
    loop {
        // Everything that is stored, until there is no more.
        loop {
            let batch = match source.after(number).await {
                Ok(batch) => batch,
                Err(error) => {
                    let problem = serde_json::to_value(error.problem()).unwrap_or_default();
                    let event = StreamEvent { id: None, name: "error".to_owned(), data: problem };
                    drop(teller.event(&event).await);
                    return;
                }
            };
            let is_empty = batch.events.is_empty();
            let words =
                if batch.is_last { last_words(&source, &mut ear.signals) } else { Vec::new() };
            for event in words.into_iter().chain(batch.events) {
                number = event.id.unwrap_or(number);
                if teller.event(&event).await.is_err() {
                    return;
                }
            }
            if batch.is_last {
                return;
            }
            if is_empty {
                break;
            }
        }
        // Then wait until there is.
        loop {
            let signal = match tokio::time::timeout(HEARTBEAT, ear.signals.recv()).await {
                Err(_) => {
                    if teller.alive().await.is_err() {
                        return;
                    }
                    continue;
                }
                Ok(Err(RecvError::Closed)) => return,
                // A change of rights may be among what was missed.
                Ok(Err(RecvError::Lagged(_))) if ear.bus.changes_of_rights() != ear.changes => {
                    return;
                }
                Ok(Err(RecvError::Lagged(_))) => break,
                Ok(Ok(signal)) => signal,
            };
            if let Signal::Rights { organisation: changed } = &signal {
                // The client comes back and is checked anew.
                if Some(*changed) == organisation {
                    return;
                }
                ear.changes += 1;
            }
            match source.wake(&signal) {
                Wake::Ignore => {}
                Wake::Look => break,
                Wake::Pass(event) => {
                    if teller.event(&event).await.is_err() {
                        return;
                    }
                }
            }
        }
    }
}

/// What is only live and was said before the end was stored.
fn last_words(source: &impl Source, signals: &mut Receiver<Signal>) -> Vec<StreamEvent> {
    let mut words = Vec::new();
    loop {
        let signal = match signals.try_recv() {
            Ok(signal) => signal,
            Err(TryRecvError::Lagged(_)) => continue,
            Err(TryRecvError::Empty | TryRecvError::Closed) => return words,
        };
        if let Wake::Pass(event) = source.wake(&signal) {
            words.push(event);
        }
    }
}

/// One event in the format of the HTML standard, section 9.2.
fn frame(event: &StreamEvent) -> String {
    let id = event.id.map(|id| format!("id: {id}\n")).unwrap_or_default();
    // JSON has no raw line breaks, so the data is always one line.
    format!("{id}event: {}\ndata: {}\n\n", event.name, event.data)
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;

    use super::*;

    #[test]
    fn frames_follow_the_standard() {
        let event = StreamEvent {
            id: Some(7),
            name: "delta".to_owned(),
            data: serde_json::json!({"text": "a\nb"}),
        };
        assert_eq!(frame(&event), "id: 7\nevent: delta\ndata: {\"text\":\"a\\nb\"}\n\n");
    }

    fn event_of(bytes: usize) -> StreamEvent {
        StreamEvent { id: None, name: String::new(), data: Json::String("x".repeat(bytes)) }
    }

    /// How many events of this size are taken off our hands while nobody reads.
    fn taken(bytes: usize) -> usize {
        let (teller, _frames) = Teller::new(|event| event.data.to_string());
        let event = event_of(bytes);
        (0..1000).take_while(|_| teller.event(&event).now_or_never().is_some()).count()
    }

    /// Not on a runtime, which would make a task that does this much at once wait.
    #[test]
    fn little_waits_for_a_slow_reader() {
        assert_eq!(taken(10), FRAMES);
        assert_eq!(taken(ROOM / 4), 3, "two quotes are added to each");
        assert_eq!(taken(8 * ROOM), 1, "a large one alone");
    }

    #[tokio::test]
    async fn room_is_there_again_once_a_frame_is_taken() {
        let (teller, mut frames) = Teller::new(|event| event.data.to_string());
        let large = event_of(2 * ROOM);
        assert!(matches!(teller.event(&large).now_or_never(), Some(Ok(()))));
        assert!(teller.event(&large).now_or_never().is_none());
        assert!(frames.next().await.is_some());
        assert!(matches!(teller.event(&large).now_or_never(), Some(Ok(()))));
        drop(frames);
        assert!(matches!(teller.event(&large).now_or_never(), Some(Err(Gone))));
    }

    struct Quiet;

    impl Source for Quiet {
        fn after(&mut self, _: i64) -> BoxFuture<'_, Result<Batch>> {
            Box::pin(async { Ok(Batch::default()) })
        }

        fn wake(&self, _: &Signal) -> Wake {
            Wake::Ignore
        }
    }

    #[tokio::test]
    async fn a_reader_who_is_far_behind_does_not_outlive_its_rights() {
        let [ours, other] = [1, 2].map(base::OrganisationId::from_u128);
        for (changed, ends) in [(None, false), (Some(ours), true), (Some(other), true)] {
            let (bus, (teller, _frames)) = (Bus::default(), Teller::new(frame));
            let ear = Ear::new(&bus);
            if let Some(organisation) = changed {
                bus.send(Signal::Rights { organisation });
            }
            for _ in 0..10_000 {
                bus.send(Signal::Outbox { organisation: other, topic: String::new() });
            }
            // in one go: tokio has every task pause after so many answers
            let running = tokio::task::unconstrained(run(Quiet, 0, ear, &teller, Some(ours)));
            assert_eq!(running.now_or_never().is_some(), ends, "{changed:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_stream_ends_soon_after_its_readers_credential() {
        let began = tokio::time::Instant::now();
        let ends = began + Duration::from_secs(60);
        until_refused(move || {
            Box::pin(async move {
                let now = tokio::time::Instant::now();
                // the database is away for a while
                if now < began + Duration::from_secs(20) {
                    return Err(crate::Error::internal("away"));
                }
                Ok(now < ends)
            })
        })
        .await;
        assert_eq!(began.elapsed().as_secs(), 60);
    }

    #[test]
    fn header_wins_over_query() {
        let mut headers = HeaderMap::new();
        assert_eq!(seen(&headers, Some(3)), 3);
        headers.insert("last-event-id", HeaderValue::from_static("9"));
        assert_eq!(seen(&headers, Some(3)), 9);
        assert_eq!(seen(&HeaderMap::new(), None), 0);
    }
}
