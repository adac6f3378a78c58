//! Requests and tokens a minute of an organisation and of a person, for calls that executions
//! make: they wait for their turn, and what never fits is told so at once.

#![allow(clippy::unwrap_used)]

use futures::future::join_all;
use serde_json::{Value as Json, json};

use crate::crash::money::provider::Provider;
use crate::crash::money::shop::text;
use crate::crash::postgres;
use crate::crash::site::{Site, made, until};
use crate::program::{Folder, Server};

/// One call, made once.
const ONE: &str = "
name: One call
inputs: { name: { type: string, required: true } }
steps:
  - id: ask
    agent: general
    tools: []
    prompt: 'Is this what was asked for? #${{ inputs.name }}#'
    retry: { max-attempts: 1 }
";
/// How many requests a minute takes.
const ROOM: usize = 3;
/// How many executions want one.
const EXECUTIONS: usize = 5;

/// Starts an execution; gives its id.
async fn execute(site: &Site, server: &Server, name: &str) -> String {
    let body = json!({ "definition": ONE, "inputs": { "name": name } });
    text(&made(site, server, "/executions", 202, body).await["id"])
}

/// The executions with this status.
async fn with_status(site: &Site, server: &Server, status: &str) -> Vec<Json> {
    let all = site.all(server, "/executions?limit=200").await;
    all.into_iter().filter(|one| one["status"] == status).collect()
}

async fn limits_hold(database: Vec<String>) {
    let folder = Folder::new();
    let provider = Provider::start(folder.path(), 4, 0).await;
    let mut site = Site::new(database, provider.address, folder, 4);
    site.environment = vec![("HISHAMOS_ATTEMPTS_PER_AGENT", "100")];
    let server = site.start().await;
    let platform = json!({
        "name": "shop", "kind": "custom", "base_url": format!("http://{}/v1", provider.address),
        "models": ["m"], "default_model": "m",
    });
    made(&site, &server, "/platforms", 201, platform).await;
    let limit = json!({ "scope": "organisation", "requests_per_minute": ROOM });
    let (status, answer) = site.put(&server, "/rate-limits", &limit).await;
    assert_eq!(status, 200, "{answer}");
    provider.hold();
    let names: Vec<String> = (0..EXECUTIONS).map(|number| format!("l{number}")).collect();
    join_all(names.iter().map(|name| execute(&site, &server, name))).await;
    // all of them have said what they are about to do, and some wait
    let user = until("five intents", async || {
        let calls = site.all(&server, "/model-calls?limit=200").await;
        (calls.len() == EXECUTIONS).then(|| text(&calls[0]["user_id"]))
    })
    .await;
    until("three calls", async || (provider.count() == ROOM as u64).then_some(())).await;
    provider.let_go();
    until("three answers", async || {
        (with_status(&site, &server, "completed").await.len() == ROOM).then_some(())
    })
    .await;
    let waiting = with_status(&site, &server, "running").await;
    assert_eq!((waiting.len(), provider.count()), (EXECUTIONS - ROOM, ROOM as u64));
    // nobody has to wait for those who wait
    for one in &waiting {
        made(&site, &server, &format!("/executions/{}/cancel", text(&one["id"])), 200, json!({}))
            .await;
    }
    until("two ends", async || {
        (with_status(&site, &server, "cancelled").await.len() == waiting.len()).then_some(())
    })
    .await;
    assert_eq!(provider.count(), ROOM as u64);
    // nothing of theirs was sent, so nothing of it is an estimate
    let calls = site.all(&server, "/model-calls?limit=200").await;
    let left: Vec<&Json> = calls.iter().filter(|call| call["outcome"] == "interrupted").collect();
    assert_eq!(left.len(), waiting.len(), "{calls:?}");
    let is_free = |call: &&Json| call["estimated"] == false && call["input_tokens"] == 0;
    assert!(left.iter().all(is_free), "{left:?}");
    // a person's limit that no call can keep; a new server believes nothing older
    drop(server);
    let server = site.start().await;
    site.delete(&server, "/rate-limits?scope=organisation").await;
    let limit = json!({ "scope": "user", "scope_id": user, "tokens_per_minute": 10 });
    let (status, answer) = site.put(&server, "/rate-limits", &limit).await;
    assert_eq!(status, 200, "{answer}");
    let id = execute(&site, &server, "never").await;
    let failed = until("a refusal", async || {
        let detail = site.read(&server, &format!("/executions/{id}")).await;
        (detail["status"] == "failed").then_some(detail)
    })
    .await;
    let error = &failed["steps"][0]["instances"][0]["attempts"][0]["error"];
    assert_eq!(error["code"], "bad_request", "{failed:#}");
    let why = format!("user {user} has 10 tokens a minute");
    assert!(error["message"].as_str().unwrap().contains(&why), "{error}");
    let calls = site.all(&server, "/model-calls?limit=1").await;
    assert_eq!((&calls[0]["outcome"], &calls[0]["cost_micros"]), (&json!("error"), &json!(0)));
    drop(server);
    site.check();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn limits_hold_for_executions_on_sqlite() {
    limits_hold(Vec::new()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn limits_hold_for_executions_on_postgres() {
    let (_test, database) = postgres().await;
    limits_hold(database).await;
}
