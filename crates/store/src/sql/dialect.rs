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

/// Adds calls of outside clients to the ledger: one statement for a whole group, given as a
/// JSON list of objects with one letter for each column, and 0 or 1 for what is true or not.
pub const DOOR_CALLS_INSERT: Sql = sql!(
    sqlite: "insert into model_calls (organisation_id, id, instance, attempt, nth, is_repair, model, provider, scripted, outcome, error, input_tokens, output_tokens, cost_micros, estimated, duration_ms, started_at, finished_at, door, key_id, user_id, project_id, calls, cached_input_tokens, cost_known, is_cached) select value->>'o', value->>'i', 0, 1, 1, false, value->>'m', value->>'p', value->>'s', value->>'u', value->>'e', value->>'a', value->>'b', value->>'c', value->>'t', value->>'d', value->>'x', value->>'y', value->>'q', value->>'k', value->>'w', value->>'j', value->>'n', value->>'h', value->>'r', value->>'z' from json_each($1) where true on conflict (organisation_id, id) do nothing",
    postgres: "insert into model_calls (organisation_id, id, instance, attempt, nth, is_repair, model, provider, scripted, outcome, error, input_tokens, output_tokens, cost_micros, estimated, duration_ms, started_at, finished_at, door, key_id, user_id, project_id, calls, cached_input_tokens, cost_known, is_cached) select o, i, 0, 1, 1, false, m, p, s = 1, u, e, a, b, c, t = 1, d, x, y, q, k, w, j, n, h, r = 1, z = 1 from json_to_recordset(cast($1 as json)) as batch (o text, i text, m text, p text, s bigint, u text, e text, a bigint, b bigint, c bigint, t bigint, d bigint, x bigint, y bigint, q text, k text, w text, j text, n bigint, h bigint, r bigint, z bigint) on conflict (organisation_id, id) do nothing"
);

/// How a transaction begins on PostgreSQL whose statements shall all see the same moment, as
/// SQLite's do.
pub(super) const SNAPSHOT: &str = "begin isolation level repeatable read, read only";
