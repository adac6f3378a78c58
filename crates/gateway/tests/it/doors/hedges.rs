//! What a call that asks two platforms at the same time holds and costs.

use std::sync::Arc;

use serde_json::{Value as Json, json};

use super::provider::{Manner, Provider};
use super::scene::{Scene, question};

/// What ten and twenty tokens of gpt-4o-mini cost: $0.15 and $0.60 for a million, rounded up.
const COST: i64 = 14;

/// More than anything here costs.
const ENOUGH: i64 = 1_000_000;

fn organisation(cap: i64) -> Json {
    json!({"scope": "organisation", "period": "total", "cap_micros": cap})
}

/// What "hi" and twenty tokens may cost.
fn most() -> i64 {
    let hi = llm::chat::Request::new("", vec![llm::chat::Message::user("hi")]);
    (i64::try_from(llm::tokens::bound_input(&hi)).unwrap() * 15 + 20 * 60 + 99) / 100
}

/// A scene whose group "both" asks `openai`, and at once `two` as well when that is silent.
/// Each has a budget of its own.
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
    let group = json!({
        "name": "both", "targets": [target("openai", 1), target("two", 2)], "hedge_after_ms": 1,
    });
    scene.app.send("POST", "/api/v1/model-groups", Some(group)).await.expect(201);
    let budget = |name: &str, cap: i64| json!({"scope": "provider", "scope_id": name, "period": "day", "cap_micros": cap});
    let ids =
        [scene.budget(budget("openai", caps[0])).await, scene.budget(budget("two", caps[1])).await];
    scene.provider.set(Manner::Wait);
    (scene, two, ids)
}

async fn ask(scene: &Scene, more: Json) -> u16 {
    let mut body = json!({"model": "both", "max_tokens": 20});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    scene.knock(&scene.key, "/v1/chat/completions", &question(body)).await.status.as_u16()
}

async fn spent(scene: &Scene, id: &str, expected: i64) {
    scene.budget_when(id, |budget| budget["spent_micros"] == expected).await;
}

store::both_databases! {
    async fn the_try_that_is_hung_up_on_is_charged_the_most_where_it_was_made(db: Db) {
        let (scene, _two, ids) = pair(db, [ENOUGH; 2]).await;
        let all = scene.budget(organisation(ENOUGH)).await;
        for (round, more) in [(1, json!({})), (2, json!({"stream": true}))] {
            assert_eq!(ask(&scene, more).await, 200);
            let rows = scene.ledger(2 * usize::try_from(round).unwrap(), &["provider", "outcome", "cost_micros", "estimated"]).await;
            let count = |row: Json| i64::try_from(rows.iter().filter(|found| **found == row).count()).unwrap();
            // one row for the pair's first try, one for the answer
            assert_eq!(count(json!(["openai", "error", most(), true])), round, "{rows:?}");
            assert_eq!(count(json!(["two", "ok", COST, false])), round, "{rows:?}");
            // who pays for both pays once the most and once what the answer cost
            spent(&scene, &all, round * (most() + COST)).await;
            spent(&scene, &ids[0], round * most()).await;
            spent(&scene, &ids[1], round * COST).await;
        }
    }

    async fn a_second_try_that_is_refused_at_once_charges_nothing(db: Db) {
        let made = pair(db, [ENOUGH; 2]).await;
        made.1.set(Manner::Refuse(429));
        one_answer(made, ENOUGH, async |scene, two| {
            let is_heard = |health: &Json| {
                let mut all = health["items"].as_array().unwrap().iter();
                all.any(|one| one["platform"] == "two" && one["last_failure"].is_string())
            };
            while !is_heard(&scene.app.send("GET", "/api/v1/platforms/health", None).await.expect(200)) {
                tokio::task::yield_now().await;
            }
            assert_eq!(two.count(), 2, "the test of the connection and the call");
        })
        .await;
    }

    async fn a_second_try_that_a_budget_cannot_pay_is_not_made_and_charges_nothing(db: Db) {
        one_call(pair(db, [ENOUGH; 2]).await, 2 * most() - 1).await;
    }

    async fn a_second_try_whose_platform_has_no_room_is_not_made_and_charges_nothing(db: Db) {
        one_call(pair(db, [ENOUGH, 2 * most() - 1]).await, ENOUGH).await;
    }
}

/// Asks the silent platform long enough for a second one to be wanted, and sees that none is asked.
async fn one_call(made: (Scene, Arc<Provider>, [String; 2]), cap: i64) {
    one_answer(made, cap, async |_, two| {
        // long after it is wanted
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        assert_eq!(two.count(), 1, "the test of the connection");
    })
    .await;
}

/// Asks the silent platform, which answers after this; nothing else is charged.
async fn one_answer(
    (scene, two, ids): (Scene, Arc<Provider>, [String; 2]),
    cap: i64,
    before: impl AsyncFnOnce(&Scene, &Provider),
) {
    let all = scene.budget(organisation(cap)).await;
    let free = async {
        while scene.provider.count() == 0 {
            tokio::task::yield_now().await;
        }
        before(&scene, two.as_ref()).await;
        scene.provider.let_go();
    };
    let (status, ()) = tokio::join!(ask(&scene, json!({})), free);
    assert_eq!(status, 200);
    let rows = scene.ledger(1, &["provider", "outcome", "cost_micros", "estimated"]).await;
    assert_eq!(rows, [json!(["openai", "ok", COST, false])]);
    for (id, expected) in [(&all, COST), (&ids[0], COST), (&ids[1], 0)] {
        spent(&scene, id, expected).await;
    }
}
