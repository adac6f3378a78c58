//! Failures after which a transaction, or the writer, cannot go on.

use crate::Error;
use crate::sql::direct::Refusal;

/// A failure that is more than a refused statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// No space. Everything goes on when there is some again.
    Full,
    /// The disk failed. Nothing may be written any more: after a failed fsync the system
    /// forgets which pages are not on disk, so a second fsync would lie.
    Disk(String),
    /// The transaction or its connection is lost; the next one may be fine.
    Lost(String),
}

impl Trouble {
    /// The trouble behind a driver's error, when it is one.
    pub(crate) fn of(error: &sqlx::Error) -> Option<Self> {
        match error {
            sqlx::Error::Database(database) => {
                let code = database.code().unwrap_or_default();
                let is_sqlite = database.try_downcast_ref::<Refusal>().is_some()
                    || database.try_downcast_ref::<sqlx::sqlite::SqliteError>().is_some();
                if is_sqlite {
                    Self::of_sqlite(code.parse().unwrap_or(0), database.message())
                } else {
                    Self::of_postgres(&code, database.message())
                }
            }
            sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::Protocol(_) => {
                Some(Self::Lost(format!("the connection to the database was lost: {error}")))
            }
            sqlx::Error::WorkerCrashed => {
                Some(Self::Disk("the SQLite connection crashed".to_owned()))
            }
            _ => None,
        }
    }

    /// After these SQLite may have taken the whole transaction back by itself, and what
    /// follows would be committed alone, statement by statement.
    fn of_sqlite(code: u32, message: &str) -> Option<Self> {
        // The low byte is the primary result code, the rest says more.
        match code & 0xff {
            // SQLITE_FULL
            13 => Some(Self::Full),
            // SQLITE_IOERR, SQLITE_CORRUPT, SQLITE_CANTOPEN, SQLITE_NOTADB
            10 | 11 | 14 | 26 => Some(Self::Disk(format!("{message} (SQLite code {code})"))),
            // SQLITE_NOMEM, SQLITE_INTERRUPT
            7 | 9 => Some(Self::Lost(format!("{message} (SQLite code {code})"))),
            _ => None,
        }
    }

    /// PostgreSQL keeps the transaction open for a rollback to the savepoint.
    fn of_postgres(code: &str, message: &str) -> Option<Self> {
        match code {
            "58030" | "XX001" | "XX002" => {
                Some(Self::Disk(format!("{message} (PostgreSQL code {code})")))
            }
            // admin_shutdown, crash_shutdown, cannot_connect_now, idle session timeouts,
            // too_many_connections, connection exceptions
            "57P01" | "57P02" | "57P03" | "57P05" | "25P03" | "53300" | "08000" | "08003"
            | "08006" | "08P01" => Some(Self::Lost(format!("{message} (PostgreSQL code {code})"))),
            _ => None,
        }
    }

    /// The same met by a commit: who lost its answer does not know what came of it.
    pub(crate) fn of_commit(self) -> Self {
        match self {
            Self::Lost(reason) => Self::Lost(format!(
                "{reason}; whether the commit before it is durable is unknown until it is read again"
            )),
            Self::Full | Self::Disk(_) => self,
        }
    }

    /// What a caller is told whose work was not kept because of this.
    pub(crate) fn into_error(self) -> Error {
        match self {
            Self::Full => Error::DiskFull,
            Self::Disk(reason) => Error::WriterStopped(format!(
                "the disk failed: {reason}; check the disk, then start the program again"
            )),
            Self::Lost(reason) => Error::WriterStopped(reason),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_the_codes() {
        let check = |found: Option<Trouble>, expected: &str| {
            let found = match found {
                None => "none",
                Some(Trouble::Full) => "full",
                Some(Trouble::Disk(_)) => "disk",
                Some(Trouble::Lost(_)) => "lost",
            };
            assert_eq!(found, expected);
        };
        check(Trouble::of_sqlite(13, ""), "full");
        // SQLITE_IOERR_FSYNC and SQLITE_IOERR_WRITE
        check(Trouble::of_sqlite(1034, ""), "disk");
        check(Trouble::of_sqlite(778, ""), "disk");
        // SQLITE_CONSTRAINT_UNIQUE
        check(Trouble::of_sqlite(2067, ""), "none");
        check(Trouble::of_postgres("58030", ""), "disk");
        check(Trouble::of_postgres("57P01", ""), "lost");
        check(Trouble::of_postgres("53300", ""), "lost");
        check(Trouble::of_postgres("08006", ""), "lost");
        check(Trouble::of_postgres("23505", ""), "none");
    }
}
