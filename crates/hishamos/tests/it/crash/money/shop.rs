//! Whoever spends: executions whose steps ask a model, and outside clients with keys that
//! have budgets. Every request may fall into a dead server.

use std::cell::Cell;
use std::time::Duration;

use futures::future::{join, join_all};
use serde_json::{Value as Json, json};

use super::provider::Provider;
use crate::crash::site::{PATIENCE, Site};
use crate::program::Server;

/// How many executions are under way at a time.
const AT_ONCE: usize = 6;
/// How many outside clients there are.
pub const CLIENTS: usize = 6;
/// What nobody reaches.
const MUCH: i64 = 1_000_000_000_000;
/// What some calls reach.
const LITTLE: i64 = 8_000;
/// The most that an outside client lets a model write.
const WRITTEN: i64 = 600;
/// The project that the executions are for.
const PROJECT: &str = "MONEY";

/// Four calls at once, then one.
const PAID: &str = "
name: Paid
inputs: { name: { type: string, required: true } }
steps:
  - id: many
    needs: []
    strategy: { matrix: { n: [0, 1, 2, 3] } }
    agent: general
    tools: []
    prompt: 'Is this what was asked for? #${{ inputs.name }}/many/${{ matrix.n }}#'
    retry: { max-attempts: 9, first-wait-seconds: 0.1 }
  - id: last
    needs: [many]
    agent: general
    tools: []
    prompt: 'Is this what was asked for? #${{ inputs.name }}/last/0#'
    retry: { max-attempts: 9, first-wait-seconds: 0.1 }
";

/// An execution that is wanted.
pub struct Order {
    pub name: String,
    pub id: Option<String>,
    has_ended: bool,
}

/// A key of outside clients with a budget of its own.
pub struct Key {
    pub name: &'static str,
    pub id: String,
    secret: String,
}

pub struct Shop {
    pub orders: Vec<Order>,
    pub keys: Vec<Key>,
    http: reqwest::Client,
    knocks: Cell<u64>,
    /// How many calls were refused for want of money.
    pub refused: Cell<u64>,
}

impl Shop {
    /// Sets up the platform, its prices, the workflow, keys and budgets.
    pub async fn open(site: &Site, server: &Server, provider: &Provider) -> Self {
        let made = async |path: &str, status: u16, body: Json| {
            let (got, answer) = site.post(server, path, "", &body).await.unwrap();
            assert_eq!(got, status, "{path}: {answer}");
            answer
        };
        let platform = json!({
            "name": "shop", "kind": "custom", "base_url": format!("http://{}/v1", provider.address),
            "models": ["m"], "default_model": "m",
            "settings": { "headers_timeout_ms": 1_200, "retry_wait_ms": 20 },
        });
        made("/platforms", 201, platform).await;
        let price = json!({
            "platform": "shop", "valid_from": "2020-01-01T00:00:00Z", "input_micros": 1_000_000,
            "output_micros": 2_000_000,
        });
        made("/prices", 200, json!([price])).await;
        made("/projects", 201, json!({ "key": PROJECT, "name": "Money" })).await;
        made("/workflows", 201, json!({ "definition": PAID })).await;
        let budget = |scope: &str, id: &str, cap: i64| json!({ "scope": scope, "scope_id": id, "period": "total", "cap_micros": cap });
        made("/budgets", 201, budget("organisation", "", MUCH)).await;
        made("/budgets", 201, budget("project", PROJECT, MUCH)).await;
        let mut keys = Vec::new();
        for (name, cap) in [("rich", MUCH), ("poor", LITTLE)] {
            let key = made("/virtual-keys", 201, json!({ "name": name })).await;
            let (id, secret) = (text(&key["id"]), text(&key["key"]));
            made("/budgets", 201, budget("key", &id, cap)).await;
            keys.push(Key { name, id, secret });
        }
        Self {
            orders: Vec::new(),
            keys,
            http: reqwest::Client::builder().no_proxy().timeout(PATIENCE).build().unwrap(),
            knocks: Cell::new(0),
            refused: Cell::new(0),
        }
    }

    /// Spends until it is enough and what was begun has ended. May be stopped anywhere.
    pub async fn work(&mut self, site: &Site, server: &Server, is_enough: impl Fn() -> bool) {
        let Self { orders, keys, http, knocks, refused } = self;
        let (is_enough, keys) = (&is_enough, &*keys);
        let client = async || {
            while !is_enough() {
                let number = knocks.get();
                knocks.set(number + 1);
                // one call in four has little money
                let key = &keys[usize::from(number % 4 == 3)];
                if knock(http, server, key, number).await == Some(429) {
                    refused.set(refused.get() + 1);
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        let executions = async {
            while !(is_enough() && orders.iter().all(|order| order.has_ended)) {
                let open = orders.iter().filter(|order| !order.has_ended).count();
                if open < AT_ONCE && !is_enough() {
                    let name = format!("o{}", orders.len());
                    orders.push(Order { name, id: None, has_ended: false });
                }
                for order in orders.iter_mut().filter(|order| !order.has_ended) {
                    order.serve(site, server).await;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        join(executions, join_all((0..CLIENTS).map(|_| client()))).await;
    }

    /// The budgets, once nothing is set aside any more.
    pub async fn at_rest(&self, site: &Site, server: &Server) -> Vec<Json> {
        let rest = async {
            loop {
                let budgets = site.all(server, "/budgets?limit=200").await;
                if budgets.iter().all(|budget| budget["reserved_micros"] == 0) {
                    return budgets;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        let rest = tokio::time::timeout(PATIENCE, rest).await;
        rest.expect("what is set aside is booked or given back")
    }
}

impl Order {
    async fn serve(&mut self, site: &Site, server: &Server) {
        let Some(id) = &self.id else {
            let body = json!({ "inputs": { "name": self.name }, "project": PROJECT });
            let answer = site.post(server, "/workflows/paid/execute", &self.name, &body).await;
            if let Some((202, made)) = answer {
                self.id = Some(text(&made["id"]));
            }
            return;
        };
        let Some(seen) = site.get(server, &format!("/executions/{id}")).await else { return };
        let status = seen["status"].as_str().unwrap();
        assert!(matches!(status, "queued" | "running" | "completed"), "{seen:#}");
        self.has_ended = status == "completed";
    }
}

/// Asks through a door; gives the status when the whole answer arrived.
async fn knock(http: &reqwest::Client, server: &Server, key: &Key, number: u64) -> Option<u16> {
    let question = format!("Is this what was asked for? #{}/{number}#", key.name);
    let body = json!({
        "model": "shop/m", "max_tokens": WRITTEN, "stream": number.is_multiple_of(2),
        "messages": [{ "role": "user", "content": question }],
    });
    let request = http.post(format!("{}/v1/chat/completions", server.url()));
    let answer = request.bearer_auth(&key.secret).json(&body).send().await.ok()?;
    let status = answer.status().as_u16();
    let said = answer.text().await.ok()?;
    assert!(matches!(status, 200 | 429 | 500..=599), "{status}: {said}");
    Some(status)
}

pub fn text(value: &Json) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}
