//! The doors behind which a model chats.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::Response;
use futures::StreamExt as _;
use futures::stream::iter;
use llm::chat::{Accumulator, Reply};
use llm::door::{Asked, Door, Failure};
use tokio::time::Instant;

use super::asked::Call;
use super::quote::Quote;
use super::stream::Events;
use super::{Doors, Part, body, enter, failure, insider, name};
use crate::cache::{self, Given, HEADER, Look, SIMILARITY, Turn, Unshared};
use crate::telemetry::Ending;
use crate::virtual_key::{Holder, KeyScope};

/// The header by which clients' libraries learn what to quote when asking for help.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Chat as OpenAI's clients do. `model` is a model, a group, `agent:` or `workflow:` and a name.
#[utoipa::path(post, path = "/v1/chat/completions", tag = "doors", operation_id = "chat_completions",
    request_body(content = serde_json::Value, content_type = "application/json"),
    responses(
        (status = 200, description = "The answer, or its events when `stream` is true", body = serde_json::Value),
        (status = 401, description = "No virtual key that is valid", body = serde_json::Value),
        (status = 429, description = "A limit or a budget is reached", body = serde_json::Value),
    ))]
pub(super) async fn chat_completions(
    State(doors): State<Doors>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    answer(doors, Door::Chat, headers, body).await
}

/// Ask for a response as OpenAI's newer clients do.
#[utoipa::path(post, path = "/v1/responses", tag = "doors", operation_id = "responses",
    request_body(content = serde_json::Value, content_type = "application/json"),
    responses(
        (status = 200, description = "The answer, or its events when `stream` is true", body = serde_json::Value),
        (status = 401, description = "No virtual key that is valid", body = serde_json::Value),
        (status = 429, description = "A limit or a budget is reached", body = serde_json::Value),
    ))]
pub(super) async fn responses(
    State(doors): State<Doors>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    answer(doors, Door::Responses, headers, body).await
}

/// Send messages as Anthropic's clients do.
#[utoipa::path(post, path = "/v1/messages", tag = "doors", operation_id = "messages",
    request_body(content = serde_json::Value, content_type = "application/json"),
    responses(
        (status = 200, description = "The answer, or its events when `stream` is true", body = serde_json::Value),
        (status = 401, description = "No virtual key that is valid", body = serde_json::Value),
        (status = 429, description = "A limit or a budget is reached", body = serde_json::Value),
    ))]
pub(super) async fn messages(
    State(doors): State<Doors>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    answer(doors, Door::Messages, headers, body).await
}

