//! Reading server-sent events bit by bit.

use axum::body::{Body, BodyDataStream};
use axum::http::Request;
use futures::StreamExt as _;
use serde_json::Value as Json;
use tower::ServiceExt as _;

use crate::house::House;
use crate::models::SOON;

#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    pub id: Option<i64>,
    pub name: String,
    pub data: Json,
}

/// An open event stream.
pub struct Stream {
    body: BodyDataStream,
    text: String,
}

impl Stream {
    /// Opens the stream of an execution after a number.
    pub async fn open(house: &House, id: &str, last_event: i64) -> Self {
        let request = Request::builder()
            .uri(format!("/api/v1/executions/{id}/events"))
            .header("authorization", "Bearer test-view_workflows")
            .header("last-event-id", last_event)
            .body(Body::empty())
            .unwrap();
        let response = house.router.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self { body: response.into_body().into_data_stream(), text: String::new() }
    }

    /// The next event; `None` after the last one. Waits for it, but not for ever.
    pub async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(end) = self.text.find("\n\n") {
                let frame: String = self.text.drain(..end + 2).collect();
                if let Some(event) = parse(&frame) {
                    return Some(event);
                }
                continue;
            }
            let next = tokio::time::timeout(SOON, self.body.next()).await;
            let bytes = next.expect("an event comes")?.unwrap();
            self.text.push_str(std::str::from_utf8(&bytes).unwrap());
        }
    }

    /// All events until the stream ends.
    pub async fn rest(mut self) -> Vec<Event> {
        let mut events = Vec::new();
        while let Some(event) = self.next().await {
            events.push(event);
        }
        events
    }
}

fn parse(frame: &str) -> Option<Event> {
    let field = |name: &str| frame.lines().find_map(|line| line.strip_prefix(name));
    Some(Event {
        id: field("id: ").map(|id| id.parse().unwrap()),
        name: field("event: ")?.to_owned(),
        data: serde_json::from_str(field("data: ")?).unwrap(),
    })
}
