//! The history of statuses, and what platforms cost.

use base::{Micros, OrganisationId, Timestamp};
use serde::Serialize;
use store::{Result, Row, Tx, params, sql};

use super::status::Status;

/// A change of a platform's status.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub(crate) struct HealthChange {
    /// The platform's name.
    pub(crate) platform: String,
    /// When it was noticed.
    pub(crate) at: Timestamp,
    /// The status from then on.
    pub(crate) status: Status,
    /// The same in a sentence; empty when all is well.
    pub(crate) detail: String,
    /// How long its first words took then.
    pub(crate) latency_ms: Option<i64>,
}

/// The organisations that there are.
pub(super) async fn organisations(tx: &mut Tx) -> Result<Vec<OrganisationId>> {
    let rows = tx.fetch_all(sql!("select id from organisations order by id"), params![]).await?;
    rows.iter().map(|row| row.get("id")).collect()
}

/// What each platform cost since then.
pub(super) async fn costs_since(
    tx: &mut Tx,
    organisation: OrganisationId,
    since: Timestamp,
) -> Result<Vec<(String, Micros)>> {
    let rows = tx
        .fetch_all(
            sql!("select provider, cast(sum(cost_micros) as bigint) as micros from model_calls where organisation_id = $1 and started_at >= $2 and outcome <> 'running' group by provider"),
            params![organisation, since],
        )
        .await?;
    rows.iter().map(|row| Ok((row.get("provider")?, row.get("micros")?))).collect()
}

/// Writes a change down.
pub(super) async fn insert(
    tx: &mut Tx,
    organisation: OrganisationId,
    change: &HealthChange,
) -> Result<()> {
    tx.execute(
        sql!("insert into platform_health (organisation_id, platform, at, status, detail, latency_ms) values ($1, $2, $3, $4, $5, $6) on conflict (organisation_id, platform, at) do nothing"),
        params![
            organisation, &change.platform, change.at, change.status.as_str(), &change.detail,
            change.latency_ms
        ],
    )
    .await?;
    Ok(())
}

/// Forgets what is older.
pub(super) async fn forget_before(
    tx: &mut Tx,
    organisation: OrganisationId,
    before: Timestamp,
) -> Result<()> {
    tx.execute(
        sql!("delete from platform_health where organisation_id = $1 and at < $2"),
        params![organisation, before],
    )
    .await?;
    Ok(())
}

/// The newest status of each platform.
pub(super) async fn newest(tx: &mut Tx, organisation: OrganisationId) -> Result<Vec<HealthChange>> {
    let rows = tx
        .fetch_all(
            sql!("select h.platform, h.at, h.status, h.detail, h.latency_ms from platform_health h where h.organisation_id = $1 and h.at = (select max(n.at) from platform_health n where n.organisation_id = $1 and n.platform = h.platform)"),
            params![organisation],
        )
        .await?;
    rows.iter().map(change).collect()
}

/// The changes since then, the newest first; of one platform when it is named.
pub(super) async fn history(
    tx: &mut Tx,
    organisation: OrganisationId,
    platform: Option<&str>,
    since: Timestamp,
    most: i64,
) -> Result<Vec<HealthChange>> {
    let rows = tx
        .fetch_all(
            sql!("select platform, at, status, detail, latency_ms from platform_health where organisation_id = $1 and at >= $2 and (platform = $3 or $3 = '') order by at desc, platform limit $4"),
            params![organisation, since, platform.unwrap_or_default(), most],
        )
        .await?;
    rows.iter().map(change).collect()
}

fn change(row: &Row) -> Result<HealthChange> {
    Ok(HealthChange {
        platform: row.get("platform")?,
        at: row.get("at")?,
        status: row.parse("status")?,
        detail: row.get("detail")?,
        latency_ms: row.get("latency_ms")?,
    })
}
