//! The journal: one row a fact, never changed.

use base::Timestamp;
use store::{Rows, Sql, params, sql};

use super::{Change, Key};

/// Adds the facts of a change. Whoever begins to listen to events of the system by one of
/// them hears those after this number.
pub(super) fn push(
    rows: &mut Rows,
    key: &Key,
    change: &Change,
    newest: Option<i64>,
    now: Timestamp,
) {
    for fact in &change.events {
        let heard = newest.map(|newest| fact.event.clone().heard_after(newest));
        let event = heard.as_ref().unwrap_or(&fact.event);
        let body = serde_json::to_string(event).unwrap_or_default();
        let kind = fact.event.kind();
        rows.push(params![&key.organisation, &key.execution, fact.seq, kind, body, now]);
    }
}

pub(super) const WRITE: Sql = sql!(
    "insert into execution_events (organisation_id, execution_id, seq, kind, body, at) values ($1, $2, $3, $4, $5, $6)"
);
