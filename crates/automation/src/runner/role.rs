//! Holding the engine role: one process at a time drives executions. The lease's epoch is
//! checked by every engine transaction, so a process that lost the role cannot write. One
//! that cannot reach the database stops by itself before another one may begin: it counts
//! from when it asked for what it was last given, by a clock that nobody sets.

use std::time::Duration;

use store::Kind;
use store::lease::{self, Lease};
use tokio::sync::mpsc;
use tokio::time::Instant;
use web::App;

use super::handle::{Handle, Message, RunnerState};
use super::machine::Machine;
use super::points::Point;
use super::{Dependencies, Options};

/// How often the lease is renewed, and how often a standby asks for it.
const HEARTBEAT: Duration = Duration::from_secs(5);
const STANDBY: Duration = Duration::from_secs(1);
/// How long it works without having renewed: a little less than the lease lasts.
const ALONE: Duration = Duration::from_millis(lease::TTL_MS as u64 - 1000);

/// Takes the role whenever it is free, and drives executions while it is held.
pub(super) async fn hold(
    app: App,
    dependencies: Dependencies,
    options: Options,
    handle: Handle,
    mut inbox: mpsc::Receiver<Message>,
) {
    // The epoch that this process had last.
    let mut last = None;
    // Whether something could not be written that would never be taken.
    let mut was_refused = false;
    while !app.shutdown.is_cancelled() {
        let asked = Instant::now();
        let acquired = tokio::select! {
            () = app.shutdown.cancelled() => break,
            acquired = acquire(&app, &options.node) => acquired,
        };
        // What came late may be another one's by now.
        let Some(mut lease) = acquired.filter(|_| asked.elapsed() < ALONE) else {
            handle.set_state(RunnerState::Standby);
            drain(&mut inbox);
            wait(&app, STANDBY).await;
            continue;
        };
        handle.set_state(RunnerState::Starting);
        let epoch = lease.epoch;
        // Nobody has died who only was not answered for a while.
        lease.is_takeover &= last.replace(epoch) != Some(epoch - 1);
        // What ran when the database refused what came of it is suspected as if it had killed
        // the process: else it would be done and refused again and again.
        lease.is_takeover |= std::mem::take(&mut was_refused);
        tracing::info!(engine.epoch = epoch, "holding the engine role, epoch {epoch}");
        // What work of an earlier time had to tell is found in the journal, or done again.
        drain(&mut inbox);
        let stop = app.shutdown.child_token();
        let (mut has_failed, mut is_lost) = (false, false);
        let mut machine = Machine::new(
            app.clone(),
            dependencies.clone(),
            &options,
            handle.clone(),
            lease.clone(),
            stop.clone(),
        );
        tokio::select! {
            result = machine.run(&mut inbox) => {
                if let Err(error) = result {
                    tracing::error!("the engine stopped: {error}; what was not durable will be found again");
                    has_failed = true;
                    was_refused = error.is_refusal();
                }
            }
            () = keep(&app, &lease, asked) => {
                tracing::error!("lost the engine role, epoch {epoch}; standing by");
                is_lost = true;
            }
        }
        // Its work stops first: nothing may be called twice because two of us are at it.
        stop.cancel();
        drop(machine);
        if has_failed || is_lost {
            handle.set_state(RunnerState::Standby);
            drain(&mut inbox);
        }
        // Whoever runs the engine next reads who waits for events.
        handle.waits().clear();
        if !is_lost {
            release(&app, lease).await;
        }
        if has_failed {
            wait(&app, STANDBY).await;
        }
    }
    handle.set_state(RunnerState::Stopped);
}

async fn acquire(app: &App, node: &str) -> Option<Lease> {
    let (node, now) = (node.to_owned(), app.now());
    Point::RoleDue.pass();
    let taken =
        app.db.write(move |tx| Box::pin(async move { lease::acquire(tx, &node, now).await })).await;
    match taken {
        Ok(lease) => {
            Point::RoleTaken.pass();
            lease
        }
        Err(error) => {
            tracing::error!("cannot ask for the engine role: {error}");
            None
        }
    }
}

/// Renews the lease that was asked for at `asked`; returns once it is lost, or as good as
/// lost because nobody has answered for as long as it lasts.
async fn keep(app: &App, lease: &Lease, mut asked: Instant) {
    let mut pause = HEARTBEAT;
    loop {
        let renew = async {
            wait(app, pause).await;
            let (mine, now) = (lease.clone(), app.now());
            let at = Instant::now();
            Point::RenewDue.pass();
            let renewed = app
                .db
                .write(move |tx| Box::pin(async move { lease::renew(tx, &mine, now).await }))
                .await;
            renewed.map(|()| at)
        };
        let answered = match app.db.kind() {
            // Nobody else may use the database of this process, however long its disk takes.
            Kind::Sqlite => Ok(renew.await),
            Kind::Postgres => tokio::time::timeout_at(asked + ALONE, renew).await,
        };
        match answered {
            Ok(Ok(at)) => {
                Point::Renewed.pass();
                (asked, pause) = (at, HEARTBEAT);
            }
            Ok(Err(store::Error::Fenced { .. })) => return,
            Ok(Err(error)) => {
                tracing::error!("cannot renew the engine role, trying again: {error}");
                pause = STANDBY;
            }
            Err(_) => {
                tracing::error!(
                    "could not renew the engine role for {} s: another server may have it",
                    ALONE.as_secs()
                );
                return;
            }
        }
        if app.shutdown.is_cancelled() {
            // The machine ends by itself; being renewed until then does no harm.
            std::future::pending::<()>().await;
        }
    }
}

async fn release(app: &App, lease: Lease) {
    Point::ReleaseDue.pass();
    let released =
        app.db.write(move |tx| Box::pin(async move { lease::release(tx, &lease).await })).await;
    match released {
        Ok(()) => Point::Released.pass(),
        Err(error) => {
            tracing::warn!("cannot give the engine role back; it expires by itself: {error}");
        }
    }
}

/// Whoever asked while there was no engine is told so by their dropped reply.
fn drain(inbox: &mut mpsc::Receiver<Message>) {
    while inbox.try_recv().is_ok() {}
}

async fn wait(app: &App, duration: Duration) {
    tokio::select! {
        () = app.shutdown.cancelled() => {}
        () = tokio::time::sleep(duration) => {}
    }
}
