//! The public route: another system calls, and a workflow starts.
//!
//! Nothing tells a caller who guesses whether an address exists: an unknown one takes the
//! same steps as a known one, to the last comparison.

use axum::body::{Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use base::{ExecutionId, OrganisationId, WebhookId};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use utoipa_axum::routes;
use web::{Access, Ctx, Error, Json, Path, Problem, Result, Routes, idempotency, invalid};

use super::api::ROOTS;
use super::limit::Caller;
use super::model::Accepted;
use super::seal;
use super::signature::Signature;
use super::sql::{self, Row};
use crate::Automation;
use crate::runner::{Beside, Starter};
use crate::trigger::{Refusal, Start, execution_id, mapping, start};

/// The longest body, in bytes.
const LONGEST: usize = 1 << 20;
/// The header with the signature.
const SIGNATURE: &str = "x-hishamos-signature";
/// The header with the sender's id of the delivery.
const DELIVERY: &str = "x-hishamos-delivery";

pub(super) fn routes() -> Routes<Automation> {
    Routes::new().add(Access::Public, routes!(receive))
}

/// Call a webhook: its workflow starts. A call that is repeated with the same delivery id, or with
/// the same signature, gives the execution of the first one.
#[utoipa::path(post, path = "/hooks/{token}", operation_id = "call_webhook", tag = "triggers",
    params(("token" = String, Path, description = "The last part of the webhook's address"),
        ("x-hishamos-signature" = String, Header, description = "`t=SECONDS,v1=HEX` with the HMAC-SHA256 of `SECONDS.BODY` under the webhook's secret; five minutes old at most"),
        ("x-hishamos-delivery" = Option<String>, Header, description = "The sender's id of this delivery; when absent, the signed time and body are")),
    request_body = Object,
    responses((status = 202, description = "The execution, accepted and durable", body = Accepted),
        (status = 401, description = "The signature is missing, wrong or too old", body = Problem),
        (status = 404, description = "There is no such webhook", body = Problem),
        (status = 413, description = "The body is larger than 1 MiB", body = Problem),
        (status = 422, description = "The workflow cannot be started with this body", body = Problem),
        (status = 429, description = "Too many calls; try again after the time given", body = Problem)))]
async fn receive(
    ctx: Ctx,
    State(automation): State<Automation>,
    Path(token): Path<String>,
    request: Request,
) -> Result<(StatusCode, Json<Accepted>)> {
    let mut tx = ctx.read().await?;
    let found = sql::by_token(&mut tx, &seal::hash(&token)).await?;
    drop(tx);
    let caller = match &found {
        Some(row) => Caller::Webhook(row.id),
        None => Caller::Stranger(ctx.ip().to_owned()),
    };
    automation.webhook_limits.take(caller, ctx.now()).map_err(|wait| {
        Error::rate_limited("this webhook is called too often; try again later", wait)
    })?;
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, LONGEST).await.map_err(|_| {
        Error::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "payload_too_large",
            "the body is larger than 1 MiB, or did not arrive whole; send less at once",
        )
    })?;
    let header = parts.headers.get(SIGNATURE).and_then(|value| value.to_str().ok());
    let signature = Signature::parse(header.unwrap_or_default());
    let is_signed = is_signed(&ctx, &token, found.as_ref(), &signature, &body);
    let row = found.ok_or_else(|| {
        Error::new(StatusCode::NOT_FOUND, "not_found", "there is no such webhook")
    })?;
    if !is_signed {
        return Err(Error::unauthenticated(format!(
            "the signature in {SIGNATURE} is missing, wrong or more than five minutes old"
        )));
    }
    let signed = of_signature(&row, &signature, &body);
    let delivery = of_delivery(&row, &parts.headers)?.unwrap_or(signed);
    let execution = first(&ctx, &row, signed, delivery).await?;
    begin(&ctx, &automation, row, execution, &parts.headers, &body).await?;
    Ok((StatusCode::ACCEPTED, Json(Accepted { execution_id: execution })))
}

/// Whether the call is signed with the webhook's secret; for an unknown webhook the same
/// work is done with a secret that nobody has.
fn is_signed(
    ctx: &Ctx,
    token: &str,
    found: Option<&Row>,
    signature: &Signature,
    body: &[u8],
) -> bool {
    const NOBODY: [u8; 24 + 70 + 16] = [0; 110];
    let (organisation, id, sealed) = found.map_or(
        (OrganisationId::from_u128(0), WebhookId::from_u128(0), NOBODY.as_slice()),
        |row| (row.organisation, row.id, row.sealed_secret.as_slice()),
    );
    let secret = seal::open(token, organisation, id, sealed);
    let is_known = secret.is_some();
    let nobody = [0; 70];
    let secret = secret.as_ref().map_or(nobody.as_slice(), |secret| secret.reveal().as_slice());
    signature.signs(secret, body, ctx.now()) && is_known
}

