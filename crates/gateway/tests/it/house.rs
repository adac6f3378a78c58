//! The application under test with a gateway that has a database, and providers to set up.

use std::path::Path;
use std::sync::Arc;

use base::{Clock, OrganisationId, OsRandom};
use gateway::secret::{Secrets, SecretsConfig};
use gateway::{Gateway, GatewayConfig};
use serde_json::{Value as Json, json};
use store::Db;
use web::testing::TestApp;
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::support::{HI, config};

/// Organisation 1, in which tests set things up.
pub const ONE: OrganisationId = OrganisationId::from_u128(1);

pub struct House {
    pub app: TestApp,
    pub gateway: Gateway,
    pub secrets: Secrets,
}

impl House {
    pub async fn new(db: &Db, folder: &Path) -> Self {
        Self::with(db, config(folder), SecretsConfig::new(folder)).await
    }

    pub async fn with(db: &Db, config: GatewayConfig, secrets: SecretsConfig) -> Self {
        let mut built = None;
        let app = TestApp::new(db.clone(), |app| {
            let made = Gateway::new(config, app.clock.clone(), Arc::new(OsRandom)).unwrap();
            built = Some(made.clone());
            gateway::routes(made)
        })
        .await;
        let gateway = built.unwrap();
        let clock: Arc<dyn Clock> = app.app.clock.clone();
        let secrets = Secrets::open(secrets, db.clone(), clock, Arc::new(OsRandom)).await.unwrap();
        gateway.attach(db.clone(), secrets.clone()).await.unwrap();
        Self { app, gateway, secrets }
    }

    pub async fn post(&self, path: &str, body: Json, status: u16) -> Json {
        self.app.send("POST", path, Some(body)).await.expect(status)
    }

    pub async fn get(&self, path: &str) -> Json {
        self.app.send("GET", path, None).await.expect(200)
    }

    /// Sets up a platform that speaks OpenAI's chat API.
    pub async fn platform(&self, name: &str, server: &MockServer) -> Json {
        self.post("/api/v1/platforms?force=true", platform(name, &server.uri()), 201).await
    }
}

/// A platform as an admin would send it: quick, and without waits that tests do not want.
pub fn platform(name: &str, uri: &str) -> Json {
    json!({
        "name": name, "kind": "custom", "base_url": format!("{uri}/v1"),
        "api_key": format!("sk-{name}-1234567890"), "models": ["large", "small"],
        "settings": { "retries": 0, "retry_wait_ms": 1 },
    })
}

/// A provider that answers every question with "Hi".
pub async fn answering() -> MockServer {
    answering_with(streamed(HI)).await
}

/// A provider that answers every question like this.
pub async fn answering_with(answer: impl wiremock::Respond + 'static) -> MockServer {
    let server = MockServer::start().await;
    let chat = path("/v1/chat/completions");
    Mock::given(method("POST")).and(chat).respond_with(answer).mount(&server).await;
    server
}

pub fn streamed(text: &str) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_raw(text.to_owned(), "text/event-stream")
}

/// How many questions a provider was asked.
pub async fn asked(server: &MockServer) -> usize {
    server.received_requests().await.unwrap().len()
}
