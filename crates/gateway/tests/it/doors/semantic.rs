//! A question that means the same as one before costs its vector alone, where that is wanted.

use std::time::Duration;

use gateway::{DoorOptions, SemanticCache};
use serde_json::{Value as Json, json};
use web::testing::Answer;

use super::provider::{Manner, Provider};
use super::scene::{MODEL, Scene, question, text};

/// A cold question. Each `!` turns its vector by 5 degrees: the cosine of one is 0.996, of two
/// 0.985, of three 0.966, of four 0.94.
fn about(system: &str, turned: usize, more: Json) -> Json {
    let words = format!("Where is it{}", "!".repeat(turned));
    let mut body = question(json!({"temperature": 0, "messages": [
        {"role": "system", "content": system}, {"role": "user", "content": words},
    ]}));
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

fn header<'a>(answer: &'a Answer, name: &str) -> Option<&'a str> {
    answer.headers.get(name).map(|value| value.to_str().unwrap())
}

async fn made(scene: &Scene, who: &str, body: Json) -> String {
    let made = scene.app.send_as(who, "POST", "/api/v1/virtual-keys", Some(body)).await.expect(201);
    text(&made["key"])
}

store::both_databases! {
    async fn a_question_that_means_the_same_costs_its_vector_alone(db: Db) {
        let semantic = Some(SemanticCache::new(MODEL));
        let options = DoorOptions { semantic, ..DoorOptions::new("test") };
        let scene = Scene::with(db, Provider::start(1_000, 0), options).await;
        let nothing = || json!({});
        let check = async |key: &str, body: Json, headers: &[(&str, &str)], marked: Option<&str>, asked: u64| {
            let before = scene.provider.count();
            let answer = scene.knock_with(key, "/v1/chat/completions", &body, headers).await;
            assert_eq!(answer.status, 200, "{}", answer.text);
            let found = (header(&answer, "x-cache"), scene.provider.count() - before);
            assert_eq!(found, (marked, asked), "{body}");
            answer
        };
        let key = scene.key.as_str();
        let first = check(key, about("be kind", 0, nothing()), &[], Some("miss"), 2).await;
        assert_eq!(header(&first, "x-cache-similarity"), None);
        let same = check(key, about("be kind", 2, nothing()), &[], Some("semantic"), 1).await;
        assert_eq!(header(&same, "x-cache-similarity"), Some("0.985"));
        assert_eq!(same.json["choices"], first.json["choices"]);
        // the same words again need no vector, and are no answer of their own
        let again = check(key, about("be kind", 2, nothing()), &[], Some("semantic"), 0).await;
        assert_eq!(header(&again, "x-cache-similarity"), Some("0.985"));
        let stream = json!({"stream": true});
        let streamed = check(key, about("be kind", 1, stream.clone()), &[], Some("semantic"), 1).await;
        assert!(streamed.text.contains("Paris") && streamed.text.ends_with("data: [DONE]\n\n"), "{}", streamed.text);
        // too far from the first one, and kept for others as a stream too
        check(key, about("be kind", 4, stream), &[], Some("miss"), 2).await;
        check(key, about("be kind", 5, nothing()), &[], Some("semantic"), 1).await;
        // everything but the words must be the same; that text's vector is known
        check(key, about("be brief", 0, nothing()), &[], Some("miss"), 1).await;
        let tools = json!({"tools": [{"type": "function", "function": {"name": "look", "parameters": {"type": "object"}}}]});
        check(key, about("be kind", 3, tools), &[], Some("miss"), 1).await;
        check(key, about("be kind", 3, nothing()), &[("x-cache", "bypass")], None, 1).await;
        // who may not ask for vectors, and who gets none, asks the model
        let chats = made(&scene, "test-all", json!({"name": "chats", "scopes": ["chat"]})).await;
        check(&chats, about("be kind", 3, nothing()), &[], Some("miss"), 1).await;
        scene.provider.set(Manner::NoVectors);
        check(key, about("be kind", 6, nothing()), &[], Some("miss"), 2).await;
        scene.provider.set(Manner::Answer);

        let rows = scene.ledger(18, &["door", "is_cached", "outcome", "cost_micros"]).await;
        let count = |door: &str, is_cached: bool, outcome: &str, cost: i64| {
            rows.iter().filter(|row| **row == json!([door, is_cached, outcome, cost])).count()
        };
        let counts = [
            count("chat/completions", false, "ok", 150),
            count("chat/completions", true, "ok", 0),
            count("embeddings", false, "ok", 150),
            count("embeddings", true, "ok", 0),
            count("embeddings", false, "error", 0),
        ];
        assert_eq!((counts, rows.len()), ([7, 4, 5, 1, 1], 18), "{rows:?}");
        let tokens = scene.ledger(18, &["input_tokens"]).await;
        let booked: i64 = tokens.iter().map(|row| row[0].as_i64().unwrap()).sum();
        assert_eq!(booked, scene.provider.tokens.load(std::sync::atomic::Ordering::SeqCst));

        // the vector is no request of the client's
        let slow = made(&scene, "test-all", json!({"name": "slow", "requests_per_minute": 1})).await;
        check(&slow, about("be slow", 7, nothing()), &[], Some("miss"), 2).await;
        // another organisation has answers of its own
        let theirs = made(&scene, "test-all@2", json!({"name": "theirs"})).await;
        check(&theirs, about("be kind", 2, nothing()), &[], Some("miss"), 2).await;
        scene.app.clock.advance(Duration::from_secs(7_200));
        check(key, about("be kind", 2, nothing()), &[], Some("miss"), 2).await;
    }

    async fn the_vector_of_a_question_is_no_request_of_the_day(db: Db) {
        let semantic = Some(SemanticCache::new(MODEL));
        let options = DoorOptions { semantic, ..DoorOptions::new("test") };
        let scene = Scene::with(db, Provider::start(1, 0), options).await;
        let limit = json!({"scope": "organisation", "requests_per_day": 2});
        scene.app.send("PUT", "/api/v1/rate-limits", Some(limit)).await.expect(200);
        for (turned, status) in [(0, 200), (4, 200), (8, 429)] {
            let body = about("be kind", turned, json!({}));
            scene.knock(&scene.key, "/v1/chat/completions", &body).await.expect(status);
        }
        // two answers and three vectors
        assert_eq!(scene.provider.count(), 5);
    }
}
