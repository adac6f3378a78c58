//! The store on real databases: every test here runs on SQLite and on PostgreSQL.

#![allow(clippy::unwrap_used)]

mod check;
mod child;
mod commit;
mod crash;
mod disk;
mod facts;
mod glance;
mod lease;
mod migrate;
mod rows;
mod single;
mod statements;

use store::Sql;

/// A statement of a test. It is no `sql!` literal when it does not prepare on the shipped
/// schema or on both databases.
const fn same(text: &'static str) -> Sql {
    Sql { sqlite: text, postgres: text }
}
