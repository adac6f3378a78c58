//! Showing what people may use.

use base::{Page, PageRequest, UserId};
use serde::Deserialize;
use web::{Ctx, Json, Path, Problem, Query, Result, decode_cursor, encode_cursor, not_found};

use super::model::AiAccess;
use super::sql;

/// Whom to list.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    /// Only the people whose name or address contains this.
    q: Option<String>,
    /// How many, 1 to 200 (50 when absent).
    limit: Option<i64>,
    /// The `next` of the page before; absent for the first page.
    cursor: Option<String>,
}

/// List the people of the organisation, by name, with what each may use of platforms, models
/// and agents; those whom nobody has bound as well.
#[utoipa::path(get, path = "/api/v1/ai-access", tag = "ai access", operation_id = "list_ai_access", params(Wanted),
    responses((status = 200, description = "A page of people", body = Page<AiAccess>)))]
pub(super) async fn list(ctx: Ctx, Query(wanted): Query<Wanted>) -> Result<Json<Page<AiAccess>>> {
    let limit = PageRequest { limit: wanted.limit, cursor: None }.limit();
    let [name, id] = match &wanted.cursor {
        Some(cursor) => decode_cursor::<2>(cursor)?,
        None => [String::new(), String::new()],
    };
    let part = wanted.q.as_deref().map(str::trim).filter(|part| !part.is_empty());
    let mut tx = ctx.read().await?;
    let rows = sql::list(&mut tx, ctx.organisation()?, part, (&name, &id), limit + 1).await?;
    Ok(Json(Page::from_rows(rows, limit, |one| {
        encode_cursor(&[&one.name, &one.user_id.to_string()])
    })))
}

/// Show what a person may use of platforms, models and agents.
#[utoipa::path(get, path = "/api/v1/ai-access/{user_id}", tag = "ai access", operation_id = "get_ai_access",
    params(("user_id" = UserId, Path, description = "The person's id")),
    responses((status = 200, description = "What they may use", body = AiAccess), (status = 404, description = "There is no such person", body = Problem)))]
pub(super) async fn get(ctx: Ctx, Path(user): Path<UserId>) -> Result<Json<AiAccess>> {
    let mut tx = ctx.read().await?;
    let found = sql::find(&mut tx, ctx.organisation()?, user).await?;
    Ok(Json(found.ok_or_else(|| not_found("user", user))?))
}
