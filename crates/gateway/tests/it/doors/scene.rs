//! An application with doors, a provider behind them and a key for them.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use agent::port::Insiders;
use axum::body::Body;
use axum::http::{Request, header};
use gateway::secret::{Secrets, SecretsConfig};
use gateway::{DoorOptions, Doors, Gateway, ProviderConfig, Shared};
use llm::Timeouts;
use serde_json::{Value as Json, json};
use store::Db;
use web::testing::{Answer, TestApp};

use super::provider::Provider;
use crate::support::config;

/// The model of the provider, whose prices the bundled table knows.
pub const MODEL: &str = "openai/gpt-4o-mini";

/// How many scenes there were.
static SCENES: AtomicU64 = AtomicU64::new(1);

/// The application and what is around it.
pub struct Scene {
    pub app: TestApp,
    pub provider: Arc<Provider>,
    /// A key that may do everything.
    pub key: String,
    pub key_id: String,
    pub gateway: Gateway,
    folder: tempfile::TempDir,
}

impl Scene {
    pub async fn new(db: Db, provider: Arc<Provider>) -> Self {
        Self::with(db, provider, DoorOptions::new("test")).await
    }

    pub async fn with(db: Db, provider: Arc<Provider>, options: DoorOptions) -> Self {
        Self::patient(db, provider, options, Timeouts::default()).await
    }

    /// With a provider that is waited for so long.
    pub async fn patient(
        db: Db,
        provider: Arc<Provider>,
        options: DoorOptions,
        timeouts: Timeouts,
    ) -> Self {
        Self::made(db, provider, options, timeouts, None, None).await
    }

    /// With a Redis in which it counts its limits with others.
    pub async fn beside(
        db: Db,
        provider: Arc<Provider>,
        options: DoorOptions,
        shared: Shared,
    ) -> Self {
        Self::made(db, provider, options, Timeouts::default(), None, Some(shared)).await
    }

    /// With agents and workflows.
    pub async fn inside(db: Db, options: DoorOptions, insiders: Arc<dyn Insiders>) -> Self {
        let (provider, timeouts) = (Provider::start(1, 1), Timeouts::default());
        Self::made(db, provider, options, timeouts, Some(insiders), None).await
    }

    async fn made(
        db: Db,
        provider: Arc<Provider>,
        options: DoorOptions,
        timeouts: Timeouts,
        insiders: Option<Arc<dyn Insiders>>,
        shared: Option<Shared>,
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let openai = ProviderConfig {
            models: vec!["gpt-4o-mini".to_owned(), "gpt-4o".to_owned()],
            max_concurrent: 2_000,
            timeouts,
            ..ProviderConfig::new("openai", &provider.url)
        };
        let parts =
            gateway::GatewayConfig { providers: vec![openai], shared, ..config(folder.path()) };
        let gateway =
            Gateway::new(parts, Arc::new(base::SystemClock), Arc::new(base::OsRandom)).unwrap();
        let made = Mutex::new(None);
        let app = TestApp::new(db, |app| {
            let doors = Doors::new(app, gateway.clone(), insiders, options);
            *made.lock().unwrap() = Some(doors.clone());
            gateway::routes(gateway.clone()).merge(gateway::door_routes(doors))
        })
        .await;
        // the clock stands still and luck repeats itself: each scene has ids of its own by its time
        let number = SCENES.fetch_add(1, Ordering::SeqCst);
        app.clock.advance(Duration::from_secs(number));
        for _ in 1..number {
            app.app.random.fill(&mut [0; 4_096]);
        }
        let doors = made.into_inner().unwrap().unwrap();
        doors.open().await.unwrap();
        let body = json!({"name": "everything"});
        let made = app.send("POST", "/api/v1/virtual-keys", Some(body)).await.expect(201);
        let (key, key_id) = (text(&made["key"]), text(&made["id"]));
        Self { app, provider, key, key_id, gateway, folder }
    }

    /// Sets up a platform in the database, without asking it anything.
    pub async fn platform(&self, body: Json) {
        self.attach().await;
        self.app.send("POST", "/api/v1/platforms?force=true", Some(body)).await.expect(201);
    }

