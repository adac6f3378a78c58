//! How many tokens a request has, before it is sent.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use llm::TokenCount;
use llm::chat::Request;
use llm::door::{Door, Failure, Kind};

use super::call::Errand;
use super::chat::{json, marked};
use super::{Doors, Part, body, enter, failure, insider};
use crate::cache;
use crate::call::CallMeta;
use crate::limit::Admission;
use crate::virtual_key::{Holder, KeyScope};

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
    count(&doors, &headers, body)
        .await
        .unwrap_or_else(|refused| failure::response(Door::Messages, &refused))
}

async fn count(doors: &Doors, headers: &HeaderMap, body: Body) -> Result<Response, Failure> {
    let (holder, body) = doors.enter_with(headers, body).await?;
    let body = body::read(headers, body, doors.options.largest_body).await?;
    let request = llm::door::decode_count(&body)?;
    enter::check(&holder, KeyScope::Chat, &request.model)?;
    if insider::of(&request.model).is_some() {
        let message = "agents and workflows write their own questions; count for a model";
        return Err(Failure::new(Kind::NotFound, "model_not_found", message));
    }
    let memory = &doors.memory.token_counts;
    let may_use = doors.does(Part::Cache) && memory.is_on() && cache::may_use_for_fixed(headers);
    let key = if may_use { Some(key(doors, &holder, &request)?) } else { None };
    if let Some(known) = key.and_then(|key| memory.find(&key)) {
        return Ok(marked(written(*known), false));
    }
    // it is a request, but reads and writes nothing
    drop(doors.pass(&holder, 0, Errand::OfClient).await?.map(Admission::goes));
    let meta =
        CallMeta::new(holder.organisation, request.model.clone()).on_account_of(holder.key.user_id);
    let counted = doors.gateway.count_tokens(&meta, request).await;
    let counted = counted.map_err(|error| Failure::from(&error))?;
    let Some(key) = key else { return Ok(written(counted)) };
    // the provider may be there again in a moment, and knows better
    if !counted.estimated {
        memory.keep(key, Arc::new(counted));
    }
    Ok(marked(written(counted), true))
}

/// The name of a count: it is made by the first model that would be asked.
fn key(doors: &Doors, holder: &Holder, request: &Request) -> Result<cache::Key, Failure> {
    let picture = doors.gateway.picture(holder.organisation);
    let plan = picture.plan_for(Some(holder.key.user_id), &request.model);
    let plan = plan.map_err(|error| Failure::from(&error))?;
    let first = &plan.targets[0];
    let of = (&*first.platform.name, first.model.as_str());
    Ok(cache::key(holder.organisation, "token_count", of, request))
}

fn written(count: TokenCount) -> Response {
    json(llm::door::encode_count(count.input))
}
