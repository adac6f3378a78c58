//! Connections for reading a few rows where they are wanted, in the asking thread: a row that
//! is found by its key comes sooner than another thread could be woken.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::connection::Connection;

/// How many connections rest between questions; more are open when more ask at once.
const KEPT: usize = 2;

/// Where connections rest.
#[derive(Debug, Clone)]
pub(in crate::sql) struct Glances {
    path: PathBuf,
    pragmas: &'static str,
    resting: Resting,
}

type Resting = Arc<Mutex<Vec<Connection>>>;

/// A connection to ask. Dropping it lets it rest.
#[derive(Debug)]
pub(in crate::sql) struct Glancing {
    /// There until it is dropped.
    connection: Option<Connection>,
    resting: Resting,
}

impl Glances {
    /// Nothing is opened before the first question.
    pub(in crate::sql) fn new(path: &Path, pragmas: &'static str) -> Self {
        Self { path: path.to_owned(), pragmas, resting: Resting::default() }
    }

    /// A connection that rests, or a new one.
    pub(in crate::sql) fn take(&self) -> Result<Glancing, sqlx::Error> {
        let rested = self.resting.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = match rested {
            Some(connection) => connection,
            None => Connection::open(&self.path, self.pragmas)?,
        };
        Ok(Glancing { connection: Some(connection), resting: self.resting.clone() })
    }

    /// Closes what rests.
    pub(in crate::sql) fn close(&self) {
        self.resting.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

impl Glancing {
    pub(in crate::sql) fn connection(&mut self) -> Result<&mut Connection, sqlx::Error> {
        // It is only taken out when this is dropped.
        self.connection.as_mut().ok_or(sqlx::Error::PoolClosed)
    }
}

impl Drop for Glancing {
    fn drop(&mut self) {
        let Some(connection) = self.connection.take() else { return };
        let mut resting = self.resting.lock().unwrap_or_else(PoisonError::into_inner);
        if resting.len() < KEPT {
            resting.push(connection);
        }
    }
}
