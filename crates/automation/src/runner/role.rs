//! Holding the engine role: one process at a time drives executions. The lease's epoch is
//! checked by every engine transaction, so a process that lost the role cannot write.

use std::time::Duration;

use store::lease::{self, Lease};
use tokio::sync::mpsc;
use web::App;

use super::handle::{Handle, Message, RunnerState};
use super::machine::Machine;
use super::{Dependencies, Options};

/// How often the lease is renewed, and how often a standby asks for it.
const HEARTBEAT: Duration = Duration::from_secs(5);
const STANDBY: Duration = Duration::from_secs(1);

/// Takes the role whenever it is free, and drives executions while it is held.
pub(super) async fn hold(
    app: App,
    dependencies: Dependencies,
    options: Options,
    handle: Handle,
    mut inbox: mpsc::Receiver<Message>,
) {
    while !app.shutdown.is_cancelled() {
        let Some(lease) = acquire(&app, &options.node).await else {
            handle.set_state(RunnerState::Standby);
            drain(&mut inbox);
            wait(&app, STANDBY).await;
            continue;
        };
        handle.set_state(RunnerState::Starting);
        let epoch = lease.epoch;
        tracing::info!(engine.epoch = epoch, "holding the engine role, epoch {epoch}");
        // What work of an earlier time had to tell is found in the journal, or done again.
        drain(&mut inbox);
        let stop = app.shutdown.child_token();
        let mut has_failed = false;
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
                }
            }
            () = renew(&app, &lease) => tracing::error!("lost the engine role, epoch {epoch}; standing by"),
        }
        // Its work stops first: nothing may be called twice because two of us are at it.
        stop.cancel();
        release(&app, lease).await;
        if has_failed {
            wait(&app, STANDBY).await;
        }
    }
    handle.set_state(RunnerState::Stopped);
}

async fn acquire(app: &App, node: &str) -> Option<Lease> {
    let (node, now) = (node.to_owned(), app.now());
    let taken =
        app.db.write(move |tx| Box::pin(async move { lease::acquire(tx, &node, now).await })).await;
    match taken {
        Ok(lease) => lease,
        Err(error) => {
            tracing::error!("cannot ask for the engine role: {error}");
            None
        }
    }
}

/// Renews until that fails for good.
async fn renew(app: &App, lease: &Lease) {
    let mut failures = 0;
    loop {
        wait(app, HEARTBEAT).await;
        let (mine, now) = (lease.clone(), app.now());
        let renewed = app
            .db
            .write(move |tx| Box::pin(async move { lease::renew(tx, &mine, now).await }))
            .await;
        match renewed {
            Ok(()) => failures = 0,
            Err(store::Error::Fenced { .. }) => return,
            Err(error) => {
                failures += 1;
                tracing::error!(
                    "cannot renew the engine role ({failures} times in a row): {error}"
                );
                if failures >= 3 {
                    return;
                }
            }
        }
        if app.shutdown.is_cancelled() {
            // The machine ends by itself; being renewed until then does no harm.
            std::future::pending::<()>().await;
        }
    }
}

async fn release(app: &App, lease: Lease) {
    let released =
        app.db.write(move |tx| Box::pin(async move { lease::release(tx, &lease).await })).await;
    if let Err(error) = released {
        tracing::warn!("cannot give the engine role back; it expires by itself: {error}");
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
