//! One database behind two kinds of pool.

use std::sync::Arc;

use futures::future::BoxFuture;
use sqlx::{PgPool, Postgres, Sqlite, SqlitePool};

use super::begin::Begin;
use super::dialect::PING;
use super::lane::Lane;
use super::{Target, Tx, connect};
use crate::writer::Writer;
use crate::{Error, Result};

/// How far SQLite's log may grow before it is moved into the database file: 8 MB.
const CHECKPOINT_PAGES: i64 = 2000;

/// Which database is behind a [`Db`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// SQLite: one file in the data folder.
    Sqlite,
    /// PostgreSQL 14 or newer.
    Postgres,
}

#[derive(Debug, Clone)]
enum Pools {
    Sqlite { read: SqlitePool, write: Lane<Sqlite> },
    Postgres { read: PgPool, write: Lane<Postgres> },
}

/// The database. Cheap to clone; all clones share the pools and the writer.
#[derive(Debug, Clone)]
pub struct Db {
    pools: Pools,
    writer: Arc<Writer>,
}

impl Db {
    /// Opens the database and refuses one that could lose what we acknowledged.
    pub async fn connect(target: &Target) -> Result<Self> {
        let pools = match target {
            Target::Sqlite { path } => {
                let (read, write) = connect::sqlite(path).await?;
                Pools::Sqlite { read, write: Lane::new(write) }
            }
            Target::Postgres { url } => {
                let (read, write) = connect::postgres(url).await?;
                Pools::Postgres { read, write: Lane::new(write) }
            }
        };
        let writer = Arc::new(Writer::start(pools.clone()));
        Ok(Self { pools, writer })
    }

    /// Which database this is.
    pub fn kind(&self) -> Kind {
        match self.pools {
            Pools::Sqlite { .. } => Kind::Sqlite,
            Pools::Postgres { .. } => Kind::Postgres,
        }
    }

    /// A transaction for reading only.
    pub async fn read(&self) -> Result<Tx> {
        Ok(match &self.pools {
            Pools::Sqlite { read, .. } => {
                Tx::sqlite(read.begin().await.map_err(Error::from_driver)?)
            }
            Pools::Postgres { read, .. } => {
                Tx::postgres(read.begin().await.map_err(Error::from_driver)?)
            }
        })
    }

    /// Runs `job` in a transaction that is durable when this returns `Ok`.
    ///
    /// Jobs that wait at the same time share one commit; a job that fails is taken back
    /// alone. A job must not wait for the network, and must not call `write` again.
    pub async fn write<T, E, F>(&self, job: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
        F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<T, E>> + Send + 'static,
    {
        self.writer.write(job).await
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<()> {
        self.read().await?.fetch_one(PING, Vec::new()).await.map(drop)
    }

    /// Waits until the writer has stopped because the disk failed, and says why; for ever
    /// when it does not. The program should then end at once, without [`Db::close`].
    pub async fn failed(&self) -> String {
        self.writer.failed().await
    }

    /// Waits until everything handed to the writer is committed, then closes the database.
    pub async fn close(&self) {
        self.writer.stop().await;
        if self.writer.failure().is_some() {
            // Closing would write to a disk that failed.
            return;
        }
        match &self.pools {
            Pools::Sqlite { read, write } => {
                read.close().await;
                write.close().await;
            }
            Pools::Postgres { read, write } => {
                read.close().await;
                write.close().await;
            }
        }
    }
}

impl Begin for Pools {
    /// A transaction that may write. On SQLite there is one at a time.
    async fn begin(&self) -> Result<Tx, sqlx::Error> {
        Ok(match self {
            Self::Sqlite { write, .. } => Tx::sqlite_writing(write.begin().await?),
            Self::Postgres { write, .. } => Tx::postgres_writing(write.begin().await?),
        })
    }

    /// Moves SQLite's log into the database file once it has grown. SQLite would do this
    /// inside a commit and keep a failed fsync to itself; here the writer hears of it.
    async fn settle(&self) -> Result<(), sqlx::Error> {
        let Self::Sqlite { write, .. } = self else { return Ok(()) };
        let (pages, moved) = write.checkpoint("pragma wal_checkpoint(noop)").await?;
        if pages - moved >= CHECKPOINT_PAGES {
            write.checkpoint("pragma wal_checkpoint(passive)").await?;
        }
        Ok(())
    }
}
