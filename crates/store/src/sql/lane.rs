//! The connection that writes to PostgreSQL. It stays here between transactions: giving it
//! back to a pool and taking it out again would ask the server three times whether it is
//! still there. After anything that went wrong it is closed, and the next transaction gets
//! a new one.

use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::{PgConnection, PgPool, Postgres};

/// How long the server may take to answer. Whoever is cut off without being told so would wait
/// for ever, and everybody's writes with it.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);

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

type Resting = Arc<Mutex<Option<PoolConnection<Postgres>>>>;

/// A transaction that may write. Dropping it closes the connection, which takes all back.
pub(super) struct Writing {
    /// There until the transaction has ended.
    connection: Option<PoolConnection<Postgres>>,
    resting: Resting,
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
        if let Some(connection) = self.take()
            && let Ok(writing) = self.begin_on(connection).await
        {
            return Ok(writing);
        }
        self.begin_on(self.pool.acquire().await?).await
    }

    async fn begin_on(&self, connection: PoolConnection<Postgres>) -> Result<Writing, sqlx::Error> {
        let mut writing = Writing { connection: Some(connection), resting: self.resting.clone() };
        in_time(sqlx::query("begin").execute(writing.connection()?)).await?;
        Ok(writing)
    }

    fn take(&self) -> Option<PoolConnection<Postgres>> {
        self.resting.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Closes the connection and the pool it comes from.
    pub(super) async fn close(&self) {
        if let Some(connection) = self.take()
            && let Err(error) = connection.close().await
        {
            tracing::debug!("the writing connection did not close in good order: {error}");
        }
        self.pool.close().await;
    }
}

impl Writing {
    pub(super) fn connection(&mut self) -> Result<&mut PgConnection, sqlx::Error> {
        // It is only taken out by what consumes the transaction.
        self.connection.as_deref_mut().ok_or(sqlx::Error::PoolClosed)
    }

    pub(super) async fn commit(self) -> Result<(), sqlx::Error> {
        self.end("commit").await
    }

    pub(super) async fn rollback(self) -> Result<(), sqlx::Error> {
        self.end("rollback").await
    }

    async fn end(mut self, how: &'static str) -> Result<(), sqlx::Error> {
        in_time(sqlx::query(how).execute(self.connection()?)).await?;
        if let Some(connection) = self.connection.take() {
            *self.resting.lock().unwrap_or_else(PoisonError::into_inner) = Some(connection);
        }
        Ok(())
    }
}

impl Drop for Writing {
    fn drop(&mut self) {
        if let Some(mut connection) = self.connection.take() {
            connection.close_on_drop();
        }
    }
}
