//! The API key for the command line on this machine: a file that only the owner of the
//! data folder can read. It is made through the API's own routes, so it has its rights,
//! its expiry and its line in the audit log like every other key.

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response, header};
use base::Secret;
use identity::Identity;
use identity::one_time_link::sign_in_server;
use serde_json::{Value as Json, json};
use store::Signal;
use tower::ServiceExt as _;
use web::{App, Credential};

use super::node::write_private;
use crate::failure::{Failure, Result, exit_of_status};

/// Its name in the data folder.
pub const KEY_FILE: &str = "cli.key";

/// Makes an API key for the user whom a sign-in link's token lets in; the key is in the answer
/// and nowhere else.
pub async fn make_key(
    app: &App,
    identity: &Identity,
    token: &Secret<String>,
    name: &str,
    days: u32,
) -> Result<Json> {
    let router = identity::routes(identity)
        .into_parts()
        .0
        .layer(axum::middleware::from_fn_with_state(app.clone(), web::authenticate));
    let body = json!({ "token": token.reveal() });
    let (entered, _) = post(&router, "/api/v1/auth/link", "", &body).await?;
    let cookie = entered
        .headers()
        .get(header::SET_COOKIE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .ok_or_else(|| Failure::failed("signing in gave no session"))?
        .to_owned();
    let body = json!({ "name": name, "expires_in_days": days });
    let created = post(&router, "/api/v1/auth/api-keys", &cookie, &body).await;
    post(&router, "/api/v1/auth/logout", &cookie, &Json::Null).await?;
    Ok(created?.1)
}

async fn post(
    router: &Router,
    path: &str,
    cookie: &str,
    body: &Json,
) -> Result<(Response<()>, Json)> {
    let request = Request::post(path)
        .header(header::HOST, "localhost")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::USER_AGENT, "hishamos command line")
        .header(header::COOKIE, cookie)
        .body(Body::from(body.to_string()))
        .map_err(Failure::failed)?;
    let answer = router.clone().oneshot(request).await.map_err(Failure::failed)?;
    let (parts, body) = answer.into_parts();
    let bytes = axum::body::to_bytes(body, 1 << 20).await.map_err(Failure::failed)?;
    let json: Json = serde_json::from_slice(&bytes).unwrap_or(Json::Null);
    if parts.status.is_success() {
        return Ok((Response::from_parts(parts, ()), json));
    }
    let detail = json["detail"].as_str().unwrap_or("the server refused").to_owned();
    Err(Failure::new(exit_of_status(parts.status.as_u16()), detail))
}

/// Makes sure that the key file holds a key that works; says whether there was a user to
/// make one for.
pub async fn ensure(app: &App, identity: &Identity, folder: &std::path::Path) -> Result<bool> {
    let path = folder.join(KEY_FILE);
    if let Ok(text) = std::fs::read_to_string(&path) {
        let credential = Credential::ApiKey(Secret::new(text.trim().to_owned()));
        if app.authenticator.authenticate(app, credential).await?.is_some() {
            return Ok(true);
        }
    }
    if !has_user(app).await? {
        return Ok(false);
    }
    let token = sign_in_server(&app.db, app.now(), &app.random).await?;
    let created = make_key(app, identity, &token, "command line on the server", 365).await?;
    let key = created["key"].as_str().ok_or_else(|| Failure::failed("the new key is missing"))?;
    write_private(&path, key)?;
    Ok(true)
}

/// Whether anybody has an account; asked by the public route, as everybody else would.
async fn has_user(app: &App) -> Result<bool> {
    let router = identity::routes(&Identity::default())
        .into_parts()
        .0
        .layer(axum::middleware::from_fn_with_state(app.clone(), web::authenticate));
    let request =
        Request::get("/api/v1/auth/setup").body(Body::empty()).map_err(Failure::failed)?;
    let answer = router.oneshot(request).await.map_err(Failure::failed)?;
    let bytes = axum::body::to_bytes(answer.into_body(), 1 << 16).await.map_err(Failure::failed)?;
    let json: Json = serde_json::from_slice(&bytes).unwrap_or(Json::Null);
    Ok(json["required"] == false)
}

/// Makes the key file when there is a user, at once or after the set-up.
pub async fn watch(app: App, identity: Identity, folder: std::path::PathBuf) {
    let mut signals = app.bus.listen();
    loop {
        match ensure(&app, &identity, &folder).await {
            Ok(true) => return,
            Ok(false) => {}
            Err(problem) => {
                tracing::warn!(
                    "no {KEY_FILE} for the command line: {problem}; make a key with \"hishamos api-key create\""
                );
                return;
            }
        }
        // Rights change when the first user is made.
        loop {
            tokio::select! {
                () = app.shutdown.cancelled() => return,
                signal = signals.recv() => match signal {
                    Ok(Signal::Rights { .. }) => break,
                    Ok(_) => {}
                    Err(tokio::sync::broadcast::error::RecvError::Lagged(_)) => break,
                    Err(tokio::sync::broadcast::error::RecvError::Closed) => return,
                }
            }
        }
    }
}
