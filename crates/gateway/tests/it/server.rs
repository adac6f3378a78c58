//! The supervised server, played by the double.

use std::path::Path;
use std::time::Duration;

use agent::port::Models as _;
use gateway::{Gateway, GatewayConfig, LocalConfig, ModelStatus};
use tempfile::tempdir;
use tokio_util::sync::CancellationToken;

use crate::support::{call, config, fake_local, gateway};

fn with_local(folder: &Path, local: LocalConfig) -> Gateway {
    gateway(GatewayConfig { local, ..config(folder) })
}

/// How often the server was started.
fn starts(folder: &Path, model: &str) -> usize {
    let path = folder.join("models").join(format!("{model}.gguf.starts"));
    std::fs::read_to_string(path).unwrap_or_default().lines().count()
}

fn state(gateway: &Gateway) -> (ModelStatus, String) {
    let model = gateway.local().list().remove(0);
    (model.status, model.status_detail)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn server_starts_with_the_first_call_and_is_used_again() {
    let folder = tempdir().unwrap();
    let gateway = with_local(folder.path(), fake_local(folder.path(), "good"));
    assert_eq!(state(&gateway).0, ModelStatus::Stopped);
    assert_eq!(starts(folder.path(), "good"), 0);
    for _ in 0..3 {
        let outcome = gateway.call(call(Some("local/good"))).await.unwrap();
        assert_eq!(outcome.reply.content, "Hi");
        assert!(outcome.cost_known);
    }
    assert_eq!(state(&gateway), (ModelStatus::Ready, "its server runs".to_owned()));
    assert_eq!(starts(folder.path(), "good"), 1);
    assert!(!folder.path().join("models/good.gguf.refused").exists());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_model_replaces_the_one_that_is_loaded() {
    let folder = tempdir().unwrap();
    fake_local(folder.path(), "one");
    let gateway = with_local(folder.path(), fake_local(folder.path(), "two"));
    for model in ["local/one", "local/two", "one"] {
        gateway.call(call(Some(model))).await.unwrap();
    }
    assert_eq!((starts(folder.path(), "one"), starts(folder.path(), "two")), (2, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn death_in_a_call_fails_it_retryably_and_the_next_call_works() {
    let folder = tempdir().unwrap();
    let gateway = with_local(folder.path(), fake_local(folder.path(), "dies-once"));
    let error = gateway.call(call(Some("local/dies-once"))).await.unwrap_err();
    assert!(error.is_retryable(), "{error}");
    let outcome = gateway.call(call(Some("local/dies-once"))).await.unwrap();
    assert_eq!(outcome.reply.content, "Hi");
    assert_eq!(starts(folder.path(), "dies-once"), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn server_that_dies_at_start_is_tried_again_and_then_reported() {
    let folder = tempdir().unwrap();
    let gateway = with_local(folder.path(), fake_local(folder.path(), "dies-at-start"));
    let error = gateway.call(call(Some("local/dies-at-start"))).await.unwrap_err();
    assert!(error.is_retryable(), "{error}");
    assert!(error.to_string().contains("the weights are broken"), "{error}");
    assert_eq!(starts(folder.path(), "dies-at-start"), 3);
    let (status, detail) = state(&gateway);
    assert_eq!(status, ModelStatus::Error);
    assert!(detail.contains("could not be started"), "{detail}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn server_that_is_never_ready_is_given_up_after_one_start() {
    let folder = tempdir().unwrap();
    let local = LocalConfig {
        ready_within: Duration::from_secs(2),
        ..fake_local(folder.path(), "never-ready")
    };
    let gateway = with_local(folder.path(), local);
    let error = gateway.call(call(Some("local/never-ready"))).await.unwrap_err();
    assert!(error.to_string().contains("it was not ready"), "{error}");
    assert!(!error.is_retryable(), "{error}");
    // a busy machine may not have come as far as writing its one start down
    assert!(starts(folder.path(), "never-ready") <= 1);
    assert_eq!(gateway.local().status().process, None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn idle_server_is_stopped_and_starts_again() {
    let folder = tempdir().unwrap();
    let local =
        LocalConfig { idle: Duration::from_millis(200), ..fake_local(folder.path(), "good") };
    let gateway = with_local(folder.path(), local);
    let shutdown = CancellationToken::new();
    let mut watch = tokio::task::JoinSet::new();
    watch.spawn(gateway.clone().watch(shutdown.clone()));
    gateway.call(call(Some("local/good"))).await.unwrap();
    let stopped = async {
        while gateway.local().status().process.is_some() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), stopped).await.unwrap();
    assert_eq!(state(&gateway).0, ModelStatus::Stopped);
    gateway.call(call(Some("local/good"))).await.unwrap();
    assert_eq!(starts(folder.path(), "good"), 2);
    shutdown.cancel();
    watch.join_next().await.unwrap().unwrap();
    assert_eq!(gateway.local().status().process, None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn model_without_a_server_says_what_to_do() {
    let folder = tempdir().unwrap();
    let local = LocalConfig {
        server_path: Some("/nowhere/llama-server".into()),
        ..fake_local(folder.path(), "good")
    };
    let error = with_local(folder.path(), local).call(call(Some("good"))).await.unwrap_err();
    assert!(error.to_string().contains("could not be started"), "{error}");
}
