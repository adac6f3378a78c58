//! `GET /models` and the state of each model.

use base::OsRandom;
use gateway::{Gateway, GatewayConfig, RunningServer};
use serde_json::{Value as Json, json};
use std::sync::Arc;
use store::testing::sqlite;
use tempfile::tempdir;
use web::testing::TestApp;
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::support::{config, with_provider};

async fn models(config: GatewayConfig) -> Json {
    let test = sqlite().await;
    let gateway = Gateway::new(config, Arc::new(base::SystemClock), Arc::new(OsRandom)).unwrap();
    let app = TestApp::new(test.db.clone(), |_| gateway::routes(gateway)).await;
    let refused = app.send_as("test-view_projects", "GET", "/api/v1/models", None).await;
    refused.expect(403);
    app.send("GET", "/api/v1/models", None).await.expect(200)
}

/// `id status` of every model.
fn states(list: &Json) -> Vec<String> {
    let items = list["items"].as_array().unwrap();
    let text = |value: &Json| value.as_str().unwrap().to_owned();
    items.iter().map(|item| format!("{} {}", text(&item["id"]), text(&item["status"]))).collect()
}

async fn server_with(models: Json) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(method("GET"))
        .and(path("/v1/models"))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!({"data": models})))
        .mount(&server)
        .await;
    server
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_anything_there_is_a_catalogue_and_a_notice() {
    let folder = tempdir().unwrap();
    let list = models(config(folder.path())).await;
    assert_eq!(list["default"], Json::Null);
    assert_eq!(list["notice"], "no_model");
    let expected = [
        "local/qwen2.5-coder-0.5b not_installed",
        "local/qwen2.5-coder-1.5b not_installed",
        "local/smollm2-135m not_installed",
    ];
    assert_eq!(states(&list), expected);
    let first = json!({
        "id": "local/qwen2.5-coder-0.5b", "provider": "local", "name": "qwen2.5-coder-0.5b",
        "kind": "local", "status": "not_installed",
        "status_detail": "run `hishamos model install qwen2.5-coder-0.5b` to install it",
        "is_tiny": true, "size_bytes": 491_400_064, "context_tokens": 4_096,
    });
    assert_eq!(list["items"][0], first);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn providers_that_do_not_answer_say_why() {
    let folder = tempdir().unwrap();
    let good = server_with(json!([{"id": "a"}, {"id": "b"}])).await;
    let mut config = with_provider(folder.path(), "http://127.0.0.1:9/v1");
    config.local.catalogue.clear();
    let open = gateway::ProviderConfig::new("open", format!("{}/v1", good.uri()));
    config.providers.push(open);
    config.default_model = Some("acme/large".to_owned());
    let list = models(config).await;
    let expected = ["acme/large error", "acme/small error", "open/a ready", "open/b ready"];
    assert_eq!(states(&list), expected);
    let detail = list["items"][0]["status_detail"].as_str().unwrap();
    assert!(detail.contains("cannot reach the provider"), "{detail}");
    assert_eq!(list["notice"], Json::Null);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn running_server_is_offered_but_not_taken() {
    let folder = tempdir().unwrap();
    let ollama = server_with(json!([{"id": "llama3:8b"}])).await;
    let running = |name: &str, base_url: String| RunningServer { name: name.to_owned(), base_url };
    let mut config = config(folder.path());
    config.local.catalogue.clear();
    config.running_servers = vec![
        running("ollama", format!("{}/v1", ollama.uri())),
        running("lmstudio", "http://127.0.0.1:9/v1".to_owned()),
    ];
    let list = models(config).await;
    assert_eq!(states(&list), ["ollama/llama3:8b ready"]);
    assert_eq!((&list["default"], &list["notice"]), (&Json::Null, &json!("no_model")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tiny_and_scripted_defaults_are_announced() {
    let folder = tempdir().unwrap();
    std::fs::create_dir(folder.path().join("models")).unwrap();
    std::fs::write(folder.path().join("models/mine.gguf"), "weights").unwrap();
    let mut config = config(folder.path());
    config.local.catalogue.clear();
    config.local.server_path = Some("/bin/true".into());
    let list = models(config.clone()).await;
    assert_eq!(list["default"], "local/mine");
    assert_eq!(list["notice"], "tiny_model");
    assert_eq!(states(&list), ["local/mine stopped"]);
    config.script = Some(json!([{"reply": "x"}]));
    let list = models(config).await;
    assert_eq!(list["notice"], "scripted_model");
    assert_eq!(states(&list), ["scripted/rehearsal ready", "local/mine stopped"]);
}
