//! What the person on whose account a key is may use, at every door and in its dialect.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use agent::port::{Insiders, Question};
use base::OrganisationId;
use futures::future::BoxFuture;
use futures::{FutureExt as _, StreamExt as _};
use gateway::DoorOptions;
use llm::chat::{Delta, Finish, TokenUsage};
use llm::{DeltaStream, Denial, Error};
use serde_json::{Value as Json, json};
use store::Db;
use web::testing::Answer;

use super::provider::{Manner, Provider};
use super::scene::{MODEL, Scene, Sent, question};
use crate::people::{access, people};

/// A scene whose keys belong to Mona, with a second platform and a group of both.
async fn scene(db: Db) -> (Scene, Arc<Provider>) {
    let scene = Scene::new(db.clone(), Provider::start(10, 20)).await;
    people(&db, &[(1, 1, "Mona")]).await;
    let two = Provider::start(10, 20);
    scene
        .platform(json!({
            "name": "two", "kind": "openai", "base_url": two.url, "api_key": "sk-two-1234567890",
            "models": ["gpt-4o-mini"], "fallback_order": 1, "settings": {"retries": 0},
        }))
        .await;
    let target = |platform: &str, order: i64| json!({"platform": platform, "model": "gpt-4o-mini", "order": order});
    let group = json!({"name": "both", "strategy": "priority", "targets": [target("openai", 1), target("two", 2)]});
    scene.app.send("POST", "/api/v1/model-groups", Some(group)).await.expect(201);
    (scene, two)
}

async fn set(scene: &Scene, body: Json) {
    scene.app.send("PUT", &access(1), Some(body)).await.expect(200);
}

/// Refused with this status and code, in the dialect of the door.
fn is_refused(path: &str, answer: &Answer, status: u16, code: &str) {
    assert_eq!(answer.status.as_u16(), status, "{path}: {}", answer.text);
    let kind = if status == 429 { "rate_limit_error" } else { "permission_error" };
    assert_eq!(answer.json["error"]["type"], kind, "{path}: {}", answer.text);
    assert_eq!(answer.headers["x-should-retry"], if status == 429 { "true" } else { "false" });
    if path.starts_with("/v1/messages") {
        assert_eq!(answer.json["type"], "error", "{path}: {}", answer.text);
    } else {
        assert_eq!(answer.json["error"]["code"], code, "{path}: {}", answer.text);
    }
}

/// Asks at every door that spends something.
async fn everywhere(scene: &Scene) -> Vec<(&'static str, Answer)> {
    let mut answers = Vec::new();
    for path in ["/v1/chat/completions", "/v1/responses", "/v1/messages", "/v1/embeddings"] {
        let body = question(json!({"input": "hi", "max_tokens": 5}));
        answers.push((path, scene.knock(&scene.key, path, &body).await));
    }
    let streamed = question(json!({"stream": true, "max_tokens": 5}));
    answers.push(("/v1/messages", scene.knock(&scene.key, "/v1/messages", &streamed).await));
    let form = Sent::form(&[("model", MODEL), ("file", "RIFF")]);
    let path = "/v1/audio/transcriptions";
    answers.push((path, scene.send(&scene.key, path, form, &[]).await));
    answers
}

/// An agent that counts its questions.
#[derive(Default)]
struct Counting(AtomicUsize);

impl Insiders for Counting {
    fn ask(&self, question: Question) -> BoxFuture<'_, Result<DeltaStream, Error>> {
        self.0.fetch_add(1, Ordering::SeqCst);
        let end = if question.slug == "denied" {
            let message = "execution exe_1: this account may not use it".to_owned();
            Err(Error::Denied { why: Denial::Model, retry_after: None, message })
        } else {
            Ok(Delta::Finish { reason: Finish::Stop })
        };
        let start = Delta::Start { model: "m".into(), scripted: false };
        let usage = Delta::Usage(TokenUsage::default());
        let text = Delta::Text { text: "Well".into() };
        let pieces = vec![Ok(start), Ok(text), Ok(usage), end];
        async move { Ok(futures::stream::iter(pieces).boxed()) }.boxed()
    }

    fn names(&self, _: OrganisationId) -> BoxFuture<'_, Vec<String>> {
        async { ["agent:coder", "agent:tester", "workflow:w"].map(str::to_owned).to_vec() }.boxed()
    }
}

