//! The people of one's organisation, by name: what any colleague may know.

use base::{Page, PageRequest, UserId};
use serde::Serialize;
use web::{Ctx, Json, Problem, Query, Result, decode_text_cursor, encode_cursor};

use super::sql;

/// Somebody with an account in the same organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub(crate) struct Person {
    /// Their id.
    pub id: UserId,
    /// Their name.
    pub name: String,
    /// Whether they may come in; who left still stands in what they did.
    pub is_active: bool,
}

/// List the people of one's organisation in the order in which they came: ids and names, so
/// that lists can show who is meant.
#[utoipa::path(
    get, path = "/api/v1/people", tag = "identity", operation_id = "list_people",
    params(PageRequest),
    responses(
        (status = 200, description = "A page of people", body = Page<Person>),
        (status = 401, description = "Nobody is signed in", body = Problem),
    )
)]
pub(crate) async fn list(ctx: Ctx, Query(page): Query<PageRequest>) -> Result<Json<Page<Person>>> {
    let after = decode_text_cursor(&page)?;
    let mut tx = ctx.read().await?;
    let rows = sql::people(&mut tx, ctx.organisation()?, &after, page.limit() + 1).await?;
    Ok(Json(Page::from_rows(rows, page.limit(), |one| encode_cursor(&[&one.id.to_string()]))))
}
