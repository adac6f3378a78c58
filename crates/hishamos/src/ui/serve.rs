//! What is served when no route matches: a file of the UI, its page, or a clear "no".

use axum::extract::Request;
use axum::http::{Method, StatusCode, header};
use axum::response::{Html, IntoResponse as _, Response};
use web::{Ctx, Error, not_found};

use super::asset::Asset;

/// Shown when the program was built before the UI was.
const NOT_BUILT: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>HishamOS</title>\
<h1>The UI is not inside this program</h1>\
<p>Build it and then the program: <code>cd ui &amp;&amp; npm ci &amp;&amp; npm run build</code>, \
then <code>cargo build --release --package hishamos</code>. <code>cargo xtask demo</code> does both. \
The API works without it: <a href=\"/api/docs\">/api/docs</a>.</p></html>";

/// Answers everything that is no route.
pub async fn serve(request: Request) -> Response {
    let path = request.uri().path();
    if path == "/api" || path.starts_with("/api/") {
        return refuse(&request, not_found("address", path));
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        let error = Error::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "method_not_allowed",
            "pages can only be read; the API is under /api/v1",
        );
        return refuse(&request, error);
    }
    let header_text = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
    let known = header_text(header::IF_NONE_MATCH);
    if let Some(asset) = Asset::find(path.trim_start_matches('/')) {
        let is_known = asset.is_known(known);
        return asset.respond(!is_known);
    }
    // A missing script must not be answered by a page: the browser would try to run it.
    let wants_page = header_text(header::ACCEPT).is_some_and(|accept| accept.contains("text/html"));
    if path.starts_with("/assets/") || !wants_page {
        return refuse(&request, not_found("page", path));
    }
    match Asset::find("index.html") {
        Some(page) => {
            let is_known = page.is_known(known);
            page.respond(!is_known)
        }
        None => (StatusCode::OK, Html(NOT_BUILT)).into_response(),
    }
}

fn refuse(request: &Request, error: Error) -> Response {
    match request.extensions().get::<Ctx>() {
        Some(ctx) => error.with_request(ctx.request_id()).into_response(),
        None => error.into_response(),
    }
}
