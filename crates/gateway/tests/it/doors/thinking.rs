//! What a model may write and think is what money was set aside for, no more.

use serde_json::{Value as Json, json};

use super::provider::{Manner, Provider};
use super::scene::Scene;

const CLAUDE: &str = "claude/claude-sonnet-4-5";

async fn scene(db: store::Db) -> Scene {
    let scene = Scene::new(db, Provider::start(10, 20)).await;
    scene
        .platform(json!({
            "name": "claude", "kind": "anthropic", "base_url": scene.provider.url,
            "api_key": "sk-claude-1234567890", "models": ["claude-sonnet-4-5"],
            "settings": {"retries": 0, "retry_wait_ms": 1},
        }))
        .await;
    scene
}

fn question(more: Json) -> Json {
    let mut body = json!({"model": CLAUDE, "messages": [{"role": "user", "content": "hi"}]});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

store::both_databases! {
    async fn thinking_stays_within_the_limit_that_is_paid_for(db: Db) {
        let scene = scene(db).await;
        // a hundred tokens cost $0.0015, the eight words of "hi" and around it less than as much
        scene.budget(json!({"scope": "organisation", "period": "total", "cap_micros": 2_000})).await;
        let check = async |path: &str, more: Json, expected: Json| {
            let before = scene.provider.count();
            let answer = scene.knock(&scene.key, path, &question(more.clone())).await;
            if expected.is_null() {
                assert_eq!(scene.provider.count(), before, "{more}");
                return answer;
            }
            assert_eq!(answer.status, 200, "{more}: {}", answer.text);
            let sent = scene.provider.last.lock().unwrap().clone();
            assert_eq!(json!([sent["max_tokens"], sent["thinking"]]), expected, "{more}");
            answer
        };
        let chat = "/v1/chat/completions";
        check(chat, json!({"max_completion_tokens": 100, "reasoning_effort": "high"}), json!([100, null])).await;
        let responses = json!({"model": CLAUDE, "input": "hi", "max_output_tokens": 100, "reasoning": {"effort": "high"}});
        let answer = scene.knock(&scene.key, "/v1/responses", &responses).await;
        assert_eq!((answer.status.as_u16(), &scene.provider.last.lock().unwrap()["max_tokens"]), (200, &json!(100)));
        // as Anthropic itself would say
        let thinking = json!({"max_tokens": 2_000, "thinking": {"type": "enabled", "budget_tokens": 2_000}});
        let refused = check("/v1/messages", thinking, Json::Null).await;
        assert_eq!((refused.status.as_u16(), &refused.json["error"]["type"]), (400, &json!("invalid_request_error")));
    }

    async fn what_is_sent_is_held_and_a_cut_books_it(db: Db) {
        let scene = scene(db).await;
        let check = async |more: Json, rows: usize, output: i64| {
            scene.provider.set(Manner::Cut);
            scene.knock(&scene.key, "/v1/chat/completions", &question(more.clone())).await.expect(200);
            let sent = scene.provider.last.lock().unwrap()["max_tokens"].clone();
            let row = scene.ledger(rows, &["outcome", "output_tokens", "estimated"]).await.pop().unwrap();
            assert_eq!(json!([sent, row]), json!([output, ["error", output, true]]), "{more}");
        };
        check(json!({"stream": true}), 1, 32_000).await;
        check(json!({"stream": true, "reasoning_effort": "high"}), 2, 32_000).await;
        check(json!({"stream": true, "max_tokens": 300}), 3, 300).await;
        // where a budget applies, an answer that nobody limits gets an end that it can hold
        scene.budget(json!({"scope": "organisation", "period": "total", "cap_micros": 10_000_000})).await;
        check(json!({"stream": true}), 4, 4_096).await;
    }

    async fn tokens_are_counted_by_the_provider_that_counts(db: Db) {
        let scene = scene(db).await;
        let count = async |model: &str| {
            let body = question(json!({"model": model}));
            let anew = [("x-cache", "bypass")];
            let answer = scene.knock_with(&scene.key, "/v1/messages/count_tokens", &body, &anew).await;
            answer.expect(200)["input_tokens"].as_i64().unwrap()
        };
        assert_eq!(count(CLAUDE).await, 10);
        let before = scene.provider.count();
        let estimated = count("openai/gpt-4o-mini").await;
        assert!(estimated > 0 && estimated != 10, "{estimated}");
        assert_eq!(scene.provider.count(), before);
        // who cannot be asked now is not waited for
        scene.provider.set(Manner::Refuse(500));
        assert_eq!(count(CLAUDE).await, estimated);
    }
}