/// The execution of what was signed, if its delivery has no other name.
fn of_signature(row: &Row, signature: &Signature, body: &[u8]) -> ExecutionId {
    let digest = base::hex(&Sha256::digest(body));
    execution_id(&["webhook", &row.id.to_string(), "signed", &signature.time, &digest])
}

/// The execution of this delivery, the same each time that it comes; `None` when the sender gives
/// it no id.
fn of_delivery(row: &Row, headers: &HeaderMap) -> Result<Option<ExecutionId>> {
    let Some(delivery) = headers.get(DELIVERY) else { return Ok(None) };
    let delivery = delivery.to_str().ok().filter(|id| !id.is_empty() && id.len() <= 200);
    let delivery =
        delivery.ok_or_else(|| invalid(DELIVERY, "use 1 to 200 visible ASCII characters"))?;
    Ok(Some(execution_id(&["webhook", &row.id.to_string(), "delivery", delivery])))
}

/// The execution that this signature came for first. The id of a delivery is not signed: whoever
/// has seen a call could send it again by other names, and each would start something.
async fn first(
    ctx: &Ctx,
    row: &Row,
    signed: ExecutionId,
    delivery: ExecutionId,
) -> Result<ExecutionId> {
    let (organisation, id, now) = (row.organisation, row.id.to_string(), ctx.now());
    let first = ctx
        .write(move |tx| {
            Box::pin(async move {
                let (key, given) = (signed.to_string(), delivery.to_string());
                idempotency::first(tx, organisation, &id, &key, given, now).await
            })
        })
        .await?;
    first.parse().map_err(|_| Error::internal("a signature stands for no execution"))
}

async fn begin(
    ctx: &Ctx,
    automation: &Automation,
    row: Row,
    execution: ExecutionId,
    headers: &HeaderMap,
    body: &Bytes,
) -> Result<()> {
    let (organisation, id, now) = (row.organisation, row.id, ctx.now());
    let started = match inputs(automation, ctx, &row, headers, body).await? {
        Ok(inputs) => {
            let wanted = Start {
                organisation,
                id: execution,
                workflow: row.workflow,
                inputs,
                project: None,
                priority: None,
                starter: Starter {
                    kind: "webhook",
                    id: id.to_string(),
                    name: row.name,
                    key: None,
                    behind: row.created_by_id,
                },
                trigger: "webhook",
                depth: 0,
                beside: Beside::new(move |tx| Box::pin(sql::used(tx, organisation, id, now, None))),
                audit: None,
            };
            start(automation, ctx.app(), wanted).await.map(drop)
        }
        Err(why) => Err(Refusal::Never(why)),
    };
    match started {
        Ok(()) => Ok(()),
        Err(Refusal::NotNow(why)) => {
            Err(Error::unavailable("engine_unavailable", why, std::time::Duration::from_secs(2)))
        }
        Err(Refusal::Never(why)) => {
            let told = Some(why.clone());
            ctx.write(move |tx| {
                Box::pin(async move { Ok(sql::used(tx, organisation, id, now, told).await?) })
            })
            .await?;
            Err(Error::new(StatusCode::UNPROCESSABLE_ENTITY, "not_started", why))
        }
    }
}

/// The workflow's inputs, or why the body does not give them.
async fn inputs(
    automation: &Automation,
    ctx: &Ctx,
    row: &Row,
    headers: &HeaderMap,
    body: &Bytes,
) -> Result<Result<Value, String>> {
    let body = serde_json::from_slice(body)
        .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(body).into_owned()));
    if let Some(written) = &row.inputs {
        let template = mapping("inputs_mapping", written, &ROOTS)?;
        let scope = json!({ "body": body, "headers": told(headers) });
        return Ok(template
            .eval(&scope)
            .map_err(|error| format!("the mapping of inputs: {error}")));
    }
    let mut tx = ctx.read().await?;
    let found = crate::workflow::find(automation, &mut tx, row.organisation, &row.workflow).await;
    let known = match found {
        Ok(source) => source.plan.definition().inputs.keys().cloned().collect::<Vec<_>>(),
        // Starting it tells why it cannot be started.
        Err(_) => Vec::new(),
    };
    let fields =
        known.into_iter().filter_map(|name| Some((name.clone(), body.get(&name)?.clone())));
    Ok(Ok(Value::Object(fields.collect())))
}

/// The headers that a mapping can read: no credentials.
fn told(headers: &HeaderMap) -> Map<String, Value> {
    const HIDDEN: [&str; 5] =
        ["authorization", "cookie", "proxy-authorization", "x-api-key", SIGNATURE];
    let shown = headers.iter().filter(|(name, _)| !HIDDEN.contains(&name.as_str()));
    shown
        .filter_map(|(name, value)| Some((name.to_string(), json!(value.to_str().ok()?))))
        .collect()
}
