//! Calls that succeed: streaming, names, cost, and waiting for a turn.

use agent::port::Models as _;
use base::Micros;
use gateway::{GatewayConfig, ProviderConfig};
use llm::chat::{Delta, Finish};
use serde_json::json;
use tempfile::tempdir;
use wiremock::matchers::{body_partial_json, header, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::support::{HI, call, config, gateway, listener, with_provider};

fn streamed(text: &str) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_raw(text.to_owned(), "text/event-stream")
}

#[tokio::test]
async fn answer_streams_and_says_who_gave_it() {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .and(path("/v1/chat/completions"))
        .and(header("authorization", "Bearer sk-test"))
        .and(body_partial_json(json!({"model": "large"})))
        .respond_with(streamed(HI))
        .expect(1)
        .mount(&server)
        .await;
    let folder = tempdir().unwrap();
    let mut config = with_provider(folder.path(), &format!("{}/v1", server.uri()));
    config.providers[0].api_key = Some(base::Secret::new("sk-test".to_owned()));
    let (on_delta, heard) = listener();
    let asked = agent::port::ModelCall { on_delta: Some(on_delta), ..call(Some("acme/large")) };

    let outcome = gateway(config).call(asked).await.unwrap();

    assert_eq!(outcome.reply.content, "Hi");
    assert_eq!((outcome.model.as_str(), outcome.provider.as_str()), ("acme/large", "acme"));
    // nobody knows what acme charges: that is said, and never taken for free
    assert_eq!((outcome.cost, outcome.cost_known), (Micros::ZERO, false));
    assert!(!outcome.scripted);
    let heard = heard.lock().unwrap();
    assert!(matches!(heard[0], Delta::Start { .. }), "{heard:?}");
    assert_eq!(heard[1], Delta::Text { text: "Hi".into() });
    assert_eq!(heard.last(), Some(&Delta::Finish { reason: Finish::Stop }));
}

#[tokio::test]
async fn known_prices_are_charged() {
    let server = MockServer::start().await;
    Mock::given(method("POST")).respond_with(streamed(HI)).mount(&server).await;
    let folder = tempdir().unwrap();
    let openai = ProviderConfig::new("openai", format!("{}/v1", server.uri()));
    let config = GatewayConfig { providers: vec![openai], ..config(folder.path()) };
    let outcome = gateway(config).call(call(Some("openai/gpt-4o-mini"))).await.unwrap();
    // 3 tokens at $0.15 and 1 at $0.60 a million, rounded up
    assert_eq!((outcome.cost, outcome.cost_known), (Micros(2), true));
}

#[tokio::test]
async fn script_is_the_default_and_is_marked_and_free() {
    let folder = tempdir().unwrap();
    let script = json!([{"reply": "from the script"}]);
    let config = GatewayConfig {
        script: Some(script),
        default_model: Some("acme/large".to_owned()),
        ..with_provider(folder.path(), "http://127.0.0.1:9/v1")
    };
    let gateway = gateway(config);
    assert_eq!(gateway.default_model().as_deref(), Some("scripted/rehearsal"));
    let outcome = gateway.call(call(None)).await.unwrap();
    assert_eq!(outcome.reply.content, "from the script");
    assert_eq!(outcome.model, "scripted/rehearsal");
    assert!(outcome.scripted);
    assert_eq!((outcome.cost, outcome.cost_known), (Micros::ZERO, true));
}

#[tokio::test]
async fn without_a_script_there_is_no_scripted_model() {
    let folder = tempdir().unwrap();
    let gateway = gateway(config(folder.path()));
    for model in [Some("scripted/rehearsal"), Some("rehearsal"), None] {
        let error = gateway.call(call(model)).await.unwrap_err();
        assert_eq!(error.code(), "model_unavailable", "{model:?}: {error}");
    }
}

#[tokio::test]
async fn default_is_the_configured_the_chosen_or_an_installed_model() {
    let folder = tempdir().unwrap();
    let base = with_provider(folder.path(), "http://127.0.0.1:9/v1");
    let default = |configured: Option<&str>| {
        let default_model = configured.map(str::to_owned);
        gateway(GatewayConfig { default_model, ..base.clone() }).default_model()
    };
    assert_eq!(default(None), None);
    let models = folder.path().join("models");
    std::fs::create_dir(&models).unwrap();
    std::fs::write(models.join("mine.gguf"), "weights").unwrap();
    assert_eq!(default(None).as_deref(), Some("local/mine"));
    gateway(base.clone()).local().use_model("ollama/llama3").unwrap();
    assert_eq!(default(None).as_deref(), Some("ollama/llama3"));
    assert_eq!(default(Some("acme/large")).as_deref(), Some("acme/large"));
}

#[tokio::test]
async fn configurations_that_cannot_work_are_refused() {
    let folder = tempdir().unwrap();
    let check = |change: fn(&mut GatewayConfig), expected: &str| {
        let mut config = with_provider(folder.path(), "http://127.0.0.1:9/v1");
        change(&mut config);
        let clock = std::sync::Arc::new(base::SystemClock);
        let error = gateway::Gateway::new(config, clock, std::sync::Arc::new(base::OsRandom));
        let error = error.unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    };
    check(|config| config.providers[0].name = "a/b".into(), "provider \"a/b\" needs a name");
    check(|config| config.providers[0].name = String::new(), "needs a name");
    check(|config| config.providers[0].name = "local".into(), "\"local\" is taken");
    check(|config| config.providers.push(config.providers[0].clone()), "\"acme\" is taken");
    check(|config| config.providers[0].max_concurrent = 0, "max_concurrent 0");
    check(|config| config.providers[0].base_url = "ftp://x".into(), "must begin with http");
    check(|config| config.providers[0].base_url = "nonsense".into(), "base_url of provider");
    check(|config| config.script = Some(json!(7)), "a script is a list of rules");
}
