//! What every request goes through, from the outside in: the log line and the metrics,
//! security headers, compression, the time limit, the guard against foreign pages, who is
//! calling, the guard against panics, the size limit. Start with [`wrap`].

mod compress;
mod headers;
mod measure;
mod panic;
mod problem;
mod time;

use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use web::App;

/// The largest body that is read.
const BODY: usize = 1 << 20;

/// Puts the layers around the routes; the last one added is the outermost.
pub fn wrap(router: Router, app: &App, request_timeout: Duration) -> Router {
    let is_https = app.is_https;
    router
        .layer(DefaultBodyLimit::max(BODY))
        .layer(from_fn(panic::catch))
        .layer(from_fn(problem::stamp))
        .layer(from_fn_with_state(app.clone(), web::authenticate))
        .layer(from_fn_with_state(app.clone(), web::guard_origin))
        .layer(from_fn(move |request, next| time::limit(request_timeout, request, next)))
        .layer(compress::layer())
        .layer(from_fn(move |request, next| headers::add(is_https, request, next)))
        .layer(from_fn(measure::measure))
}

/// A path as the log may have it: the address of a webhook is a secret that lets in, and opens the
/// one that signs.
fn shown(path: &str) -> &str {
    if path.starts_with("/hooks/") { "/hooks/…" } else { path }
}

/// Puts around the doors of outside clients what they need of it. They have keys, bodies,
/// deadlines, counts and refusals of their own, no browser's page has a key for them, and
/// every layer costs each of their calls.
pub fn wrap_doors(router: Router) -> Router {
    router.layer(panic::layer())
}

#[cfg(test)]
mod tests;
