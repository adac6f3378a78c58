//! Who is calling: the one extractor of credentials, and the port that checks them.

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use base::{RequestId, Secret, Timestamp};
use futures::future::BoxFuture;

use crate::{Access, App, Caller, Ctx, Error, Result};

/// The session cookie's name over HTTP on loopback; over HTTPS it gets the `__Host-` prefix.
pub const SESSION_COOKIE: &str = "hishamos_session";

/// A proof of identity as it came in.
#[derive(Debug, Clone)]
pub enum Credential {
    /// The value of the session cookie.
    Session(Secret<String>),
    /// An API key from `Authorization: Bearer` or `X-API-Key`.
    ApiKey(Secret<String>),
}

/// A refused request, for the audit log.
#[derive(Debug, Clone)]
pub struct Denial {
    /// Who asked.
    pub caller: Caller,
    /// The method.
    pub method: String,
    /// The path, without the query.
    pub path: String,
    /// What would have been needed.
    pub access: Access,
    /// From where.
    pub ip: String,
    /// When.
    pub at: Timestamp,
}

/// The port that checks credentials; the identity feature implements it.
pub trait Authenticator: Send + Sync {
    /// Who a credential belongs to; `None` when it is unknown, expired or revoked.
    fn authenticate<'a>(
        &'a self,
        app: &'a App,
        credential: Credential,
    ) -> BoxFuture<'a, Result<Option<Caller>>>;
    /// Whether somebody who was let in would be let in with the same rights now. A stream may
    /// outlive the credential that opened it, and asks from time to time.
    fn is_still_let_in<'a>(
        &'a self,
        app: &'a App,
        caller: &'a Caller,
    ) -> BoxFuture<'a, Result<bool>>;
    /// Writes a refused request to the audit log.
    fn record_denial<'a>(&'a self, app: &'a App, denial: Denial) -> BoxFuture<'a, ()>;
}

/// The layer that finds out who calls, before anything else looks at the request. A
/// credential that is wrong is refused even on public routes' neighbours by the access check.
pub async fn authenticate(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let request_id = RequestId::new(app.now(), app.random.as_ref());
    let ip = request
        .extensions()
        .get::<ConnectInfo<SocketAddr>>()
        .map_or_else(|| "local".to_owned(), |info| info.0.ip().to_string());
    let caller = match credential(request.headers(), app.is_https) {
        None => None,
        Some(credential) => match app.authenticator.authenticate(&app, credential).await {
            Ok(caller) => caller,
            Err(error) => return error.with_request(request_id).into_response(),
        },
    };
    request.extensions_mut().insert(Ctx::new(app, caller, request_id, ip));
    let mut response = next.run(request).await;
    if let Ok(value) = HeaderValue::from_str(&request_id.to_string()) {
        response.headers_mut().insert("x-request-id", value);
    }
    response
}

/// The credential of a request. A key in a header wins over a cookie.
fn credential(headers: &HeaderMap, is_https: bool) -> Option<Credential> {
    let bearer = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, key)| key.trim());
    let key = bearer.or_else(|| headers.get("x-api-key").and_then(|value| value.to_str().ok()));
    if let Some(key) = key {
        return Some(Credential::ApiKey(Secret::new(key.to_owned())));
    }
    let name = cookie_name(is_https);
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| Credential::Session(Secret::new(value.to_owned())))
}

fn cookie_name(is_https: bool) -> String {
    if is_https { format!("__Host-{SESSION_COOKIE}") } else { SESSION_COOKIE.to_owned() }
}

impl App {
    /// The `Set-Cookie` value that signs a browser in; an empty token signs it out.
    pub fn session_cookie(&self, token: &str, max_age_seconds: i64) -> Result<HeaderValue> {
        let secure = if self.is_https { "; Secure" } else { "" };
        let name = cookie_name(self.is_https);
        let text = format!(
            "{name}={token}; Path=/; HttpOnly; SameSite=Strict; Max-Age={max_age_seconds}{secure}"
        );
        HeaderValue::from_str(&text).map_err(|_| {
            Error::internal("a session token has characters that a cookie cannot carry")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_credential_wherever_it_may_stand() {
        let check = |headers: &[(&'static str, &str)], expected: &str| {
            let mut map = HeaderMap::new();
            for (name, value) in headers {
                map.append(*name, HeaderValue::from_str(value).expect("a header value"));
            }
            let found = match credential(&map, false) {
                None => "none".to_owned(),
                Some(Credential::Session(token)) => format!("session {}", token.reveal()),
                Some(Credential::ApiKey(key)) => format!("key {}", key.reveal()),
            };
            assert_eq!(found, expected);
        };
        check(&[], "none");
        check(&[("authorization", "Bearer hos_1")], "key hos_1");
        check(&[("authorization", "bearer hos_1")], "key hos_1");
        check(&[("authorization", "Basic abc")], "none");
        check(&[("x-api-key", "hos_2")], "key hos_2");
        check(&[("cookie", "a=b; hishamos_session=t1")], "session t1");
        check(&[("cookie", "a=b"), ("cookie", "hishamos_session=t2")], "session t2");
        check(&[("cookie", "xhishamos_session=t")], "none");
        check(&[("cookie", "hishamos_session=t"), ("authorization", "Bearer k")], "key k");
    }
}
