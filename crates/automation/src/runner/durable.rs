//! Making changes durable, also when the disk is full.

use std::sync::Arc;
use std::time::Duration;

use base::Timestamp;
use store::Error;

use super::change::Change;
use super::facts::{self, New, Written};
use super::handle::{InputError, StartError};
use super::machine::{Machine, Reply};
use super::points::Point;

/// How long a commit that failed for want of space waits before it is tried again.
const FULL_DISK_WAIT: Duration = Duration::from_secs(1);

impl Machine {
    /// Writes the changes; waits and tries again while the disk is full, because facts that
    /// have happened must not be lost. Executions that nobody was promised are given up.
    /// Returns when it was written, and what came of it.
    pub(super) async fn write(
        &mut self,
        changes: &mut Arc<Vec<Change>>,
    ) -> Result<(Timestamp, Written), Error> {
        let mut new = New::Expected;
        loop {
            let (batch, lease, app) = (changes.clone(), self.lease.clone(), self.app.clone());
            let procedures = self.dependencies.procedures.clone();
            let now = app.now();
            Point::FactsDue.pass();
            let result = self
                .app
                .db
                .write(move |tx| {
                    Box::pin(async move {
                        let random = &app.random;
                        let written =
                            facts::write(tx, &lease, &procedures, &batch, new, now, random).await?;
                        Point::FactsWritten.pass();
                        Ok(written)
                    })
                })
                .await;
            match result {
                Err(Error::Duplicate(_)) if new == New::Expected => new = New::Doubted,
                Err(Error::DiskFull) if !self.stop.is_cancelled() => {
                    tracing::error!(
                        "the disk is full: the engine waits; free some space on the data folder's disk"
                    );
                    self.refuse_waiting();
                    self.give_up_creations(changes);
                    tokio::time::sleep(FULL_DISK_WAIT).await;
                }
                other => {
                    let written = other?;
                    Point::FactsDurable.pass();
                    return Ok((now, written));
                }
            }
        }
    }

    /// Forgets executions that were to be made: their makers were told that they are not.
    fn give_up_creations(&mut self, changes: &mut Arc<Vec<Change>>) {
        let Some(batch) = Arc::get_mut(changes) else { return };
        for change in batch.extract_if(.., |change| change.created.is_some()) {
            self.forget(change.id);
            self.effects.retain(|(id, _)| *id != change.id);
        }
    }

    /// People do not wait for a full disk: they are told now, and may ask again.
    fn refuse_waiting(&mut self) {
        for reply in std::mem::take(&mut self.replies) {
            let full = Error::DiskFull.to_string();
            match reply {
                Reply::Create(_, reply) | Reply::Exists(reply) => {
                    drop(reply.send(Err(StartError::Unavailable(full))));
                }
                Reply::Input(reply) => drop(reply.send(Err(InputError::Unavailable(full)))),
            }
        }
    }
}
