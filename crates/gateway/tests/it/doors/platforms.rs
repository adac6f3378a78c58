//! Budgets of platforms where a call may go to several: whoever answers is charged, nobody else.

use std::sync::Arc;

use futures::future::join_all;
use serde_json::{Value as Json, json};

use super::provider::{Manner, Provider};
use super::scene::{Scene, question};

/// What ten and twenty tokens of gpt-4o-mini cost: $0.15 and $0.60 for a million, rounded up.
const COST: i64 = 14;

/// A scene whose group "both" asks `openai`, then `two`, each with a budget of its own.
async fn pair(db: store::Db, caps: [i64; 2]) -> (Scene, Arc<Provider>, [String; 2]) {
    let scene = Scene::new(db, Provider::start(10, 20)).await;
    let two = Provider::start(10, 20);
    scene
        .platform(json!({
            "name": "two", "kind": "openai", "base_url": two.url, "api_key": "sk-two-1234567890",
            "models": ["gpt-4o-mini"], "settings": {"retries": 0, "retry_wait_ms": 1},
        }))
        .await;
    let target = |platform: &str, order: i64| json!({"platform": platform, "model": "gpt-4o-mini", "order": order});
    let group = json!({"name": "both", "strategy": "priority", "targets": [target("openai", 1), target("two", 2)]});
    scene.app.send("POST", "/api/v1/model-groups", Some(group)).await.expect(201);
    let budget = |name: &str, cap: i64| json!({"scope": "provider", "scope_id": name, "period": "day", "cap_micros": cap});
    let ids =
        [scene.budget(budget("openai", caps[0])).await, scene.budget(budget("two", caps[1])).await];
    (scene, two, ids)
}

async fn ask(scene: &Scene, more: Json) -> u16 {
    let mut body = json!({"model": "both", "max_tokens": 20});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    scene.knock(&scene.key, "/v1/chat/completions", &question(body)).await.status.as_u16()
}

/// Waits until the budgets have spent this much, with nothing set aside once slices are back.
async fn spent(scene: &Scene, ids: &[String; 2], expected: [i64; 2]) {
    for (id, expected) in ids.iter().zip(expected) {
        scene.budget_when(id, |budget| budget["spent_micros"] == expected).await;
    }
}

store::both_databases! {
    async fn the_platform_that_answered_is_charged_and_the_other_one_is_not(db: Db) {
        let (scene, two, ids) = pair(db, [1_000_000, 1_000_000]).await;
        assert_eq!(ask(&scene, json!({})).await, 200);
        spent(&scene, &ids, [COST, 0]).await;
        scene.provider.set(Manner::Refuse(500));
        for more in [json!({}), json!({"stream": true})] {
            assert_eq!(ask(&scene, more).await, 200);
        }
        assert_eq!(two.count(), 2 + 1, "the calls and the test of the connection");
        spent(&scene, &ids, [COST, 2 * COST]).await;
        let rows = scene.ledger(3, &["provider", "cost_micros"]).await;
        assert_eq!(rows, [json!(["openai", COST]), json!(["two", COST]), json!(["two", COST])]);
    }

    async fn a_try_that_was_lost_is_charged_where_it_was_made(db: Db) {
        let (scene, _two, ids) = pair(db, [1_000_000, 1_000_000]).await;
        scene.provider.set(Manner::Cut);
        assert_eq!(ask(&scene, json!({})).await, 200);
        let rows = scene.ledger(2, &["provider", "outcome", "cost_micros"]).await;
        let lost = rows.iter().find(|row| row[1] == "error").unwrap();
        assert_eq!(lost[0], "openai");
        spent(&scene, &ids, [lost[2].as_i64().unwrap(), COST]).await;
    }

    async fn an_exhausted_platform_is_passed_by_until_none_is_left(db: Db) {
        let (scene, two, _) = pair(db, [1, 1_000_000]).await;
        let before = two.count();
        assert_eq!(ask(&scene, json!({})).await, 200);
        assert_eq!(ask(&scene, json!({"stream": true})).await, 200);
        assert_eq!((scene.provider.count(), two.count()), (0, before + 2));
        // the only one with money has trouble: nobody steps in whose budget is used up
        two.set(Manner::Refuse(400));
        assert_eq!(ask(&scene, json!({})).await, 400);
        assert_eq!(scene.provider.count(), 0);
        let alone = question(json!({"model": "openai/gpt-4o-mini", "max_tokens": 20}));
        let refused = scene.knock(&scene.key, "/v1/chat/completions", &alone).await;
        assert_eq!((refused.status.as_u16(), &refused.json["error"]["code"]), (429, &json!("budget_exceeded")));
    }

    async fn what_nobody_can_price_no_budget_can_hold(db: Db) {
        let (scene, two, _) = pair(db, [1_000_000, 1_000_000]).await;
        scene.platform(json!({
            "name": "own", "kind": "custom", "base_url": two.url, "models": ["mystery"],
            "settings": {"retries": 0, "retry_wait_ms": 1},
        })).await;
        let before = two.count();
        // without a budget it is called, and the ledger says that its cost is not known
        let own = json!({"model": "own/mystery"});
        assert_eq!(ask(&scene, own.clone()).await, 200);
        let budget = json!({"scope": "key", "scope_id": scene.key_id, "period": "day", "cap_micros": 1_000_000});
        scene.budget(budget).await;
        let refused = scene.knock(&scene.key, "/v1/chat/completions", &question(own.clone())).await;
        assert_eq!(refused.status, 404, "{}", refused.text);
        assert!(refused.text.contains("set a price for it"), "{}", refused.text);
        assert_eq!(two.count(), before + 1);
        let price = json!([{"platform": "own", "valid_from": "2020-01-01T00:00:00Z", "input_micros": 1_000_000, "output_micros": 1_000_000}]);
        scene.app.send("POST", "/api/v1/prices", Some(price)).await.expect(200);
        assert_eq!(ask(&scene, own).await, 200);
        let rows = scene.ledger(2, &["cost_micros", "cost_known"]).await;
        assert_eq!(rows, [json!([0, false]), json!([30, true])]);
    }

    async fn no_cap_is_passed_and_nothing_is_lost_of_either(db: Db) {
        let most = most_of_a_call();
        let (scene, two, ids) = pair(db, [4 * COST + most, 6 * COST + most]).await;
        let before = two.count();
        let answers = join_all((0..60).map(|_| ask(&scene, json!({})))).await;
        assert!(answers.contains(&200), "{answers:?}");
        // what calls held and did not need is there for others, to the last call
        let mut refused = 0;
        while refused < 20 {
            refused = if ask(&scene, json!({})).await == 200 { 0 } else { refused + 1 };
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        let calls = |cap: i64| (cap - most) / COST + 1;
        assert_eq!(scene.provider.count(), u64::try_from(calls(4 * COST + most)).unwrap());
        assert_eq!(two.count() - before, u64::try_from(calls(6 * COST + most)).unwrap());
        spent(&scene, &ids, [5 * COST, 7 * COST]).await;
    }
}

/// What "hi" and twenty tokens may cost.
fn most_of_a_call() -> i64 {
    let hi = llm::chat::Request::new("", vec![llm::chat::Message::user("hi")]);
    (i64::try_from(llm::tokens::bound_input(&hi)).unwrap() * 15 + 20 * 60 + 99) / 100
}
