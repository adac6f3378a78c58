//! The handlers of budgets.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use base::{BudgetId, Micros, Page, PageRequest};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::Signal;
use web::idempotency::{self, Reply};
use web::{
    AuditEntry, Ctx, Json, Path, Problem, Query, Result, conflict, decode_cursor, encode_cursor,
    invalid, not_found,
};

use super::{Budget, OnExceeded, Period, Periods, Scope, scoped, sql};
use crate::Gateway;

/// More than this is a typing error: a billion dollars.
const MOST: Micros = Micros(1_000_000_000_000_000);

/// A budget to be made.
#[derive(Debug, Clone, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewBudget {
    /// What it is for.
    scope: Scope,
    /// Which one; left out for the organisation.
    #[serde(default)]
    scope_id: String,
    /// For how long it counts.
    period: Period,
    /// The most that may be spent in a period, in micro-dollars.
    cap_micros: Micros,
    /// `stop` (when left out), `pause` or `fallback:` and a model.
    #[serde(default = "stop")]
    #[schema(value_type = String)]
    on_exceeded: OnExceeded,
}

const fn stop() -> OnExceeded {
    OnExceeded::Stop
}

/// What to change.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct BudgetChange {
    /// The version that the change is based on.
    version: i64,
    /// The most that may be spent in a period, in micro-dollars.
    cap_micros: Option<Micros>,
    /// `stop`, `pause` or `fallback:` and a model.
    #[schema(value_type = Option<String>)]
    on_exceeded: Option<OnExceeded>,
    /// Whether it counts.
    is_active: Option<bool>,
}

/// List budgets and how far they are used up.
#[utoipa::path(get, path = "/api/v1/budgets", tag = "costs", operation_id = "list_budgets", params(PageRequest),
    responses((status = 200, description = "A page of budgets", body = Page<Budget>)))]
pub(super) async fn list(ctx: Ctx, Query(page): Query<PageRequest>) -> Result<Json<Page<Budget>>> {
    let after = match &page.cursor {
        Some(cursor) => decode_cursor::<1>(cursor)?[0].clone(),
        None => String::new(),
    };
    let mut tx = ctx.read().await?;
    let rows = sql::list(&mut tx, ctx.organisation()?, &after, page.limit() + 1).await?;
    let rows = rows.into_iter().map(|budget| in_period(&ctx, budget)).collect();
    Ok(Json(Page::from_rows(rows, page.limit(), |one| encode_cursor(&[&one.id.to_string()]))))
}

/// Get one budget.
#[utoipa::path(get, path = "/api/v1/budgets/{id}", tag = "costs", operation_id = "get_budget",
    params(("id" = BudgetId, Path, description = "The budget's id")),
    responses((status = 200, description = "The budget", body = Budget), (status = 404, description = "There is none", body = Problem)))]
pub(super) async fn get(ctx: Ctx, Path(id): Path<BudgetId>) -> Result<Json<Budget>> {
    let mut tx = ctx.read().await?;
    let found = sql::find(&mut tx, ctx.organisation()?, id).await?;
    Ok(Json(in_period(&ctx, found.ok_or_else(|| not_found("budget", id))?)))
}

/// Nothing is spent yet in a period that nobody has called in.
fn in_period(ctx: &Ctx, mut budget: Budget) -> Budget {
    let start = Periods::at(ctx.now()).start(budget.period);
    if budget.period_at < start {
        budget.period_at = start;
        budget.spent_micros = Micros::ZERO;
        budget.alerted_percent = 0;
    }
    budget
}

/// Make a budget. It counts from now on: what was spent before does not.
#[utoipa::path(post, path = "/api/v1/budgets", tag = "costs", operation_id = "create_budget",
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request harmless")),
    request_body = NewBudget,
    responses(
        (status = 201, description = "The budget", body = Budget),
        (status = 400, description = "A field cannot be used", body = Problem),
        (status = 409, description = "The scope has a budget for this period", body = Problem),
        (status = 422, description = "What the budget is for does not exist", body = Problem),
    ))]
