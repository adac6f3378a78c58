//! Log lines on standard error, for people or for machines.

use std::panic::PanicHookInfo;

use tracing_subscriber::EnvFilter;

use crate::config::{Log, LogFormat};
use crate::failure::{Failure, Result};

/// Starts logging; once in a process. Panics go to the log, too.
pub fn start(log: &Log) -> Result<()> {
    let filter = EnvFilter::try_new(&log.level).map_err(|error| {
        Failure::invalid(format!(
            "log.level \"{}\": {error}; write error, warn, info, debug or trace",
            log.level
        ))
    })?;
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_target(false);
    let started = match log.format {
        LogFormat::Text => builder.with_ansi(false).try_init(),
        LogFormat::Json => builder.json().try_init(),
    };
    started.map_err(Failure::failed)?;
    std::panic::set_hook(Box::new(report));
    Ok(())
}

fn report(panic: &PanicHookInfo<'_>) {
    let place = panic.location().map_or_else(String::new, |place| format!(" at {place}"));
    let what = panic.payload_as_str().unwrap_or("something that is no text");
    tracing::error!("panic{place}: {what}");
}
