//! What each door says when all is well.

use serde_json::json;

use super::provider::Provider;
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
}