    /// Gives the gateway the database, as the program does when it starts.
    pub async fn attach(&self) {
        let (db, clock) = (self.app.app.db.clone(), self.app.app.clock.clone());
        let config = SecretsConfig::new(self.folder.path());
        let secrets = Secrets::open(config, db.clone(), clock, Arc::new(base::OsRandom)).await;
        self.gateway.attach(db, secrets.unwrap()).await.unwrap();
    }

    /// Sends a body to a door with a key.
    pub async fn knock(&self, key: &str, path: &str, body: &Json) -> Answer {
        self.knock_with(key, path, body, &[]).await
    }

    pub async fn knock_with(
        &self,
        key: &str,
        path: &str,
        body: &Json,
        headers: &[(&str, &str)],
    ) -> Answer {
        let body = Sent::json(body);
        self.send(key, path, body, headers).await
    }

    /// Sends any body to a door.
    pub async fn send(
        &self,
        key: &str,
        path: &str,
        body: Sent,
        headers: &[(&str, &str)],
    ) -> Answer {
        // rows of the ledger stand in the order of their times
        self.app.clock.advance(Duration::from_millis(1));
        let mut request = Request::post(path)
            .header(header::HOST, "localhost")
            .header(header::CONTENT_TYPE, body.kind);
        if !key.is_empty() {
            request = request.header(header::AUTHORIZATION, format!("Bearer {key}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.app.send_request(request.body(Body::from(body.bytes)).unwrap()).await
    }

    /// Asks the model "hi".
    pub async fn ask(&self, more: Json) -> Answer {
        self.knock(&self.key, "/v1/chat/completions", &question(more)).await
    }

    /// The ledger in the order in which the calls began, each as `fields` of it, once it has
    /// `count` rows.
    pub async fn ledger(&self, count: usize, fields: &[&str]) -> Vec<Json> {
        for _ in 0..3_000 {
            let page =
                self.app.send("GET", "/api/v1/model-calls?limit=200", None).await.expect(200);
            let items = page["items"].as_array().unwrap();
            if items.len() >= count.min(200) {
                let pick = |item: &Json| fields.iter().map(|one| item[*one].clone()).collect();
                return items.iter().rev().map(pick).collect();
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("the ledger never got {count} rows");
    }

    /// Makes a budget; gives its id.
    pub async fn budget(&self, body: Json) -> String {
        text(&self.app.send("POST", "/api/v1/budgets", Some(body)).await.expect(201)["id"])
    }

    /// A budget as it stands, once `is_so` says so.
    pub async fn budget_when(&self, id: &str, is_so: impl Fn(&Json) -> bool) -> Json {
        let path = format!("/api/v1/budgets/{id}");
        for _ in 0..3_000 {
            let budget = self.app.send("GET", &path, None).await.expect(200);
            if is_so(&budget) {
                return budget;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("{}", self.app.send("GET", &path, None).await.text);
    }
}

/// A body with its media type.
#[derive(Debug, Clone)]
pub struct Sent {
    pub kind: &'static str,
    pub bytes: Vec<u8>,
}

impl Sent {
    pub fn json(body: &Json) -> Self {
        Self { kind: "application/json", bytes: body.to_string().into_bytes() }
    }

    /// A form with these fields, of which `file` is a recording.
    pub fn form(fields: &[(&str, &str)]) -> Self {
        let mut text = String::new();
        for (name, value) in fields {
            let file = if *name == "file" { "; filename=\"talk.wav\"" } else { "" };
            text.push_str("--b\r\ncontent-disposition: form-data; ");
            let rest = format!("name=\"{name}\"{file}\r\n\r\n{value}\r\n");
            text.push_str(&rest);
        }
        text += "--b--\r\n";
        Self { kind: "multipart/form-data; boundary=b", bytes: text.into_bytes() }
    }
}

/// A question to the model.
pub fn question(more: Json) -> Json {
    let mut body = json!({"model": MODEL, "messages": [{"role": "user", "content": "hi"}]});
    if let (Some(body), Json::Object(more)) = (body.as_object_mut(), more) {
        body.extend(more);
    }
    body
}

pub fn text(value: &Json) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}

/// How many answers had which status.
pub fn tally(answers: &[Answer]) -> BTreeMap<u16, usize> {
    let mut tally = BTreeMap::new();
    for answer in answers {
        *tally.entry(answer.status.as_u16()).or_default() += 1;
    }
    tally
}
