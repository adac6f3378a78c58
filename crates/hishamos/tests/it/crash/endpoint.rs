//! What steps work on: an endpoint outside the server that writes down, durably, each call
//! with its key before it answers, and has each key's effect once.

use std::collections::HashMap;
use std::fs::File;
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, SystemTime};

use axum::extract::{Path as Parts, State};
use axum::http::{HeaderMap, StatusCode};
use axum::{Json, Router};
use serde_json::{Value, json};

/// A call as it arrived.
#[derive(Debug, Clone)]
pub struct Call {
    /// `EXECUTION/STEP/INSTANCE/ATTEMPT`.
    pub key: String,
    /// `NAME/WHAT` of the path.
    pub path: String,
    /// Milliseconds since 1970.
    pub at: i64,
    /// The number of the key's effect; the same for each call with that key.
    pub effect: usize,
}

#[derive(Default)]
struct Kept {
    calls: Vec<Call>,
    effects: HashMap<String, usize>,
}

/// The endpoint; it ends with the test.
#[derive(Clone)]
pub struct Endpoint {
    pub address: SocketAddr,
    kept: Arc<Mutex<Kept>>,
    log: Arc<Mutex<File>>,
    /// Told of calls of the kind `poison`.
    poisoned: tokio::sync::mpsc::UnboundedSender<String>,
}

impl Endpoint {
    /// Listens. The receiver hears the key of each call of the kind `poison`, which is
    /// never answered.
    pub async fn start(folder: &Path) -> (Self, tokio::sync::mpsc::UnboundedReceiver<String>) {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (poisoned, poison) = tokio::sync::mpsc::unbounded_channel();
        let endpoint = Self {
            address: listener.local_addr().unwrap(),
            kept: Arc::default(),
            log: Arc::new(Mutex::new(File::create(folder.join("calls.log")).unwrap())),
            poisoned,
        };
        let router = Router::new()
            .route("/{kind}/{name}/{what}", axum::routing::post(call))
            .with_state(endpoint.clone());
        let serve = async move { axum::serve(listener, router).await.unwrap() };
        #[expect(clippy::disallowed_methods, reason = "it ends with the test's runtime")]
        drop(tokio::spawn(serve));
        (endpoint, poison)
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// All calls so far, in the order in which they came.
    pub fn calls(&self) -> Vec<Call> {
        self.kept().calls.clone()
    }

    /// How many keys there were.
    pub fn effects(&self) -> usize {
        self.kept().effects.len()
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap()
    }

    fn write_down(&self, key: &str, path: String, at: i64) -> usize {
        let mut kept = self.kept();
        let next = kept.effects.len() + 1;
        let effect = *kept.effects.entry(key.to_owned()).or_insert(next);
        let call = Call { key: key.to_owned(), path, at, effect };
        let mut log = self.log.lock().unwrap();
        writeln!(log, "{} {} {} {}", call.at, call.key, call.path, call.effect).unwrap();
        log.sync_data().unwrap();
        kept.calls.push(call);
        effect
    }
}

/// The time by the clock that the server goes by, too.
pub fn now_ms() -> i64 {
    #[expect(clippy::disallowed_methods, reason = "another program than the server")]
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    now.as_millis() as i64
}

async fn call(
    State(endpoint): State<Endpoint>,
    Parts((kind, name, what)): Parts<(String, String, String)>,
    headers: HeaderMap,
) -> (StatusCode, Json<Value>) {
    let key = headers["idempotency-key"].to_str().unwrap().to_owned();
    let attempt: u32 = key.rsplit('/').next().unwrap().parse().unwrap();
    let (at, writer, of) = (now_ms(), endpoint.clone(), key.clone());
    // A slow disk must not make the next call look late.
    let write = move || writer.write_down(&of, format!("{name}/{what}"), at);
    let effect = tokio::task::spawn_blocking(write).await.unwrap();
    // Some calls are quick and some are not, so that kills fall into all parts of one.
    tokio::time::sleep(Duration::from_millis(effect as u64 * 7 % 40)).await;
    let answer = json!({ "n": effect, "good": attempt >= 3 });
    let status = match kind.as_str() {
        "flaky" if attempt == 1 => StatusCode::SERVICE_UNAVAILABLE,
        "broken" => StatusCode::BAD_REQUEST,
        "poison" => {
            drop(endpoint.poisoned.send(key));
            std::future::pending().await
        }
        "slow" => {
            tokio::time::sleep(Duration::from_secs(2)).await;
            StatusCode::OK
        }
        _ => StatusCode::OK,
    };
    (status, Json(answer))
}
