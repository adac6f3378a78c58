//! What is wrong with a library file.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One mistake in a library file: where it is, what it is and how to put it right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// The path as it was given.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong and how to fix it.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.message)
    }
}
