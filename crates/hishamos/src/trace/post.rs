//! Sending spans to the collector.

use std::time::Duration;

use serde_json::json;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::span::Span;
use crate::collector::{self, Collector};

/// How many spans go together at most.
const TOGETHER: usize = 512;
/// How long a span waits for others.
const WAIT: Duration = Duration::from_secs(1);

/// Takes ended spans to the collector.
pub struct Post {
    endpoint: String,
    spans: mpsc::Receiver<Span>,
}

impl Post {
    pub(super) fn new(endpoint: &str, spans: mpsc::Receiver<Span>) -> Self {
        Self { endpoint: endpoint.to_owned(), spans }
    }

    /// Sends until the program ends, what is left included.
    pub async fn run(mut self, shutdown: CancellationToken) {
        let collector = match Collector::new(&self.endpoint, "traces") {
            Ok(collector) => collector,
            Err(error) => return tracing::error!("no spans are sent: {error}"),
        };
        let mut group = Vec::new();
        loop {
            let is_over = tokio::select! {
                received = self.spans.recv_many(&mut group, TOGETHER) => received == 0,
                () = shutdown.cancelled() => true,
            };
            if is_over {
                self.spans.close();
                while self.spans.recv_many(&mut group, TOGETHER).await > 0 {}
                send(&collector, &mut group).await;
                return;
            }
            tokio::select! {
                () = tokio::time::sleep(WAIT) => {}
                () = shutdown.cancelled() => {}
            }
            while group.len() < TOGETHER
                && let Ok(span) = self.spans.try_recv()
            {
                group.push(span);
            }
            send(&collector, &mut group).await;
        }
    }
}

async fn send(collector: &Collector, group: &mut Vec<Span>) {
    if group.is_empty() {
        return;
    }
    let spans: Vec<serde_json::Value> = group.drain(..).map(|span| span.to_json()).collect();
    let count = spans.len() as u64;
    let body = json!({"resourceSpans": [{
        "resource": collector::resource(),
        "scopeSpans": [{"scope": collector::scope(), "spans": spans}],
    }]});
    if let Err(error) = collector.send(&body).await {
        metrics::counter!("hishamos_spans_dropped_total").increment(count);
        tracing::warn!("the collector did not take {count} spans: {error}");
    }
}
