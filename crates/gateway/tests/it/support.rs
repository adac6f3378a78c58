//! What several tests need.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use agent::port::{ModelCall, OnDelta};
use base::{CallId, ExecutionId, ManualClock, OrganisationId, SeededRandom};
use gateway::{Gateway, GatewayConfig, LocalConfig, ProviderConfig, RetryPolicy};
use llm::chat::{Delta, Message, Request};
use store::testing::test_time;

/// A complete stream that says "Hi" and used 3 and 1 tokens.
pub const HI: &str = "data: {\"model\":\"m\",\"choices\":[{\"delta\":{\"content\":\"Hi\"}}]}\n\n\
    data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n\
    data: {\"choices\":[],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":1}}\n\n\
    data: [DONE]\n\n";

/// Retries without long waits.
pub const QUICK: RetryPolicy = RetryPolicy {
    retries: 2,
    first_wait: Duration::from_millis(2),
    longest_wait: Duration::from_secs(2),
};

/// A configuration that looks for nothing on this machine.
pub fn config(folder: &Path) -> GatewayConfig {
    GatewayConfig { running_servers: Vec::new(), retry: QUICK, ..GatewayConfig::new(folder) }
}

/// A configuration with one provider, `acme`.
pub fn with_provider(folder: &Path, base_url: &str) -> GatewayConfig {
    let acme = ProviderConfig {
        models: vec!["large".to_owned(), "small".to_owned()],
        ..ProviderConfig::new("acme", base_url)
    };
    GatewayConfig { providers: vec![acme], ..config(folder) }
}

pub fn gateway(config: GatewayConfig) -> Gateway {
    let clock = Arc::new(ManualClock::new(test_time()));
    Gateway::new(config, clock, Arc::new(SeededRandom::new(1))).unwrap()
}

/// The procedures of a gateway that nothing is configured for: prices are the bundled ones.
pub fn procedures() -> store::Procedures {
    let folder = tempfile::tempdir().unwrap();
    gateway::procedures(store::Procedures::default(), gateway(config(folder.path())))
}

/// A call of `model` (or the default) that says "hello".
pub fn call(model: Option<&str>) -> ModelCall {
    ModelCall {
        organisation: OrganisationId::from_u128(1),
        execution: ExecutionId::from_u128(1),
        step: "write".to_owned(),
        agent: "writer".to_owned(),
        user: None,
        instance: 0,
        attempt: 1,
        nth: 1,
        call_id: CallId::from_u128(1),
        model: model.map(str::to_owned),
        without: Vec::new(),
        request: Request::new("", vec![Message::user("hello")]),
        on_delta: None,
        on_lost: None,
    }
}

/// Somebody who writes down every piece, and what they wrote.
pub fn listener() -> (OnDelta, Arc<Mutex<Vec<Delta>>>) {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let ear = heard.clone();
    (Arc::new(move |delta: &Delta| ear.lock().unwrap().push(delta.clone())), heard)
}

/// A local model whose server is the double; `name` tells the double how to behave.
pub fn fake_local(folder: &Path, name: &str) -> LocalConfig {
    let server_path = fake_server(folder);
    let weights = folder.join("models").join(format!("{name}.gguf"));
    std::fs::create_dir_all(weights.parent().unwrap()).unwrap();
    std::fs::write(weights, "weights").unwrap();
    LocalConfig {
        server_path: Some(server_path),
        catalogue: Vec::new(),
        ready_within: Duration::from_secs(20),
        restart_wait: Duration::from_millis(10),
        ..LocalConfig::default()
    }
}

/// The double as a program.
pub fn fake_server(folder: &Path) -> PathBuf {
    let path = folder.join("fake_server.py");
    std::fs::write(&path, include_str!("fake_server.py")).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path
}
