//! The columns of a board, in order. Entering the last one completes an item.

use serde::{Deserialize, Serialize};

/// A column of a board.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// Its name, unique in the project.
    pub name: String,
    /// How many items should stand in it at most; shown, not enforced.
    pub wip_limit: Option<i64>,
}

/// The columns of a new project.
pub(crate) fn default_columns() -> Vec<Column> {
    ["Todo", "In Progress", "Code Review", "Testing", "QA", "Done"]
        .map(|name| Column { name: name.to_owned(), wip_limit: None })
        .to_vec()
}
