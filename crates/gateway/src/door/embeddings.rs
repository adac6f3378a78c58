//! Texts as vectors.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use llm::chat::TokenUsage;
use llm::door::{Door, Failure, embeddings as dialect};
use llm::embedding::{EmbedRequest, Embeddings};
use llm::tokens::{bound_embedding, estimate_embedding};
use llm::{Error, Phase};
use tokio::time::{Instant, timeout};

use super::asked::{Call, Used};
use super::call::Errand;
use super::chat::{json, marked};
use super::held::Held;
use super::quote::Quote;
use super::{Doors, Part, body, enter, failure};
use crate::cache::{self, Given, Unshared};
use crate::call::CallMeta;
use crate::limit::give_back;
use crate::telemetry::{self, Answered, Ending};
use crate::virtual_key::{Holder, KeyScope};

/// Turn texts into vectors as OpenAI's clients do.
#[utoipa::path(post, path = "/v1/embeddings", tag = "doors", operation_id = "embeddings",
    request_body(content = serde_json::Value, content_type = "application/json"),
    responses(
        (status = 200, description = "The vectors", body = serde_json::Value),
        (status = 401, description = "No virtual key that is valid", body = serde_json::Value),
        (status = 429, description = "A limit or a budget is reached", body = serde_json::Value),
    ))]
pub(super) async fn embeddings(
    State(doors): State<Doors>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    match carry_out(&doors, &headers, body).await {
        Ok(response) => response,
        Err(refused) => failure::response(Door::Chat, &refused),
    }
}

async fn carry_out(doors: &Doors, headers: &HeaderMap, body: Body) -> Result<Response, Failure> {
    let began = Instant::now();
    let (holder, body) = doors.enter_with(headers, body).await?;
    let call = Arc::new(Call::new(doors, "embeddings", holder, began));
    let body = body::read(headers, body, doors.options.largest_body).await?;
    let asked = dialect::decode(&body)?;
    drop(body);
    let wanted = asked.request.model.clone();
    enter::check(&call.holder, KeyScope::Embeddings, &wanted)?;
    let quote = priced(doors, &call.holder, &asked.request)?;
    doors.let_in(&call.holder, &quote).await?;
    let of = quote.remembered_by();
    let may_use = doors.does(Part::Cache)
        && doors.memory.embeddings.is_on()
        && cache::may_use_for_fixed(headers);
    let key = may_use.then(|| cache::embeddings_key(call.holder.organisation, of, &asked.request));
    let asking = vectors(doors, &call, quote.clone(), asked.request, Errand::OfClient);
    let Some(key) = key else {
        let given = asking.await.or_else(Unshared::own);
        let given = given.inspect_err(|_| doors.count(&call, Ending::Failed))?;
        doors.count(&call, Ending::Ok);
        return Ok(json(dialect::encode(&given.answer, &wanted, asked.base64)));
    };
    let who = (call.holder.key.id, doors.options.patience);
    let found = doors.memory.embeddings.find_or_ask(key, who, Box::pin(asking)).await;
    let (given, is_fresh) = found.inspect_err(|_| doors.count(&call, Ending::Failed))?;
    if !is_fresh {
        doors.remembered(&call, &quote, &given, false);
    }
    doors.count(&call, if is_fresh { Ending::Ok } else { Ending::Cached });
    Ok(marked(json(dialect::encode(&given.answer, &wanted, asked.base64)), is_fresh))
}

/// Where a call for vectors would go, and what it may come to.
pub(super) fn priced(
    doors: &Doors,
    holder: &Holder,
    request: &EmbedRequest,
) -> Result<Arc<Quote>, Failure> {
    let most = TokenUsage { input: bound_embedding(request), ..TokenUsage::default() };
    let tokens = estimate_embedding(request);
    doors.quote_of(holder, &request.model, |_, _| (most, None), tokens).map(Arc::new)
}

/// Makes the call.
pub(super) async fn vectors(
    doors: &Doors,
    call: &Arc<Call>,
    quote: Arc<Quote>,
    request: EmbedRequest,
    errand: Errand,
) -> Result<Given<Embeddings>, Unshared<Given<Embeddings>>> {
    let admitted = doors.admit_fixed(call, &quote, errand).await;
    let (ticket, pass) = admitted.map_err(Unshared::Refused)?;
    let without = ticket.as_ref().map_or_else(Vec::new, |ticket| ticket.without().to_vec());
    let (held, mut pass) = Held::new(ticket, pass);
    let meta = CallMeta::new(call.holder.organisation, request.model.clone())
        .on_account_of(call.holder.key.user_id)
        .without(without)
        .paid_by(Some(held.on_lost(doors, call, &quote)))
        .departing(held.departure())
        .patient_for(errand.patience(doors));
    let span = telemetry::span(call.operation(), quote.provider(), quote.model());
    let deadline = errand.deadline(doors);
    let answered = timeout(deadline, doors.gateway.embed(&meta, request))
        .await
        .unwrap_or(Err(Error::Timeout { which: Phase::Total, after: deadline }));
    match answered {
        Ok((vectors, platform, model)) => {
            if let Some(pass) = &mut pass {
                pass.used(i64::try_from(vectors.usage.input).unwrap_or(i64::MAX));
            }
            let usage = vectors.usage;
            let used = Used { platform: &platform, model: &model, usage, scripted: false };
            let cost = doors.book(call, held.take(), used);
            let answered = Answered { usage: &usage, cost, finish: None };
            doors.tell(call, &span, (&platform, &model), Ok(answered));
            let provider = platform.to_string();
            Ok(Given { answer: vectors, provider, model, alike: None })
        }
        Err(error) => {
            doors.tell(call, &span, (quote.provider(), quote.model()), Err(&error));
            give_back(pass, &error);
            Doors::book_failure(held.take(), &error);
            Err(Unshared::Failed(Failure::from(&error)))
        }
    }
}
