//! `/ready`: it can serve.

use std::time::Duration;

use automation::RunnerState;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use store::migrate;
use web::{Ctx, Json};

/// How long the database may take to answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// Whether it can serve, and what each part says.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Readiness {
    /// `ready`, or `not_ready`.
    status: &'static str,
    /// What each part says.
    checks: Checks,
}

/// What each part says; `ok` when all is well.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Checks {
    /// The database.
    database: &'static str,
    /// The database's schema.
    migrations: &'static str,
    /// The engine: `active`, `standby` while another server runs it, `starting` or `stopped`.
    engine: &'static str,
}

/// Say whether it can serve.
#[utoipa::path(get, path = "/ready", tag = "program", operation_id = "ready",
    responses(
        (status = 200, description = "It can serve", body = Readiness),
        (status = 503, description = "It cannot; the failing check says why", body = Readiness),
    ))]
pub(super) async fn ready(
    ctx: Ctx,
    State(state): State<super::State>,
) -> (StatusCode, Json<Readiness>) {
    let (database, migrations) = database(&ctx).await;
    let engine = engine(state.automation.runner_state());
    let is_ready = database == "ok" && migrations == "ok" && matches!(engine, "active" | "standby");
    let checks = Checks { database, migrations, engine };
    if is_ready {
        (StatusCode::OK, Json(Readiness { status: "ready", checks }))
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, Json(Readiness { status: "not_ready", checks }))
    }
}

async fn database(ctx: &Ctx) -> (&'static str, &'static str) {
    let db = &ctx.app().db;
    match tokio::time::timeout(PATIENCE, db.ping()).await {
        Err(_) => return ("does not answer", "unknown"),
        Ok(Err(error)) => {
            tracing::error!("the database does not answer: {error}");
            return ("does not answer", "unknown");
        }
        Ok(Ok(())) => {}
    }
    match tokio::time::timeout(PATIENCE, migrate::status(db)).await {
        Ok(Ok(status)) if status.pending.is_empty() => ("ok", "ok"),
        Ok(Ok(_)) => ("ok", "pending"),
        Ok(Err(_)) => ("ok", "do not fit this program"),
        Err(_) => ("ok", "unknown"),
    }
}

fn engine(state: RunnerState) -> &'static str {
    match state {
        RunnerState::Starting => "starting",
        RunnerState::Active => "active",
        RunnerState::Standby => "standby",
        RunnerState::Stopped => "stopped",
    }
}
