//! Bad input and bad providers: a refusal in the dialect of the door.

use serde_json::{Value as Json, json};

use super::provider::{Manner, Provider};
use super::scene::{MODEL, Scene, question};

store::both_databases! {
    async fn answers_have_the_shape_of_their_door(db: Db) {
        let scene = Scene::new(db, Provider::start(3, 4)).await;
        let chat = scene.ask(json!({})).await.expect(200);
        assert_eq!(chat["object"], "chat.completion");
        assert_eq!(chat["model"], MODEL);
        assert_eq!(chat["choices"][0]["message"]["content"], "Paris");
        assert_eq!(chat["usage"]["total_tokens"], 7);
        let streamed = scene.ask(json!({"stream": true})).await;
        assert_eq!(streamed.headers["content-type"], "text/event-stream");
        assert!(streamed.text.starts_with("data: {") && streamed.text.ends_with("data: [DONE]\n\n"), "{}", streamed.text);
        let body = question(json!({"max_tokens": 10}));
        let message = scene.knock(&scene.key, "/v1/messages", &body).await.expect(200);
        assert_eq!((&message["type"], &message["content"][0]["text"]), (&json!("message"), &json!("Paris")));
        let body = question(json!({"max_tokens": 10, "stream": true}));
        let events = scene.knock(&scene.key, "/v1/messages", &body).await.text;
        assert!(events.starts_with("event: message_start\n") && events.contains("event: message_stop\n"), "{events}");
        let rows = scene.ledger(4, &["door"]).await;
        let doors: Vec<&str> = rows.iter().map(|row| row[0].as_str().unwrap()).collect();
        assert_eq!(doors, ["chat/completions", "chat/completions", "messages", "messages"]);
    }

    async fn tokens_are_counted_without_saying_how_many_may_be_written(db: Db) {
        let scene = Scene::new(db, Provider::start(1, 1)).await;
        let count = scene.knock(&scene.key, "/v1/messages/count_tokens", &question(json!({}))).await;
        assert!(count.expect(200)["input_tokens"].as_u64().unwrap() > 0);
        let nameless = question(json!({"model": ""}));
        let refused = scene.knock(&scene.key, "/v1/messages/count_tokens", &nameless).await;
        assert_eq!(refused.expect(400)["error"]["type"], "invalid_request_error");
        assert_eq!(scene.provider.count(), 0);
    }

    async fn bad_bodies_are_refused_before_anything_is_charged(db: Db) {
        let scene = Scene::new(db, Provider::start(1, 1)).await;
        let check = async |body: Json, status: u16| {
            for path in ["/v1/chat/completions", "/v1/messages"] {
                let answer = scene.knock(&scene.key, path, &body).await;
                assert_eq!(answer.status.as_u16(), status, "{path} {}", answer.text);
                let is_told = answer.json["error"]["message"].is_string();
                assert_eq!(is_told, status != 200, "{path} {}", answer.text);
            }
        };
        check(json!([]), 400).await;
        check(json!("x"), 400).await;
        check(json!({"model": MODEL, "max_tokens": 1}), 400).await;
        check(json!({"model": 7, "messages": [], "max_tokens": 1}), 400).await;
        check(question(json!({"model": "", "max_tokens": 1})), 400).await;
        check(question(json!({"model": "nobody/nothing", "max_tokens": 1})), 404).await;
        check(question(json!({"messages": "hi", "max_tokens": 1})), 400).await;
        check(question(json!({"temperature": "hot", "max_tokens": 1})), 400).await;
        let large = "x".repeat(50 * 1024 * 1024);
        check(question(json!({"user": large, "max_tokens": 1})), 413).await;
        assert_eq!(scene.provider.count(), 0);
        // ten thousand messages and unknown fields are no reason to refuse
        let messages: Vec<Json> = (0..10_000).map(|_| json!({"role": "user", "content": "hi"})).collect();
        check(question(json!({"messages": messages, "max_tokens": 1, "new_field": {"a": 1}})), 200).await;
    }

    async fn bad_providers_are_told_of_in_the_dialect_of_the_door(db: Db) {
        for (manner, status) in [(Manner::Refuse(400), 400), (Manner::Refuse(401), 502), (Manner::Html, 502), (Manner::Cut, 502)] {
            for path in ["/v1/chat/completions", "/v1/messages"] {
                // a provider of its own, which has not failed too often yet
                let scene = Scene::new(db.clone(), Provider::start(1, 1)).await;
                scene.provider.set(manner);
                let body = question(json!({"max_tokens": 5}));
                let answer = scene.knock(&scene.key, path, &body).await;
                assert_eq!(answer.status.as_u16(), status, "{manner:?} {path} {}", answer.text);
                assert!(answer.json["error"]["message"].is_string(), "{}", answer.text);
            }
        }
    }
}
