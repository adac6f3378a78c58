//! The list of models that can be named, each with the state it is in.
//!
//! Start with [`ModelList`]; `list.rs` puts it together from the platforms.

use axum::extract::State;
use utoipa_axum::routes;
use web::{Access, Ctx, Json, Permission, Result, Routes};

use crate::Gateway;

mod item;
mod list;

pub use item::{ModelItem, ModelList, ModelStatus, Notice};
pub(crate) use list::Lister;

pub(crate) fn routes(gateway: Gateway) -> Routes {
    Routes::new()
        .add(Access::Permission(Permission::ViewModels), routes!(list_models))
        .with_state(gateway)
}

/// List the models that can be named, and the one that answers when nobody names one.
#[utoipa::path(get, path = "/api/v1/models", tag = "models",
    responses((status = 200, description = "The models", body = ModelList)))]
async fn list_models(ctx: Ctx, State(gateway): State<Gateway>) -> Result<Json<ModelList>> {
    Ok(Json(gateway.models(ctx.organisation()?).await))
}
