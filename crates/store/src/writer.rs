//! The group-commit writer: one task that collects everything that wants to be durable,
//! commits it as one transaction and then answers all who wait. The price of making a
//! commit durable is shared, which is where the speed comes from.

use std::fmt;
use std::sync::Mutex;

use futures::future::BoxFuture;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use crate::sql::Tx;
use crate::sql::begin::Begin;
use crate::sql::dialect::{RELEASE, ROLLBACK_TO, SAVEPOINT};
use crate::{Error, Result};

/// How many jobs may wait before callers are held back.
const QUEUE: usize = 4096;
/// How many jobs share one commit at most.
const BATCH: usize = 512;

/// A job in the queue: what to do in the transaction, and how to answer.
struct Job {
    run: Run,
}

type Run = Box<dyn for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Answer> + Send>;

/// What a job leaves behind until the commit is known.
struct Answer {
    /// Whether its changes stay.
    keep: bool,
    /// Tells the caller, given how the commit went.
    tell: Box<dyn FnOnce(Result<(), String>) + Send>,
}

/// The handle of the writer task.
pub(crate) struct Writer {
    queue: Mutex<Option<mpsc::Sender<Job>>>,
    task: Mutex<Option<JoinHandle<()>>>,
}

impl fmt::Debug for Writer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Writer")
    }
}

impl Writer {
    /// Starts the task. It ends when the writer is stopped or dropped.
    #[expect(clippy::disallowed_methods, reason = "the handle is kept and awaited in `stop`")]
    pub(crate) fn start(pools: impl Begin) -> Self {
        let (sender, receiver) = mpsc::channel(QUEUE);
        let task = tokio::spawn(run(pools, receiver));
        Self { queue: Mutex::new(Some(sender)), task: Mutex::new(Some(task)) }
    }

    pub(crate) async fn write<T, E, F>(&self, job: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
        F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<T, E>> + Send + 'static,
    {
        let stopped = || E::from(Error::WriterStopped("the program is shutting down".to_owned()));
        let Some(queue) = lock(&self.queue).clone() else { return Err(stopped()) };
        let (reply, answer) = oneshot::channel();
        let run: Run = Box::new(move |tx| {
            let work = job(tx);
            Box::pin(async move {
                let result = work.await;
                let keep = result.is_ok();
                let tell = Box::new(move |commit: Result<(), String>| {
                    let result = match (result, commit) {
                        (Ok(_), Err(reason)) => Err(E::from(Error::WriterStopped(reason))),
                        (result, _) => result,
                    };
                    // The caller may have gone; its work is committed all the same.
                    drop(reply.send(result));
                });
                Answer { keep, tell }
            })
        });
        queue.send(Job { run }).await.map_err(|_| stopped())?;
        answer.await.map_err(|_| stopped())?
    }

    /// Refuses new jobs, finishes those in the queue, then returns.
    pub(crate) async fn stop(&self) {
        drop(lock(&self.queue).take());
        let task = lock(&self.task).take();
        if let Some(task) = task
            && let Err(error) = task.await
        {
            tracing::error!("the database writer ended badly: {error}");
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

async fn run(pools: impl Begin, mut queue: mpsc::Receiver<Job>) {
    let mut jobs = Vec::with_capacity(BATCH);
    while queue.recv_many(&mut jobs, BATCH).await > 0 {
        metrics::histogram!("hishamos_commit_jobs").record(jobs.len() as f64);
        commit(&pools, &mut jobs).await;
    }
}

/// Runs all jobs in one transaction, commits it, then answers.
async fn commit(pools: &impl Begin, jobs: &mut Vec<Job>) {
    let mut tx = match pools.begin().await {
        Ok(tx) => tx,
        Err(error) => {
            // Dropping a job drops its reply, so no caller waits for ever.
            tracing::error!(
                "cannot begin a transaction, {} writes are refused: {error}",
                jobs.len()
            );
            jobs.clear();
            return;
        }
    };
    let alone = jobs.len() == 1;
    let mut answers = Vec::with_capacity(jobs.len());
    let mut broken: Option<String> = None;
    for job in jobs.drain(..) {
        if broken.is_some() {
            continue;
        }
        match one(&mut tx, job, alone).await {
            Ok(answer) => answers.push(answer),
            Err(error) => broken = Some(error.to_string()),
        }
    }
    let outcome = match broken {
        Some(reason) => tx.rollback().await.and(Err(Error::WriterStopped(reason))),
        None if alone && answers.iter().all(|answer| !answer.keep) => tx.rollback().await,
        None => tx.commit().await,
    };
    let outcome = outcome.map_err(|error| {
        tracing::error!("a commit of {} writes failed: {error}", answers.len());
        error.to_string()
    });
    for answer in answers {
        (answer.tell)(outcome.clone());
    }
}

/// Runs one job; when it shares the transaction, behind a savepoint of its own.
async fn one(tx: &mut Tx, job: Job, alone: bool) -> Result<Answer> {
    if alone {
        return Ok((job.run)(tx).await);
    }
    tx.execute(SAVEPOINT, Vec::new()).await?;
    let answer = (job.run)(tx).await;
    if !answer.keep {
        tx.execute(ROLLBACK_TO, Vec::new()).await?;
    }
    tx.execute(RELEASE, Vec::new()).await?;
    Ok(answer)
}
