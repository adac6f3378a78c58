//! What is said in a recording.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use llm::chat::TokenUsage;
use llm::door::{Door, Failure, transcription as dialect};
use llm::{Error, Phase};
use tokio::time::{Instant, timeout};

use super::asked::{Call, Used};
use super::call::Errand;
use super::held::Held;
use super::{Doors, body, enter, failure};
use crate::call::{CallMeta, most_heard};
use crate::limit::give_back;
use crate::telemetry::{self, Answered, Ending};
use crate::virtual_key::KeyScope;

/// Write down what is said in a recording as OpenAI's clients do.
#[utoipa::path(post, path = "/v1/audio/transcriptions", tag = "doors", operation_id = "transcriptions",
    request_body(content = Vec<u8>, content_type = "multipart/form-data"),
    responses(
        (status = 200, description = "The transcript, in the form that was asked for", body = serde_json::Value),
        (status = 401, description = "No virtual key that is valid", body = serde_json::Value),
        (status = 429, description = "A limit or a budget is reached", body = serde_json::Value),
    ))]
pub(super) async fn transcriptions(
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
    let call = Arc::new(Call::new(doors, "audio/transcriptions", holder, began));
    let body = body::read(headers, body, doors.options.largest_body).await?;
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let asked = dialect::decode(kind.unwrap_or_default(), &body)?;
    drop(body);
    let wanted = asked.request.model.clone();
    enter::check(&call.holder, KeyScope::Audio, &wanted)?;
    let most = most_heard(&asked.request);
    let quote = doors.quote_of(&call.holder, &wanted, |_, _| (most, None), most.input);
    let quote = Arc::new(quote?);
    doors.let_in(&call.holder, &quote).await?;
    let (ticket, pass) = doors.admit_fixed(&call, &quote, Errand::OfClient).await?;
    let without = ticket.as_ref().map_or_else(Vec::new, |ticket| ticket.without().to_vec());
    let (held, mut pass) = Held::new(ticket, pass);
    let meta = CallMeta::new(call.holder.organisation, wanted)
        .on_account_of(call.holder.key.user_id)
        .without(without)
        .paid_by(Some(held.on_lost(doors, &call, &quote)))
        .departing(held.departure())
        .patient_for(doors.options.patience);
    let span = telemetry::span(call.operation(), quote.provider(), quote.model());
    let deadline = doors.options.deadline;
    let answered = timeout(deadline, doors.gateway.transcribe(&meta, asked.request))
        .await
        .unwrap_or(Err(Error::Timeout { which: Phase::Total, after: deadline }));
    match answered {
        Ok((transcript, platform, model)) => {
            // a provider that tells neither tokens nor a length has heard what it was sent
            let is_told = transcript.usage != TokenUsage::default();
            let guess = TokenUsage { estimated: true, ..most };
            let usage = if is_told { transcript.usage } else { guess };
            if let Some(pass) = &mut pass {
                let tokens = usage.input.saturating_add(usage.output);
                pass.used(i64::try_from(tokens).unwrap_or(i64::MAX));
            }
            let used = Used { platform: &platform, model: &model, usage, scripted: false };
            let cost = doors.book(&call, held.take(), used);
            let answered = Answered { usage: &usage, cost, finish: None };
            doors.tell(&call, &span, (&platform, &model), Ok(answered));
            doors.count(&call, Ending::Ok);
            let (kind, text) = dialect::encode(&transcript, asked.format);
            let mut response = Response::new(Body::from(text));
            response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
            Ok(response)
        }
        Err(error) => {
            doors.tell(&call, &span, (quote.provider(), quote.model()), Err(&error));
            give_back(pass, &error);
            Doors::book_failure(held.take(), &error);
            doors.count(&call, Ending::Failed);
            Err(Failure::from(&error))
        }
    }
}
