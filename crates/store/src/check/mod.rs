//! Whether the data keep what the product promises: `hishamos check` prints what [`run`]
//! finds.
//!
//! Three kinds of looks, all in one reading snapshot and in bounded memory: the database's
//! own (pages, indexes, foreign keys), one statement for each promise that spans rows
//! ([`sql::RULES`]), and one pass over every row for what must parse ([`scan`]). Start with
//! the rules: each says what is wrong and what to do about it.

mod finding;
mod run;
mod scan;
mod sql;
mod tables;

pub use finding::Finding;
pub use run::run;
