//! One budget, and many executions that spend it at the same moment: R26 on the real
//! program, with a provider outside it that counts.

#![allow(clippy::unwrap_used)]

use futures::future::join_all;
use serde_json::{Value as Json, json};

use crate::crash::money::provider::{Call, Provider};
use crate::crash::money::shop::text;
use crate::crash::postgres;
use crate::crash::site::{Site, made, until};
use crate::program::{Folder, Server};

/// How many executions there are.
const EXECUTIONS: usize = 64;
/// For how many calls the budget has room.
const ROOM: usize = 20;
/// The project that has the budget.
const PROJECT: &str = "TIGHT";

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

/// Starts an execution, for a project or for none; gives its id.
async fn execute(site: &Site, server: &Server, name: &str, project: Option<&str>) -> String {
    let body = json!({ "definition": ONE, "inputs": { "name": name }, "project": project });
    text(&made(site, server, "/executions", 202, body).await["id"])
}

/// How many of the executions have this status.
async fn count(site: &Site, server: &Server, ids: &[String], status: &str) -> usize {
    let all = site.all(server, "/executions?limit=200").await;
    let is_it =
        |one: &&Json| one["status"] == status && ids.iter().any(|id| one["id"] == id.as_str());
    all.iter().filter(is_it).count()
}

/// A server with one platform, whose model has a price.
async fn with_a_price(site: &Site, provider: &Provider) -> Server {
    let server = site.start().await;
    let platform = json!({
        "name": "shop", "kind": "custom", "base_url": format!("http://{}/v1", provider.address),
        "models": ["m"], "default_model": "m",
    });
    made(site, &server, "/platforms", 201, platform).await;
    let price = json!({
        "platform": "shop", "valid_from": "2020-01-01T00:00:00Z", "input_micros": 1_000_000,
        "output_micros": 2_000_000,
    });
    made(site, &server, "/prices", 200, json!([price])).await;
    server
}

