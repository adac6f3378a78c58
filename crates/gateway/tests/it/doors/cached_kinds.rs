//! Each kind of answer is given again for its own time, and costs nothing then.

use std::time::Duration;

use futures::future::join_all;
use gateway::{CacheTimes, DoorOptions};
use serde_json::{Value as Json, json};
use web::testing::Answer;

use super::provider::{Manner, Provider};
use super::scene::{MODEL, Scene, question};

const CLAUDE: &str = "claude/claude-sonnet-4-5";

/// What an answer says of the cache.
fn mark(answer: &Answer) -> Option<&str> {
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.headers.get("x-cache").map(|mark| mark.to_str().unwrap())
}

async fn vectors(scene: &Scene, more: Json, headers: &[(&str, &str)]) -> Answer {
    let mut body = json!({"model": MODEL, "input": "one"});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    scene.knock_with(&scene.key, "/v1/embeddings", &body, headers).await
}

async fn with_claude(scene: &Scene) {
    let claude = json!({
        "name": "claude", "kind": "anthropic", "base_url": scene.provider.url,
        "api_key": "sk-claude-1234567890", "models": ["claude-sonnet-4-5"],
        "settings": {"retries": 0, "retry_wait_ms": 1},
    });
    scene.platform(claude).await;
}

async fn count(scene: &Scene, model: &str, headers: &[(&str, &str)]) -> Answer {
    let body = question(json!({"model": model}));
    scene.knock_with(&scene.key, "/v1/messages/count_tokens", &body, headers).await
}

store::both_databases! {
    async fn an_answer_lives_for_two_hours(db: Db) {
        let scene = Scene::new(db, Provider::start(1, 1)).await;
        let cold = json!({"temperature": 0});
        assert_eq!(mark(&scene.ask(cold.clone()).await), Some("miss"));
        scene.app.clock.advance(Duration::from_secs(7_190));
        assert_eq!(mark(&scene.ask(cold.clone()).await), Some("hit"));
        scene.app.clock.advance(Duration::from_secs(20));
        assert_eq!(mark(&scene.ask(cold.clone()).await), Some("miss"));
        assert_eq!(scene.provider.count(), 2);
    }

    async fn each_kind_has_its_own_time(db: Db) {
        let seconds = Duration::from_secs;
        let cache = CacheTimes { chat: seconds(60), embeddings: seconds(600), token_counts: Duration::ZERO };
        let options = DoorOptions { cache, ..DoorOptions::new("test") };
        let scene = Scene::with(db, Provider::start(1, 1), options).await;
        with_claude(&scene).await;
        let check = async |chat: &str, embeddings: &str| {
            assert_eq!(mark(&scene.ask(json!({"temperature": 0})).await), Some(chat));
            assert_eq!(mark(&vectors(&scene, json!({}), &[]).await), Some(embeddings));
            let before = scene.provider.count();
            // a kind without a time is not kept, nor spoken of
            assert_eq!(mark(&count(&scene, CLAUDE, &[]).await), None);
            assert_eq!(scene.provider.count(), before + 1);
        };
        check("miss", "miss").await;
        check("hit", "hit").await;
        scene.app.clock.advance(seconds(100));
        check("miss", "hit").await;
        scene.app.clock.advance(seconds(600));
        check("miss", "miss").await;
    }

    async fn the_same_texts_become_vectors_once_and_again_for_nothing(db: Db) {
        let scene = Scene::new(db, Provider::start(1_000, 0)).await;
        let check = async |more: Json, headers: &[(&str, &str)], marked: Option<&str>, asked: u64| {
            let before = scene.provider.count();
            let answer = vectors(&scene, more.clone(), headers).await;
            assert_eq!((mark(&answer), scene.provider.count() - before), (marked, asked), "{more}");
            answer
        };
        let first = check(json!({}), &[], Some("miss"), 1).await;
        let again = check(json!({}), &[], Some("hit"), 0).await;
        assert_eq!(again.json, first.json);
        // how they are written is no other question
        let packed = check(json!({"encoding_format": "base64"}), &[], Some("hit"), 0).await;
        assert!(packed.json["data"][0]["embedding"].is_string(), "{}", packed.text);
        check(json!({"dimensions": 2}), &[], Some("miss"), 1).await;
        check(json!({"input": "three"}), &[], Some("miss"), 1).await;
        check(json!({}), &[("x-cache", "bypass")], None, 1).await;
        let rows = scene.ledger(6, &["door", "is_cached"]).await;
        let count = |row: Json| rows.iter().filter(|found| **found == row).count();
        assert_eq!((count(json!(["embeddings", true])), count(json!(["embeddings", false]))), (2, 4), "{rows:?}");
        let rows = scene.ledger(6, &["is_cached", "cost_micros"]).await;
        assert!(rows.iter().all(|row| row[0] == false || row[1] == 0), "{rows:?}");
    }

    async fn those_who_want_the_same_vectors_at_once_share_one_call(db: Db) {
        let scene = Scene::new(db, Provider::start(1, 0)).await;
        scene.provider.set(Manner::Wait);
        let asked = join_all((0..10).map(|_| vectors(&scene, json!({}), &[])));
        let open = async {
            while scene.provider.count() == 0 {
                tokio::task::yield_now().await;
            }
            scene.provider.let_go();
        };
        let (answers, ()) = tokio::join!(asked, open);
        assert_eq!(scene.provider.count(), 1);
        assert_eq!(answers.iter().filter(|answer| mark(answer) == Some("hit")).count(), 9);
        // a refusal is remembered for nobody
        scene.provider.set(Manner::Refuse(400));
        for _ in 0..2 {
            vectors(&scene, json!({"input": "other"}), &[]).await.expect(400);
        }
        assert_eq!(scene.provider.count(), 3);
    }

    async fn tokens_that_a_provider_has_counted_are_not_counted_again(db: Db) {
        let scene = Scene::new(db, Provider::start(10, 1)).await;
        with_claude(&scene).await;
        let check = async |headers: &[(&str, &str)], marked: Option<&str>, asked: u64| {
            let before = scene.provider.count();
            let answer = count(&scene, CLAUDE, headers).await;
            assert_eq!((mark(&answer), scene.provider.count() - before), (marked, asked));
            answer.json["input_tokens"].as_u64().unwrap()
        };
        // what is estimated because nobody can be asked is not kept
        scene.provider.set(Manner::Refuse(500));
        let estimated = check(&[], Some("miss"), 1).await;
        scene.provider.set(Manner::Answer);
        assert_ne!(estimated, 10);
        assert_eq!(check(&[], Some("miss"), 1).await, 10);
        assert_eq!(check(&[], Some("hit"), 0).await, 10);
        assert_eq!(check(&[("x-cache", "bypass")], None, 1).await, 10);
        count(&scene, "nobody/nothing", &[]).await.expect(404);
    }
}
