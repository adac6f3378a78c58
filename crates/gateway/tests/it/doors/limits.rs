//! Requests and tokens a minute, through the doors.

use std::time::Duration;

use agent::port::{ModelCall, Models as _};
use futures::future::{join, join_all};
use gateway::DoorOptions;
use serde_json::{Value as Json, json};
use store::Db;

use super::provider::{Manner, Provider};
use super::scene::{MODEL, Scene, question, tally, text};
use crate::support::call;

async fn impatient(db: Db) -> Scene {
    let options = DoorOptions { patience: Duration::ZERO, ..DoorOptions::new("test") };
    Scene::with(db, Provider::start(1, 1), options).await
}

async fn key(scene: &Scene, body: Json) -> String {
    text(&scene.app.send("POST", "/api/v1/virtual-keys", Some(body)).await.expect(201)["key"])
}

store::both_databases! {
    async fn exactly_as_many_requests_pass_as_a_minute_allows(db: Db) {
        let scene = impatient(db).await;
        let key = key(&scene, json!({"name": "slow", "requests_per_minute": 7})).await;
        let body = question(json!({}));
        let asked = (0..40).map(|_| scene.knock(&key, "/v1/chat/completions", &body));
        let answers = join_all(asked).await;
        assert_eq!(tally(&answers), [(200, 7), (429, 33)].into());
        assert_eq!(scene.provider.count(), 7);
        let refused = answers.iter().find(|answer| answer.status == 429).unwrap();
        let wait: u64 = refused.headers["retry-after"].to_str().unwrap().parse().unwrap();
        // a minute, and the second by which a call may be late
        assert!((50..=61).contains(&wait), "{wait}");
        assert_eq!(refused.json["error"]["type"], "rate_limit_error");
        // another key has a minute of its own
        scene.ask(json!({})).await.expect(200);
    }

    async fn tokens_count_too_and_what_was_not_used_is_free_again(db: Db) {
        let scene = impatient(db).await;
        let key = key(&scene, json!({"name": "short", "tokens_per_minute": 200})).await;
        let ask = async |tokens: i64| {
            let body = question(json!({"max_tokens": tokens}));
            scene.knock(&key, "/v1/chat/completions", &body).await
        };
        // each is let in for about 170 tokens and uses 2
        for _ in 0..10 {
            ask(150).await.expect(200);
        }
        let never = ask(1_000).await.expect(400);
        assert_eq!(never["error"]["code"], "rate_limit_exceeded");
    }

    async fn what_a_lost_try_may_have_used_is_not_given_back(db: Db) {
        let scene = impatient(db).await;
        let key = key(&scene, json!({"name": "short", "tokens_per_minute": 200})).await;
        let body = question(json!({"max_tokens": 150}));
        let ask = || scene.knock(&key, "/v1/chat/completions", &body);
        // the first try is lost, the second one is refused and costs nothing
        scene.provider.set(Manner::WaitAndCut);
        let then = async {
            while scene.provider.count() == 0 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            scene.provider.set(Manner::Refuse(400));
            scene.provider.let_go();
        };
        join(ask(), then).await.0.expect(400);
        assert_eq!(scene.provider.count(), 2);
        scene.provider.set(Manner::Answer);
        ask().await.expect(429);
    }

    async fn a_day_holds_what_the_organisation_may_use(db: Db) {
        const DAY: u64 = 86_400;
        let scene = impatient(db).await;
        let limit = json!({"scope": "organisation", "requests_per_day": 2});
        scene.app.send("PUT", "/api/v1/rate-limits", Some(limit)).await.expect(200);
        // what the provider refuses at once is no request of the day
        scene.provider.set(Manner::Refuse(400));
        scene.ask(json!({})).await.expect(400);
        scene.provider.set(Manner::Answer);
        let answers = join_all((0..10).map(|_| scene.ask(json!({})))).await;
        assert_eq!(tally(&answers), [(200, 2), (429, 8)].into());
        for path in ["/v1/chat/completions", "/v1/messages"] {
            let refused = scene.knock(&scene.key, path, &question(json!({"max_tokens": 5}))).await;
            assert_eq!((refused.status.as_u16(), &refused.json["error"]["type"]), (429, &json!("rate_limit_error")));
            let wait: u64 = refused.headers["retry-after"].to_str().unwrap().parse().unwrap();
            let left = DAY - scene.app.app.now().as_millis() as u64 / 1_000 % DAY;
            assert!((left - 1..=left + 1).contains(&wait), "{wait}, {left}");
        }
        assert_eq!(answers.iter().filter(|answer| answer.json["error"]["code"] == "daily_limit_exceeded").count(), 8);
        scene.app.clock.advance(Duration::from_secs(DAY));
        scene.ask(json!({})).await.expect(200);
    }

    async fn a_client_that_leaves_while_it_waits_for_a_platform_is_charged_nothing(db: Db) {
        let options =
            DoorOptions { patience: Duration::from_mins(2), ..DoorOptions::new("test") };
        let scene = Scene::with(db, Provider::start(1, 1), options).await;
        scene
            .platform(json!({
                "name": "two", "kind": "openai", "base_url": scene.provider.url, "requests_per_minute": 1,
                "api_key": "sk-two-1234567890", "models": ["gpt-4o-mini"],
            }))
            .await;
        let ask = async |more: Json| {
            let mut body = json!({"model": "two/gpt-4o-mini"});
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            scene.ask(body).await
        };
        // what is given up while it waits is no request of the day either
        let limit = json!({"scope": "organisation", "requests_per_day": 2});
        scene.app.send("PUT", "/api/v1/rate-limits", Some(limit)).await.expect(200);
        ask(json!({})).await.expect(200);
        for more in [json!({}), json!({"stream": true})] {
            let waits = tokio::time::timeout(Duration::from_millis(300), ask(more)).await;
            assert!(waits.is_err(), "it waits for the limit");
        }
        scene.ask(json!({})).await.expect(200);
        let rows = scene.ledger(2, &["provider", "outcome"]).await;
        assert_eq!(rows, [json!(["two", "ok"]), json!(["openai", "ok"])]);
    }

    async fn calls_of_executions_and_of_clients_count_together(db: Db) {
        let scene = impatient(db).await;
        scene.attach().await;
        let user = text(&scene.app.send("GET", "/api/v1/virtual-keys", None).await.expect(200)["items"][0]["user_id"]);
        let limit = json!({"scope": "user", "scope_id": user, "requests_per_minute": 3});
        scene.app.send("PUT", "/api/v1/rate-limits", Some(limit)).await.expect(200);
        let theirs = ModelCall { user: Some(user.parse().unwrap()), ..call(Some(MODEL)) };
        for _ in 0..2 {
            scene.gateway.call(theirs.clone()).await.unwrap();
        }
        scene.ask(json!({})).await.expect(200);
        scene.ask(json!({})).await.expect(429);
        assert_eq!(scene.provider.count(), 3);
    }

    async fn organisation_and_user_have_limits_of_their_own(db: Db) {
        let scene = impatient(db).await;
        let user = text(&scene.app.send("GET", "/api/v1/virtual-keys", None).await.expect(200)["items"][0]["user_id"]);
        for (scope, id) in [("organisation", ""), ("user", user.as_str())] {
            let limit = json!({"scope": scope, "scope_id": id, "requests_per_minute": 3});
            scene.app.send("PUT", "/api/v1/rate-limits", Some(limit)).await.expect(200);
        }
        let answers = join_all((0..10).map(|_| scene.ask(json!({})))).await;
        assert_eq!(tally(&answers), [(200, 3), (429, 7)].into());
        let all = scene.app.send("GET", "/api/v1/rate-limits", None).await.expect(200);
        assert_eq!(all["items"].as_array().unwrap().len(), 2);
        let path = "/api/v1/rate-limits?scope=organisation";
        scene.app.send("DELETE", path, None).await.expect(204);
        scene.app.send("DELETE", path, None).await.expect(404);
        scene.app.send_as("test-view_costs", "DELETE", path, None).await.expect(403);
        let other = scene.app.send_as("test-all@2", "GET", "/api/v1/rate-limits", None).await;
        assert_eq!(other.expect(200)["items"], json!([]));
        for bad in [json!({"scope": "team"}), json!({"scope": "user", "scope_id": "x"}), json!({"scope": "organisation", "requests_per_minute": 0}), json!({"scope": "user", "scope_id": user, "tokens_per_day": 9})] {
            scene.app.send("PUT", "/api/v1/rate-limits", Some(bad)).await.expect(400);
        }
    }
}
