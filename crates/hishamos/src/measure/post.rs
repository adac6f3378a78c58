//! Sending histograms to the collector, again and again.

use std::sync::Arc;
use std::time::Duration;

use base::Clock;
use tokio_util::sync::CancellationToken;

use super::Measures;
use crate::collector::Collector;

/// Takes what was counted to the collector.
pub struct Post {
    endpoint: String,
    every: Duration,
    measures: Measures,
    clock: Arc<dyn Clock>,
}

impl Post {
    /// Takes `measures` to the collector at `endpoint`, once in each time `every`.
    pub fn new(endpoint: &str, every: Duration, measures: Measures, clock: Arc<dyn Clock>) -> Self {
        Self { endpoint: endpoint.to_owned(), every, measures, clock }
    }

    /// Sends until the program ends, and what is counted then.
    pub async fn run(self, shutdown: CancellationToken) {
        let collector = match Collector::new(&self.endpoint, "metrics") {
            Ok(collector) => collector,
            Err(error) => return tracing::error!("no histograms are sent: {error}"),
        };
        let start = self.clock.now().as_millis();
        loop {
            let sleep = tokio::time::sleep(self.every);
            let is_over = shutdown.run_until_cancelled(sleep).await.is_none();
            if let Some(told) = self.measures.otlp(start, self.clock.now().as_millis())
                && let Err(error) = collector.send(&told).await
            {
                // nothing is lost: the next ones are counted from the start, too
                tracing::warn!("the collector did not take the histograms: {error}");
            }
            if is_over {
                return;
            }
        }
    }
}