async fn answer(doors: Doors, door: Door, headers: HeaderMap, body: Body) -> Response {
    let began = Instant::now();
    let (holder, body) = match doors.enter_with(&headers, body).await {
        Ok(entered) => entered,
        Err(refused) => return failure::response(door, &refused),
    };
    let call = Arc::new(Call::new(&doors, name(door), holder, began));
    let mut response = match carry_out(&doors, door, &call, &headers, body).await {
        Ok(response) => response,
        Err(refused) => {
            doors.count(&call, Ending::Failed);
            failure::response(door, &refused)
        }
    };
    if let Ok(id) = HeaderValue::from_str(&call.id.to_string()) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

async fn carry_out(
    doors: &Doors,
    door: Door,
    call: &Arc<Call>,
    headers: &HeaderMap,
    body: Body,
) -> Result<Response, Failure> {
    let body = body::read(headers, body, doors.options.largest_body).await?;
    let mut asked = door.decode(&body)?;
    drop(body);
    let holder = &call.holder;
    enter::check(holder, KeyScope::Chat, &asked.request.model)?;
    if insider::of(&asked.request.model).is_some() {
        return inside(doors, door, holder, call, asked).await;
    }
    let quote = Arc::new(doors.quote(holder, &asked.request.model, &asked.request)?);
    if let Some(end) = doors.let_in(holder, &quote).await? {
        asked.request.max_output_tokens.get_or_insert(end);
    }
    let may_use = doors.does(Part::Cache)
        && doors.memory.chat.is_on()
        && cache::may_use(headers, &asked.request);
    let key = may_use
        .then(|| cache::key(holder.organisation, "chat", quote.remembered_by(), &asked.request));
    if asked.stream {
        return streamed(doors, door, call, quote, asked, key).await;
    }
    let meta = call.meta(&asked.request.model);
    let Some(key) = key else {
        let given = doors.whole(call, quote, asked.request).await.or_else(Unshared::own)?;
        doors.count(call, Ending::Ok);
        return Ok(json(door.encode(&given.answer, &meta)));
    };
    let mut spot = None;
    let asking = doors.near_or_whole(call, quote.clone(), asked.request, &mut spot);
    let who = (holder.key.id, doors.options.patience);
    let found = doors.memory.chat.find_or_ask(key, who, Box::pin(asking)).await;
    let (given, is_fresh) = found?;
    if let Some(spot) = spot {
        spot.keep(given.clone());
    }
    let ending = ending(&given, is_fresh);
    if ending != Ending::Ok {
        doors.remembered(call, &quote, &given, given.answer.scripted);
    }
    doors.count(call, ending);
    Ok(told(json(door.encode(&given.answer, &meta)), &given, is_fresh))
}

async fn streamed(
    doors: &Doors,
    door: Door,
    call: &Arc<Call>,
    quote: Arc<Quote>,
    asked: Asked,
    key: Option<cache::Key>,
) -> Result<Response, Failure> {
    let frames = door.frames(&call.meta(&asked.request.model), &asked);
    let Some(key) = key else {
        let (deltas, open) = doors.pieces(call.clone(), quote, asked.request, None, None).await?;
        return Ok(Events::new(deltas, frames, open).response());
    };
    let (who, patience) = (call.holder.key.id, doors.options.patience);
    let given = match doors.memory.chat.turn(key, who, patience).await? {
        Turn::Given(given) => given,
        Turn::Ask(lead) => match doors.near(call, &quote, &asked.request).await {
            Look::Found(given) => lead.give(*given),
            Look::Missed(spot) => {
                let (call, lead) = (call.clone(), Some(lead));
                let begun = doors.pieces(call, quote, asked.request, lead, spot).await;
                let (deltas, open) = begun?;
                return Ok(marked(Events::new(deltas, frames, open).response(), true));
            }
        },
    };
    doors.remembered(call, &quote, &given, given.answer.scripted);
    doors.count(call, ending(&given, false));
    let deltas = iter(given.answer.to_deltas().into_iter().map(Ok)).boxed();
    Ok(told(Events::unbooked(deltas, frames).response(), &given, false))
}

/// How a call ended that got this answer.
fn ending(given: &Given<Reply>, is_fresh: bool) -> Ending {
    match given.alike {
        Some(_) => Ending::Semantic,
        None if is_fresh => Ending::Ok,
        None => Ending::Cached,
    }
}

/// An agent or a workflow answers.
async fn inside(
    doors: &Doors,
    door: Door,
    holder: &Holder,
    call: &Call,
    asked: Asked,
) -> Result<Response, Failure> {
    let model = asked.request.model.clone();
    let frames = door.frames(&call.meta(&model), &asked);
    let Some(who) = insider::of(&model) else {
        return Err(Failure::new(llm::door::Kind::NotFound, "model_not_found", "no such model"));
    };
    let deltas = doors.ask_insider(holder, who, asked.request).await?;
    if asked.stream {
        doors.count(call, Ending::Ok);
        let alive = doors.options.sign_of_life;
        return Ok(Events::unbooked(deltas, frames).alive(alive).response());
    }
    let deadline = doors.options.deadline;
    let late = Err(llm::Error::Timeout { which: llm::Phase::Total, after: deadline });
    let gathered = tokio::time::timeout(deadline, gather(deltas)).await.unwrap_or(late);
    let reply = gathered.map_err(|error| insider::failure(&error))?;
    doors.count(call, Ending::Ok);
    Ok(json(door.encode(&reply, &call.meta(&model))))
}

async fn gather(mut deltas: llm::DeltaStream) -> Result<Reply, llm::Error> {
    let mut accumulator = Accumulator::default();
    while let Some(delta) = deltas.next().await {
        accumulator.push(delta?)?;
    }
    accumulator.finish()
}

/// A whole answer as a response.
pub(super) fn json(body: Vec<u8>) -> Response {
    let mut response = Response::new(Body::from(body));
    let kind = HeaderValue::from_static("application/json");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}

/// The same, saying whether it was asked for now, comes from the cache, or was the answer to a
/// question that means the same, and how much the two are alike.
fn told(response: Response, given: &Given<Reply>, is_fresh: bool) -> Response {
    let mut response = marked(response, is_fresh);
    if let Some(alike) = given.alike {
        let headers = response.headers_mut();
        headers.insert(HEADER, HeaderValue::from_static("semantic"));
        if let Ok(similarity) = HeaderValue::from_str(&format!("{:.3}", alike.similarity)) {
            headers.insert(SIMILARITY, similarity);
        }
    }
    response
}

/// The same, saying whether it was asked for now or comes from the cache.
pub(super) fn marked(mut response: Response, is_fresh: bool) -> Response {
    let mark = HeaderValue::from_static(if is_fresh { "miss" } else { "hit" });
    response.headers_mut().insert(HEADER, mark);
    response
}
