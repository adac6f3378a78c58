//! The handlers of limits of the organisation and its users.

use axum::http::StatusCode;
use base::UserId;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::Tx;
use web::{AuditEntry, Ctx, Json, Problem, Query, Result, Thing, invalid, not_found, unknown};

use super::sql::{self, Limit};

/// The limits of an organisation.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct RateLimits {
    items: Vec<Limit>,
}

/// A limit to be set.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewRateLimit {
    /// `organisation` or `user`.
    scope: String,
    /// Which user; left out for the organisation.
    #[serde(default)]
    scope_id: String,
    /// How many requests in a minute.
    requests_per_minute: Option<i64>,
    /// How many tokens in a minute.
    tokens_per_minute: Option<i64>,
    /// How many requests in a day, in UTC; of the organisation only.
    requests_per_day: Option<i64>,
    /// How many tokens in a day, in UTC; of the organisation only.
    tokens_per_day: Option<i64>,
}

/// Which limit.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Which {
    /// `organisation` or `user`.
    scope: String,
    /// Which user; left out for the organisation.
    #[serde(default)]
    scope_id: String,
}

/// List the limits of the organisation and its users. Keys and platforms carry their own.
#[utoipa::path(get, path = "/api/v1/rate-limits", tag = "costs", operation_id = "list_rate_limits",
    responses((status = 200, description = "All limits", body = RateLimits)))]
pub(super) async fn list(ctx: Ctx) -> Result<Json<RateLimits>> {
    let mut tx = ctx.read().await?;
    Ok(Json(RateLimits { items: sql::all(&mut tx, ctx.organisation()?).await? }))
}

/// Set a limit of the organisation or of a user. It acts within a second.
#[utoipa::path(put, path = "/api/v1/rate-limits", tag = "costs", operation_id = "set_rate_limit", request_body = NewRateLimit,
    responses((status = 200, description = "All limits", body = RateLimits), (status = 400, description = "A field cannot be used", body = Problem),
        (status = 422, description = "There is no such person", body = Problem)))]
pub(super) async fn set(ctx: Ctx, Json(new): Json<NewRateLimit>) -> Result<Json<RateLimits>> {
    check(&new.scope, &new.scope_id)?;
    let fields = [
        ("requests_per_minute", new.requests_per_minute),
        ("tokens_per_minute", new.tokens_per_minute),
        ("requests_per_day", new.requests_per_day),
        ("tokens_per_day", new.tokens_per_day),
    ];
    for (field, value) in fields {
        if new.scope == "user" && value.is_some() && field.ends_with("_day") {
            let fix =
                "leave it out: only the organisation has a limit a day; give the person a budget";
            return Err(invalid(field, fix));
        }
        if value.is_some_and(|value| !(1..=1_000_000_000).contains(&value)) {
            return Err(invalid(field, "use 1 to 1000000000, or leave it out for no limit"));
        }
    }
    let (job, organisation) = (ctx.clone(), ctx.organisation()?);
    let items = ctx
        .write(move |tx| {
            Box::pin(async move {
                check_user(tx, &job, &new.scope, &new.scope_id).await?;
                let limit = Limit {
                    scope: new.scope,
                    scope_id: new.scope_id,
                    requests_per_minute: new.requests_per_minute,
                    tokens_per_minute: new.tokens_per_minute,
                    requests_per_day: new.requests_per_day,
                    tokens_per_day: new.tokens_per_day,
                    version: 1,
                    updated_at: job.now(),
                };
                sql::set(tx, organisation, &limit, &job.caller()?.name, job.now()).await?;
                let detail = json!({
                    "requests_per_minute": limit.requests_per_minute,
                    "tokens_per_minute": limit.tokens_per_minute,
                    "requests_per_day": limit.requests_per_day,
                    "tokens_per_day": limit.tokens_per_day,
                });
                let which = format!("{} {}", limit.scope, limit.scope_id);
                AuditEntry::new("rate_limit_set", "rate_limit", which.trim())
                    .with(detail)
                    .write(tx, &job)
                    .await?;
                Ok(sql::all(tx, organisation).await?)
            })
        })
        .await?;
    Ok(Json(RateLimits { items }))
}

/// Remove a limit.
#[utoipa::path(delete, path = "/api/v1/rate-limits", tag = "costs", operation_id = "remove_rate_limit", params(Which),
    responses((status = 204, description = "Removed"), (status = 404, description = "There is none", body = Problem)))]
pub(super) async fn remove(ctx: Ctx, Query(which): Query<Which>) -> Result<StatusCode> {
    let (job, organisation) = (ctx.clone(), ctx.organisation()?);
    ctx.write(move |tx| {
        Box::pin(async move {
            let Which { scope, scope_id } = which;
            let name = format!("{scope} {scope_id}");
            if !sql::remove(tx, organisation, &scope, &scope_id).await? {
                return Err(not_found("rate limit", name.trim()));
            }
            AuditEntry::new("rate_limit_removed", "rate_limit", name.trim()).write(tx, &job).await
        })
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

fn check(scope: &str, id: &str) -> Result<()> {
    match scope {
        "organisation" if id.is_empty() => Ok(()),
        "organisation" => Err(invalid("scope_id", "leave it out: there is one organisation")),
        "user" => {
            id.parse::<UserId>().map(drop).map_err(|error| invalid("scope_id", error.to_string()))
        }
        _ => Err(invalid("scope", "use organisation or user")),
    }
}

/// A limit of somebody who is not there would limit nobody.
async fn check_user(tx: &mut Tx, ctx: &Ctx, scope: &str, id: &str) -> Result<()> {
    if scope != "user" {
        return Ok(());
    }
    let found = ctx.app().things.find(tx, ctx.organisation()?, Thing::User, id).await?;
    let refusal =
        || unknown("scope_id", format!("there is no user \"{id}\"; name one that is there"));
    found.map(drop).ok_or_else(refusal)
}
