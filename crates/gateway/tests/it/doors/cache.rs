//! The same question costs nothing again.

use futures::future::join_all;
use serde_json::{Value as Json, json};

use super::provider::{Manner, Provider};
use super::scene::{Scene, question};

store::both_databases! {
    async fn cold_question_is_answered_once_and_again_for_nothing(db: Db) {
        let scene = Scene::new(db, Provider::start(10, 20)).await;
        let cold = json!({"temperature": 0});
        let first = scene.ask(cold.clone()).await;
        assert_eq!(first.headers["x-cache"], "miss");
        let again = scene.ask(cold.clone()).await;
        assert_eq!(again.headers["x-cache"], "hit");
        assert_eq!(again.json["choices"], first.json["choices"]);
        assert_eq!(scene.provider.count(), 1);
        let rows = scene.ledger(2, &["cost_micros", "is_cached"]).await;
        assert_eq!(rows, [json!([14, false]), json!([0, true])]);
        // as a stream too
        let streamed = scene.ask(json!({"temperature": 0, "stream": true})).await;
        assert_eq!(streamed.headers["x-cache"], "hit");
        assert!(streamed.text.contains("Paris") && streamed.text.ends_with("data: [DONE]\n\n"), "{}", streamed.text);
        // and what a stream brought is there for everybody
        let other = json!({"temperature": 0, "seed": 5, "stream": true});
        scene.ask(other).await.expect(200);
        let mut hit = false;
        for _ in 0..200 {
            let answer = scene.ask(json!({"temperature": 0, "seed": 5})).await;
            hit = hit || answer.headers["x-cache"] == "hit";
        }
        assert!(hit);
        assert!(scene.provider.count() <= 3);
    }

    async fn warm_questions_other_tenants_and_the_client_s_word_are_left_alone(db: Db) {
        let scene = Scene::new(db, Provider::start(1, 1)).await;
        let check = async |body: Json, headers: &[(&str, &str)], expected: u64| {
            let before = scene.provider.count();
            for _ in 0..2 {
                scene.knock_with(&scene.key, "/v1/chat/completions", &question(body.clone()), headers).await.expect(200);
            }
            assert_eq!(scene.provider.count() - before, expected, "{body} {headers:?}");
        };
        check(json!({}), &[], 2).await;
        check(json!({"temperature": 0.7}), &[], 2).await;
        check(json!({"temperature": 0.1}), &[], 1).await;
        check(json!({"temperature": 0.2}), &[("x-cache", "bypass")], 2).await;
        check(json!({"temperature": 0.9}), &[("x-cache", "use")], 1).await;
        // the same question of another organisation is another question
        let made = scene.app.send_as("test-all@2", "POST", "/api/v1/virtual-keys", Some(json!({"name": "theirs"}))).await.expect(201);
        let before = scene.provider.count();
        let body = question(json!({"temperature": 0.1}));
        let theirs = scene.knock(made["key"].as_str().unwrap(), "/v1/chat/completions", &body).await;
        assert_eq!(theirs.headers["x-cache"], "miss");
        assert_eq!(scene.provider.count(), before + 1);
    }

    async fn those_who_ask_at_once_share_one_call(db: Db) {
        let scene = Scene::new(db, Provider::start(1, 1)).await;
        scene.provider.set(Manner::Wait);
        let asked = join_all((0..20).map(|_| scene.ask(json!({"temperature": 0}))));
        let open = async {
            while scene.provider.count() == 0 {
                tokio::task::yield_now().await;
            }
            scene.provider.let_go();
        };
        let (answers, ()) = tokio::join!(asked, open);
        assert_eq!(scene.provider.count(), 1);
        let hits = answers.iter().filter(|answer| answer.headers["x-cache"] == "hit").count();
        assert_eq!(hits, 19);
        // a failure is nobody's answer
        scene.provider.set(Manner::Refuse(400));
        for _ in 0..2 {
            scene.ask(json!({"temperature": 0, "seed": 1})).await.expect(400);
        }
        assert_eq!(scene.provider.count(), 3);
    }

    async fn what_one_key_lacks_is_not_told_to_another_one(db: Db) {
        let scene = Scene::new(db, Provider::start(1, 1)).await;
        let poor = json!({"name": "poor"});
        let poor = scene.app.send("POST", "/api/v1/virtual-keys", Some(poor)).await.expect(201);
        let cap = json!({"scope": "key", "scope_id": poor["id"], "period": "total", "cap_micros": 0});
        scene.budget(cap).await;
        for round in 0..20 {
            let body = question(json!({"temperature": 0, "seed": round, "max_tokens": 9}));
            let keys = [poor["key"].as_str().unwrap(), &scene.key, &scene.key];
            let asked = keys.map(|key| scene.knock(key, "/v1/chat/completions", &body));
            let statuses = join_all(asked).await.iter().map(|answer| answer.status.as_u16()).collect::<Vec<_>>();
            assert_eq!(statuses[1..], [200, 200], "round {round}");
        }
        assert_eq!(scene.provider.count(), 20);
    }

    async fn answer_of_a_cheaper_model_is_remembered_for_nobody(db: Db) {
        let scene = Scene::new(db, Provider::start(1, 1)).await;
        let id = scene.budget(json!({"scope": "key", "scope_id": scene.key_id, "period": "day", "cap_micros": 600, "on_exceeded": "fallback:openai/gpt-4o-mini"})).await;
        let dear = json!({"model": "openai/gpt-4o", "max_tokens": 100, "temperature": 0});
        for _ in 0..2 {
            let answer = scene.ask(dear.clone()).await;
            assert_eq!((answer.status.as_u16(), &answer.headers["x-cache"]), (200, &"miss".parse().unwrap()));
            assert_eq!(scene.provider.last.lock().unwrap()["model"], "gpt-4o-mini");
        }
        let mut streamed = dear.clone();
        streamed["stream"] = json!(true);
        scene.ask(streamed).await.expect(200);
        let change = json!({"version": 1, "cap_micros": 10_000_000});
        scene.app.send("PATCH", &format!("/api/v1/budgets/{id}"), Some(change)).await.expect(200);
        scene.ask(dear).await.expect(200);
        assert_eq!(scene.provider.last.lock().unwrap()["model"], "gpt-4o");
    }
}
