//! The handlers of the ledger.

use base::{CallId, ExecutionId, Page, Timestamp};
use serde::Deserialize;
use web::{Ctx, Json, Query, Result, decode_cursor, encode_cursor, invalid};

use super::{Call, sql};

/// Which calls to list.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// Only the calls of this execution.
    execution: Option<ExecutionId>,
    /// How many, 1 to 200 (50 when absent).
    limit: Option<i64>,
    /// The `next` of the page before; absent for the first page.
    cursor: Option<String>,
}

/// List model calls in the order in which they began.
#[utoipa::path(get, path = "/api/v1/model-calls", tag = "models", params(Wanted),
    responses((status = 200, description = "A page of calls", body = Page<Call>)))]
pub(super) async fn list(ctx: Ctx, Query(wanted): Query<Wanted>) -> Result<Json<Page<Call>>> {
    let limit = wanted.limit.unwrap_or(50).clamp(1, 200);
    let after = wanted.cursor.as_deref().map(position).transpose()?;
    let mut tx = ctx.read().await?;
    let rows = sql::list(&mut tx, ctx.organisation()?, wanted.execution, after, limit).await?;
    Ok(Json(Page::from_rows(rows, limit, |call| {
        encode_cursor(&[&call.started_at.as_millis().to_string(), &call.id.to_string()])
    })))
}

fn position(cursor: &str) -> Result<(Timestamp, CallId)> {
    let [at, id] = decode_cursor::<2>(cursor)?;
    let refused = || invalid("cursor", "is not a cursor of this list; start again without one");
    let at = at.parse().map_err(|_| refused())?;
    Ok((Timestamp::from_millis(at), id.parse().map_err(|_| refused())?))
}
