//! Making changes durable, also when the disk is full.

use std::sync::Arc;
use std::time::Duration;

use base::{ExecutionId, Timestamp};
use store::Error;

use super::change::Change;
use super::commit::{Pending, Reply, Writing};
use super::facts::{self, New, Written};
use super::handle::{InputError, StartError};
use super::machine::Machine;
use super::points::Point;

/// How long a commit that failed for want of space waits before it is tried again.
const FULL_DISK_WAIT: Duration = Duration::from_secs(1);

impl Machine {
    /// Writes the changes, after a pause if there is to be one.
    pub(super) fn write(
        &self,
        changes: Arc<Vec<Change>>,
        new: New,
        pause: Option<Duration>,
    ) -> Writing {
        let (lease, app) = (self.lease.clone(), self.app.clone());
        let procedures = self.dependencies.procedures.clone();
        Box::pin(async move {
            if let Some(pause) = pause {
                tokio::time::sleep(pause).await;
            }
            let (now, random) = (app.now(), app.random.clone());
            Point::FactsDue.pass();
            let written = app
                .db
                .write(move |tx| {
                    Box::pin(async move {
                        let written =
                            facts::write(tx, &lease, &procedures, &changes, new, now, &random)
                                .await?;
                        Point::FactsWritten.pass();
                        Ok::<_, Error>(written)
                    })
                })
                .await?;
            Ok((now, written))
        })
    }

    /// The commit that was on its way has arrived or failed. It goes on its way again while the
    /// disk is full, because facts that have happened must not be lost; executions that nobody
    /// was promised are given up.
    pub(super) fn land(
        &mut self,
        written: Result<(Timestamp, Written), Error>,
    ) -> Result<(), Error> {
        let Some(mut pending) = self.pending.take() else { return Ok(()) };
        let pause = match written {
            Err(Error::Duplicate(_)) if pending.new == New::Expected => {
                pending.new = New::Doubted;
                None
            }
            Err(Error::DiskFull) if !self.stop.is_cancelled() => {
                tracing::error!(
                    "the disk is full: the engine waits; free some space on the data folder's disk"
                );
                self.refuse_waiting(&mut pending);
                self.give_up_creations(&mut pending);
                Some(FULL_DISK_WAIT)
            }
            other => {
                let (at, written) = other?;
                Point::FactsDurable.pass();
                self.settle(pending, at, written);
                return Ok(());
            }
        };
        pending.writing = self.write(pending.changes.clone(), pending.new, pause);
        self.pending = Some(pending);
        Ok(())
    }

    /// Forgets executions that were to be made: their makers were told that they are not.
    fn give_up_creations(&mut self, pending: &mut Pending) {
        let is_made = |change: &Change| change.created.is_some();
        let Some(changes) = Arc::get_mut(&mut pending.changes) else { return };
        let mut given_up: Vec<ExecutionId> =
            changes.extract_if(.., |change| is_made(change)).map(|change| change.id).collect();
        pending.effects.retain(|(id, _)| !given_up.contains(id));
        given_up
            .extend(self.changes.values().filter(|change| is_made(change)).map(|change| change.id));
        for id in given_up {
            self.give_up(id);
        }
    }

    /// People do not wait for a full disk: they are told now, and may ask again.
    fn refuse_waiting(&mut self, pending: &mut Pending) {
        let coming = std::mem::take(&mut self.replies);
        for reply in std::mem::take(&mut pending.replies).into_iter().chain(coming) {
            let full = Error::DiskFull.to_string();
            match reply {
                Reply::Create(_, reply) | Reply::Exists(reply) => {
                    drop(reply.send(Err(StartError::Unavailable(full))));
                }
                Reply::Input(_, reply) => drop(reply.send(Err(InputError::Unavailable(full)))),
            }
        }
    }
}
