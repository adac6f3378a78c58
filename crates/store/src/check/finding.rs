//! One broken promise.

use serde::Serialize;

/// A row, or the database itself, that breaks a promise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The table.
    pub table: String,
    /// The row's key, its columns joined by a space; empty when it is no single row.
    pub key: String,
    /// What is wrong.
    pub problem: String,
    /// What to do.
    pub fix: String,
}

impl Finding {
    pub(super) fn new(table: &str, key: String, problem: String, fix: &str) -> Self {
        Self { table: table.to_owned(), key, problem, fix: fix.to_owned() }
    }
}

/// What helps against damage that no command of ours can undo.
pub(super) const RESTORE: &str = "stop the program and restore the latest backup";
