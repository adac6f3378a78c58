//! Which models there are, for OpenAI's and Anthropic's clients alike.

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Response};
use llm::door::{Door, Failure, Kind};
use serde::Serialize;

use super::{Doors, failure};
use crate::virtual_key::Holder;

/// The models, in a list that both dialects can read.
#[derive(Debug, Serialize)]
struct Models {
    object: &'static str,
    data: Vec<Model>,
    first_id: Option<String>,
    last_id: Option<String>,
    has_more: bool,
}

#[derive(Debug, Clone, Serialize)]
struct Model {
    id: String,
    object: &'static str,
    #[serde(rename = "type")]
    kind: &'static str,
    display_name: String,
    created: i64,
    created_at: &'static str,
    owned_by: String,
}

impl Model {
    fn new(id: String) -> Self {
        let owner = id.split_once(['/', ':']).map_or("hishamos", |(owner, _)| owner).to_owned();
        Self {
            object: "model",
            kind: "model",
            display_name: id.clone(),
            // nobody tells when models were made
            created: 0,
            created_at: "1970-01-01T00:00:00Z",
            owned_by: owner,
            id,
        }
    }
}

/// List the models, groups, agents and workflows that the key may ask.
#[utoipa::path(get, path = "/v1/models", tag = "doors", operation_id = "list_door_models",
    responses(
        (status = 200, description = "The models", body = serde_json::Value),
        (status = 401, description = "No virtual key that is valid", body = serde_json::Value),
    ))]
pub(super) async fn list(State(doors): State<Doors>, headers: HeaderMap) -> Response {
    let holder = match doors.enter(&headers).await {
        Ok(holder) => holder,
        Err(refused) => return failure::response(Door::Chat, &refused),
    };
    let data = names(&doors, &holder).await.into_iter().map(Model::new).collect::<Vec<_>>();
    let id = |model: Option<&Model>| model.map(|model| model.id.clone());
    let models = Models {
        object: "list",
        first_id: id(data.first()),
        last_id: id(data.last()),
        has_more: false,
        data,
    };
    axum::Json(models).into_response()
}

/// Get one model.
#[utoipa::path(get, path = "/v1/models/{model}", tag = "doors", operation_id = "get_door_model",
    params(("model" = String, Path, description = "The model's name")),
    responses(
        (status = 200, description = "The model", body = serde_json::Value),
        (status = 404, description = "There is none, or not for this key", body = serde_json::Value),
    ))]
pub(super) async fn get(
    State(doors): State<Doors>,
    Path(model): Path<String>,
    headers: HeaderMap,
) -> Response {
    let holder = match doors.enter(&headers).await {
        Ok(holder) => holder,
        Err(refused) => return failure::response(Door::Chat, &refused),
    };
    if names(&doors, &holder).await.contains(&model) {
        return axum::Json(Model::new(model)).into_response();
    }
    let message = format!("there is no model \"{model}\", or not for this key");
    failure::response(Door::Chat, &Failure::new(Kind::NotFound, "model_not_found", message))
}

/// What the key may ask, in order and once each.
async fn names(doors: &Doors, holder: &Holder) -> Vec<String> {
    let list = doors.gateway.models(holder.organisation).await;
    let mut names: Vec<String> = list.items.into_iter().map(|item| item.id).collect();
    if let Some(insiders) = &doors.insiders {
        names.extend(insiders.names(holder.organisation).await);
    }
    names.retain(|name| holder.may_ask(name));
    names.sort();
    names.dedup();
    names
}
