//! Who comes in: the key, and what it may do.

use axum::body::Body;
use axum::http::{HeaderMap, header};
use llm::door::{Failure, Kind};

use super::failure::{forbidden, no_key, store};
use super::{Doors, body, insider};
use crate::virtual_key::{Holder, KeyScope};

impl Doors {
    /// The holder of the key that a request with a body brings, and the body. Whoever is
    /// refused is heard out first, up to a bound: a client that is still sending when the
    /// connection closes never sees why.
    pub(super) async fn enter_with(
        &self,
        headers: &HeaderMap,
        body: Body,
    ) -> Result<(Holder, Body), Failure> {
        match self.enter(headers).await {
            Ok(holder) => Ok((holder, body)),
            Err(refused) => {
                body::hear_out(headers, body, self.options.largest_body).await;
                Err(refused)
            }
        }
    }

    /// The holder of the key that a request brings.
    pub(super) async fn enter(&self, headers: &HeaderMap) -> Result<Holder, Failure> {
        let key = presented(headers).ok_or_else(no_key)?;
        let found = self.keys.find(key).await;
        found.map_err(|error| store(&error))?.ok_or_else(no_key)
    }
}

/// The key of a request, from wherever a client library puts it.
fn presented(headers: &HeaderMap) -> Option<&str> {
    let bearer = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, key)| key.trim());
    bearer.or_else(|| headers.get("x-api-key").and_then(|value| value.to_str().ok()))
}

/// Fails unless the key may do this with this model.
pub(super) fn check(holder: &Holder, scope: KeyScope, model: &str) -> Result<(), Failure> {
    if model.is_empty() {
        let mut failure =
            Failure::new(Kind::InvalidRequest, "invalid_request", "name the model to ask");
        failure.field = Some("model".to_owned());
        return Err(failure);
    }
    let scope = match insider::of(model) {
        Some((kind, _)) => kind.scope(),
        None => scope,
    };
    if !holder.may(scope) {
        return Err(forbidden(
            "scope_not_allowed",
            format!("this key lacks the scope \"{scope}\"; ask an administrator for it"),
        ));
    }
    if !holder.may_ask(model) {
        let mut failure = forbidden(
            "model_not_allowed",
            format!("this key may not ask \"{model}\"; ask an administrator for it"),
        );
        failure.field = Some("model".to_owned());
        return Err(failure);
    }
    Ok(())
}
