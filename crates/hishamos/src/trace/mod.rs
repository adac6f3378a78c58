//! Spans of model calls for a collector of OpenTelemetry, as OTLP over HTTP in JSON.
//!
//! [`Spans`] hears what the gateway tells of its calls (`gen_ai.*`); `post.rs` sends it to
//! the collector in groups; `span.rs` knows the form. Nothing waits for the collector: what
//! it does not take in time is dropped and counted.

mod post;
mod span;

use std::sync::Arc;

use base::{Clock, Random};
use tokio::sync::mpsc;
use tracing::span::{Attributes, Id, Record};
use tracing::{Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::FilterFn;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

pub use post::Post;
use span::Span;

/// How many finished spans wait for the collector at most.
const WAITING: usize = 4_096;

/// Hears spans and hands over those that have ended.
pub struct Spans {
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    ended: mpsc::Sender<Span>,
}

impl Spans {
    /// The layer for the log, and what sends its spans on.
    pub fn new(endpoint: &str, clock: Arc<dyn Clock>, random: Arc<dyn Random>) -> (Self, Post) {
        let (ended, spans) = mpsc::channel(WAITING);
        (Self { clock, random, ended }, Post::new(endpoint, spans))
    }

    /// What of a program is heard: model calls alone.
    pub fn filter() -> FilterFn<fn(&Metadata<'_>) -> bool> {
        FilterFn::new(is_call)
    }

    fn now(&self) -> i64 {
        self.clock.now().as_millis()
    }
}

fn is_call(metadata: &Metadata<'_>) -> bool {
    metadata.is_span() && metadata.target() == "gen_ai"
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Spans {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let Some(place) = context.span(id) else { return };
        let mut span = Span::new(self.now(), self.random.as_ref());
        attributes.record(&mut span);
        place.extensions_mut().insert(span);
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let Some(place) = context.span(id) else { return };
        if let Some(span) = place.extensions_mut().get_mut::<Span>() {
            values.record(span);
        }
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        let Some(place) = context.span(&id) else { return };
        let Some(mut span) = place.extensions_mut().remove::<Span>() else { return };
        span.end(self.now());
        if self.ended.try_send(span).is_err() {
            metrics::counter!("hishamos_spans_dropped_total").increment(1);
        }
    }
}