pub(super) async fn create(
    ctx: Ctx,
    State(gateway): State<Gateway>,
    headers: HeaderMap,
    Json(new): Json<NewBudget>,
) -> Result<Reply> {
    scoped::check(new.scope, &new.scope_id)?;
    check_cap(new.cap_micros)?;
    let now = ctx.now();
    let mut budget = Budget {
        id: BudgetId::new(now, ctx.random().as_ref()),
        scope: new.scope,
        scope_id: new.scope_id.clone(),
        scope_name: None,
        period: new.period,
        cap_micros: new.cap_micros,
        on_exceeded: new.on_exceeded.clone(),
        is_active: true,
        spent_micros: Micros::ZERO,
        reserved_micros: Micros::ZERO,
        period_at: Periods::at(now).start(new.period),
        alerted_percent: 0,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    let (job, organisation) = (ctx.clone(), ctx.organisation()?);
    let reply = idempotency::once(&ctx, &headers, &("budgets", &new), move |tx| {
        Box::pin(async move {
            budget.scope_id =
                scoped::find(tx, &job, &gateway, budget.scope, &budget.scope_id).await?;
            let written = sql::insert(tx, organisation, &budget, &job.caller()?.name).await;
            if matches!(written, Err(store::Error::Duplicate(_))) {
                return Err(conflict("this scope has a budget for this period; change that one"));
            }
            written?;
            audit(tx, &job, "budget_created", &budget).await?;
            let saved = sql::find(tx, organisation, budget.id).await?;
            Reply::new(StatusCode::CREATED, &saved.unwrap_or(budget))
        })
    })
    .await?;
    changed(&ctx)?;
    Ok(reply)
}

/// Change a budget. A new cap acts within a second.
#[utoipa::path(patch, path = "/api/v1/budgets/{id}", tag = "costs", operation_id = "change_budget",
    params(("id" = BudgetId, Path, description = "The budget's id")), request_body = BudgetChange,
    responses(
        (status = 200, description = "The budget", body = Budget),
        (status = 400, description = "A field cannot be used", body = Problem),
        (status = 404, description = "There is none", body = Problem),
        (status = 409, description = "Somebody else changed it", body = Problem),
    ))]
pub(super) async fn change(
    ctx: Ctx,
    Path(id): Path<BudgetId>,
    Json(change): Json<BudgetChange>,
) -> Result<Json<Budget>> {
    if let Some(cap) = change.cap_micros {
        check_cap(cap)?;
    }
    let (job, organisation) = (ctx.clone(), ctx.organisation()?);
    let budget = ctx
        .write(move |tx| {
            Box::pin(async move {
                let found = sql::find(tx, organisation, id).await?;
                let mut budget = found.ok_or_else(|| not_found("budget", id))?;
                budget.version = change.version;
                budget.cap_micros = change.cap_micros.unwrap_or(budget.cap_micros);
                budget.on_exceeded = change.on_exceeded.unwrap_or(budget.on_exceeded);
                budget.is_active = change.is_active.unwrap_or(budget.is_active);
                if !sql::update(tx, organisation, &budget, job.now()).await? {
                    return Err(conflict("somebody else changed this budget; load it again"));
                }
                audit(tx, &job, "budget_changed", &budget).await?;
                let saved = sql::find(tx, organisation, id).await?;
                saved.ok_or_else(|| not_found("budget", id))
            })
        })
        .await?;
    changed(&ctx)?;
    Ok(Json(in_period(&ctx, budget)))
}

/// Remove a budget.
#[utoipa::path(delete, path = "/api/v1/budgets/{id}", tag = "costs", operation_id = "remove_budget",
    params(("id" = BudgetId, Path, description = "The budget's id")),
    responses((status = 204, description = "Removed"), (status = 404, description = "There is none", body = Problem)))]
pub(super) async fn remove(ctx: Ctx, Path(id): Path<BudgetId>) -> Result<StatusCode> {
    let (job, organisation) = (ctx.clone(), ctx.organisation()?);
    ctx.write(move |tx| {
        Box::pin(async move {
            if !sql::delete(tx, organisation, id).await? {
                return Err(not_found("budget", id));
            }
            AuditEntry::new("budget_removed", "budget", id).write(tx, &job).await
        })
    })
    .await?;
    changed(&ctx)?;
    Ok(StatusCode::NO_CONTENT)
}

async fn audit(tx: &mut store::Tx, ctx: &Ctx, action: &'static str, budget: &Budget) -> Result<()> {
    let detail = json!({
        "scope": budget.scope, "scope_id": budget.scope_id, "period": budget.period,
        "cap_micros": budget.cap_micros, "on_exceeded": budget.on_exceeded, "is_active": budget.is_active,
    });
    AuditEntry::new(action, "budget", budget.id).with(detail).write(tx, ctx).await
}

/// What may be spent changed: whoever keeps budgets in memory looks again.
fn changed(ctx: &Ctx) -> Result<()> {
    ctx.app().bus.send(Signal::Rights { organisation: ctx.organisation()? });
    Ok(())
}

fn check_cap(cap: Micros) -> Result<()> {
    if cap < Micros::ZERO || cap > MOST {
        return Err(invalid("cap_micros", format!("use 0 to {} micro-dollars", MOST.0)));
    }
    Ok(())
}
