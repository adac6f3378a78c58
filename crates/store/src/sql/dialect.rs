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

/// Appends rows to the journal of executions: one statement for a whole batch, given as a
/// JSON list of `{o, e, s, k, b, a}` (organisation, execution, seq, kind, body, at).
pub const JOURNAL_INSERT: Sql = sql!(
    sqlite: "insert into execution_events (organisation_id, execution_id, seq, kind, body, at) select value->>'o', value->>'e', value->>'s', value->>'k', value->>'b', value->>'a' from json_each($1)",
    postgres: "insert into execution_events (organisation_id, execution_id, seq, kind, body, at) select o, e, s, k, b, a from json_to_recordset(cast($1 as json)) as batch (o text, e text, s bigint, k text, b text, a bigint)"
);
