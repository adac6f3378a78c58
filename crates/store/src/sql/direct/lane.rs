//! The connection that writes to SQLite. It stays here between transactions; after anything
//! that went wrong it is closed, and the next transaction gets a new one.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::connection::Connection;

/// The writing connection's place between transactions.
#[derive(Debug, Clone)]
pub(in crate::sql) struct Lane {
    path: PathBuf,
    pragmas: &'static str,
    resting: Resting,
}

type Resting = Arc<Mutex<Option<Connection>>>;

/// A transaction that may write. Dropping it closes the connection, which takes all back.
#[derive(Debug)]
pub(in crate::sql) struct Writing {
    /// There until the transaction has ended.
    connection: Option<Connection>,
    resting: Resting,
}

impl Lane {
    /// Opens the connection.
    pub(in crate::sql) fn open(path: &Path, pragmas: &'static str) -> Result<Self, sqlx::Error> {
        let connection = Connection::open(path, pragmas)?;
        let resting = Arc::new(Mutex::new(Some(connection)));
        Ok(Self { path: path.to_owned(), pragmas, resting })
    }

    /// Begins a transaction, on a new connection when the old one is broken.
    pub(in crate::sql) fn begin(&self) -> Result<Writing, sqlx::Error> {
        if let Some(connection) = self.take()
            && let Ok(writing) = self.begin_on(connection)
        {
            return Ok(writing);
        }
        self.begin_on(Connection::open(&self.path, self.pragmas)?)
    }

    fn begin_on(&self, connection: Connection) -> Result<Writing, sqlx::Error> {
        let mut writing = Writing { connection: Some(connection), resting: self.resting.clone() };
        writing.connection()?.execute("begin immediate", Vec::new())?;
        Ok(writing)
    }

    /// Asks something of the connection between transactions.
    pub(in crate::sql) fn between<T>(
        &self,
        ask: impl FnOnce(&mut Connection) -> Result<T, sqlx::Error>,
    ) -> Result<T, sqlx::Error> {
        let mut connection = match self.take() {
            Some(connection) => connection,
            None => Connection::open(&self.path, self.pragmas)?,
        };
        let answer = ask(&mut connection)?;
        self.rest(connection);
        Ok(answer)
    }

    fn take(&self) -> Option<Connection> {
        self.resting.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn rest(&self, connection: Connection) {
        *self.resting.lock().unwrap_or_else(PoisonError::into_inner) = Some(connection);
    }

    /// Closes the connection.
    pub(in crate::sql) fn close(&self) {
        if let Some(connection) = self.take()
            && let Err(error) = connection.close()
        {
            tracing::debug!("the writing connection did not close in good order: {error}");
        }
    }
}

impl Writing {
    pub(in crate::sql) fn connection(&mut self) -> Result<&mut Connection, sqlx::Error> {
        // It is only taken out by what consumes the transaction.
        self.connection.as_mut().ok_or(sqlx::Error::PoolClosed)
    }

    pub(in crate::sql) fn commit(self) -> Result<(), sqlx::Error> {
        self.end("commit")
    }

    pub(in crate::sql) fn rollback(self) -> Result<(), sqlx::Error> {
        self.end("rollback")
    }

    fn end(mut self, how: &str) -> Result<(), sqlx::Error> {
        self.connection()?.execute(how, Vec::new())?;
        if let Some(connection) = self.connection.take() {
            *self.resting.lock().unwrap_or_else(PoisonError::into_inner) = Some(connection);
        }
        Ok(())
    }
}
