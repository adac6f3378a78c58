//! One database behind two kinds of pool.

use std::sync::Arc;

use futures::future::BoxFuture;
use sqlx::pool::PoolConnection;
use sqlx::{PgPool, Postgres, SqlSafeStr, SqlitePool, Transaction};

use super::begin::Begin;
use super::checkpoint::Checkpoint;
use super::connect::GLANCING;
use super::dialect::{PING, SNAPSHOT};
use super::direct::Glances;
use super::lane::Lane;
use super::{Target, Tx, connect, direct};
use crate::writer::Writer;
use crate::{Error, Result};

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
    Sqlite { read: SqlitePool, glances: Glances, write: direct::Lane, checkpoint: Checkpoint },
    Postgres { read: PgPool, write: Lane },
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
                let (read, write, checkpoint) = connect::sqlite(path).await?;
                let checkpoint = Checkpoint::new(checkpoint);
                let glances = Glances::new(path, GLANCING);
                Pools::Sqlite { read, glances, write, checkpoint }
            }
            Target::Postgres { url } => {
                let (read, write) = connect::postgres(url).await?;
                Pools::Postgres { read, write: Lane::new(write) }
            }
        };
        let writer = Arc::new(Writer::start(pools.clone())?);
        Ok(Self { pools, writer })
    }

    /// Which database this is.
    pub fn kind(&self) -> Kind {
        match self.pools {
            Pools::Sqlite { .. } => Kind::Sqlite,
            Pools::Postgres { .. } => Kind::Postgres,
        }
    }

    /// A transaction for reading only: all its statements see the same moment.
    pub async fn read(&self) -> Result<Tx> {
        Ok(match &self.pools {
            Pools::Sqlite { read, .. } => {
                Tx::sqlite(read.begin().await.map_err(Error::from_driver)?)
            }
            Pools::Postgres { read, .. } => Tx::postgres(begin(read).await?),
        })
    }

    /// A connection for one statement that reads a few rows, or for several that need not see
    /// the same moment. On SQLite it runs in the asking thread, which waits for nothing else
    /// meanwhile: what may read more than a few pages belongs into [`Db::read`].
    pub async fn glance(&self) -> Result<Tx> {
        Ok(match &self.pools {
            Pools::Sqlite { glances, .. } => {
                Tx::sqlite_glancing(glances.take().map_err(Error::from_driver)?)
            }
            Pools::Postgres { read, .. } => {
                Tx::postgres_glancing(read.acquire().await.map_err(Error::from_driver)?)
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
        self.glance().await?.fetch_one(PING, Vec::new()).await.map(drop)
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
            Pools::Sqlite { read, glances, write, checkpoint } => {
                checkpoint.close().await;
                read.close().await;
                glances.close();
                write.close();
            }
            Pools::Postgres { read, write } => {
                read.close().await;
                write.close().await;
            }
        }
    }
}

/// A transaction on a connection that lives: those of the pool that the server has ended
/// meanwhile fail at their first word, when nothing was done yet. Whoever leaves before there is
/// a connection is not waited for by those behind.
async fn begin(pool: &PgPool) -> Result<Transaction<'static, Postgres>> {
    let mut more = pool.size();
    loop {
        let begun = match pool.acquire().await {
            Ok(connection) => begin_on(connection).await,
            // None was given back in time; to wait once more would take as long again.
            Err(error @ sqlx::Error::PoolTimedOut) => return Err(Error::from_driver(error)),
            Err(error) => Err(Error::from_driver(error)),
        };
        match begun {
            Err(Error::Unreachable(reason)) if more > 0 => {
                tracing::debug!("a connection has gone: {reason}");
                more -= 1;
            }
            other => return other,
        }
    }
}

/// A transaction that begins even if whoever wants it leaves: given up half-way, the driver
/// takes the connection back without ending what has begun there, and all that is read over it
/// from then on would be of that old moment.
#[expect(
    clippy::disallowed_methods,
    reason = "it lasts no longer than the database's first answer"
)]
async fn begin_on(connection: PoolConnection<Postgres>) -> Result<Transaction<'static, Postgres>> {
    let beginning =
        Transaction::<'static, Postgres>::begin(connection, Some(SNAPSHOT.into_sql_str()));
    match tokio::spawn(beginning).await {
        Ok(begun) => begun.map_err(Error::from_driver),
        Err(error) => Err(Error::Unreachable(format!("it did not begin: {error}"))),
    }
}

impl Begin for Pools {
    /// A transaction that may write. On SQLite there is one at a time.
    async fn begin(&self, is_single: bool) -> Result<Tx, sqlx::Error> {
        Ok(match self {
            Self::Sqlite { write, .. } => Tx::sqlite_writing(write.begin()?),
            Self::Postgres { write, .. } if is_single => {
                Tx::postgres_writing(write.begin_late().await?)
            }
            Self::Postgres { write, .. } => Tx::postgres_writing(write.begin().await?),
        })
    }

    /// SQLite's statements block the thread that they run on.
    fn blocks(&self) -> bool {
        matches!(self, Self::Sqlite { .. })
    }

    /// Moves SQLite's log into the database file once it has grown.
    async fn settle(&self) -> Result<(), sqlx::Error> {
        let Self::Sqlite { write, checkpoint, .. } = self else { return Ok(()) };
        checkpoint.settle(write).await
    }
}
