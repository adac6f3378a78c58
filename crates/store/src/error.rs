//! What can go wrong between us and the database.

use crate::trouble::Trouble;

/// A store operation's answer.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A failure of the database or of what we expected of it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database refused or could not be reached.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    /// The set-up would not keep what we promise; nothing was started.
    #[error("unsafe database set-up: {0}")]
    Unsafe(String),
    /// Another process serves or changes the same SQLite file.
    #[error(
        "the database file {path} is in use by another hishamos (process {holder}); stop it or pass another --database"
    )]
    InUse {
        /// The file.
        path: String,
        /// The other process, as its lock file says.
        holder: String,
    },
    /// The database address cannot be used.
    #[error("{0}")]
    Address(String),
    /// A row holds something that we never write.
    #[error("column \"{column}\" holds {value:?}: {reason}")]
    Corrupt {
        /// The column.
        column: String,
        /// What stands in it.
        value: String,
        /// Why it cannot be read.
        reason: String,
    },
    /// A row with the same key exists already.
    #[error("{0} exists already")]
    Duplicate(String),
    /// Another process holds the engine role with a newer epoch; this one must stop writing.
    #[error("this process lost the engine role (its epoch is {ours}, the database says {current})")]
    Fenced {
        /// The epoch that this process was given.
        ours: i64,
        /// The epoch in the database.
        current: i64,
    },
    /// The writer has stopped because the program is shutting down or a commit failed.
    #[error("the database writer has stopped: {0}")]
    WriterStopped(String),
    /// The system gave no thread for the writer.
    #[error("cannot start a thread for the database: {0}; allow the user more processes")]
    Thread(std::io::Error),
    /// The connection to the database was lost, or there is none; nothing was done.
    #[error("the database cannot be reached: {0}")]
    Unreachable(String),
    /// The disk or the database is full; nothing of the transaction was kept.
    #[error("the disk is full: free some space on the disk of the data folder, then try again")]
    DiskFull,
    /// A migration was refused or failed.
    #[error("{0}")]
    Migration(#[from] crate::migrate::Problem),
}

impl Error {
    /// Gives the driver's error its meaning: full disk, duplicate key, lost connection, or as
    /// it is.
    pub(crate) fn from_driver(error: sqlx::Error) -> Self {
        if let sqlx::Error::Database(database) = &error {
            let code = database.code().unwrap_or_default();
            // SQLite primary code 13 (SQLITE_FULL); PostgreSQL class 53 "disk_full".
            if code == "13" || code == "53100" {
                return Self::DiskFull;
            }
            if database.is_unique_violation() {
                let name = database
                    .constraint()
                    .map_or_else(|| database.message().to_owned(), str::to_owned);
                return Self::Duplicate(name);
            }
        }
        match Trouble::of(&error) {
            Some(Trouble::Lost(reason)) => Self::Unreachable(reason),
            _ if matches!(error, sqlx::Error::PoolTimedOut) => Self::Unreachable(error.to_string()),
            _ => Self::Database(error),
        }
    }

    /// Whether the database refused what was asked of it, as opposed to being lost, full, or in
    /// other hands: asking again would be refused again.
    pub fn is_refusal(&self) -> bool {
        match self {
            Self::Duplicate(_) | Self::Corrupt { .. } => true,
            Self::Database(error) => error.as_database_error().is_some(),
            _ => false,
        }
    }
}
