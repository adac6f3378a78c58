//! Log lines on standard error, for people or for machines.

use std::panic::PanicHookInfo;

use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _};

use crate::config::{Log, LogFormat};
use crate::failure::{Failure, Result};
use crate::trace::Spans;

/// Starts logging; once in a process. Panics go to the log, too. Spans of model calls go to
/// `spans`, whatever the log's level.
pub fn start(log: &Log, spans: Option<Spans>) -> Result<()> {
    let filter = EnvFilter::try_new(&log.level).map_err(|error| {
        Failure::invalid(format!(
            "log.level \"{}\": {error}; write error, warn, info, debug or trace",
            log.level
        ))
    })?;
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_target(false);
    let lines = match log.format {
        LogFormat::Text => lines.with_ansi(false).boxed(),
        LogFormat::Json => lines.json().boxed(),
    };
    let spans = spans.map(|spans| spans.with_filter(Spans::filter()));
    tracing_subscriber::registry()
        .with(lines.with_filter(filter))
        .with(spans)
        .try_init()
        .map_err(Failure::failed)?;
    std::panic::set_hook(Box::new(report));
    Ok(())
}

fn report(panic: &PanicHookInfo<'_>) {
    let place = panic.location().map_or_else(String::new, |place| format!(" at {place}"));
    let what = panic.payload_as_str().unwrap_or("something that is no text");
    tracing::error!("panic{place}: {what}");
}
