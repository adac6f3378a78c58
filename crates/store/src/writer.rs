//! The group-commit writer: it collects everything that wants to be durable, commits it as
//! one transaction and then answers all who wait. The price of making a commit durable is
//! shared, which is where the speed comes from. It is one task, or one thread where the
//! database blocks who uses it.
//!
//! A job that fails is taken back alone. A full disk fails the jobs of its transaction
//! and nothing else. A disk that failed stops the writer for good, see [`Trouble::Disk`].

use std::collections::VecDeque;
use std::fmt;
use std::panic::AssertUnwindSafe;
use std::sync::Mutex;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use tokio::sync::{mpsc, oneshot, watch};

use crate::sql::Tx;
use crate::sql::begin::Begin;
use crate::sql::dialect::{RELEASE, SAVEPOINT};
use crate::trouble::Trouble;
use crate::{Error, Result};

/// How many jobs may wait before callers are held back.
const QUEUE: usize = 4096;
/// How many jobs share one commit at most.
const BATCH: usize = 512;

/// Work that waits in the queue.
trait Job: Send {
    /// Does it in the transaction.
    fn run(self: Box<Self>, tx: &mut Tx) -> BoxFuture<'_, Answer>;
    /// Tells its caller that it was not even begun.
    fn refuse(self: Box<Self>, trouble: Trouble);
}

/// What a job leaves behind until the commit is known.
struct Answer {
    /// Whether its changes stay.
    keep: bool,
    /// Tells the caller, given how the commit went.
    tell: Box<dyn FnOnce(Result<(), Trouble>) + Send>,
}

/// A job and the caller who waits for it.
struct Waiting<T, E, F> {
    job: F,
    reply: oneshot::Sender<Result<T, E>>,
}

impl<T, E, F> Job for Waiting<T, E, F>
where
    T: Send + 'static,
    E: From<Error> + Send + 'static,
    F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<T, E>> + Send + 'static,
{
    fn run(self: Box<Self>, tx: &mut Tx) -> BoxFuture<'_, Answer> {
        let Self { job, reply } = *self;
        Box::pin(async move {
            // One bad job must not take the writer, and everybody's writes, with it.
            let work = AssertUnwindSafe(async move { job(tx).await });
            let Ok(result) = work.catch_unwind().await else {
                tracing::error!("a database write panicked; its changes were taken back");
                return Answer { keep: false, tell: Box::new(move |_| drop(reply)) };
            };
            let keep = result.is_ok();
            let tell = Box::new(move |commit: Result<(), Trouble>| {
                let result = match (result, commit) {
                    (Ok(_), Err(trouble)) => Err(E::from(trouble.into_error())),
                    (result, _) => result,
                };
                // The caller may have gone; its work is committed all the same.
                drop(reply.send(result));
            });
            Answer { keep, tell }
        })
    }

    fn refuse(self: Box<Self>, trouble: Trouble) {
        let Self { job, reply } = *self;
        // Whoever is told may take back what they lent to it.
        drop(job);
        drop(reply.send(Err(E::from(trouble.into_error()))));
    }
}

/// The handle of the writer.
pub(crate) struct Writer {
    queue: Mutex<Option<mpsc::Sender<Box<dyn Job>>>>,
    /// Told when the writer has ended.
    end: Mutex<Option<oneshot::Receiver<()>>>,
    failure: watch::Receiver<Option<Trouble>>,
}

impl fmt::Debug for Writer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Writer")
    }
}

impl Writer {
    /// Starts it. It ends when the writer is stopped or dropped, or the disk fails.
    pub(crate) fn start(pools: impl Begin) -> Result<Self> {
        let (sender, receiver) = mpsc::channel(QUEUE);
        let (failed, failure) = watch::channel(None);
        let (ended, end) = oneshot::channel();
        let is_blocking = pools.blocks();
        let work = async move {
            run(pools, receiver, failed).await;
            // Nobody may be waiting for it.
            let _ = ended.send(());
        };
        if is_blocking {
            start_thread(work)?;
        } else {
            start_task(work);
        }
        Ok(Self { queue: Mutex::new(Some(sender)), end: Mutex::new(Some(end)), failure })
    }

