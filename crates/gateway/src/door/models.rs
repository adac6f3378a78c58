//! Which models there are. A client that sends `anthropic-version` is answered as Anthropic
//! does, refusals and pages included; every other one as OpenAI does.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use llm::door::models::ModelPage;
use llm::door::{Door, Failure, Kind};
use serde::Deserialize;

use super::chat::json;
use super::{Doors, failure};
use crate::virtual_key::Holder;

/// The header that every client of Anthropic's sends.
const ANTHROPIC: &str = "anthropic-version";

/// Which models, as Anthropic's clients write it.
#[derive(Debug, Deserialize)]
pub(super) struct Wanted {
    after_id: Option<String>,
    before_id: Option<String>,
    limit: Option<String>,
}

/// List the models, groups, agents and workflows that the key may ask.
#[utoipa::path(get, path = "/v1/models", tag = "doors", operation_id = "list_door_models",
    params(
        ("after_id" = Option<String>, Query, description = "With `anthropic-version`: the page begins after this model"),
        ("before_id" = Option<String>, Query, description = "With `anthropic-version`: the page ends before this model"),
        ("limit" = Option<i64>, Query, description = "With `anthropic-version`: so many at most, 1 to 1000; all of them when left out"),
    ),
    responses(
        (status = 200, description = "The models", body = serde_json::Value),
        (status = 401, description = "No virtual key that is valid", body = serde_json::Value),
    ))]
pub(super) async fn list(
    State(doors): State<Doors>,
    wanted: Result<Query<Wanted>, QueryRejection>,
    headers: HeaderMap,
) -> Response {
    let door = dialect(&headers);
    let listed = async {
        let holder = doors.enter(&headers).await?;
        let names = names(&doors, &holder).await;
        let page = match wanted {
            Ok(Query(Wanted { after_id, before_id, limit })) => {
                ModelPage { after: after_id, before: before_id, limit }
            }
            // only Anthropic's lists have pages
            Err(_) if door != Door::Messages => ModelPage::default(),
            Err(rejection) => {
                let message = rejection.body_text();
                return Err(Failure::new(Kind::InvalidRequest, "invalid_request", message));
            }
        };
        Ok(door.encode_models(&names, &page)?)
    };
    listed.await.map_or_else(|refused: Failure| failure::response(door, &refused), json)
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
    let door = dialect(&headers);
    let holder = match doors.enter(&headers).await {
        Ok(holder) => holder,
        Err(refused) => return failure::response(door, &refused),
    };
    if names(&doors, &holder).await.contains(&model) {
        return json(door.encode_model(&model));
    }
    let message = format!("there is no model \"{model}\", or not for this key");
    failure::response(door, &Failure::new(Kind::NotFound, "model_not_found", message))
}

/// Whose client asks.
fn dialect(headers: &HeaderMap) -> Door {
    if headers.contains_key(ANTHROPIC) { Door::Messages } else { Door::Chat }
}

/// What the key may ask, in order and once each.
async fn names(doors: &Doors, holder: &Holder) -> Vec<String> {
    let list = doors.gateway.models(holder.organisation).await;
    let mut names: Vec<String> = list.items.into_iter().map(|item| item.id).collect();
    if let Some(insiders) = &doors.insiders {
        names.extend(insiders.names(holder.organisation).await);
    }
    names.retain(|name| holder.may_ask(name) && doors.may_use(holder, name));
    names.sort();
    names.dedup();
    names
}
