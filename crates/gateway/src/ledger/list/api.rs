//! The handler of the ledger's list.

use base::{CallId, ExecutionId, Page, PageRequest, Timestamp, UserId, VirtualKeyId};
use serde::Deserialize;
use web::{Ctx, Json, Problem, Query, Result, decode_cursor, encode_cursor, invalid};

use super::sql;
use crate::ledger::{Call, CallOutcome};
use crate::usage::moment;

/// Which calls to list.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    /// Only the calls of this execution.
    execution: Option<ExecutionId>,
    /// Only the calls of this agent.
    agent: Option<String>,
    /// Only the calls of this model, as `provider/model`.
    model: Option<String>,
    /// Only the calls that this platform served.
    platform: Option<String>,
    /// Only the calls for this project, by its key.
    project: Option<String>,
    /// Only the calls on this person's account.
    user: Option<UserId>,
    /// Only the calls of this virtual key.
    key: Option<VirtualKeyId>,
    /// Only the calls that ended like this, or that still run.
    status: Option<CallOutcome>,
    /// The first day, as `2026-01-31`, or a moment.
    since: Option<String>,
    /// The last day, which is part of it, or a moment, which is not.
    until: Option<String>,
    /// How many, 1 to 200 (50 when absent).
    limit: Option<i64>,
    /// The `next` of the page before; absent for the first page.
    cursor: Option<String>,
}

/// List model calls, the one that began last first.
#[utoipa::path(get, path = "/api/v1/model-calls", tag = "models", params(Wanted),
    responses((status = 200, description = "A page of calls", body = Page<Call>),
        (status = 400, description = "A filter or the cursor cannot be used", body = Problem)))]
pub(super) async fn list(ctx: Ctx, Query(wanted): Query<Wanted>) -> Result<Json<Page<Call>>> {
    let limit = PageRequest { limit: wanted.limit, cursor: None }.limit();
    let filter = sql::Filter {
        execution: wanted.execution,
        agent: wanted.agent,
        model: wanted.model,
        platform: wanted.platform,
        // A project is kept by its key in capitals, however it is typed.
        project: wanted.project.map(|key| key.to_ascii_uppercase()),
        user: wanted.user,
        key: wanted.key,
        outcome: wanted.status,
        since: wanted.since.as_deref().map(|text| moment("since", text, false)).transpose()?,
        until: wanted.until.as_deref().map(|text| moment("until", text, true)).transpose()?,
        before: wanted.cursor.as_deref().map(position).transpose()?,
    };
    let mut tx = ctx.read().await?;
    let rows = sql::list(&mut tx, ctx.organisation()?, filter, limit).await?;
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
