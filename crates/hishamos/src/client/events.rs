//! Following an execution: its stored events, each once and in order, and what is only
//! live in between. A broken connection is taken up again after the last number seen.

use std::pin::Pin;
use std::time::Duration;

use futures::{Stream, StreamExt as _};
use reqwest::Method;
use serde_json::Value as Json;
use sse_stream::{Error, Sse, SseStream};

use super::{Client, part};
use crate::failure::{Exit, Failure, Result};

/// How often a lost connection is tried again in a row, with growing pauses: about a minute.
const TRIES: u32 = 30;

/// One event of an execution.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Event {
    /// What happened: `attempt_completed`, `delta`, …
    pub kind: String,
    /// The details.
    pub data: Json,
}

impl Event {
    /// Whether nothing follows.
    pub fn is_final(&self) -> bool {
        matches!(
            self.kind.as_str(),
            "execution_completed"
                | "execution_failed"
                | "execution_cancelled"
                | "execution_rolled_back"
        )
    }
}

type Open = Pin<Box<dyn Stream<Item = Result<Sse, Error>> + Send>>;

/// The events of one execution.
pub struct Events {
    client: Client,
    path: String,
    last: Option<String>,
    open: Option<Open>,
    is_over: bool,
}

impl Client {
    /// Follows an execution from its first event.
    pub fn events(&self, execution: &str) -> Result<Events> {
        Ok(Events {
            client: self.clone(),
            path: format!("/api/v1/executions/{}/events", part(execution)?),
            last: None,
            open: None,
            is_over: false,
        })
    }
}

impl Events {
    /// The next event; `None` after the last one.
    pub async fn next(&mut self) -> Result<Option<Event>> {
        let mut failures = 0;
        while !self.is_over {
            let Some(stream) = &mut self.open else {
                match self.connect().await {
                    Ok(stream) => self.open = Some(stream),
                    Err(failure) if failure.exit == Exit::Unreachable && failures < TRIES => {
                        failures += 1;
                        let pause = Duration::from_millis(200) * failures.min(10);
                        tokio::time::sleep(pause).await;
                    }
                    Err(failure) => return Err(failure),
                }
                continue;
            };
            // A stream that ends or breaks without the last event is taken up again.
            let Some(Ok(frame)) = stream.next().await else {
                self.open = None;
                failures += 1;
                if failures > TRIES {
                    return Err(Failure::new(
                        Exit::Unreachable,
                        "the server ends the stream of events again and again; see its log",
                    ));
                }
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            };
            let Some(event) = self.take(frame) else { continue };
            if event.kind == "error" {
                let detail = event.data["detail"].as_str().unwrap_or("the stream of events failed");
                return Err(Failure::failed(detail));
            }
            self.is_over = event.is_final();
            return Ok(Some(event));
        }
        Ok(None)
    }

    async fn connect(&self) -> Result<Open> {
        let mut request = self.client.request(&self.client.streams, Method::GET, &self.path);
        if let Some(last) = &self.last {
            request = request.header("last-event-id", last);
        }
        let response = self.client.send(request).await?;
        Ok(Box::pin(SseStream::from_bytes_stream(response.bytes_stream())))
    }

    fn take(&mut self, frame: Sse) -> Option<Event> {
        if let Some(id) = frame.id {
            self.last = Some(id);
        }
        let data = serde_json::from_str(frame.data.as_deref()?).ok()?;
        Some(Event { kind: frame.event?, data })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_end_is_the_last_event() {
        let check = |kind: &str, expected: bool| {
            let event = Event { kind: kind.to_owned(), data: Json::Null };
            assert_eq!(event.is_final(), expected, "{kind}");
        };
        check("execution_completed", true);
        check("execution_failed", true);
        check("execution_cancelled", true);
        check("execution_rolled_back", true);
        check("execution_paused", false);
    }
}
