//! Keeping watch: times that come and events that happen, as long as this process holds
//! the engine role. What is due stands in SQL, so a process that takes over goes on where
//! the last one stopped.

use std::time::Duration;

use store::{Signal, outbox};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::time::Instant;
use web::App;

use super::event::Events;
use super::hear::Hearing;
use crate::runner::RunnerState;
use crate::{Automation, schedule};

/// How long nothing is looked at, at most: another process may have written something, and
/// a clock may jump.
const LONGEST_WAIT: Duration = Duration::from_secs(1);
/// How far apart two looks are at least, however much happens: what happens in between is
/// looked at together.
const REST: Duration = Duration::from_millis(50);

/// Watches until the program stops.
pub(crate) async fn watch(automation: Automation, app: App) {
    let mut signals = app.bus.listen();
    let (mut hearing, mut events) = (Hearing::default(), Events::default());
    loop {
        let (mut wait, looked) = (LONGEST_WAIT, Instant::now());
        // Whatever these tell of is seen now.
        while !matches!(signals.try_recv(), Err(TryRecvError::Empty | TryRecvError::Closed)) {}
        if automation.runner_state() == RunnerState::Active {
            match turn(&automation, &app, &mut hearing, &mut events).await {
                Ok(next) => wait = next.min(LONGEST_WAIT),
                Err(error) => tracing::error!("cannot look for what is due: {error}"),
            }
        }
        tokio::select! {
            () = app.shutdown.cancelled() => return,
            () = tokio::time::sleep(wait) => {}
            () = something_happened(&mut signals) => {}
        }
        tokio::select! {
            () = app.shutdown.cancelled() => return,
            () = tokio::time::sleep_until(looked + REST) => {}
        }
    }
}

/// Starts what is due and tells who waits; gives how long until the next time. However much
/// happens, one turn does a part of it only, so that no organisation's events hold up another's
/// schedules.
async fn turn(
    automation: &Automation,
    app: &App,
    hearing: &mut Hearing,
    events: &mut Events,
) -> store::Result<Duration> {
    let next = looked(schedule::fire(automation, app).await).flatten();
    // What was committed before this time is not newer than the newest.
    let at = app.now();
    let newest = outbox::position(&mut app.db.glance().await?).await?;
    let is_told = looked(hearing.tell(automation, app, (newest, at)).await);
    let is_taken = looked(events.take(automation, app, newest).await);
    if is_told == Some(false) || is_taken == Some(false) {
        return Ok(Duration::ZERO);
    }
    Ok(next.map_or(LONGEST_WAIT, |next| next.since(app.now())))
}

/// What one look gave; one that failed is tried again in the next turn, and the others go on.
fn looked<T>(result: store::Result<T>) -> Option<T> {
    result.inspect_err(|error| tracing::error!("cannot look for what is due: {error}")).ok()
}

async fn something_happened(signals: &mut Receiver<Signal>) {
    loop {
        match signals.recv().await {
            Ok(Signal::Outbox { .. }) | Err(RecvError::Lagged(_)) => return,
            Ok(Signal::Journal { .. } | Signal::Live { .. } | Signal::Rights { .. }) => {}
            Err(RecvError::Closed) => std::future::pending().await,
        }
    }
}
