//! What the layers do to requests, on a router of their own.

#![allow(clippy::unwrap_used)]

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, Response, StatusCode, header};
use axum::routing::{get, post};
use serde_json::Value as Json;
use tower::ServiceExt as _;
use web::{Ctx, not_found};

use crate::serve::tests::application;

async fn planted() -> &'static str {
    panic!("a planted defect")
}

async fn router() -> Router {
    let (app, _) = application().await;
    let routes = Router::new()
        .route("/api/panic", get(planted))
        .route("/api/slow", get(std::future::pending::<()>))
        .route("/api/missing", get(|_: Ctx| async { not_found("thing", "x") }))
        .route("/api/echo", post(|body: String| async move { body }))
        .route(
            "/api/long",
            get(|| async { ([(header::CONTENT_TYPE, "text/plain")], "x".repeat(9000)) }),
        )
        .route(
            "/api/stream",
            get(|| async { ([(header::CONTENT_TYPE, "text/event-stream")], "x".repeat(9000)) }),
        )
        .route("/hooks/{token}", post(planted))
        .route("/api/ok", get(|| async { "ok" }));
    super::wrap(routes.fallback(crate::ui::serve), &app, Duration::from_millis(300))
}

async fn send(request: axum::http::request::Builder, body: String) -> (Response<()>, String) {
    let request: Request<Body> =
        request.header(header::HOST, "localhost").body(Body::from(body)).unwrap();
    let response = router().await.oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, 16 << 20).await.unwrap();
    (Response::from_parts(parts, ()), String::from_utf8_lossy(&bytes).into_owned())
}

#[tokio::test]
async fn bad_requests_are_problems_with_a_request_id() {
    for (path, status, code) in [
        ("/api/panic", 500, "internal"),
        ("/api/slow", 504, "timeout"),
        ("/api/missing", 404, "not_found"),
        ("/api/nowhere", 404, "not_found"),
        ("/nowhere.js", 404, "not_found"),
    ] {
        let (response, text) = send(Request::get(path), String::new()).await;
        assert_eq!(response.status().as_u16(), status, "{path}");
        let problem: Json = serde_json::from_str(&text).unwrap();
        assert_eq!(problem["code"], code, "{path}");
        // The time limit lies outside of the layer that gives ids.
        if path != "/api/slow" {
            let id = response.headers()["x-request-id"].to_str().unwrap();
            assert_eq!(problem["request_id"], id, "{path}");
        }
    }
}

#[tokio::test]
async fn a_door_that_panics_costs_one_answer() {
    let doors = super::wrap_doors(Router::new().route("/v1/planted", get(planted)));
    let request = Request::get("/v1/planted").body(Body::empty()).unwrap();
    let response = doors.oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    let bytes = to_bytes(response.into_body(), 16 << 20).await.unwrap();
    let problem: Json = serde_json::from_slice(&bytes).unwrap();
    assert_eq!(problem["code"], "internal");
}

#[tokio::test]
async fn addresses_of_webhooks_are_not_logged() {
    let log = tempfile::NamedTempFile::new().unwrap();
    let lines = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::DEBUG)
        .with_ansi(false)
        .with_writer(Arc::new(log.reopen().unwrap()))
        .finish();
    let listening = tracing::subscriber::set_default(lines);
    let (response, _) = send(Request::post("/hooks/address-secret"), String::new()).await;
    assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    drop(listening);
    let text = std::fs::read_to_string(log.path()).unwrap();
    assert!(text.contains("POST /hooks/… 500"), "{text}");
    assert!(!text.contains("address-secret"), "{text}");
}

#[tokio::test]
async fn foreign_hosts_and_pages_are_refused() {
    let check = async |name: &'static str, value: &'static str, status: u16| {
        let request = Request::post("/api/echo").header(name, value).header(header::COOKIE, "a=b");
        let (response, _) = send(request, String::new()).await;
        assert_eq!(response.status().as_u16(), status, "{name}: {value}");
    };
    check("origin", "http://evil.example.com", 403).await;
    check("sec-fetch-site", "cross-site", 403).await;
    check("origin", "http://localhost", 200).await;
    let request = Request::get("/api/ok").header(header::HOST, "evil.example.com");
    assert_eq!(send(request, String::new()).await.0.status(), StatusCode::MISDIRECTED_REQUEST);
}

#[tokio::test]
async fn bodies_over_a_mebibyte_are_refused() {
    let check = async |length: usize, status: u16| {
        let (response, _) = send(Request::post("/api/echo"), "x".repeat(length)).await;
        assert_eq!(response.status().as_u16(), status, "{length}");
    };
    check(1 << 20, 200).await;
    check((1 << 20) + 1, 413).await;
}

#[tokio::test]
async fn long_answers_are_compressed_and_streams_are_not() {
    let check = async |path: &str, expected: Option<&str>| {
        let request = Request::get(path).header(header::ACCEPT_ENCODING, "gzip");
        let (response, _) = send(request, String::new()).await;
        let encoding = response.headers().get(header::CONTENT_ENCODING);
        assert_eq!(encoding.map(|value| value.to_str().unwrap()), expected, "{path}");
    };
    check("/api/long", Some("gzip")).await;
    check("/api/stream", None).await;
    check("/api/ok", None).await;
}

#[tokio::test]
async fn every_answer_tells_browsers_what_is_forbidden() {
    for path in ["/api/ok", "/api/panic", "/health"] {
        let (response, _) = send(Request::get(path), String::new()).await;
        let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
        let policy = header("content-security-policy");
        assert!(policy.contains("script-src 'self';"), "{path}: {policy}");
        assert!(policy.contains("frame-ancestors 'none'"), "{path}: {policy}");
        assert_eq!(header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(header("referrer-policy"), "no-referrer", "{path}");
    }
}

#[tokio::test]
async fn pages_are_answered_by_the_app_and_nothing_else_is() {
    let check = async |path: &str, accept: &str, status: u16, kind: &str| {
        let (response, _) =
            send(Request::get(path).header(header::ACCEPT, accept), String::new()).await;
        assert_eq!(response.status().as_u16(), status, "{path}");
        let found = response.headers()[header::CONTENT_TYPE].to_str().unwrap();
        assert!(found.starts_with(kind), "{path}: {found}");
    };
    check("/", "text/html", 200, "text/html").await;
    check("/projects/CLINIC", "text/html,*/*", 200, "text/html").await;
    check("/assets/gone.js", "text/html", 404, "application/problem+json").await;
    check("/projects", "application/json", 404, "application/problem+json").await;
    check("/api/v2/x", "text/html", 404, "application/problem+json").await;
    let (response, _) = send(Request::post("/projects"), String::new()).await;
    assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
}
