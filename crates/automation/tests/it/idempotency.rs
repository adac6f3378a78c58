use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value as Json, json};
use store::{both_databases, params, sql};
use tokio::task::JoinSet;

use crate::house::{House, ONE, WRITE};
use crate::models::Plan;

/// What it did can be undone.
const UNDOABLE: &str = "
name: undoable
steps:
  - {id: plan, tool: set, with: {plan: ship}, compensate: {tool: set, with: {undone: '${{ outputs.plan }}'}}}
";

fn key(key: &str) -> [(&str, &str); 1] {
    [("idempotency-key", key)]
}

async fn count(house: &House) -> usize {
    house.get("/executions?limit=200").await["items"].as_array().unwrap().len()
}

both_databases! {
    async fn the_same_key_and_body_give_the_same_execution(db: Db) {
        let house = House::new(db).await;
        let body = json!({"definition": ONE, "inputs": {}});
        let first = house.post_with("/executions", &key("a"), &body).await.expect(202);
        let id = first["id"].as_str().unwrap();
        assert_eq!(house.post_with("/executions", &key("a"), &body).await.expect(202)["id"], first["id"]);
        house.status(id, "completed").await;
        let after = house.post_with("/executions", &key("a"), &body).await.expect(202);
        assert_eq!((&after["id"], &after["status"]), (&first["id"], &json!("completed")));
        let other = house.post_with("/executions", &key("b"), &body).await.expect(202);
        assert_ne!(other["id"], first["id"]);
        house.status(other["id"].as_str().unwrap(), "completed").await;
        // The key of an execution is kept as long as the execution is.
        house.app.clock.advance(Duration::from_secs(25 * 60 * 60));
        let late = house.post_with("/executions", &key("a"), &body).await.expect(202);
        assert_eq!(late["id"], first["id"]);
        assert_eq!((count(&house).await, house.models.counts().begun), (2, 2));
    }

    async fn a_start_that_is_repeated_asks_nobody_again(db: Db) {
        let house = House::new(db).await;
        let asks = "name: asks\nsteps: [{id: ask, approval: {title: Go?}}]\n";
        let body = json!({"definition": asks, "inputs": {}});
        let first = house.post_with("/executions", &key("a"), &body).await.expect(202);
        let id = first["id"].as_str().unwrap();
        house.status(id, "waiting_approval").await;
        house.post(&format!("/executions/{id}/cancel"), json!({})).await.expect(200);
        assert_eq!(house.post_with("/executions", &key("a"), &body).await.expect(202)["id"], first["id"]);
        let mut tx = house.app.app.db.read().await.unwrap();
        let asked = sql!("select number from outbox where kind = 'approval.requested'");
        assert_eq!(tx.fetch_all(asked, params![]).await.unwrap().len(), 1);
    }

    async fn the_same_key_for_something_else_is_refused(db: Db) {
        let house = House::new(db).await;
        let body = json!({"definition": WRITE, "inputs": {"subject": "life"}, "project": "DEMO"});
        let made = house.post_with("/executions", &key("a"), &body).await.expect(202);
        house.status(made["id"].as_str().unwrap(), "completed").await;
        let check = async |change: Json| {
            let mut other = body.clone();
            other.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
            let refused = house.post_with("/executions", &key("a"), &other).await.expect(422);
            assert_eq!(refused["code"], "idempotency_key_reused", "{change}");
        };
        check(json!({"inputs": {"subject": "death"}})).await;
        check(json!({"definition": WRITE.replace("max-parallel: 2", "max-parallel: 1")})).await;
        check(json!({"project": null})).await;
        check(json!({"priority": "high"})).await;
        let saved = json!({"inputs": {"subject": "life"}, "project": "DEMO"});
        house.post_with("/workflows/write/execute", &key("a"), &saved).await.expect(422);
        assert_eq!(count(&house).await, 1);
    }

    async fn the_same_key_continues_what_has_ended_once(db: Db) {
        let house = House::new(db).await;
        let check = async |id: &str, order: &str, body: Json, others: &[(&str, Json)]| {
            let send = async |order: &str, body: &Json| {
                house.post_with(&format!("/executions/{id}/{order}"), &key(&format!("{id} {order}")), body).await
            };
            let first = send(order, &body).await.expect(202);
            let new = first["id"].as_str().unwrap();
            assert_eq!(send(order, &body).await.expect(202)["id"], first["id"], "{order}");
            house.when(new, "over", |detail| !detail["finished_at"].is_null()).await;
            let late = send(order, &body).await.expect(202);
            assert_eq!(late["id"], first["id"], "{order}");
            assert!(late["finished_at"].is_string(), "{late}");
            for (other, body) in others {
                let path = format!("/executions/{id}/{other}");
                let refused = house.post_with(&path, &key(&format!("{id} {order}")), body).await.expect(422);
                assert_eq!(refused["code"], "idempotency_key_reused", "{order}, then {other} {body}");
            }
        };
        house.models.plan("write_text", Plan::Fail(llm::Error::BadRequest { message: "no".to_owned() }));
        let failed = house.execute(ONE, json!({})).await;
        house.status(&failed, "failed").await;
        check(&failed, "retry", json!({}), &[("resume-from", json!({"step": "text"})), ("fork", json!({}))]).await;
        // neither does the key of a retry stand for a start
        let start = json!({"definition": ONE, "inputs": {}});
        house.post_with("/executions", &key(&format!("{failed} retry")), &start).await.expect(422);

        let done = house.write().await;
        house.status(&done, "completed").await;
        check(&done, "resume-from", json!({"step": "texts"}), &[("resume-from", json!({"step": "count"}))]).await;
        let others = [
            json!({}),
            json!({"inputs": {"subject": "death"}, "model": "other"}),
            json!({"inputs": {"subject": "death"}, "step": "count"}),
            json!({"inputs": {"subject": "death"}, "definition": WRITE.replace("max-parallel: 2", "max-parallel: 1")}),
        ];
        let others = others.map(|body| ("fork", body));
        check(&done, "fork", json!({"inputs": {"subject": "death"}}), &others).await;

        let undoable = house.execute(UNDOABLE, json!({})).await;
        house.status(&undoable, "completed").await;
        check(&undoable, "rollback", json!({}), &[]).await;
        house.post(&format!("/executions/{undoable}/rollback"), json!({})).await.expect(409);
        assert_eq!(count(&house).await, 7);
        house.check().await;
    }

    async fn keys_of_two_organisations_are_two_keys(db: Db) {
        let house = House::new(db).await;
        let body = json!({"definition": ONE, "inputs": {}});
        let mine = house.post_with("/executions", &key("a"), &body).await.expect(202);
        let theirs = house.post_as("test-all@2", "/executions", &key("a"), &body).await.expect(202);
        assert_ne!(theirs["id"], mine["id"]);
    }

    async fn sixty_four_at_once_make_one_execution(db: Db) {
        let house = Arc::new(House::new(db).await);
        for round in 0..10 {
            let mut requests = JoinSet::new();
            for _ in 0..64 {
                let house = house.clone();
                requests.spawn(async move {
                    let body = json!({"definition": ONE, "inputs": {}});
                    house.post_with("/executions", &key(&format!("round {round}")), &body).await
                });
            }
            let answers = requests.join_all().await;
            let ids: HashSet<String> =
                answers.into_iter().map(|answer| answer.expect(202)["id"].to_string()).collect();
            assert_eq!(ids.len(), 1);
        }
        assert_eq!(count(&house).await, 10);
        house.check().await;
    }

    async fn what_comes_with_a_repeat_of_what_has_ended_is_made_all_the_same(db: Db) {
        let house = Arc::new(House::new(db).await);
        let body = json!({"definition": UNDOABLE, "inputs": {}});
        let first = house.post_with("/executions", &key("first"), &body).await.expect(202);
        house.status(first["id"].as_str().unwrap(), "completed").await;
        let mut requests = JoinSet::new();
        for number in 0..30 {
            let (house, body) = (house.clone(), body.clone());
            let name = if number % 3 == 0 { "first".to_owned() } else { format!("new {number}") };
            requests.spawn(async move {
                let answer = house.post_with("/executions", &key(&name), &body).await;
                answer.expect(202)["id"].as_str().unwrap().to_owned()
            });
        }
        let ids: HashSet<String> = requests.join_all().await.into_iter().collect();
        assert_eq!(ids.len(), 21, "ten were the first one");
        for id in &ids {
            house.status(id, "completed").await;
        }
        assert_eq!(count(&house).await, 21);
        house.check().await;
    }

    async fn a_strange_key_is_refused(db: Db) {
        let house = House::new(db).await;
        let body = json!({"definition": ONE, "inputs": {}});
        for strange in ["", "x".repeat(201).as_str()] {
            house.post_with("/executions", &key(strange), &body).await.expect(400);
        }
        assert_eq!(count(&house).await, 0);
    }
}
