//! Sending spans to the collector.

use std::time::Duration;

use serde_json::json;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::span::Span;

/// How many spans go together at most.
const TOGETHER: usize = 512;
/// How long a span waits for others.
const WAIT: Duration = Duration::from_secs(1);
/// How long the collector may take.
const LIMIT: Duration = Duration::from_secs(10);

/// Takes ended spans to the collector.
pub struct Post {
    url: String,
    spans: mpsc::Receiver<Span>,
}

impl Post {
    pub(super) fn new(endpoint: &str, spans: mpsc::Receiver<Span>) -> Self {
        Self { url: format!("{}/v1/traces", endpoint.trim_end_matches('/')), spans }
    }

    /// Sends until the program ends, what is left included.
    pub async fn run(mut self, shutdown: CancellationToken) {
        let client = match llm::client_builder().map(|builder| builder.timeout(LIMIT).build()) {
            Ok(Ok(client)) => client,
            Ok(Err(error)) => return tracing::error!("no spans are sent: {error}"),
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
                self.send(&client, &mut group).await;
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
            self.send(&client, &mut group).await;
        }
    }

    async fn send(&self, client: &reqwest::Client, group: &mut Vec<Span>) {
        if group.is_empty() {
            return;
        }
        let spans: Vec<serde_json::Value> = group.drain(..).map(|span| span.to_json()).collect();
        let count = spans.len() as u64;
        let name = |key: &str, value: &str| json!({"key": key, "value": {"stringValue": value}});
        let version = env!("CARGO_PKG_VERSION");
        let body = json!({"resourceSpans": [{
            "resource": {"attributes": [name("service.name", "hishamos"), name("service.version", version)]},
            "scopeSpans": [{"scope": {"name": "hishamos.gateway", "version": version}, "spans": spans}],
        }]});
        let sent = client.post(&self.url).json(&body).send().await;
        if let Err(error) = sent.and_then(reqwest::Response::error_for_status) {
            let error = error.without_url();
            metrics::counter!("hishamos_spans_dropped_total").increment(count);
            tracing::warn!("the collector did not take {count} spans: {error}");
        }
    }
}
