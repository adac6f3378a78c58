//! A virtual key with a budget of its own asks an agent: the calls of that execution are paid
//! by the key, stop at its cap, and stay the key's after the server was killed.

#![allow(clippy::unwrap_used)]

use std::time::Duration;

use serde_json::{Value as Json, json};

use crate::crash::money::provider::{Call, Provider};
use crate::crash::money::shop::text;
use crate::crash::postgres;
use crate::crash::site::{PATIENCE, Site};
use crate::program::{Folder, Server};

struct Key {
    id: String,
    secret: String,
}

/// A client outside with its key.
struct Client<'a> {
    http: reqwest::Client,
    site: &'a Site,
}

impl Client<'_> {
    async fn made(&self, server: &Server, path: &str, body: Json) -> Json {
        let (status, answer) = self.site.post(server, path, "", &body).await.unwrap();
        assert!(matches!(status, 200..=202), "{path}: {answer}");
        answer
    }

    async fn key(&self, server: &Server, name: &str) -> Key {
        let made = self.made(server, "/virtual-keys", json!({ "name": name })).await;
        Key { id: text(&made["id"]), secret: text(&made["key"]) }
    }

    /// Caps a key; gives the path of its budget.
    async fn cap(&self, server: &Server, key: &Key, cap: i64) -> String {
        let budget = json!({
            "scope": "key", "scope_id": key.id, "period": "total", "cap_micros": cap,
        });
        format!("/budgets/{}", text(&self.made(server, "/budgets", budget).await["id"]))
    }

    /// Asks the agent; nothing when the server is gone.
    async fn ask(&self, server: &Server, key: &Key, who: &str) -> Option<(u16, Json)> {
        let question = format!("Is this what was asked for? #{who}#");
        let body = json!({
            "model": "agent:general", "messages": [{ "role": "user", "content": question }],
        });
        let request = self.http.post(format!("{}/v1/chat/completions", server.url()));
        let answer = request.bearer_auth(&key.secret).json(&body).send().await.ok()?;
        Some((answer.status().as_u16(), answer.json().await.ok()?))
    }

    /// The calls of a key, the newest first.
    async fn calls(&self, server: &Server, key: &Key) -> Vec<Json> {
        self.site.all(server, &format!("/model-calls?limit=200&key={}", key.id)).await
    }

    /// Waits until a call of this key is under way; gives the most that it may cost.
    async fn under_way(&self, server: &Server, key: &Key) -> i64 {
        let look = async {
            loop {
                let calls = self.calls(server, key).await;
                if let Some(call) = calls.iter().find(|call| call["outcome"] == "running") {
                    return call["cost_micros"].as_i64().unwrap();
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(PATIENCE, look).await.expect("a call begins")
    }
}

async fn key_pays(database: Vec<String>) {
    let folder = Folder::new();
    let provider = Provider::start(folder.path(), 7, 0).await;
    let site = Site::new(database, provider.address, folder, 7);
    let server = site.start().await;
    let http = reqwest::Client::builder().no_proxy().timeout(PATIENCE).build().unwrap();
    let client = Client { http, site: &site };
    let platform = json!({
        "name": "shop", "kind": "custom", "base_url": format!("http://{}/v1", provider.address),
        "models": ["m"], "default_model": "m",
    });
    client.made(&server, "/platforms", platform).await;
    let price = json!({
        "platform": "shop", "valid_from": "2020-01-01T00:00:00Z", "input_micros": 1_000_000,
        "output_micros": 2_000_000,
    });
    client.made(&server, "/prices", json!([price])).await;
    // a key without a budget tells what is set aside for a call
    let free = client.key(&server, "free").await;
    provider.hold();
    let measure = async {
        let worst = client.under_way(&server, &free).await;
        provider.let_go();
        worst
    };
    let (answer, worst) = futures::join!(client.ask(&server, &free, "f1"), measure);
    assert_eq!(answer.unwrap().0, 200);
    // one call fits, and what it cost leaves no room for another
    let poor = client.key(&server, "poor").await;
    let budget = client.cap(&server, &poor, worst).await;
    let (status, answer) = client.ask(&server, &poor, "p1").await.unwrap();
    assert_eq!(status, 200, "{answer}");
    let spent: i64 = provider.calls().iter().filter(|one| one.who == "p1").map(Call::micros).sum();
    let (status, refused) = client.ask(&server, &poor, "p2").await.unwrap();
    assert_eq!((status, &refused["error"]["code"]), (429, &json!("budget_exceeded")), "{refused}");
    assert!(refused["error"]["message"].as_str().unwrap().contains(&poor.id), "{refused}");
    assert!(provider.calls().iter().all(|call| call.who != "p2"));
    let calls = client.calls(&server, &poor).await;
    let [call] = calls.as_slice() else { panic!("{calls:#?}") };
    assert_eq!((&call["key_name"], &call["agent"]), (&json!("poor"), &json!("general")));
    assert!(
        spent > 0 && call["cost_micros"] == spent && call["execution_id"].is_string(),
        "{call}"
    );
    let money = site.read(&server, &budget).await;
    assert_eq!((&money["spent_micros"], &money["reserved_micros"]), (&json!(spent), &json!(0)));
    // an execution goes on after a kill, and its key still pays
    let other = client.key(&server, "other").await;
    let budget = client.cap(&server, &other, worst).await;
    provider.hold();
    let cut = async {
        client.under_way(&server, &other).await;
        server.signal("KILL");
    };
    let (answer, ()) = futures::join!(client.ask(&server, &other, "o1"), cut);
    assert!(answer.is_none(), "{answer:?}");
    drop(server);
    let server = site.start().await;
    let end = async {
        loop {
            let latest = site.read(&server, "/executions?limit=1").await["items"][0].clone();
            if latest["status"] != "running" {
                return latest;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let end = tokio::time::timeout(PATIENCE, end).await.expect("it ends");
    assert_eq!(end["status"], "failed", "{end:#}");
    let detail = site.read(&server, &format!("/executions/{}", text(&end["id"]))).await;
    assert!(detail.to_string().contains("budget_stopped"), "{detail:#}");
    let calls = client.calls(&server, &other).await;
    let [call] = calls.as_slice() else { panic!("{calls:#?}") };
    assert_eq!((&call["outcome"], &call["cost_micros"]), (&json!("interrupted"), &json!(worst)));
    let money = site.read(&server, &budget).await;
    assert_eq!((&money["spent_micros"], &money["reserved_micros"]), (&json!(worst), &json!(0)));
    drop(server);
    site.check();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn key_pays_for_the_agent_it_asks_on_sqlite() {
    key_pays(Vec::new()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn key_pays_for_the_agent_it_asks_on_postgres() {
    let (_test, database) = postgres().await;
    key_pays(database).await;
}
