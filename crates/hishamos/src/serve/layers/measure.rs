//! One log line and the metrics of each request: path, status, time; no bodies, no
//! queries, no addresses.

use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::Response;
use tokio::time::Instant;

/// Measures from the first byte of the request to the start of the answer.
pub async fn measure(request: Request, next: Next) -> Response {
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    // The pattern, not the path, or every id would make a time series of its own.
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| "other".to_owned(), |matched| matched.as_str().to_owned());
    let start = Instant::now();
    let response = next.run(request).await;
    let took = start.elapsed();
    let status = response.status().as_u16();
    let id = response.headers().get("x-request-id").and_then(|id| id.to_str().ok()).unwrap_or("-");
    let ms = took.as_millis();
    if route.starts_with("/api/v1/") || status >= 500 {
        tracing::info!(request.id = id, "{method} {path} {status} {ms} ms");
    } else {
        tracing::debug!(request.id = id, "{method} {path} {status} {ms} ms");
    }
    let labels = [("method", method.to_string()), ("route", route), ("status", status.to_string())];
    metrics::counter!("hishamos_http_requests_total", &labels).increment(1);
    metrics::histogram!("hishamos_http_request_seconds", &labels[..2]).record(took.as_secs_f64());
    response
}
