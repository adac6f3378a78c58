//! Answers that are whole.

use base::Secret;
use llm::{Endpoint, Provider, Scripted};
use serde_json::json;
use wiremock::matchers::{body_partial_json, header, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::{HI, hi, provider, request, transport};

#[tokio::test]
async fn a_call_sends_key_headers_and_body_but_no_labels() {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .and(path("/v1/chat/completions"))
        .and(header("authorization", "Bearer sk-test"))
        .and(header("x-team", "blue"))
        .and(header("content-type", "application/json"))
        .and(body_partial_json(json!({"model": "m", "stream": true})))
        .respond_with(
            ResponseTemplate::new(200).set_body_raw(HI, "text/event-stream; charset=utf-8"),
        )
        .expect(1)
        .mount(&server)
        .await;
    let mut endpoint = Endpoint::new(format!("{}/v1/", server.uri())).with_key("sk-test");
    endpoint.headers.push(("x-team".into(), Secret::new("blue".into())));
    assert!(!format!("{endpoint:?}").contains("sk-test"));
    let mut request = request();
    request.labels.insert("secret".into(), "label-value".into());
    let reply = Provider::OpenAi(endpoint).complete(&transport(), request).await;
    assert_eq!(reply, Ok(hi()));
    let sent = &server.received_requests().await.unwrap()[0];
    assert!(!String::from_utf8_lossy(&sent.body).contains("label-value"));
}

#[tokio::test]
async fn a_server_that_cannot_stream_is_understood() {
    let whole = json!({
        "model": "m",
        "choices": [{"message": {"content": "Hi"}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 3, "completion_tokens": 1},
    });
    let server = MockServer::start().await;
    let answer = ResponseTemplate::new(200).set_body_json(whole);
    Mock::given(method("POST")).respond_with(answer).mount(&server).await;
    assert_eq!(provider(&server.uri()).complete(&transport(), request()).await, Ok(hi()));
}

#[tokio::test]
async fn a_redirect_within_the_host_keeps_the_request() {
    let server = MockServer::start().await;
    let redirect = ResponseTemplate::new(307).insert_header("location", "/new/chat/completions");
    Mock::given(path("/old/chat/completions")).respond_with(redirect).mount(&server).await;
    Mock::given(path("/new/chat/completions"))
        .and(method("POST"))
        .and(header("authorization", "Bearer sk-test"))
        .and(body_partial_json(json!({"model": "m"})))
        .respond_with(ResponseTemplate::new(200).set_body_raw(HI, "text/event-stream"))
        .mount(&server)
        .await;
    let provider = provider(&format!("{}/old", server.uri()));
    assert_eq!(provider.complete(&transport(), request()).await, Ok(hi()));
}

#[tokio::test]
async fn the_models_of_a_provider_are_listed() {
    let server = MockServer::start().await;
    let list = json!({"object": "list", "data": [{"id": "a"}, {"id": "b"}]});
    Mock::given(method("GET"))
        .and(path("/models"))
        .and(header("authorization", "Bearer sk-test"))
        .respond_with(ResponseTemplate::new(200).set_body_json(list))
        .mount(&server)
        .await;
    let models = provider(&server.uri()).models(&transport()).await;
    assert_eq!(models, Ok(vec!["a".to_owned(), "b".to_owned()]));
    let missing = provider(&format!("{}/elsewhere", server.uri())).models(&transport()).await;
    assert_eq!(missing.unwrap_err().code(), "wrong_address");
}

#[tokio::test]
async fn the_scripted_model_answers_through_the_same_door() {
    let script = json!([{"reply": "You said {{last_user}}"}]);
    let provider = Provider::Scripted(Scripted::new(script).unwrap());
    let reply = provider.complete(&transport(), request()).await.unwrap();
    assert!(reply.scripted);
    assert_eq!(reply.content, "You said hello");
    assert_eq!(provider.models(&transport()).await, Ok(vec!["scripted".to_owned()]));
}
