//! The connection that writes. It stays here between transactions: giving it back to a pool
//! and taking it out again would ask the database three times whether it is still there.
//! After anything that went wrong it is closed, and the next transaction gets a new one.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use sqlx::pool::PoolConnection;
use sqlx::{Database, Pool, Postgres, Row as _, Sqlite};

/// The writing connection's place between transactions.
pub(super) struct Lane<DB: Database> {
    pool: Pool<DB>,
    resting: Resting<DB>,
}

type Resting<DB> = Arc<Mutex<Option<PoolConnection<DB>>>>;

/// A transaction that may write. Dropping it closes the connection, which takes all back.
pub(super) struct Writing<DB: Database> {
    /// There until the transaction has ended.
    connection: Option<PoolConnection<DB>>,
    resting: Resting<DB>,
}

impl<DB: Database> Clone for Lane<DB> {
    fn clone(&self) -> Self {
        Self { pool: self.pool.clone(), resting: self.resting.clone() }
    }
}

impl<DB: Database> fmt::Debug for Lane<DB> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Lane")
    }
}

impl<DB: Database> fmt::Debug for Writing<DB> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Writing")
    }
}

fn rest<DB: Database>(resting: &Resting<DB>, connection: PoolConnection<DB>) {
    *resting.lock().unwrap_or_else(PoisonError::into_inner) = Some(connection);
}

impl<DB: Database> Lane<DB> {
    pub(super) fn new(pool: Pool<DB>) -> Self {
        Self { pool, resting: Arc::default() }
    }

    fn take(&self) -> Option<PoolConnection<DB>> {
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

impl Lane<Sqlite> {
    /// Runs a pragma between transactions and gives its two numbers.
    pub(super) async fn checkpoint(&self, pragma: &'static str) -> Result<(i64, i64), sqlx::Error> {
        let mut connection = match self.take() {
            Some(connection) => connection,
            None => self.pool.acquire().await?,
        };
        let row = sqlx::query(pragma).fetch_one(&mut *connection).await?;
        let numbers = (row.try_get("log")?, row.try_get("checkpointed")?);
        rest(&self.resting, connection);
        Ok(numbers)
    }
}

impl<DB: Database> Drop for Writing<DB> {
    fn drop(&mut self) {
        if let Some(mut connection) = self.connection.take() {
            connection.close_on_drop();
        }
    }
}

macro_rules! on {
    ($database:ty, $begin:literal) => {
        impl Lane<$database> {
            /// Begins a transaction, on a new connection when the old one is broken.
            pub(super) async fn begin(&self) -> Result<Writing<$database>, sqlx::Error> {
                if let Some(connection) = self.take()
                    && let Ok(writing) = self.begin_on(connection).await
                {
                    return Ok(writing);
                }
                self.begin_on(self.pool.acquire().await?).await
            }

            async fn begin_on(
                &self,
                connection: PoolConnection<$database>,
            ) -> Result<Writing<$database>, sqlx::Error> {
                let resting = self.resting.clone();
                let mut writing = Writing { connection: Some(connection), resting };
                sqlx::query($begin).execute(writing.connection()?).await?;
                Ok(writing)
            }
        }

        impl Writing<$database> {
            pub(super) fn connection(
                &mut self,
            ) -> Result<&mut <$database as Database>::Connection, sqlx::Error> {
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
                sqlx::query(how).execute(self.connection()?).await?;
                if let Some(connection) = self.connection.take() {
                    rest(&self.resting, connection);
                }
                Ok(())
            }
        }
    };
}

on!(Sqlite, "begin immediate");
on!(Postgres, "begin");
