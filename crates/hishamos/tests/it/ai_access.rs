//! What a person may use: by the command line, and in the executions on their account, on
//! the real program with a provider outside it that counts.

#![allow(clippy::unwrap_used)]

use serde_json::{Value as Json, json};

use crate::crash::money::provider::Provider;
use crate::crash::money::shop::text;
use crate::crash::postgres;
use crate::crash::site::{Site, made, until};
use crate::office::Office;
use crate::program::{Folder, Server, json as parse};

/// One call of an agent by an alias, tried three times.
const ONE: &str = "
name: One call
inputs: { name: { type: string, required: true } }
steps:
  - id: ask
    agent: general_agent
    tools: []
    prompt: 'Is this what was asked for? #${{ inputs.name }}#'
    retry: { max-attempts: 3 }
";

/// Sets what the administrator may use.
async fn set(site: &Site, server: &Server, me: &str, body: Json) {
    let (status, answer) = site.put(server, &format!("/ai-access/{me}"), &body).await;
    assert_eq!(status, 200, "{answer}");
}

/// The attempts of an execution that asks the agent, once it has ended with this status.
async fn attempts(site: &Site, server: &Server, name: &str, status: &str) -> Vec<Json> {
    let body = json!({ "definition": ONE, "inputs": { "name": name } });
    let id = text(&made(site, server, "/executions", 202, body).await["id"]);
    let path = format!("/executions/{id}");
    let detail = until("its end", async || {
        let detail = site.read(server, &path).await;
        detail["finished_at"].is_string().then_some(detail)
    })
    .await;
    assert_eq!(detail["status"], status, "{detail:#}");
    detail["steps"][0]["instances"][0]["attempts"].as_array().unwrap().clone()
}

async fn executions_keep_to_it(database: Vec<String>) {
    let folder = Folder::new();
    let provider = Provider::start(folder.path(), 41, 0).await;
    let site = Site::new(database, provider.address, folder, 41);
    let server = site.start().await;
    let platform = json!({
        "name": "shop", "kind": "custom", "base_url": format!("http://{}/v1", provider.address),
        "models": ["m"], "default_model": "m",
    });
    made(&site, &server, "/platforms", 201, platform).await;
    let me = text(&site.read(&server, "/auth/me").await["user"]["id"]);
    assert_eq!(attempts(&site, &server, "p1", "completed").await.len(), 1);
    let count = provider.count();
    for (body, code) in [
        (json!({ "platforms": ["local"] }), "platform_access_denied"),
        (json!({ "models": [] }), "model_access_denied"),
        (json!({ "agents": ["business-analyst"] }), "agent_access_denied"),
        (json!({ "tokens_per_request": 20 }), "request_tokens_exceeded"),
    ] {
        set(&site, &server, &me, body).await;
        // nothing is gained by another attempt
        let attempts = attempts(&site, &server, "p2", "failed").await;
        assert_eq!(attempts.len(), 1, "{attempts:#?}");
        assert_eq!(attempts[0]["error"]["code"], code, "{attempts:#?}");
    }
    assert_eq!(provider.count(), count);
    assert_eq!(site.all(&server, "/model-calls?limit=200").await.len(), 1);
    set(
        &site,
        &server,
        &me,
        json!({ "agents": ["general"], "models": ["shop/*"], "requests_per_hour": 1 }),
    )
    .await;
    assert_eq!(attempts(&site, &server, "p3", "completed").await.len(), 1);
    // the next one waits for its hour
    let body = json!({ "definition": ONE, "inputs": { "name": "p4" } });
    let id = text(&made(&site, &server, "/executions", 202, body).await["id"]);
    let path = format!("/executions/{id}");
    let waiting = until("a refusal", async || {
        let detail = site.read(&server, &path).await;
        let first = &detail["steps"][0]["instances"][0]["attempts"][0]["error"];
        first.is_object().then_some(detail)
    })
    .await;
    assert_eq!(waiting["status"], "running", "{waiting:#}");
    let first = &waiting["steps"][0]["instances"][0]["attempts"][0];
    assert_eq!(first["error"]["code"], "hourly_requests_exceeded", "{waiting:#}");
    assert_eq!(provider.count(), count + 1);
    site.delete(&server, &format!("/ai-access/{me}")).await;
    assert_eq!(attempts(&site, &server, "p5", "completed").await.len(), 1);
    drop(server);
    site.check();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn executions_keep_to_what_their_person_may_use_on_sqlite() {
    executions_keep_to_it(Vec::new()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn executions_keep_to_what_their_person_may_use_on_postgres() {
    let (_test, database) = postgres().await;
    executions_keep_to_it(database).await;
}

#[test]
fn access_is_listed_set_and_reset_by_commands() {
    let office = Office::open();
    let listed = office.does("ai-access list");
    assert!(listed.contains("A     a@example.com  Admin  full    all"), "{listed}");
    let set = "ai-access set A --platform scripted --agent ba --requests-per-hour 5000";
    assert_eq!(
        office.does(set),
        "A: platforms scripted, models all, agents business-analyst, any tokens a request, 5,000 requests an hour\n"
    );
    // what is not named stays, and 0 takes a figure away
    let access = office.gives("ai-access set A --requests-per-hour 0 --no-model");
    assert_eq!(access["platforms"], json!(["scripted"]));
    assert_eq!((&access["models"], &access["requests_per_hour"]), (&json!([]), &json!(null)));
    assert_eq!(access["level"], "none");
    let id = access["user_id"].as_str().unwrap();
    assert_eq!(office.gives(&format!("ai-access show {id}")), access);
    assert_eq!(office.gives("ai-access list --search example"), json!([access]));
    assert_eq!(office.gives("ai-access list --search nobody"), json!([]));
    let access = office.gives("ai-access set A --every-model --every-platform --every-agent");
    assert_eq!(access["level"], "full");
    office.fails("ai-access set A", 2, "nothing to set");
    office.fails("ai-access set A --platform x --every-platform", 2, "--every-platform");
    office.fails("ai-access set A --platform scriptd", 4, "there is no platform \"scriptd\"");
    office.fails("ai-access set A --model scripted/nothing", 4, "there is no model");
    office.fails("ai-access set A --agent nobody", 4, "there is no agent \"nobody\"");
    office.fails("ai-access set A --tokens-per-request -1", 4, "tokens_per_request");
    office.fails("ai-access show Nobody", 3, "nobody called \"Nobody\"");
    // the person's own key obeys
    let key = office.gives("key add mine")["key"].as_str().unwrap().to_owned();
    assert_eq!(office.asks(&key, "hi"), "Well.");
    office.does("ai-access set A --no-platform");
    let bearer = format!("Bearer {key}");
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    let body =
        json!({ "model": "scripted/rehearsal", "messages": [{ "role": "user", "content": "hi" }] });
    let path = "/v1/chat/completions";
    let (status, refused) = office.server.send("POST", path, &headers, &body.to_string());
    assert_eq!(
        (status, &parse(&refused)["error"]["code"]),
        (403, &json!("platform_access_denied"))
    );
    // an agent's answer says what its call was refused for
    let body =
        json!({ "model": "agent:general", "messages": [{ "role": "user", "content": "hi" }] });
    let (status, refused) = office.server.send("POST", path, &headers, &body.to_string());
    assert_eq!(
        (status, &parse(&refused)["error"]["code"]),
        (403, &json!("platform_access_denied"))
    );
    assert_eq!(office.does("ai-access reset A"), "A may use everything\n");
    assert_eq!(office.asks(&key, "hi"), "Well.");
}
