//! The table of audit lines: only inserts.

use base::AuditId;
use store::{Result, Tx, params, sql};

use super::AuditEntry;
use crate::{Caller, Ctx};

pub(super) async fn insert(
    tx: &mut Tx,
    ctx: &Ctx,
    caller: &Caller,
    (kind, id): (&str, &str),
    entry: &AuditEntry,
) -> Result<()> {
    tx.execute(
        sql!("insert into audit_logs (organisation_id, id, at, actor_kind, actor_id, actor_name, action, resource_type, resource_id, detail, ip) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"),
        params![
            caller.organisation, AuditId::new(ctx.now(), ctx.random().as_ref()), ctx.now(), kind,
            id, &caller.name, entry.action, entry.resource_type, &entry.resource_id, &entry.detail,
            ctx.ip()
        ],
    )
    .await?;
    Ok(())
}
