//! Calls that fail before their answer begins.

use std::net::TcpListener;
use std::time::Duration;

use base::Secret;
use llm::{Endpoint, Error, Phase, Provider};
use wiremock::matchers::{any, method};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::raw::{joined, serve_once, wait_for_close};
use crate::{AMPLE, HI, provider, request, timeouts, transport, transport_with};

async fn failure(answer: ResponseTemplate) -> Error {
    let server = MockServer::start().await;
    Mock::given(method("POST")).respond_with(answer).mount(&server).await;
    provider(&server.uri()).complete(&transport(), request()).await.unwrap_err()
}

#[tokio::test]
async fn retry_after_is_read_as_seconds_milliseconds_and_date() {
    let check = async |headers: &[(&str, &str)], expected: Option<Duration>| {
        let mut answer = ResponseTemplate::new(429).set_body_string("slow down");
        for (name, value) in headers {
            answer = answer.insert_header(*name, *value);
        }
        let message = "status 429: slow down".to_owned();
        let expected = Error::RateLimited { retry_after: expected, message };
        assert_eq!(failure(answer).await, expected, "{headers:?}");
    };
    let date = ("date", "Sat, 21 Nov 2026 07:30:00 GMT");
    check(&[], None).await;
    check(&[("retry-after", "7")], Some(Duration::from_secs(7))).await;
    check(&[("retry-after", "1.5")], Some(Duration::from_millis(1_500))).await;
    check(&[("retry-after", "7"), ("retry-after-ms", "250")], Some(Duration::from_millis(250)))
        .await;
    check(&[date, ("retry-after", "Sat, 21 Nov 2026 07:30:30 GMT")], Some(Duration::from_secs(30)))
        .await;
    check(&[date, ("retry-after", "Sat, 21 Nov 2026 07:29:00 GMT")], Some(Duration::ZERO)).await;
    check(&[("retry-after", "soon")], None).await;
    check(&[("retry-after", "-3")], None).await;
}

#[tokio::test]
async fn a_web_page_is_not_an_answer() {
    let page = ResponseTemplate::new(200).set_body_raw("<html>Welcome</html>", "text/html");
    let error = failure(page).await;
    assert_eq!(error.code(), "wrong_address");
    assert!(error.used_nothing(), "a page comes from no model");
    assert!(error.to_string().contains("<html>Welcome"), "{error}");
    let error =
        failure(ResponseTemplate::new(502).set_body_raw("<html>Bad</html>", "text/html")).await;
    assert!(error.is_retryable(), "{error}");
}

#[tokio::test]
async fn the_key_never_follows_a_redirect_to_another_host() {
    let other = MockServer::start().await;
    let answer = ResponseTemplate::new(200).set_body_raw(HI, "text/event-stream");
    Mock::given(any()).respond_with(answer).expect(0).mount(&other).await;
    let location = format!("{}/chat/completions", other.uri());
    let error = failure(ResponseTemplate::new(307).insert_header("location", location)).await;
    assert_eq!(error.code(), "wrong_address");
}

#[tokio::test]
async fn nobody_listening_is_a_connection_error() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/very-secret-path", listener.local_addr().unwrap());
    drop(listener);
    let error = provider(&url).complete(&transport(), request()).await.unwrap_err();
    assert_eq!(error.code(), "connection");
    assert!(error.is_retryable());
    assert!(!error.to_string().contains("very-secret-path"), "{error}");
}

#[tokio::test]
async fn a_server_that_never_answers_runs_into_the_headers_timeout() {
    let (url, served) = serve_once(wait_for_close);
    let after = Duration::from_millis(150);
    let transport = transport_with(timeouts(after, AMPLE, AMPLE));
    let reply = provider(&url).complete(&transport, request()).await;
    assert_eq!(reply, Err(Error::Timeout { which: Phase::Headers, after }));
    joined(served).await;
}

#[tokio::test]
async fn a_server_that_hangs_up_at_once_may_have_counted_the_question() {
    let (url, served) = serve_once(|_| ());
    let error = provider(&url).complete(&transport(), request()).await.unwrap_err();
    assert_eq!(error.code(), "stream_cut");
    joined(served).await;
}

#[tokio::test]
async fn an_endpoint_that_cannot_be_used_is_refused_with_its_reason() {
    let check = async |endpoint: Endpoint, expected: &str| {
        let error = Provider::OpenAi(endpoint).complete(&transport(), request()).await.unwrap_err();
        assert_eq!(error.code(), "bad_request");
        assert!(error.to_string().contains(expected), "{error}");
    };
    let with_header = |name: &str, value: &str| {
        let mut endpoint = Endpoint::new("http://127.0.0.1:9");
        endpoint.headers.push((name.into(), Secret::new(value.into())));
        endpoint
    };
    check(Endpoint::new("nowhere"), "is not a URL").await;
    check(Endpoint::new("file:///etc"), "must begin with http").await;
    check(with_header("bad name", "x"), "\"bad name\" cannot be a header's name").await;
    check(with_header("x-a", "two\nlines"), "the value of \"x-a\"").await;
    check(Endpoint::new("http://127.0.0.1:9").with_key("sk\n"), "the value of \"api key\"").await;
}