store::both_databases! {
    async fn every_door_refuses_what_the_person_may_not_use(db: Db) {
        let (scene, two) = scene(db).await;
        let before = two.count();
        for (path, answer) in everywhere(&scene).await {
            assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        }
        scene
            .platform(json!({
                "name": "claude", "kind": "anthropic", "base_url": scene.provider.url,
                "api_key": "sk-claude-1234567890", "models": ["claude-sonnet-4-5"],
            }))
            .await;
        let count = async |model: &str| {
            let body = question(json!({"model": model}));
            scene.knock(&scene.key, "/v1/messages/count_tokens", &body).await
        };
        // its provider counts, so that the cache knows
        count("claude/claude-sonnet-4-5").await.expect(200);
        let asked = scene.provider.count();
        for (body, code) in [
            (json!({"platforms": []}), "platform_access_denied"),
            (json!({"platforms": ["local"]}), "platform_access_denied"),
            (json!({"models": []}), "model_access_denied"),
            (json!({"models": ["openai/gpt-4o"]}), "model_access_denied"),
            (json!({"tokens_per_request": 1}), "request_tokens_exceeded"),
            (json!({"platforms": [], "models": [], "tokens_per_request": 1}), "platform_access_denied"),
        ] {
            set(&scene, body.clone()).await;
            for (path, answer) in everywhere(&scene).await {
                // vectors take as many tokens as they are asked for: one
                if code == "request_tokens_exceeded" && path == "/v1/embeddings" {
                    continue;
                }
                is_refused(path, &answer, 403, code);
            }
        }
        set(&scene, json!({"platforms": []})).await;
        for model in [MODEL, "claude/claude-sonnet-4-5"] {
            is_refused("/v1/messages/count_tokens", &count(model).await, 403, "");
        }
        assert_eq!(two.count(), before);
        assert!(scene.provider.count() <= asked + 1, "nothing was asked but a vector");
        scene.app.send("DELETE", &access(1), None).await.expect(204);
        scene.ask(json!({})).await.expect(200);
    }

    async fn tokens_of_a_request_are_what_is_read_and_the_most_that_is_written(db: Db) {
        let (scene, _) = scene(db).await;
        set(&scene, json!({"tokens_per_request": 5_000})).await;
        scene.ask(json!({"max_tokens": 4_900})).await.expect(200);
        let answer = scene.ask(json!({"max_tokens": 5_000})).await;
        is_refused("/v1/chat/completions", &answer, 403, "request_tokens_exceeded");
        // who sets no end gets the usual one
        scene.ask(json!({})).await.expect(200);
        let asked = scene.provider.last.lock().unwrap().clone();
        let end = [&asked["max_tokens"], &asked["max_completion_tokens"]].into_iter().find_map(Json::as_i64);
        assert_eq!(end, Some(4_096), "{asked}");
        set(&scene, json!({"tokens_per_request": 4_000})).await;
        is_refused("/v1/chat/completions", &scene.ask(json!({})).await, 403, "request_tokens_exceeded");
        scene.ask(json!({"max_tokens": 100})).await.expect(200);
    }

    async fn an_hour_holds_as_many_requests_as_it_may(db: Db) {
        let (scene, _) = scene(db).await;
        set(&scene, json!({"requests_per_hour": 3})).await;
        scene.ask(json!({"temperature": 0})).await.expect(200);
        // an answer of the cache is a request too
        let again = scene.ask(json!({"temperature": 0})).await;
        assert_eq!((again.status.as_u16(), &again.headers["x-cache"]), (200, &"hit".parse().unwrap()));
        // what may not be used anyway is none
        set(&scene, json!({"requests_per_hour": 3, "platforms": ["openai"]})).await;
        is_refused("/v1/chat/completions", &scene.ask(json!({"model": "two/gpt-4o-mini"})).await, 403, "platform_access_denied");
        scene.ask(json!({})).await.expect(200);
        for (path, answer) in everywhere(&scene).await {
            is_refused(path, &answer, 429, "hourly_requests_exceeded");
            let wait: u64 = answer.headers["retry-after"].to_str().unwrap().parse().unwrap();
            assert!((3_590..=3_600).contains(&wait), "{wait}");
        }
        assert_eq!(scene.provider.count(), 2);
        scene.app.clock.advance(std::time::Duration::from_hours(1));
        scene.ask(json!({})).await.expect(200);
    }

    async fn routing_passes_by_what_the_person_may_not_use(db: Db) {
        let (scene, two) = scene(db).await;
        let before = two.count();
        let ask = async |model: &str| scene.ask(json!({"model": model, "max_tokens": 20})).await;
        set(&scene, json!({"platforms": ["two"]})).await;
        ask("both").await.expect(200);
        scene.ask(json!({"model": "both", "stream": true})).await.expect(200);
        // the platform that steps in for the one that may not be used
        ask(MODEL).await.expect(200);
        assert_eq!((scene.provider.count(), two.count()), (0, before + 3));
        // it is refused when none is left
        two.set(Manner::Refuse(500));
        assert_eq!(ask("both").await.status, 503);
        assert_eq!(scene.provider.count(), 0, "nobody fails over to it");
        set(&scene, json!({"platforms": ["local"]})).await;
        is_refused("/v1/chat/completions", &ask("both").await, 403, "platform_access_denied");
        // a model of a group may be asked by the group's name, and the other one is passed by
        set(&scene, json!({"models": ["openai/gpt-4o-mini"]})).await;
        ask("both").await.expect(200);
        is_refused("/v1/chat/completions", &ask("two/gpt-4o-mini").await, 403, "model_access_denied");
        // a group may be asked where its models may not
        set(&scene, json!({"models": ["both"]})).await;
        ask("both").await.expect(200);
        is_refused("/v1/chat/completions", &ask(MODEL).await, 403, "model_access_denied");
        set(&scene, json!({"models": ["openai/gpt-4o", "two/*"]})).await;
        let listed = scene.app.send_as(&scene.key, "GET", "/v1/models", None).await.expect(200);
        let ids: Vec<&str> = listed["data"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect();
        assert_eq!(ids, ["openai/gpt-4o", "two/gpt-4o-mini"]);
    }

    async fn an_answer_of_a_platform_that_stepped_in_is_for_those_who_may_use_it(db: Db) {
        let (scene, two) = scene(db).await;
        let ask = async || scene.ask(json!({"model": "both", "temperature": 0})).await;
        let before = two.count();
        scene.provider.set(Manner::Refuse(500));
        ask().await.expect(200);
        assert_eq!(two.count(), before + 1);
        scene.provider.set(Manner::Answer);
        set(&scene, json!({"platforms": ["openai"]})).await;
        let asked = scene.provider.count();
        for mark in ["miss", "hit"] {
            assert_eq!(ask().await.headers["x-cache"], mark);
        }
        assert_eq!(scene.provider.count(), asked + 1);
        scene.app.send("DELETE", &access(1), None).await.expect(204);
        assert_eq!(ask().await.headers["x-cache"], "hit");
        assert_eq!(scene.ledger(4, &["provider"]).await, ["two", "openai", "openai", "two"].map(|one| json!([one])));
    }

    async fn agents_answer_whom_they_may_answer(db: Db) {
        let insiders = Arc::new(Counting::default());
        let scene = Scene::inside(db.clone(), DoorOptions::new("test"), insiders.clone()).await;
        people(&db, &[(1, 1, "Mona")]).await;
        scene.attach().await;
        let ask = async |model: &str| scene.ask(json!({"model": model})).await;
        ask("agent:coder").await.expect(200);
        set(&scene, json!({"agents": ["tester"], "requests_per_hour": 1})).await;
        is_refused("/v1/chat/completions", &ask("agent:coder").await, 403, "agent_access_denied");
        ask("agent:tester").await.expect(200);
        ask("workflow:w").await.expect(200);
        assert_eq!(insiders.0.load(Ordering::SeqCst), 3);
        let listed = scene.app.send_as(&scene.key, "GET", "/v1/models", None).await.expect(200);
        let inside = listed["data"].as_array().unwrap().iter().filter_map(|one| one["id"].as_str().filter(|id| id.contains(':')));
        assert_eq!(inside.collect::<Vec<_>>(), ["agent:tester", "workflow:w"]);
        // what a call of the agent was refused for is told as it is
        set(&scene, json!({"requests_per_hour": 1})).await;
        is_refused("/v1/chat/completions", &ask("agent:denied").await, 403, "model_access_denied");
        // its calls count, not the question; who has no request left need not ask
        scene.ask(json!({})).await.expect(200);
        is_refused("/v1/chat/completions", &ask("agent:tester").await, 429, "hourly_requests_exceeded");
    }
}
