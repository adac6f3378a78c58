//! The table of audit lines: inserts and reads, never updates or deletes.

use base::{AuditId, OrganisationId, Random, Timestamp};
use store::{Result, Row, Tx, params, sql};

use super::{Actor, AuditLog, Line};

/// Adds a line.
pub async fn write(tx: &mut Tx, line: Line, now: Timestamp, random: &dyn Random) -> Result<()> {
    tx.execute(
        sql!("insert into audit_logs (organisation_id, id, at, actor_kind, actor_id, actor_name, action, resource_type, resource_id, detail, ip) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"),
        params![
            line.organisation,
            AuditId::new(now, random),
            now,
            line.actor.kind,
            line.actor.id,
            line.actor.name,
            line.action.as_str(),
            line.resource_type,
            line.resource_id,
            line.detail,
            line.ip,
        ],
    )
    .await?;
    Ok(())
}

/// The lines before a point, newest first; from the newest when there is no point.
pub(super) async fn list(
    tx: &mut Tx,
    organisation: OrganisationId,
    before: (Timestamp, &str),
    limit: i64,
) -> Result<Vec<AuditLog>> {
    let rows = tx
        .fetch_all(
            sql!("select id, at, actor_kind, actor_id, actor_name, action, resource_type, resource_id, detail from audit_logs where organisation_id = $1 and (at < $2 or (at = $2 and id < $3)) order by at desc, id desc limit $4"),
            params![organisation, before.0, before.1, limit],
        )
        .await?;
    rows.iter().map(line).collect()
}

fn line(row: &Row) -> Result<AuditLog> {
    Ok(AuditLog {
        id: row.get("id")?,
        at: row.get("at")?,
        actor: Actor {
            kind: row.get("actor_kind")?,
            id: row.get("actor_id")?,
            name: row.get("actor_name")?,
        },
        action: row.get("action")?,
        resource_type: row.get("resource_type")?,
        resource_id: row.get("resource_id")?,
        detail: row.json("detail")?,
    })
}
