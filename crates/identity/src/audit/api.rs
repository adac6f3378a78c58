//! Routes of the audit log.

use base::{Page, PageRequest};
use web::{Ctx, Json, Problem, Query, Result, decode_cursor, encode_cursor, invalid};

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
    let (at, id) = match &page.cursor {
        Some(cursor) => {
            let [at, id] = decode_cursor::<2>(cursor)?;
            let at = at.parse().map_err(|_| invalid("cursor", "is not a cursor of this list"))?;
            (at, id)
        }
        None => (i64::MAX, String::new()),
    };
    let mut tx = ctx.read().await?;
    let rows = sql::list(&mut tx, ctx.organisation()?, (at, &id), page.limit() + 1).await?;
    Ok(Json(Page::from_rows(rows, page.limit(), |line| {
        encode_cursor(&[&line.at.as_millis().to_string(), &line.id.to_string()])
    })))
}
