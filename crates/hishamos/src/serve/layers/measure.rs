//! One log line and the metrics of each request: path, status, time; no bodies, no
//! queries, no addresses, of people or of webhooks.

use axum::extract::{MatchedPath, Request};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::Response;
use tokio::time::Instant;

/// Measures from the first byte of the request to the start of the answer.
pub async fn measure(request: Request, next: Next) -> Response {
    let method = request.method().clone();
    let path = super::shown(request.uri().path()).to_owned();
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
    let labels =
        [("method", label(&method).to_owned()), ("route", route), ("status", status.to_string())];
    metrics::counter!("hishamos_http_requests_total", &labels).increment(1);
    metrics::histogram!("hishamos_http_request_seconds", &labels[..2]).record(took.as_secs_f64());
    response
}

/// A method as it is counted. Anybody may invent methods, and each would make time series that
/// are never forgotten.
fn label(method: &Method) -> &str {
    const KNOWN: [Method; 7] = [
        Method::GET,
        Method::POST,
        Method::PUT,
        Method::PATCH,
        Method::DELETE,
        Method::HEAD,
        Method::OPTIONS,
    ];
    if KNOWN.contains(method) { method.as_str() } else { "other" }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn invented_methods_are_counted_together() {
        let check = |method: &str, expected: &str| {
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            assert_eq!(label(&method), expected, "{method}");
        };
        for known in ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"] {
            check(known, known);
        }
        check("A1", "other");
        check("get", "other");
        check(&"LONG".repeat(1000), "other");
    }
}