async fn overshoot_nothing(database: Vec<String>) {
    let folder = Folder::new();
    let provider = Provider::start(folder.path(), 26, 0).await;
    let mut site = Site::new(database, provider.address, folder, 26);
    site.environment =
        vec![("HISHAMOS_RUNNING_EXECUTIONS", "100"), ("HISHAMOS_ATTEMPTS_PER_AGENT", "100")];
    let server = with_a_price(&site, &provider).await;
    made(&site, &server, "/projects", 201, json!({ "key": PROJECT, "name": "Tight" })).await;
    provider.hold();
    // what is set aside for a call of this length
    execute(&site, &server, "p99", None).await;
    let worst = until("the first call", async || {
        let calls = site.all(&server, "/model-calls?limit=200").await;
        calls.first()?["cost_micros"].as_i64()
    })
    .await;
    let cap = worst * ROOM as i64;
    let budget =
        json!({ "scope": "project", "scope_id": PROJECT, "period": "total", "cap_micros": cap });
    let id = text(&made(&site, &server, "/budgets", 201, budget).await["id"]);
    let path = format!("/budgets/{id}");
    let names: Vec<String> = (0..EXECUTIONS).map(|number| format!("p{number:02}")).collect();
    let begun = names.iter().map(|name| execute(&site, &server, name, Some(PROJECT)));
    let ids = join_all(begun).await;
    // nobody is answered, so whoever is not at the provider was refused
    until("44 refusals", async || {
        let refused = count(&site, &server, &ids, "failed").await;
        (refused == EXECUTIONS - ROOM).then_some(())
    })
    .await;
    until("20 calls", async || (provider.count() == 1 + ROOM as u64).then_some(())).await;
    let money = site.read(&server, &path).await;
    assert_eq!((&money["spent_micros"], &money["reserved_micros"]), (&json!(0), &json!(cap)));
    provider.let_go();
    until("20 answers", async || {
        (count(&site, &server, &ids, "completed").await == ROOM).then_some(())
    })
    .await;
    let counted = provider.calls();
    let spent: i64 = counted.iter().filter(|call| call.who != "p99").map(Call::micros).sum();
    assert!(spent <= cap, "{spent} of {cap}");
    let money = site.read(&server, &path).await;
    assert_eq!((&money["spent_micros"], &money["reserved_micros"]), (&json!(spent), &json!(0)));
    for id in &ids {
        let detail = site.read(&server, &format!("/executions/{id}")).await;
        if detail["status"] == "failed" {
            let attempts = &detail["steps"][0]["instances"][0]["attempts"];
            assert_eq!(attempts[0]["error"]["code"], "budget_stopped", "{detail:#}");
        }
    }
    until("the end of the first one", async || {
        let all = site.all(&server, "/executions?limit=200").await;
        all.iter().all(|one| one["status"] != "running").then_some(())
    })
    .await;
    drop(server);
    site.check();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_four_executions_on_one_budget_overshoot_nothing_on_sqlite() {
    overshoot_nothing(Vec::new()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_four_executions_on_one_budget_overshoot_nothing_on_postgres() {
    let (_test, database) = postgres().await;
    overshoot_nothing(database).await;
}

/// A budget without money of each scope that an execution may be charged to stops it, and
/// nobody else.
async fn every_scope_stops(database: Vec<String>) {
    let folder = Folder::new();
    let provider = Provider::start(folder.path(), 27, 0).await;
    let site = Site::new(database, provider.address, folder, 27);
    let server = with_a_price(&site, &provider).await;
    made(&site, &server, "/projects", 201, json!({ "key": PROJECT, "name": "Tight" })).await;
    let items = format!("/projects/{PROJECT}/work-items");
    let epic = json!({ "kind": "epic", "title": "Paying" });
    let epic = text(&made(&site, &server, &items, 201, epic).await["key"]);
    let story = json!({ "kind": "story", "title": "By card", "parent": epic });
    let story = text(&made(&site, &server, &items, 201, story).await["key"]);
    let other = json!({ "kind": "story", "title": "In cash" });
    let other = text(&made(&site, &server, &items, 201, other).await["key"]);

    let start = async |item: Option<&str>, sprint: Option<&str>| {
        let body = json!({
            "definition": ONE, "inputs": { "name": "p99" }, "item": item, "sprint": sprint,
        });
        let id = text(&made(&site, &server, "/executions", 202, body).await["id"]);
        let path = format!("/executions/{id}");
        until("its end", async || {
            let detail = site.read(&server, &path).await;
            let status = text(&detail["status"]);
            (status == "completed" || status == "failed").then_some((status, detail))
        })
        .await
    };
    let (status, detail) = start(Some(&story), Some("week 1")).await;
    let charged = json!({ "item": story, "epic": epic, "sprint": "week 1" });
    assert_eq!((status.as_str(), &detail["charged_to"]), ("completed", &charged));
    assert_eq!(detail["project"], PROJECT, "the item's");

    for (scope, id) in [
        ("item", story.as_str()),
        ("epic", &epic),
        ("sprint", "week 1"),
        ("project", PROJECT),
        ("department", "general"),
    ] {
        let budget = json!({ "scope": scope, "scope_id": id, "period": "total", "cap_micros": 1 });
        let budget = text(&made(&site, &server, "/budgets", 201, budget).await["id"]);
        let (status, detail) = start(Some(&story), Some("week 1")).await;
        let attempts = &detail["steps"][0]["instances"][0]["attempts"];
        assert_eq!(status, "failed", "{scope}");
        assert_eq!(attempts[0]["error"]["code"], "budget_stopped", "{scope}: {detail:#}");
        let is_wide = matches!(scope, "project" | "department");
        let expected = if is_wide { "failed" } else { "completed" };
        assert_eq!(start(Some(&other), None).await.0, expected, "{scope}");
        site.delete(&server, &format!("/budgets/{budget}")).await;
        assert_eq!(start(Some(&story), Some("week 1")).await.0, "completed", "{scope}");
    }
    let body = json!({ "definition": ONE, "inputs": { "name": "p99" }, "item": "NONE-1" });
    made(&site, &server, "/executions", 404, body).await;
    let body = json!({ "definition": ONE, "inputs": { "name": "p99" }, "sprint": " " });
    made(&site, &server, "/executions", 400, body).await;
    drop(server);
    site.check();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_scope_of_an_execution_stops_it_on_sqlite() {
    every_scope_stops(Vec::new()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_scope_of_an_execution_stops_it_on_postgres() {
    let (_test, database) = postgres().await;
    every_scope_stops(database).await;
}
