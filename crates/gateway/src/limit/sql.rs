//! The table of limits.

use base::{CallId, OrganisationId, Timestamp};
use serde::Serialize;
use store::{Result, Row, Tx, params, sql};

use super::day::Used;

/// A limit that an admin has set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = RateLimit)]
pub struct Limit {
    /// `organisation` or `user`; keys and platforms carry their own limits.
    pub scope: String,
    /// Which user; empty for the organisation.
    pub scope_id: String,
    /// How many requests in a minute.
    pub requests_per_minute: Option<i64>,
    /// How many tokens in a minute.
    pub tokens_per_minute: Option<i64>,
    /// How many requests in a day, in UTC; of the organisation only.
    pub requests_per_day: Option<i64>,
    /// How many tokens in a day, in UTC; of the organisation only.
    pub tokens_per_day: Option<i64>,
    /// Grows with each change.
    pub version: i64,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// All limits of an organisation; there are few.
pub(super) async fn all(tx: &mut Tx, organisation: OrganisationId) -> Result<Vec<Limit>> {
    let rows = tx
        .fetch_all(
            sql!("select * from rate_limits where organisation_id = $1 order by scope, scope_id"),
            params![organisation],
        )
        .await?;
    rows.iter().map(limit).collect()
}

/// Sets a limit, new or again.
pub(super) async fn set(
    tx: &mut Tx,
    organisation: OrganisationId,
    limit: &Limit,
    created_by: &str,
    now: Timestamp,
) -> Result<()> {
    tx.execute(
        sql!("insert into rate_limits (organisation_id, scope, scope_id, requests_per_minute, tokens_per_minute, version, created_by, created_at, updated_at, requests_per_day, tokens_per_day) values ($1, $2, $3, $4, $5, 1, $6, $7, $7, $8, $9) on conflict (organisation_id, scope, scope_id) do update set requests_per_minute = $4, tokens_per_minute = $5, version = rate_limits.version + 1, updated_at = $7, requests_per_day = $8, tokens_per_day = $9"),
        params![
            organisation, &limit.scope, &limit.scope_id, limit.requests_per_minute,
            limit.tokens_per_minute, created_by, now, limit.requests_per_day, limit.tokens_per_day
        ],
    )
    .await?;
    Ok(())
}

/// What an organisation's calls came to that began since then: those in the ledger that have
/// ended and used anything, and what servers hold for those that are not there yet.
pub(super) async fn used_since(
    tx: &mut Tx,
    organisation: OrganisationId,
    since: Timestamp,
) -> Result<Used> {
    let booked = tx
        .fetch_one(
            sql!("select cast(coalesce(sum(calls), 0) as bigint) as requests, cast(coalesce(sum(input_tokens + output_tokens), 0) as bigint) as tokens from model_calls where organisation_id = $1 and started_at >= $2 and is_cached = false and (outcome = 'ok' or (outcome <> 'running' and estimated = true))"),
            params![organisation, since],
        )
        .await?;
    let held = tx
        .fetch_one(
            sql!("select cast(coalesce(sum(calls), 0) as bigint) as requests, cast(coalesce(sum(input_tokens + output_tokens), 0) as bigint) as tokens from budget_slices where organisation_id = $1 and budget_id = ''"),
            params![organisation],
        )
        .await?;
    let mut used = used(&booked)?;
    used += self::used(&held)?;
    Ok(used)
}

/// The calls in the ledger that began since then and are under way, or seem to be, each with
/// the most that it may come to.
pub(super) async fn running_since(
    tx: &mut Tx,
    organisation: OrganisationId,
    since: Timestamp,
) -> Result<Vec<(CallId, Used)>> {
    let rows = tx
        .fetch_all(
            sql!("select id, calls as requests, input_tokens + output_tokens as tokens from model_calls where organisation_id = $1 and started_at >= $2 and outcome = 'running'"),
            params![organisation, since],
        )
        .await?;
    rows.iter().map(|row| Ok((row.get("id")?, used(row)?))).collect()
}

fn used(row: &Row) -> Result<Used> {
    Ok(Used { requests: row.get("requests")?, tokens: row.get("tokens")? })
}

/// Removes a limit; `false` when there is none.
pub(super) async fn remove(
    tx: &mut Tx,
    organisation: OrganisationId,
    scope: &str,
    scope_id: &str,
) -> Result<bool> {
    let changed = tx
        .execute(
            sql!("delete from rate_limits where organisation_id = $1 and scope = $2 and scope_id = $3"),
            params![organisation, scope, scope_id],
        )
        .await?;
    Ok(changed == 1)
}

fn limit(row: &Row) -> Result<Limit> {
    Ok(Limit {
        scope: row.get("scope")?,
        scope_id: row.get("scope_id")?,
        requests_per_minute: row.get("requests_per_minute")?,
        tokens_per_minute: row.get("tokens_per_minute")?,
        requests_per_day: row.get("requests_per_day")?,
        tokens_per_day: row.get("tokens_per_day")?,
        version: row.get("version")?,
        updated_at: row.get("updated_at")?,
    })
}
