//! The connection that writes to PostgreSQL. It stays here between transactions: giving it
//! back to a pool and taking it out again would ask the server three times whether it is
//! still there. After anything that went wrong it is closed, and the next transaction gets
//! a new one.
//!
//! What a transaction costs here is round trips. One that turns out to be a single statement
//! needs neither `begin` nor `commit`: the database keeps all of a statement or nothing, and makes
//! it as durable as a commit before it says that it is done with it.

use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::{PgConnection, PgPool, Postgres};
use tokio::time::Instant;

use crate::trouble::Trouble;

/// How long the server may take to answer. Whoever is cut off without being told so would wait
/// for ever, and everybody's writes with it.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);

/// How lately the server must have answered for a statement to be sent without a `begin`, which
/// finds out whether the connection is still there while nothing is lost by that. A server that
/// went meanwhile leaves it unknown what came of the statement; in so short a time it would as
/// well have gone in the middle of a commit.
const SURELY_THERE: Duration = Duration::from_millis(20);

/// The answer, or that the connection is lost when there is none in time. The connection
/// must not be used again then.
pub(super) async fn in_time<T>(
    answer: impl Future<Output = Result<T, sqlx::Error>>,
) -> Result<T, sqlx::Error> {
    let silence = || {
        let told = format!("no answer within {} s", ANSWER_WITHIN.as_secs());
        Err(sqlx::Error::Io(io::Error::new(io::ErrorKind::TimedOut, told)))
    };
    tokio::time::timeout(ANSWER_WITHIN, answer).await.unwrap_or_else(|_| silence())
}

/// The writing connection's place between transactions.
#[derive(Clone)]
pub(super) struct Lane {
    pool: PgPool,
    resting: Resting,
}

type Resting = Arc<Mutex<Option<Rested>>>;

/// A connection between transactions.
struct Rested {
    connection: PoolConnection<Postgres>,
    /// When the server answered last.
    heard: Instant,
}

/// A transaction that may write. Dropping it closes the connection, which takes all back that
/// was not sent by itself.
pub(super) struct Writing {
    /// There until the transaction has ended, or could not begin.
    connection: Option<PoolConnection<Postgres>>,
    heard: Instant,
    lane: Lane,
    stage: Stage,
}

/// How far a transaction is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// The server knows nothing of it; the next statement begins it.
    Due,
    /// It has begun.
    Begun,
    /// The next statement is all of it, and is sent by itself.
    Single,
    /// That statement may have been sent, and its answer is not there: nobody knows what came
    /// of it.
    Sent,
    /// That statement was answered, and what came of it stays.
    Kept,
}

impl fmt::Debug for Lane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Lane")
    }
}

impl fmt::Debug for Writing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Writing")
    }
}

impl Lane {
    pub(super) fn new(pool: PgPool) -> Self {
        Self { pool, resting: Arc::default() }
    }

    /// Begins a transaction, on a new connection when the old one is broken.
    pub(super) async fn begin(&self) -> Result<Writing, sqlx::Error> {
        let rested = self.take().map(|rested| rested.connection);
        self.begin_on_either(rested).await
    }

    /// The same, but it begins with its first statement where a connection rests here.
    pub(super) async fn begin_late(&self) -> Result<Writing, sqlx::Error> {
        match self.take() {
            Some(rested) => Ok(self.writing(rested, Stage::Due)),
            None => self.begin().await,
        }
    }

    async fn begin_on_either(
        &self,
        rested: Option<PoolConnection<Postgres>>,
    ) -> Result<Writing, sqlx::Error> {
        if let Some(connection) = rested
            && let Ok(writing) = self.begin_on(connection).await
        {
            return Ok(writing);
        }
        self.begin_on(self.pool.acquire().await?).await
    }

    async fn begin_on(&self, connection: PoolConnection<Postgres>) -> Result<Writing, sqlx::Error> {
        let rested = Rested { connection, heard: Instant::now() };
        let mut writing = self.writing(rested, Stage::Begun);
        in_time(sqlx::query("begin").execute(writing.held()?)).await?;
        Ok(writing)
    }

