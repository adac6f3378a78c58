//! How many tokens a request has, before it is sent.

use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Response};
use llm::door::{Door, Failure, Kind};
use serde::Serialize;

use super::{Doors, body, enter, failure, insider};
use crate::call::CallMeta;
use crate::virtual_key::KeyScope;

#[derive(Debug, Serialize)]
struct Count {
    input_tokens: u64,
}

/// Count the tokens of messages as Anthropic's clients do: by the provider where it counts, else
/// an estimate. Nothing is charged.
#[utoipa::path(post, path = "/v1/messages/count_tokens", tag = "doors", operation_id = "count_tokens",
    request_body(content = serde_json::Value, content_type = "application/json"),
    responses(
        (status = 200, description = "The number of tokens", body = serde_json::Value),
        (status = 401, description = "No virtual key that is valid", body = serde_json::Value),
    ))]
pub(super) async fn count_tokens(
    State(doors): State<Doors>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    match count(&doors, &headers, body).await {
        Ok(count) => axum::Json(count).into_response(),
        Err(refused) => failure::response(Door::Messages, &refused),
    }
}

async fn count(doors: &Doors, headers: &HeaderMap, body: Body) -> Result<Count, Failure> {
    let (holder, body) = doors.enter_with(headers, body).await?;
    let body = body::read(headers, body, doors.options.largest_body).await?;
    let request = llm::door::decode_count(&body)?;
    enter::check(&holder, KeyScope::Chat, &request.model)?;
    if insider::of(&request.model).is_some() {
        let message = "agents and workflows write their own questions; count for a model";
        return Err(Failure::new(Kind::NotFound, "model_not_found", message));
    }
    // it is a request, but reads and writes nothing
    doors.pass(&holder, 0).await?;
    let meta = CallMeta::new(holder.organisation, request.model.clone());
    let counted = doors.gateway.count_tokens(&meta, request).await;
    let counted = counted.map_err(|error| Failure::from(&error))?;
    Ok(Count { input_tokens: counted.input })
}
