//! Budgets hold, whoever asks and however many at once; the ledger has every call.

use std::time::Duration;

use futures::FutureExt as _;
use futures::future::join_all;
use llm::chat::{Message, Request};
use serde_json::{Value as Json, json};

use super::provider::{Manner, Provider};
use super::scene::{Scene, question, tally, text};

/// The most that "hi" can be read as.
fn hi() -> i64 {
    i64::try_from(llm::tokens::bound_input(&Request::new("", vec![Message::user("hi")]))).unwrap()
}

/// So many tokens of gpt-4o-mini that a call with "hi" comes to five cents: $0.15 and $0.60
/// for a million tokens, rounded up.
fn five_cents() -> i64 {
    (0..1_000_000).find(|output| (hi() * 15 + output * 60 + 99) / 100 == 50_000).unwrap()
}

fn organisation(cap: i64) -> Json {
    json!({"scope": "organisation", "period": "total", "cap_micros": cap})
}

store::both_databases! {
    async fn thousand_calls_of_five_cents_against_a_dollar_buy_exactly_twenty(db: Db) {
        let provider = Provider::start(hi(), five_cents());
        let scene = Scene::new(db, provider).await;
        let id = scene.budget(organisation(1_000_000)).await;
        let body = json!({"max_tokens": five_cents()});
        let answers = join_all((0..1_000).map(|_| scene.ask(body.clone()))).await;
        let tally = tally(&answers);
        assert_eq!(tally.get(&200), Some(&20), "{tally:?}");
        assert_eq!(tally.get(&429), Some(&980), "{tally:?}");
        assert_eq!(scene.provider.count(), 20);
        let refused = answers.iter().find(|answer| answer.status == 429).unwrap();
        assert_eq!(refused.json["error"]["code"], "budget_exceeded");
        assert_eq!(refused.json["error"]["type"], "insufficient_quota");
        let rows = scene.ledger(20, &["cost_micros", "outcome", "estimated", "key_id", "key_name"]).await;
        assert_eq!(rows.len(), 20);
        for row in rows {
            assert_eq!(row, json!([50_000, "ok", false, scene.key_id, "everything"]));
        }
        let budget = scene.budget_when(&id, |budget| budget["spent_micros"] == 1_000_000).await;
        assert_eq!(budget["alerted_percent"], 100);
    }

    async fn who_leaves_while_money_is_set_aside_takes_none_of_it_away(db: Db) {
        let scene = Scene::new(db, Provider::start(1, 1)).await;
        let id = scene.budget(organisation(1_000_000)).await;
        let ask = |tokens: i64| scene.ask(json!({"max_tokens": tokens}));
        ask(1).await.expect(200);
        let mut held = 0_i64;
        for _ in 0..1_000 {
            // it may cost more than was taken ahead, and gets as far as the ledger
            drop(ask(10_000).now_or_never());
            let budget = scene.budget_when(&id, |_| true).await;
            held = ["reserved_micros", "spent_micros"].map(|part| budget[part].as_i64().unwrap()).iter().sum();
            if held >= 5_000 {
                break;
            }
        }
        assert!(held >= 5_000, "{held}");
        // who makes no calls gives back what it has
        scene.app.clock.advance(Duration::from_secs(3));
        scene.budget_when(&id, |budget| budget["reserved_micros"] == 0).await;
    }

    async fn each_scope_of_a_call_is_charged_and_each_can_stop_it(db: Db) {
        let provider = Provider::start(100, 100);
        let scene = Scene::new(db, provider).await;
        let user = text(&scene.app.send("GET", "/api/v1/virtual-keys", None).await.expect(200)["items"][0]["user_id"]);
        let mut ids = Vec::new();
        for (scope, id) in [("organisation", ""), ("user", user.as_str()), ("key", scene.key_id.as_str()), ("provider", "openai")] {
            ids.push(scene.budget(json!({"scope": scope, "scope_id": id, "period": "month", "cap_micros": 10_000_000})).await);
        }
        let other = scene.budget(json!({"scope": "provider", "scope_id": "local", "period": "day", "cap_micros": 1})).await;
        scene.ask(json!({})).await.expect(200);
        // 100 and 100 tokens: 15 and 60 micro-dollars
        for id in &ids {
            scene.budget_when(id, |budget| budget["spent_micros"] == 75).await;
        }
        scene.budget_when(&other, |budget| budget["spent_micros"] == 0).await;
        for id in &ids {
            let path = format!("/api/v1/budgets/{id}");
            let budget = scene.app.send("GET", &path, None).await.expect(200);
            let name = if budget["scope"] == "key" { json!("everything") } else { json!(null) };
            assert_eq!(budget["scope_name"], name);
            let change = json!({"version": budget["version"], "cap_micros": 76});
            let changed = scene.app.send("PATCH", &path, Some(change)).await.expect(200);
            until_refused(&scene).await;
            let back = json!({"version": changed["version"], "cap_micros": 10_000_000});
            scene.app.send("PATCH", &path, Some(back)).await.expect(200);
            until_answered(&scene).await;
        }
    }

    async fn cheaper_model_steps_in_where_a_budget_says_so(db: Db) {
        let provider = Provider::start(hi(), 100);
        let scene = Scene::new(db, provider).await;
        // a hundred tokens of gpt-4o cost 1000 micro-dollars, of gpt-4o-mini 60
        scene.budget(json!({"scope": "organisation", "period": "day", "cap_micros": 600, "on_exceeded": "fallback:openai/gpt-4o-mini"})).await;
        let body = json!({"model": "openai/gpt-4o", "max_tokens": 100});
        scene.ask(body.clone()).await.expect(200);
        assert_eq!(scene.provider.last.lock().unwrap()["model"], "gpt-4o-mini");
        let rows = scene.ledger(1, &["model", "cost_micros"]).await;
        assert_eq!(rows[0][0], "openai/gpt-4o-mini");
        // a call that nobody limits gets an end, or it could cost anything
        scene.ask(json!({"model": "openai/gpt-4o-mini"})).await.expect(429);
    }

    async fn no_budget_sends_a_key_to_a_model_that_it_may_not_ask(db: Db) {
        let scene = Scene::new(db, Provider::start(hi(), 100)).await;
        scene.budget(json!({"scope": "organisation", "period": "day", "cap_micros": 600, "on_exceeded": "fallback:openai/gpt-4o-mini"})).await;
        let only = json!({"name": "only", "models": ["openai/gpt-4o"]});
        let only = scene.app.send("POST", "/api/v1/virtual-keys", Some(only)).await.expect(201);
        let body = question(json!({"model": "openai/gpt-4o", "max_tokens": 100}));
        let refused = scene.knock(&text(&only["key"]), "/v1/chat/completions", &body).await;
        assert_eq!((refused.status.as_u16(), &refused.json["error"]["code"]), (429, &json!("budget_exceeded")));
        assert_eq!(scene.provider.count(), 0);
    }

    async fn nothing_is_charged_that_was_not_used_and_nothing_unknown_is_free(db: Db) {
        let provider = Provider::start(10, 20);
        let scene = Scene::new(db, provider).await;
        let check = async |manner, body: Json, status: u16, count: usize, expected: Json| {
            scene.provider.set(manner);
            let answer = scene.ask(body).await;
            assert_eq!(answer.status.as_u16(), status, "{manner:?}: {}", answer.text);
            let fields = ["outcome", "input_tokens", "output_tokens", "cost_micros", "estimated"];
            let rows = scene.ledger(count, &fields).await;
            assert_eq!(rows.last(), Some(&expected), "{manner:?}");
        };
        let most = 50;
        let ask = json!({"max_tokens": most});
        // what "hi" and fifty tokens may come to
        let worst = (hi() * 15 + most * 60 + 99) / 100;
        check(Manner::Refuse(400), ask.clone(), 400, 1, json!(["error", 0, 0, 0, false])).await;
        check(Manner::Answer, ask.clone(), 200, 2, json!(["ok", 10, 20, 14, false])).await;
        // a page for people comes from no provider
        check(Manner::Html, ask.clone(), 502, 3, json!(["error", 0, 0, 0, false])).await;
        let streaming = json!({"max_tokens": most, "stream": true});
        check(Manner::Answer, streaming.clone(), 200, 4, json!(["ok", 10, 20, 14, false])).await;
        check(Manner::Cut, streaming, 200, 5, json!(["error", hi(), most, worst, true])).await;
    }

    async fn every_try_that_may_have_cost_something_is_booked_and_paid_before(db: Db) {
        let provider = Provider::start(10, 20);
        let scene = Scene::new(db, provider).await;
        scene.provider.set(Manner::Cut);
        let most = 50;
        let worst = (hi() * 15 + most * 60 + 99) / 100;
        let fields = ["outcome", "cost_micros", "estimated"];
        // the first call and two more tries, each of which the provider may have counted
        scene.ask(json!({"max_tokens": most})).await.expect(502);
        assert_eq!(scene.provider.count(), 3);
        assert_eq!(scene.ledger(3, &fields).await, vec![json!(["error", worst, true]); 3]);
        // money for one try is money for one try
        let id = scene.budget(organisation(2 * worst - 1)).await;
        scene.ask(json!({"max_tokens": most})).await.expect(502);
        assert_eq!(scene.provider.count(), 4);
        scene.budget_when(&id, |budget| budget["spent_micros"] == worst).await;
        assert_eq!(scene.ledger(4, &fields).await.len(), 4);
    }
}

async fn until_refused(scene: &Scene) {
    for _ in 0..200 {
        if scene.ask(json!({"max_tokens": 100})).await.status == 429 {
            return;
        }
    }
    panic!("the budget never stopped a call");
}

async fn until_answered(scene: &Scene) {
    for _ in 0..200 {
        if scene.ask(json!({"max_tokens": 100})).await.status == 200 {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("the budget never let a call pass again");
}
