//! Routes of roles.

use base::{Page, PageRequest};
use web::{Ctx, Json, Problem, Query, Result, decode_text_cursor, encode_cursor};

use super::{Role, sql};

/// List the roles of the organisation by name.
#[utoipa::path(
    get, path = "/api/v1/admin/roles", tag = "identity", operation_id = "list_roles",
    params(PageRequest),
    responses(
        (status = 200, description = "A page of roles", body = Page<Role>),
        (status = 403, description = "The role lacks `manage_roles`", body = Problem),
    )
)]
pub(crate) async fn list(ctx: Ctx, Query(page): Query<PageRequest>) -> Result<Json<Page<Role>>> {
    let after = decode_text_cursor(&page)?;
    let mut tx = ctx.read().await?;
    let rows = sql::list(&mut tx, ctx.organisation()?, &after, page.limit() + 1).await?;
    Ok(Json(Page::from_rows(rows, page.limit(), |role| encode_cursor(&[&role.name]))))
}
