//! Texts as vectors.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use llm::chat::TokenUsage;
use llm::door::{Door, Failure, embeddings as dialect};
use llm::tokens::{bound_embedding, estimate_embedding};
use llm::{Error, Phase};
use tokio::time::{Instant, timeout};

use super::asked::{Call, Used};
use super::call::give_back;
use super::held::Held;
use super::{Doors, body, enter, failure};
use crate::call::CallMeta;
use crate::telemetry::{self, Ending, Told};
use crate::virtual_key::KeyScope;

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
    let most = TokenUsage { input: bound_embedding(&asked.request), ..TokenUsage::default() };
    let tokens = estimate_embedding(&asked.request);
    let quote = doors.quote_of(&call.holder, &wanted, |_, _| (most, None), tokens);
    let quote = Arc::new(quote?);
    let (ticket, mut pass) = doors.admit_fixed(&call, &quote).await?;
    let without = ticket.as_ref().map_or_else(Vec::new, |ticket| ticket.without().to_vec());
    let held = Held::new(ticket);
    let meta = CallMeta::new(call.holder.organisation, wanted.clone())
        .without(without)
        .paid_by(Some(held.on_lost(doors, &call, &quote)))
        .patient_for(doors.options.patience);
    let span = telemetry::span("embeddings", quote.provider(), quote.model());
    let deadline = doors.options.deadline;
    let answered = timeout(deadline, doors.gateway.embed(&meta, asked.request))
        .await
        .unwrap_or(Err(Error::Timeout { which: Phase::Total, after: deadline }));
    match answered {
        Ok((vectors, platform, model)) => {
            if let Some(pass) = &mut pass {
                pass.used(i64::try_from(vectors.usage.input).unwrap_or(i64::MAX));
            }
            let usage = vectors.usage;
            let used = Used { platform: &platform, model: &model, usage, scripted: false };
            let cost = doors.book(&call, held.take(), used);
            let told = Told { model: &model, usage: &usage, cost, finish: None };
            telemetry::ended(&span, Ok(told));
            doors.count(&call, Ending::Ok);
            let mut response =
                Response::new(Body::from(dialect::encode(&vectors, &wanted, asked.base64)));
            let json = HeaderValue::from_static("application/json");
            response.headers_mut().insert(header::CONTENT_TYPE, json);
            Ok(response)
        }
        Err(error) => {
            telemetry::ended(&span, Err(error.code()));
            give_back(pass, &error);
            Doors::book_failure(held.take(), &error);
            doors.count(&call, Ending::Failed);
            Err(Failure::from(&error))
        }
    }
}
