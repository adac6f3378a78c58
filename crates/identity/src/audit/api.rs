//! Routes of the audit log.

use base::{Page, PageRequest, Timestamp};
use web::{Ctx, Json, Problem, Query, Result, decode_time_cursor, encode_time_cursor};

use super::{AuditLog, sql};

/// List the audit log, newest first.
#[utoipa::path(
    get, path = "/api/v1/admin/audit-logs", tag = "identity", operation_id = "list_audit_logs",
    params(PageRequest),
    responses(
        (status = 200, description = "A page of lines", body = Page<AuditLog>),
        (status = 403, description = "The role lacks `view_audit_logs`", body = Problem),
    )
)]
pub(crate) async fn list(
    ctx: Ctx,
    Query(page): Query<PageRequest>,
) -> Result<Json<Page<AuditLog>>> {
    let before = page.cursor.as_deref().map(decode_time_cursor).transpose()?;
    let (at, id) = before.unwrap_or_else(|| (Timestamp::from_millis(i64::MAX), String::new()));
    let mut tx = ctx.read().await?;
    let rows = sql::list(&mut tx, ctx.organisation()?, (at, &id), page.limit() + 1).await?;
    Ok(Json(Page::from_rows(rows, page.limit(), |line| encode_time_cursor(line.at, line.id))))
}
