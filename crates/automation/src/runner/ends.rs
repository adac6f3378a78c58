//! Those who wait for an execution to end, in this process.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base::ExecutionId;
use tokio::sync::oneshot;

/// Everybody who waits.
#[derive(Clone, Default)]
pub(crate) struct Ends(Arc<Mutex<Waiting>>);

type Waiting = HashMap<ExecutionId, Vec<oneshot::Sender<()>>>;

/// The coming end of one execution. Dropping it is leaving the line.
pub(crate) struct End {
    ends: Ends,
    execution: ExecutionId,
    told: oneshot::Receiver<()>,
}

impl Ends {
    /// Waits from now on; an execution that has ended before is not told of.
    pub(crate) fn of(&self, execution: ExecutionId) -> End {
        let (tell, told) = oneshot::channel();
        self.lock().entry(execution).or_default().push(tell);
        End { ends: self.clone(), execution, told }
    }

    /// The end is durable.
    pub(super) fn tell(&self, execution: ExecutionId) {
        for waiting in self.lock().remove(&execution).unwrap_or_default() {
            // Who left meanwhile need not know.
            let _ = waiting.send(());
        }
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl End {
    /// Waits for it.
    pub(crate) async fn reached(&mut self) {
        if (&mut self.told).await.is_err() {
            // The engine has stopped; whoever waits gives up by the time that they set.
            std::future::pending::<()>().await;
        }
    }
}

impl Drop for End {
    fn drop(&mut self) {
        self.told.close();
        let mut waiting = self.ends.lock();
        if let Some(line) = waiting.get_mut(&self.execution) {
            line.retain(|tell| !tell.is_closed());
            if line.is_empty() {
                waiting.remove(&self.execution);
            }
        }
    }
}
