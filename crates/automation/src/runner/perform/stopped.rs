//! Why the work on an attempt stopped before its end, and how it goes on when the fault was not
//! its own. The engine beside it may never notice that the database was away, so nobody else
//! would find the attempt again.

use std::time::Duration;

use base::ExecutionId;
use engine::Failure;
use store::Error;

const FIRST: Duration = Duration::from_millis(50);
const LONGEST: Duration = Duration::from_secs(5);

/// Why the work on an attempt stopped.
#[derive(Debug)]
pub(in crate::runner) enum Stopped {
    /// The attempt has failed.
    Failed(Failure),
    /// The database is lost, full or in other hands, or the engine is not there; the work
    /// itself is sound.
    Lost(String),
}

impl From<Error> for Stopped {
    fn from(error: Error) -> Self {
        if error.is_refusal() {
            Self::Failed(Failure::passing("database", error.to_string()))
        } else {
            Self::Lost(error.to_string())
        }
    }
}

/// The waits between tries, each twice as long as the one before.
#[derive(Debug)]
pub(super) struct Pause(Duration);

impl Default for Pause {
    fn default() -> Self {
        Self(FIRST)
    }
}

impl Pause {
    /// Says why, and waits.
    pub(super) async fn wait(&mut self, execution: ExecutionId, step: &str, why: &str) {
        tracing::warn!(execution.id = %execution, "step \"{step}\" goes on in {:?}: {why}", self.0);
        tokio::time::sleep(self.0).await;
        self.0 = (self.0 * 2).min(LONGEST);
    }
}

/// Does the work until it has ended by itself; it finds what is durable each time. Whoever does
/// not want it any more drops it.
pub(in crate::runner) async fn until_ended<T, F>(
    execution: ExecutionId,
    step: &str,
    mut work: impl FnMut() -> F,
) -> Result<T, Failure>
where
    F: Future<Output = Result<T, Stopped>>,
{
    let mut pause = Pause::default();
    loop {
        match work().await {
            Ok(done) => return Ok(done),
            Err(Stopped::Failed(failure)) => return Err(failure),
            Err(Stopped::Lost(why)) => pause.wait(execution, step, &why).await,
        }
    }
}
