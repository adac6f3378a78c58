//! The handlers of the platforms' health.

use axum::extract::State;
use base::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa_axum::routes;
use web::{Access, Ctx, Json, Permission, Query, Result, Routes};

use super::report::PlatformHealth;
use super::sql::{self, HealthChange};
use crate::Gateway;

/// The most changes that are given at once.
const MOST: i64 = 1_000;
const DAY_MS: i64 = 86_400_000;

/// The routes of the platforms' health.
pub(crate) fn routes(gateway: Gateway) -> Routes {
    Routes::new()
        .add(Access::Permission(Permission::ViewModels), routes!(show))
        .add(Access::Permission(Permission::ViewModels), routes!(history))
        .with_state(gateway)
}

/// How all platforms are.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct HealthReport {
    /// A line for each platform.
    items: Vec<PlatformHealth>,
}

/// How the platforms were.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct HealthHistory {
    /// The changes, the newest first.
    items: Vec<HealthChange>,
}

/// Which part of the history to show.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct Wanted {
    /// Only this platform, by its name.
    platform: Option<String>,
    /// Since when; a week when absent.
    from: Option<Timestamp>,
}

/// Show how every platform is: from its calls, and from a probe each minute.
#[utoipa::path(get, path = "/api/v1/platforms/health", operation_id = "get_platform_health", tag = "platforms",
    responses((status = 200, description = "A line for each platform", body = HealthReport)))]
async fn show(ctx: Ctx, State(gateway): State<Gateway>) -> Result<Json<HealthReport>> {
    let mut tx = ctx.read().await?;
    let items = gateway.health(&mut tx, ctx.organisation()?, ctx.now()).await?;
    Ok(Json(HealthReport { items }))
}

/// Show when the platforms' statuses changed, as far as 30 days back.
#[utoipa::path(get, path = "/api/v1/platforms/health/history", operation_id = "list_platform_health_history", tag = "platforms", params(Wanted),
    responses((status = 200, description = "The changes, the newest first", body = HealthHistory)))]
async fn history(ctx: Ctx, Query(wanted): Query<Wanted>) -> Result<Json<HealthHistory>> {
    let week = Timestamp::from_millis(ctx.now().as_millis() - 7 * DAY_MS);
    let since = wanted.from.unwrap_or(week);
    let mut tx = ctx.read().await?;
    let platform = wanted.platform.as_deref();
    let items = sql::history(&mut tx, ctx.organisation()?, platform, since, MOST).await?;
    Ok(Json(HealthHistory { items }))
}
