//! `Idempotency-Key` on creates: the same key and body give the same answer, and the work
//! is done once. The key's row is written in the same transaction as the work, and kept for
//! a day. Requests with a key that come to a server at the same time do their work one after
//! the other, so each of them has the first one's answer. When two servers work on one at the
//! same time, the one that ends first does, and the other refuses it.

use std::time::Duration;

use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use base::{OrganisationId, Timestamp};
use futures::future::BoxFuture;
use serde::Serialize;
use serde_json::Value as Json;
use store::Tx;

use crate::{Ctx, Error, Result, conflict, invalid};

mod sql;

/// How long a key is kept after its first request.
const MEMORY: Duration = Duration::from_secs(24 * 60 * 60);

/// The answer of a create that may be repeated.
#[derive(Debug, Clone, PartialEq)]
pub struct Reply {
    /// The status.
    pub status: StatusCode,
    /// The body.
    pub body: Json,
}

impl Reply {
    /// An answer with a body.
    pub fn new(status: StatusCode, body: &impl Serialize) -> Result<Self> {
        let body =
            serde_json::to_value(body).map_err(|error| Error::internal(error.to_string()))?;
        Ok(Self { status, body })
    }
}

impl axum::response::IntoResponse for Reply {
    fn into_response(self) -> Response {
        (self.status, axum::Json(self.body)).into_response()
    }
}

/// Runs `job` in one transaction; when the request carries a key that was used before with
/// the same `request`, gives the first answer instead, and refuses the key for another one.
/// After a day a key is forgotten, and means nothing that was before.
pub async fn once<F>(
    ctx: &Ctx,
    headers: &HeaderMap,
    request: &impl Serialize,
    job: F,
) -> Result<Reply>
where
    F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<Reply>> + Send + 'static,
{
    let Some(key) = headers.get("idempotency-key") else { return ctx.write(job).await };
    let key =
        key.to_str().ok().filter(|key| !key.is_empty() && key.len() <= 200).map(str::to_owned);
    let key =
        key.ok_or_else(|| invalid("Idempotency-Key", "use 1 to 200 visible ASCII characters"))?;
    let caller = ctx.caller()?;
    let (organisation, user, now) = (caller.organisation, caller.user.to_string(), ctx.now());
    let request =
        serde_json::to_string(request).map_err(|error| Error::internal(error.to_string()))?;
    ctx.write(move |tx| {
        Box::pin(async move {
            sql::forget_before(tx, organisation, &user, &key, now.minus(MEMORY)).await?;
            if let Some(seen) = sql::find(tx, organisation, &user, &key).await? {
                if seen.request != request {
                    return Err(Error::new(
                        StatusCode::UNPROCESSABLE_ENTITY,
                        "idempotency_key_reused",
                        "this Idempotency-Key was used for a different request; make a new one",
                    ));
                }
                return Ok(seen.reply);
            }
            let reply = job(tx).await?;
            if sql::claim(tx, organisation, &user, &key, &request, &reply, now).await? {
                return Ok(reply);
            }
            // What was done here is taken back with the transaction.
            Err(conflict(
                "another server was working on a request with this Idempotency-Key; send it again to have its answer",
            ))
        })
    })
    .await
}

/// What a key gave first: `given` if nobody used it before. For callers that are no users and
/// send no `Idempotency-Key`; `whose` is the id of what they call, so that its keys are its own.
/// After a day a key is forgotten.
pub async fn first(
    tx: &mut Tx,
    organisation: OrganisationId,
    whose: &str,
    key: &str,
    given: String,
    now: Timestamp,
) -> Result<String> {
    sql::forget_before(tx, organisation, whose, key, now.minus(MEMORY)).await?;
    let reply = Reply { status: StatusCode::OK, body: Json::String(given) };
    let reply = if sql::claim(tx, organisation, whose, key, "", &reply, now).await? {
        reply
    } else {
        let seen = sql::find(tx, organisation, whose, key).await?;
        seen.ok_or_else(|| Error::internal("a key that was noted is gone"))?.reply
    };
    match reply.body {
        Json::String(first) => Ok(first),
        other => Err(Error::internal(format!("a key gave {other}"))),
    }
}
