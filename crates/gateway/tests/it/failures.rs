//! Calls that fail, and are made again or not.

use std::net::TcpListener;
use std::time::Duration;

use agent::port::{ModelCall, Models as _};
use llm::chat::Delta;
use tempfile::tempdir;
use wiremock::matchers::method;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::support::{HI, call, gateway, listener, with_provider};

const BROKEN: &str = "data: {\"model\":\"m\",\"choices\":[{\"delta\":{\"content\":\"Hi\"}}]}\n\n";

fn streamed(text: &str) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_raw(text.to_owned(), "text/event-stream")
}

/// Fails `times` with `failure`, then would answer; gives the answer and how often it was asked.
async fn check(failure: ResponseTemplate, times: u64, expected: Result<&str, &str>, asked: usize) {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .respond_with(failure)
        .up_to_n_times(times)
        .with_priority(1)
        .mount(&server)
        .await;
    Mock::given(method("POST")).respond_with(streamed(HI)).with_priority(2).mount(&server).await;
    let folder = tempdir().unwrap();
    let gateway = gateway(with_provider(folder.path(), &format!("{}/v1", server.uri())));
    let outcome = gateway.call(call(Some("acme/large"))).await;
    let outcome = outcome.as_ref().map(|outcome| outcome.reply.content.as_str());
    assert_eq!(outcome.map_err(llm::Error::code), expected);
    assert_eq!(server.received_requests().await.unwrap().len(), asked);
}

#[tokio::test]
async fn what_may_pass_is_tried_three_times_and_the_rest_once() {
    let status = ResponseTemplate::new;
    check(status(503), 1, Ok("Hi"), 2).await;
    check(status(503), 2, Ok("Hi"), 3).await;
    check(status(503), 3, Err("overloaded"), 3).await;
    check(status(429).insert_header("retry-after-ms", "5"), 2, Ok("Hi"), 3).await;
    // longer than we are willing to wait: whoever schedules the work decides
    check(status(429).insert_header("retry-after", "3600"), 1, Err("rate_limited"), 1).await;
    check(status(400), 1, Err("bad_request"), 1).await;
    check(status(401), 1, Err("unauthenticated"), 1).await;
    // cut before the first token
    check(streamed("data: {\"model\":\"m\",\"choices\":[]}\n\n"), 1, Ok("Hi"), 2).await;
    // cut after the first token: what was read cannot be unsaid
    check(streamed(BROKEN), 1, Err("stream_cut"), 1).await;
}

#[tokio::test]
async fn retry_waits_as_long_as_it_was_asked_to() {
    let server = MockServer::start().await;
    let limited = ResponseTemplate::new(429).insert_header("retry-after-ms", "300");
    Mock::given(method("POST"))
        .respond_with(limited)
        .up_to_n_times(1)
        .with_priority(1)
        .mount(&server)
        .await;
    Mock::given(method("POST")).respond_with(streamed(HI)).with_priority(2).mount(&server).await;
    let folder = tempdir().unwrap();
    let gateway = gateway(with_provider(folder.path(), &format!("{}/v1", server.uri())));
    let outcome = gateway.call(call(Some("acme/large"))).await.unwrap();
    assert!(outcome.duration_ms >= 300, "{}", outcome.duration_ms);
}

#[tokio::test]
async fn listener_hears_one_start_whatever_is_tried_again() {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .respond_with(streamed("data: {\"model\":\"m\",\"choices\":[]}\n\n"))
        .up_to_n_times(2)
        .with_priority(1)
        .mount(&server)
        .await;
    Mock::given(method("POST")).respond_with(streamed(HI)).with_priority(2).mount(&server).await;
    let folder = tempdir().unwrap();
    let gateway = gateway(with_provider(folder.path(), &format!("{}/v1", server.uri())));
    let (on_delta, heard) = listener();
    let asked = ModelCall { on_delta: Some(on_delta), ..call(Some("acme/large")) };
    gateway.call(asked).await.unwrap();
    let heard = heard.lock().unwrap();
    let starts = heard.iter().filter(|delta| matches!(delta, Delta::Start { .. })).count();
    assert_eq!(starts, 1, "{heard:?}");
}

#[tokio::test]
async fn silent_provider_runs_into_its_timeout() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    let folder = tempdir().unwrap();
    let mut config = with_provider(folder.path(), &url);
    config.providers[0].timeouts.headers = Duration::from_millis(50);
    config.providers[0].timeouts.total = Duration::from_secs(60);
    let error = gateway(config).call(call(Some("acme/large"))).await.unwrap_err();
    assert_eq!(error.to_string(), "the headers timeout of 50 ms ran out");
}