    fn writing(&self, rested: Rested, stage: Stage) -> Writing {
        let Rested { connection, heard } = rested;
        Writing { connection: Some(connection), heard, lane: self.clone(), stage }
    }

    fn resting(&self) -> MutexGuard<'_, Option<Rested>> {
        self.resting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self) -> Option<Rested> {
        self.resting().take()
    }

    /// Closes the connection and the pool it comes from.
    pub(super) async fn close(&self) {
        if let Some(rested) = self.take()
            && let Err(error) = rested.connection.close().await
        {
            tracing::debug!("the writing connection did not close in good order: {error}");
        }
        self.pool.close().await;
    }
}

impl Writing {
    /// The connection for the next statement, which begins the transaction where that is due.
    pub(super) async fn connection(&mut self) -> Result<&mut PgConnection, sqlx::Error> {
        match self.stage {
            Stage::Due => {
                let rested = self.connection.take().ok_or(sqlx::Error::PoolClosed)?;
                let lane = self.lane.clone();
                *self = lane.begin_on_either(Some(rested)).await.map_err(not_begun)?;
            }
            Stage::Begun => {}
            Stage::Single => self.stage = Stage::Sent,
            Stage::Sent | Stage::Kept => {
                return Err(sqlx::Error::InvalidArgument(
                    "a statement follows the one that was said to be the only one".to_owned(),
                ));
            }
        }
        self.held()
    }

    /// Whether the next statement is sent by itself: it is unless the transaction has begun, or
    /// the server has not been heard of lately. Nothing may follow it, and as long as
    /// [`Writing::keep`] was not called it is unknown whether it was kept.
    pub(super) fn expect_single(&mut self) -> bool {
        if self.stage == Stage::Due && self.heard.elapsed() < SURELY_THERE {
            self.stage = Stage::Single;
        }
        self.stage == Stage::Single
    }

    /// The statement that was sent by itself has been answered.
    pub(super) fn keep(&mut self) {
        self.stage = Stage::Kept;
        self.heard = Instant::now();
    }

    fn held(&mut self) -> Result<&mut PgConnection, sqlx::Error> {
        // It is only taken out by what consumes the transaction, or could not begin it.
        self.connection.as_deref_mut().ok_or(sqlx::Error::PoolClosed)
    }

    pub(super) async fn commit(self) -> Result<(), sqlx::Error> {
        match self.stage {
            Stage::Due | Stage::Begun | Stage::Single | Stage::Kept => self.end("commit").await,
            Stage::Sent => Err(lost("nobody waited for the answer to the only statement")),
        }
    }

    pub(super) async fn rollback(self) -> Result<(), sqlx::Error> {
        match self.stage {
            Stage::Due | Stage::Begun | Stage::Single | Stage::Kept => self.end("rollback").await,
            // It may still be running: the connection is closed.
            Stage::Sent => Ok(()),
        }
    }

    /// Lets the connection rest. What was never begun, or is kept already, has no end to tell.
    async fn end(mut self, how: &'static str) -> Result<(), sqlx::Error> {
        if self.stage == Stage::Begun {
            in_time(sqlx::query(how).execute(self.held()?)).await?;
            self.heard = Instant::now();
        }
        let connection = self.connection.take().ok_or(sqlx::Error::PoolClosed)?;
        *self.lane.resting() = Some(Rested { connection, heard: self.heard });
        Ok(())
    }
}

/// Why a statement did not get its transaction. Whatever the server said, it was not the statement
/// that it refused: who is told of a loss asks again.
fn not_begun(error: sqlx::Error) -> sqlx::Error {
    match Trouble::of(&error) {
        Some(_) => error,
        None => lost(&format!("the database did not begin a transaction: {error}")),
    }
}

fn lost(why: &str) -> sqlx::Error {
    sqlx::Error::Io(io::Error::other(why))
}

impl Drop for Writing {
    fn drop(&mut self) {
        if let Some(mut connection) = self.connection.take() {
            connection.close_on_drop();
        }
    }
}
