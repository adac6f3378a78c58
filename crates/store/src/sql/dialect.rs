//! The only statements whose text differs between SQLite and PostgreSQL.

use crate::{Sql, sql};

/// A name that a savepoint may have; one level is enough for the writer.
pub(crate) const SAVEPOINT: Sql = sql!("savepoint job");
/// Takes back to the savepoint.
pub(crate) const ROLLBACK_TO: Sql = sql!("rollback to savepoint job");
/// Forgets the savepoint.
pub(crate) const RELEASE: Sql = sql!("release savepoint job");

/// Proves that the database answers.
pub(crate) const PING: Sql = sql!("select 1 as one");

/// How a transaction begins on PostgreSQL whose statements shall all see the same moment, as
/// SQLite's do.
pub(super) const SNAPSHOT: &str = "begin isolation level repeatable read, read only";
