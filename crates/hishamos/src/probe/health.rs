//! `/health`: the process lives.

use serde::Serialize;
use web::Json;

/// That it lives, and what it is.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Health {
    /// `ok`.
    status: &'static str,
    /// The program's version.
    version: &'static str,
}

/// Say that the process lives.
#[utoipa::path(get, path = "/health", tag = "program", operation_id = "health",
    responses((status = 200, description = "It lives", body = Health)))]
pub(super) async fn health() -> Json<Health> {
    Json(Health { status: "ok", version: env!("CARGO_PKG_VERSION") })
}