    pub(crate) async fn write<T, E, F>(&self, job: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
        F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<T, E>> + Send + 'static,
    {
        let Some(queue) = lock(&self.queue).clone() else { return Err(E::from(self.stopped())) };
        let (reply, answer) = oneshot::channel();
        let job: Box<dyn Job> = Box::new(Waiting { job, reply });
        queue.send(job).await.map_err(|_| E::from(self.stopped()))?;
        answer.await.unwrap_or_else(|_| {
            Err(E::from(Error::WriterStopped(
                "the write was given up half-way; the log says why".to_owned(),
            )))
        })
    }

    fn stopped(&self) -> Error {
        self.failure().map_or_else(
            || Error::WriterStopped("the program is shutting down".to_owned()),
            Trouble::into_error,
        )
    }

    /// Why the writer stopped, when the disk failed.
    pub(crate) fn failure(&self) -> Option<Trouble> {
        self.failure.borrow().clone()
    }

    /// Waits for the failure; for ever when there is none.
    pub(crate) async fn failed(&self) -> String {
        let mut failure = self.failure.clone();
        match failure.wait_for(Option::is_some).await {
            Ok(_) => self.stopped().to_string(),
            Err(_) => std::future::pending().await,
        }
    }

    /// Refuses new jobs, finishes those in the queue, then returns.
    pub(crate) async fn stop(&self) {
        drop(lock(&self.queue).take());
        let end = lock(&self.end).take();
        if let Some(end) = end
            && end.await.is_err()
        {
            tracing::error!("the database writer ended badly");
        }
    }
}

/// Works on a thread of its own, for as long as the runtime lives: what is half done when it
/// ends is taken back, as that of its tasks is.
fn start_thread(work: impl Future<Output = ()> + Send + 'static) -> Result<()> {
    let (mut alive, gone) = oneshot::channel::<()>();
    start_task(async move { alive.closed().await });
    let runtime = tokio::runtime::Handle::current();
    let work = async move {
        tokio::select! {
            () = work => {}
            _ = gone => {}
        }
    };
    let thread = std::thread::Builder::new().name("writer".to_owned());
    thread.spawn(move || runtime.block_on(work)).map(drop).map_err(Error::Thread)
}

#[expect(clippy::disallowed_methods, reason = "`stop` waits for what it tells at its end")]
fn start_task(work: impl Future<Output = ()> + Send + 'static) {
    drop(tokio::spawn(work));
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

async fn run(
    pools: impl Begin,
    mut queue: mpsc::Receiver<Box<dyn Job>>,
    failed: watch::Sender<Option<Trouble>>,
) {
    let mut received = Vec::with_capacity(BATCH);
    while queue.recv_many(&mut received, BATCH).await > 0 {
        metrics::histogram!("hishamos_commit_jobs").record(received.len() as f64);
        let mut jobs: VecDeque<_> = received.drain(..).collect();
        // A transaction that breaks leaves the jobs it did not begin for the next one.
        while !jobs.is_empty() {
            let Err(trouble) = commit(&pools, &mut jobs).await else { continue };
            tracing::error!("writing has stopped because the disk failed: {trouble:?}");
            failed.send_replace(Some(trouble.clone()));
            queue.close();
            while let Ok(job) = queue.try_recv() {
                jobs.push_back(job);
            }
            refuse(&mut jobs, &trouble);
            while let Some(job) = queue.recv().await {
                job.refuse(trouble.clone());
            }
            return;
        }
    }
}

fn refuse(jobs: &mut VecDeque<Box<dyn Job>>, trouble: &Trouble) {
    for job in jobs.drain(..) {
        job.refuse(trouble.clone());
    }
}

/// Runs jobs in one transaction, commits it, then answers. Jobs that stay in `jobs` were
/// not begun. Fails only when nothing may be written any more.
async fn commit(pools: &impl Begin, jobs: &mut VecDeque<Box<dyn Job>>) -> Result<(), Trouble> {
    let alone = jobs.len() == 1;
    let mut tx = match pools.begin(alone).await {
        Ok(tx) => tx,
        Err(error) => {
            tracing::error!(
                "cannot begin a transaction, {} writes are refused: {error}",
                jobs.len()
            );
            let trouble = Trouble::of(&error).unwrap_or_else(|| {
                Trouble::Lost(format!("the database did not begin a transaction: {error}"))
            });
            refuse(jobs, &trouble);
            return stop_if_disk(Err(trouble));
        }
    };
    let mut answers = Vec::with_capacity(jobs.len());
    let mut broken = None;
    while broken.is_none()
        && let Some(job) = jobs.pop_front()
    {
        let (answer, trouble) = one(&mut tx, job, alone).await;
        answers.push(answer);
        broken = trouble;
    }
    let nothing_to_keep = answers.iter().all(|answer| !answer.keep);
    let outcome = match broken {
        Some(trouble) => {
            give_up(tx, &trouble).await;
            Err(trouble)
        }
        None if nothing_to_keep => {
            give_up(tx, &Trouble::Full).await;
            Ok(())
        }
        None => finish(tx).await,
    };
    if let Err(trouble) = &outcome {
        tracing::error!("a transaction of {} writes was not kept: {trouble:?}", answers.len());
    }
    for answer in answers {
        (answer.tell)(outcome.clone());
    }
    stop_if_disk(outcome)?;
    stop_if_disk(settle(pools).await)
}

fn stop_if_disk(outcome: Result<(), Trouble>) -> Result<(), Trouble> {
    match outcome {
        Err(Trouble::Disk(reason)) => Err(Trouble::Disk(reason)),
        Ok(()) | Err(Trouble::Full | Trouble::Lost(_)) => Ok(()),
    }
}

async fn finish(tx: Tx) -> Result<(), Trouble> {
    tx.finish().await.map_err(|error| match Trouble::of(&error) {
        Some(trouble) => trouble.of_commit(),
        None => Trouble::Lost(format!("the commit failed and was taken back: {error}")),
    })
}

/// Lets the database tidy up; what was committed is durable already.
async fn settle(pools: &impl Begin) -> Result<(), Trouble> {
    pools.settle().await.map_err(|error| {
        tracing::warn!("the database could not tidy up: {error}");
        Trouble::of(&error).unwrap_or_else(|| Trouble::Lost(error.to_string()))
    })
}

/// Takes a transaction back, unless that would touch a failed disk.
async fn give_up(tx: Tx, trouble: &Trouble) {
    if matches!(trouble, Trouble::Disk(_)) {
        tx.abandon();
    } else if let Err(error) = tx.rollback().await {
        // SQLite takes some back by itself; the pool replaces such a connection.
        tracing::debug!("the rollback had nothing to do: {error}");
    }
}

/// Runs one job; when it shares the transaction, behind a savepoint of its own. Says also
/// whether the transaction is broken.
async fn one(tx: &mut Tx, job: Box<dyn Job>, alone: bool) -> (Answer, Option<Trouble>) {
    if !alone && let Err(error) = tx.execute(SAVEPOINT, Vec::new()).await {
        let trouble = cause(tx, &error);
        let refused = trouble.clone();
        let tell = Box::new(move |_| job.refuse(refused));
        return (Answer { keep: false, tell }, Some(trouble));
    }
    let mut answer = job.run(tx).await;
    if let Some(trouble) = tx.trouble() {
        return (answer, Some(trouble.clone()));
    }
    if answer.keep
        && let Some(reason) = tx.failed()
    {
        answer = overlooked(answer, reason);
    }
    if alone {
        return (answer, None);
    }
    let done = if answer.keep {
        tx.execute(RELEASE, Vec::new()).await.map(drop)
    } else {
        tx.rollback_to_savepoint().await
    };
    let trouble = done.err().map(|error| cause(tx, &error));
    (answer, trouble)
}

/// A job that went on after one of its statements had failed: nothing of it is kept, and
/// its caller must not believe otherwise.
fn overlooked(answer: Answer, reason: &str) -> Answer {
    let trouble = Trouble::Lost(format!(
        "the write went on after one of its statements had failed, so it was taken back: {reason}"
    ));
    Answer { keep: false, tell: Box::new(move |_| (answer.tell)(Err(trouble))) }
}

fn cause(tx: &Tx, error: &Error) -> Trouble {
    tx.trouble()
        .cloned()
        .unwrap_or_else(|| Trouble::Lost(format!("the transaction broke: {error}")))
}
