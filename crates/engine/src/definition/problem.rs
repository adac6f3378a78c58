//! What is wrong with a definition, where, and how to mend it.

use std::fmt;

use serde::{Deserialize, Serialize};

pub(super) use crate::expression::brief;

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// The line, from 1; 0 when the whole text is meant.
    pub line: u64,
    /// The column, from 1; 0 when the whole line is meant.
    pub column: u64,
    /// The step that it is about.
    pub step: Option<String>,
    /// What is wrong.
    pub message: String,
    /// How to mend it.
    pub fix: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line > 0 {
            write!(f, "line {}, column {}: ", self.line, self.column)?;
        }
        if let Some(step) = &self.step {
            write!(f, "step \"{step}\": ")?;
        }
        f.write_str(&self.message)?;
        if self.fix.is_empty() { Ok(()) } else { write!(f, "; {}", self.fix) }
    }
}
