//! Every kind of provider over a real socket: its addresses, its headers, its answers.

use llm::embedding::{EmbedInput, EmbedRequest};
use llm::speech::TranscribeRequest;
use llm::{Endpoint, Provider, Scripted, TokenCount};
use serde_json::{Value, json};
use wiremock::matchers::{body_partial_json, header, method, path, query_param};
use wiremock::{Mock, MockBuilder, MockServer, ResponseTemplate};

use crate::{HI, hi, request, transport};

fn post(address: &str) -> MockBuilder {
    Mock::given(method("POST")).and(path(address))
}

fn get(address: &str) -> MockBuilder {
    Mock::given(method("GET")).and(path(address))
}

fn whole(body: Value) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(body)
}

fn stream(body: &str, media_type: &str) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_raw(body, media_type)
}

fn chat_answer() -> Value {
    json!({"model": "m", "choices": [{"message": {"content": "Hi"}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 3, "completion_tokens": 1}})
}

/// Both ways of asking give the same answer.
async fn says_hi(provider: &Provider) {
    assert_eq!(provider.complete(&transport(), request()).await, Ok(hi()), "{provider:?}");
    let whole = provider.complete_at_once(&transport(), &request()).await;
    assert_eq!(whole, Ok(hi()), "{provider:?}");
}

async fn lists(provider: &Provider, expected: &[&str]) {
    let models = provider.models(&transport()).await.unwrap();
    assert_eq!(models, expected, "{provider:?}");
}

fn embed_request() -> EmbedRequest {
    let input = EmbedInput::Texts(vec!["a".into()]);
    EmbedRequest { model: "m".into(), input, dimensions: None, user: None }
}

fn speech() -> TranscribeRequest {
    TranscribeRequest {
        model: "m".into(),
        audio: vec![1, 2, 3],
        file_name: "a.wav".into(),
        media_type: "audio/wav".into(),
        ..TranscribeRequest::default()
    }
}

#[tokio::test]
async fn openai_answers_embeds_and_transcribes() {
    let server = MockServer::start().await;
    let streamed = json!({"stream": true});
    post("/v1/chat/completions")
        .and(body_partial_json(streamed))
        .respond_with(stream(HI, "text/event-stream"))
        .mount(&server)
        .await;
    post("/v1/chat/completions").respond_with(whole(chat_answer())).mount(&server).await;
    post("/v1/embeddings")
        .and(header("authorization", "Bearer sk"))
        .and(body_partial_json(json!({"model": "m", "input": ["a"]})))
        .respond_with(whole(json!({"data": [{"index": 0, "embedding": [0.5]}]})))
        .mount(&server)
        .await;
    post("/v1/audio/transcriptions")
        .respond_with(whole(json!({"text": "hello", "usage": {"type": "duration", "seconds": 2}})))
        .mount(&server)
        .await;
    let provider = Provider::OpenAi(Endpoint::new(format!("{}/v1", server.uri())).with_key("sk"));
    says_hi(&provider).await;
    let vectors = provider.embed(&transport(), &embed_request()).await.unwrap().vectors;
    assert_eq!(vectors, [[0.5]]);
    let transcript = provider.transcribe(&transport(), &speech()).await.unwrap();
    assert_eq!((transcript.text.as_str(), transcript.duration_ms), ("hello", Some(2_000)));
    let sent = server.received_requests().await.unwrap();
    let form = sent.iter().find(|sent| sent.url.path().ends_with("transcriptions")).unwrap();
    let content_type = form.headers["content-type"].to_str().unwrap();
    let read = llm::door::transcription::decode(content_type, &form.body).unwrap();
    assert_eq!(read.request, speech());
    let count = provider.count_tokens(&transport(), &request()).await;
    assert_eq!(count, Ok(TokenCount { input: 10, estimated: true }));
}

#[tokio::test]
async fn openai_responses_are_read_whole_and_streamed() {
    let server = MockServer::start().await;
    let response = json!({"status": "completed", "model": "m",
        "output": [{"type": "message", "content": [{"type": "output_text", "text": "Hi"}]}],
        "usage": {"input_tokens": 3, "output_tokens": 1}});
    let events = format!(
        "data: {}\n\ndata: {}\n\ndata: {}\n\n",
        json!({"type": "response.created", "response": {"model": "m", "status": "in_progress"}}),
        json!({"type": "response.output_text.delta", "output_index": 0, "delta": "Hi"}),
        json!({"type": "response.completed", "response": response}),
    );
    post("/v1/responses")
        .and(body_partial_json(json!({"stream": true, "store": false})))
        .respond_with(stream(&events, "text/event-stream"))
        .mount(&server)
        .await;
    post("/v1/responses").respond_with(whole(response)).mount(&server).await;
    says_hi(&Provider::OpenAiResponses(Endpoint::new(format!("{}/v1", server.uri())))).await;
}

#[tokio::test]
async fn azure_has_a_header_and_an_address_for_each_deployment() {
    let server = MockServer::start().await;
    post("/openai/deployments/m/chat/completions")
        .and(query_param("api-version", "2024-10-21"))
        .and(header("api-key", "sk"))
        .respond_with(whole(chat_answer()))
        .mount(&server)
        .await;
    post("/openai/v1/chat/completions").respond_with(whole(chat_answer())).mount(&server).await;
    get("/openai/models")
        .and(header("api-key", "sk"))
        .respond_with(whole(json!({"data": [{"id": "a"}]})))
        .mount(&server)
        .await;
    let azure = |api_version: Option<&str>| Provider::AzureOpenAi {
        endpoint: Endpoint::new(server.uri()).with_key("sk"),
        api_version: api_version.map(str::to_owned),
    };
    says_hi(&azure(Some("2024-10-21"))).await;
    says_hi(&azure(None)).await;
    lists(&azure(Some("2024-10-21")), &["a"]).await;
    let sent = server.received_requests().await.unwrap();
    assert!(sent.iter().all(|sent| !sent.headers.contains_key("authorization")));
}

#[tokio::test]
async fn openrouter_states_its_cost() {
    let server = MockServer::start().await;
    let mut answer = chat_answer();
    answer["usage"]["cost"] = json!(0.000_387);
    post("/api/v1/chat/completions")
        .and(body_partial_json(json!({"usage": {"include": true}})))
        .respond_with(whole(answer))
        .mount(&server)
        .await;
    let provider = Provider::OpenRouter(Endpoint::new(format!("{}/api/v1", server.uri())));
    let reply = provider.complete_at_once(&transport(), &request()).await.unwrap();
    assert_eq!(reply.usage.stated_cost, Some(base::Micros(387)));
    let refused = provider.transcribe(&transport(), &speech()).await.unwrap_err();
    assert_eq!(refused.code(), "unsupported");
}

#[tokio::test]
async fn anthropic_answers_and_counts() {
    let server = MockServer::start().await;
    let message = json!({"type": "message", "model": "m", "stop_reason": "end_turn",
        "content": [{"type": "text", "text": "Hi"}],
        "usage": {"input_tokens": 3, "output_tokens": 1}});
    let events = format!(
        "event: message_start\ndata: {}\n\ndata: {}\n\ndata: {}\n\ndata: {}\n\ndata: {}\n\n",
        json!({"type": "message_start", "message": {"model": "m", "usage": {"input_tokens": 3}}}),
        json!({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": "Hi"}}),
        json!({"type": "content_block_stop", "index": 0}),
        json!({"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 1}}),
        json!({"type": "message_stop"}),
    );
    let to = |address: &str| {
        post(address).and(header("x-api-key", "sk")).and(header("anthropic-version", "2023-06-01"))
    };
    to("/v1/messages")
        .and(body_partial_json(json!({"stream": true})))
        .respond_with(stream(&events, "text/event-stream"))
        .mount(&server)
        .await;
    to("/v1/messages").respond_with(whole(message)).mount(&server).await;
    to("/v1/messages/count_tokens")
        .respond_with(whole(json!({"input_tokens": 12})))
        .mount(&server)
        .await;
    get("/v1/models").respond_with(whole(json!({"data": [{"id": "a"}]}))).mount(&server).await;
    for base in [server.uri(), format!("{}/v1/", server.uri())] {
        let provider = Provider::Anthropic(Endpoint::new(base).with_key("sk"));
        says_hi(&provider).await;
        lists(&provider, &["a"]).await;
        let count = provider.count_tokens(&transport(), &request()).await;
        assert_eq!(count, Ok(TokenCount { input: 12, estimated: false }));
        let refused = provider.embed(&transport(), &embed_request()).await.unwrap_err();
        assert_eq!(refused.code(), "unsupported");
    }
}

#[tokio::test]
async fn gemini_names_the_model_in_the_address() {
    let server = MockServer::start().await;
    let answer = json!({"modelVersion": "m",
        "candidates": [{"content": {"parts": [{"text": "Hi"}]}, "finishReason": "STOP"}],
        "usageMetadata": {"promptTokenCount": 3, "candidatesTokenCount": 1}});
    let to = |operation: &str| {
        post(&format!("/v1beta/models/m:{operation}")).and(header("x-goog-api-key", "sk"))
    };
    to("streamGenerateContent")
        .and(query_param("alt", "sse"))
        .respond_with(stream(&format!("data: {answer}\r\n\r\n"), "text/event-stream"))
        .mount(&server)
        .await;
    to("generateContent").respond_with(whole(answer)).mount(&server).await;
    to("countTokens").respond_with(whole(json!({"totalTokens": 4}))).mount(&server).await;
    to("batchEmbedContents")
        .respond_with(whole(json!({"embeddings": [{"values": [0.5]}]})))
        .mount(&server)
        .await;
    get("/v1beta/models")
        .respond_with(whole(json!({"models": [{"name": "models/m"}]})))
        .mount(&server)
        .await;
    let provider = Provider::Gemini(Endpoint::new(server.uri()).with_key("sk"));
    says_hi(&provider).await;
    lists(&provider, &["m"]).await;
    let count = provider.count_tokens(&transport(), &request()).await;
    assert_eq!(count, Ok(TokenCount { input: 4, estimated: false }));
    let vectors = provider.embed(&transport(), &embed_request()).await.unwrap().vectors;
    assert_eq!(vectors, [[0.5]]);
}

#[tokio::test]
async fn ollama_streams_lines() {
    let server = MockServer::start().await;
    let done = json!({"model": "m", "message": {"content": "Hi"}, "done": true,
        "done_reason": "stop", "prompt_eval_count": 3, "eval_count": 1});
    post("/api/chat")
        .and(body_partial_json(json!({"stream": true})))
        .respond_with(stream(&format!("{done}\n"), "application/x-ndjson"))
        .mount(&server)
        .await;
    post("/api/chat").respond_with(whole(done)).mount(&server).await;
    post("/api/embed").respond_with(whole(json!({"embeddings": [[0.5]]}))).mount(&server).await;
    get("/api/tags")
        .respond_with(whole(json!({"models": [{"name": "m:latest"}]})))
        .mount(&server)
        .await;
    for base in [server.uri(), format!("{}/api", server.uri()), format!("{}/v1", server.uri())] {
        let provider = Provider::Ollama(Endpoint::new(base));
        says_hi(&provider).await;
        lists(&provider, &["m:latest"]).await;
        let vectors = provider.embed(&transport(), &embed_request()).await.unwrap().vectors;
        assert_eq!(vectors, [[0.5]]);
    }
}

#[tokio::test]
async fn every_kind_turns_nonsense_into_typed_errors() {
    let server = MockServer::start().await;
    let kinds = |address: &str| {
        let endpoint = || Endpoint::new(format!("{}/{address}", server.uri()));
        [
            Provider::OpenAi(endpoint()),
            Provider::OpenAiResponses(endpoint()),
            Provider::AzureOpenAi { endpoint: endpoint(), api_version: None },
            Provider::OpenRouter(endpoint()),
            Provider::Anthropic(endpoint()),
            Provider::Gemini(endpoint()),
            Provider::Ollama(endpoint()),
        ]
    };
    let answers = [
        ("page", stream("<html>Welcome</html>", "text/html"), "wrong_address"),
        ("prose", stream("Welcome", "text/plain"), "invalid_reply"),
        ("garbage", stream("\0\u{fffd}{{", "application/json"), "invalid_reply"),
        ("empty", stream("", "application/json"), "invalid_reply"),
        ("nothing", ResponseTemplate::new(200), "invalid_reply"),
        ("limited", ResponseTemplate::new(429).insert_header("retry-after", "7"), "rate_limited"),
        ("refused", ResponseTemplate::new(401), "unauthenticated"),
        ("wrong", ResponseTemplate::new(400).set_body_string("no"), "bad_request"),
        ("broken", ResponseTemplate::new(500).set_body_string("<html>"), "overloaded"),
    ];
    for (address, answer, code) in answers {
        Mock::given(wiremock::matchers::path_regex(format!("^/{address}/")))
            .respond_with(answer)
            .mount(&server)
            .await;
        for provider in kinds(address) {
            for error in [
                provider.complete(&transport(), request()).await.unwrap_err(),
                provider.complete_at_once(&transport(), &request()).await.unwrap_err(),
                provider.models(&transport()).await.unwrap_err(),
            ] {
                assert_eq!(error.code(), code, "{} {address}: {error}", provider.kind());
            }
            if address == "limited" {
                let error = provider.complete(&transport(), request()).await.unwrap_err();
                assert_eq!(error.retry_after(), Some(std::time::Duration::from_secs(7)));
            }
        }
    }
}

#[tokio::test]
async fn the_scripted_model_embeds_and_transcribes_and_says_so() {
    let provider = Provider::Scripted(Scripted::new(json!([])).unwrap());
    let embeddings = provider.embed(&transport(), &embed_request()).await.unwrap();
    assert!(embeddings.usage.estimated && embeddings.vectors[0].len() == 8);
    let transcript = provider.transcribe(&transport(), &speech()).await.unwrap();
    assert_eq!(transcript.text, "scripted transcript of 3 bytes");
}
