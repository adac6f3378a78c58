//! Ending in order: no new requests, the open ones end, then tasks, then the database.

use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

use super::Server;
use super::connections::{self, Patience};
use super::places::Places;
use crate::failure::{Failure, Result};

/// How long requests and tasks may take to end.
const DRAIN: Duration = Duration::from_secs(10);
/// Signals this close together are one.
const SAME: Duration = Duration::from_millis(500);

/// What asks the server to stop.
pub struct Stop {
    terminate: Signal,
    interrupt: Signal,
    /// Cancelled by the program itself, as `demo --once` does.
    pub done: CancellationToken,
}

impl Stop {
    /// Listens for SIGTERM and SIGINT.
    pub fn listen() -> Result<Self> {
        let listen = |kind| {
            signal(kind)
                .map_err(|error| Failure::failed(format!("cannot listen for signals: {error}")))
        };
        Ok(Self {
            terminate: listen(SignalKind::terminate())?,
            interrupt: listen(SignalKind::interrupt())?,
            done: CancellationToken::new(),
        })
    }

    async fn signalled(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }

    /// A signal that comes after the first one on purpose: a terminal and its parents
    /// often send the first one twice.
    async fn signalled_again(&mut self) {
        let same = tokio::time::sleep(SAME);
        tokio::pin!(same);
        loop {
            tokio::select! {
                () = &mut same => break,
                () = self.signalled() => {}
            }
        }
        self.signalled().await;
    }

    async fn asked(&mut self) {
        let done = self.done.clone();
        tokio::select! {
            () = self.signalled() => {}
            () = done.cancelled() => {}
        }
    }
}

impl Server {
    /// Serves until it is asked to stop, then ends in order.
    pub async fn run(self, mut stop: Stop) -> Result<()> {
        let Self { app, listener, router, folder, lock, .. } = self;
        let shutdown = app.shutdown.clone();
        let (patience, places) = (Patience::default(), Places::of_process());
        let serving = connections::serve(listener, router, patience, places, shutdown);
        let mut serving = std::pin::pin!(serving);
        let has_ended = tokio::select! {
            () = &mut serving => true,
            () = stop.asked() => false,
            reason = app.db.failed() => return Err(Failure::failed(reason)),
        };
        tracing::info!("stopping: open requests have {} s to end", DRAIN.as_secs());
        app.shutdown.cancel();
        let ending = async {
            if !has_ended && tokio::time::timeout(DRAIN, serving).await.is_err() {
                tracing::warn!("some requests did not end in time and were cut");
            }
            app.tasks.close();
            if tokio::time::timeout(DRAIN, app.tasks.wait()).await.is_err() {
                tracing::warn!(
                    "some tasks did not end in time; what they did not record goes on at the next start"
                );
            }
            app.db.close().await;
        };
        tokio::select! {
            () = ending => {}
            () = stop.signalled_again() => return Err(Failure::failed("stopped at once by a second signal; what was recorded stays recorded")),
        }
        drop((folder, lock));
        tracing::info!("stopped");
        Ok(())
    }
}
