//! A question that is asked as a stream, and again: afterwards, and while it is under way.

use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::http::{Request, header};
use axum::response::Response;
use futures::future::join_all;
use gateway::DoorOptions;
use serde_json::{Value as Json, json};

use super::provider::{Manner, Provider};
use super::scene::{Scene, question};

const CHAT: &str = "/v1/chat/completions";
const CLAUDE: &str = "claude/claude-sonnet-4-5";

fn cold() -> Json {
    json!({"temperature": 0, "stream": true})
}

/// Begins to ask, and gives the answer with its words still to be heard.
async fn begin(scene: &Scene) -> Response {
    let request = Request::post(CHAT)
        .header(header::HOST, "localhost")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::AUTHORIZATION, format!("Bearer {}", scene.key))
        .body(Body::from(question(cold()).to_string()))
        .unwrap();
    scene.app.respond(request).await
}

/// What the chunks of a chat say, and whether that is all of it.
fn words(text: &str) -> (String, bool) {
    let chunks = text.lines().filter_map(|line| line.strip_prefix("data: "));
    let chunks = chunks.filter_map(|chunk| serde_json::from_str::<Json>(chunk).ok());
    let content = chunks
        .filter_map(|chunk| Some(chunk["choices"][0]["delta"]["content"].as_str()?.to_owned()));
    (content.collect(), text.ends_with("data: [DONE]\n\n"))
}

/// Everything that the events of a message say, block by block, and its end.
fn said(text: &str) -> (Vec<Json>, Json) {
    let (mut blocks, mut end) = (Vec::new(), Json::Null);
    for line in text.lines().filter_map(|line| line.strip_prefix("data: ")) {
        let event: Json = serde_json::from_str(line).unwrap();
        match event["type"].as_str().unwrap() {
            "content_block_start" => blocks.push(event["content_block"].clone()),
            "content_block_delta" => {
                let block: &mut Json = &mut blocks[event["index"].as_u64().unwrap() as usize];
                for (field, more) in event["delta"].as_object().unwrap() {
                    if field != "type" {
                        let before = block[field].as_str().unwrap_or_default();
                        block[field] = json!(format!("{before}{}", more.as_str().unwrap()));
                    }
                }
            }
            "message_delta" => end = event,
            _ => {}
        }
    }
    (blocks, end)
}

/// Lets everybody come who wants to.
async fn all_come() {
    for _ in 0..500 {
        tokio::task::yield_now().await;
    }
}

async fn until_asked(scene: &Scene) {
    while scene.provider.count() == 0 {
        tokio::task::yield_now().await;
    }
    all_come().await;
}

store::both_databases! {
    async fn those_who_ask_at_once_share_one_call(db: Db) {
        let scene = Scene::new(db, Provider::start(10, 20)).await;
        scene.provider.set(Manner::Wait);
        let streams = join_all((0..10).map(|_| scene.ask(cold())));
        let wholes = join_all((0..10).map(|_| scene.ask(json!({"temperature": 0}))));
        let open = async {
            until_asked(&scene).await;
            scene.provider.let_go();
        };
        let (streams, wholes, ()) = tokio::join!(streams, wholes, open);
        assert_eq!(scene.provider.count(), 1);
        for stream in &streams {
            assert_eq!(stream.headers["content-type"], "text/event-stream");
            assert_eq!(words(&stream.text), ("Paris".to_owned(), true), "{}", stream.text);
        }
        for whole in &wholes {
            assert_eq!(whole.json["choices"][0]["message"]["content"], "Paris");
        }
        let hits = streams.iter().chain(&wholes).filter(|answer| answer.headers["x-cache"] == "hit");
        assert_eq!(hits.count(), 19);
        let rows = scene.ledger(20, &["cost_micros", "is_cached", "outcome"]).await;
        let count = |row: Json| rows.iter().filter(|found| **found == row).count();
        assert_eq!((count(json!([14, false, "ok"])), count(json!([0, true, "ok"]))), (1, 19), "{rows:?}");
    }

    async fn when_the_one_who_asks_leaves_the_next_one_asks(db: Db) {
        let scene = Scene::new(db, Provider::start(10, 20)).await;
        scene.provider.set(Manner::Stall);
        let first = begin(&scene).await;
        scene.provider.set(Manner::Answer);
        let leave = async {
            all_come().await;
            drop(first);
        };
        let (answers, ()) = tokio::join!(join_all((0..3).map(|_| scene.ask(cold()))), leave);
        let marks: Vec<_> = answers.iter().map(|answer| answer.headers["x-cache"].to_str().unwrap()).collect();
        assert_eq!(marks.iter().filter(|mark| **mark == "miss").count(), 1, "{marks:?}");
        assert!(answers.iter().all(|answer| words(&answer.text) == ("Paris".to_owned(), true)));
        assert_eq!(scene.provider.count(), 2);
    }

    async fn who_stops_waiting_disturbs_nobody(db: Db) {
        let scene = Scene::new(db, Provider::start(10, 20)).await;
        scene.provider.set(Manner::Wait);
        let leaving = tokio::time::timeout(Duration::from_millis(50), scene.ask(cold()));
        let asking = async {
            let (answer, late) = tokio::join!(scene.ask(cold()), leaving);
            (answer, late.is_err())
        };
        let open = async {
            until_asked(&scene).await;
            // longer than the other one waits
            tokio::time::sleep(Duration::from_millis(100)).await;
            scene.provider.let_go();
        };
        let ((answer, has_left), ()) = tokio::join!(asking, open);
        assert!(has_left);
        assert_eq!(words(&answer.text), ("Paris".to_owned(), true));
        assert!(scene.provider.count() <= 2);
    }

    async fn those_who_waited_for_a_stream_that_broke_ask_for_themselves(db: Db) {
        let scene = Scene::new(db, Provider::start(10, 20)).await;
        scene.provider.set(Manner::WaitAndCut);
        let asked = join_all((0..3).map(|_| scene.ask(cold())));
        let open = async {
            until_asked(&scene).await;
            scene.provider.set(Manner::Answer);
            scene.provider.let_go();
        };
        let (answers, ()) = tokio::join!(asked, open);
        let broken = answers.iter().filter(|answer| answer.text.contains("\"error\"")).count();
        let whole = answers.iter().filter(|answer| words(&answer.text) == ("Paris".to_owned(), true)).count();
        assert_eq!((broken, whole), (1, 2));
        assert!((2..=3).contains(&scene.provider.count()));
        // what broke is not remembered, what did not is
        assert_eq!(scene.ask(cold()).await.headers["x-cache"], "hit");
    }

    async fn refusal_of_one_key_is_not_told_to_another_one(db: Db) {
        let scene = Scene::new(db, Provider::start(1, 1)).await;
        let poor = scene.app.send("POST", "/api/v1/virtual-keys", Some(json!({"name": "poor"}))).await.expect(201);
        scene.budget(json!({"scope": "key", "scope_id": poor["id"], "period": "total", "cap_micros": 0})).await;
        for round in 0..20 {
            let body = question(json!({"temperature": 0, "seed": round, "max_tokens": 9, "stream": true}));
            let keys = [poor["key"].as_str().unwrap(), &scene.key, &scene.key];
            let answers = join_all(keys.map(|key| scene.knock(key, CHAT, &body))).await;
            for answer in &answers[1..] {
                assert_eq!((answer.status.as_u16(), words(&answer.text).1), (200, true), "round {round}");
            }
        }
        assert_eq!(scene.provider.count(), 20);
    }

    async fn nobody_waits_for_a_client_that_takes_nothing(db: Db) {
        let options = DoorOptions { patience: Duration::from_millis(100), ..DoorOptions::new("test") };
        let scene = Scene::with(db, Provider::start(10, 20), options).await;
        let stuck = begin(&scene).await;
        let answer = scene.ask(cold()).await;
        assert_eq!((&answer.headers["x-cache"], words(&answer.text).1), (&"miss".parse().unwrap(), true));
        assert_eq!(scene.provider.count(), 2);
        // it may still take what is its own
        let late = to_bytes(stuck.into_body(), 1 << 20).await.unwrap();
        assert_eq!(words(std::str::from_utf8(&late).unwrap()), ("Paris".to_owned(), true));
        assert_eq!(scene.ask(cold()).await.headers["x-cache"], "hit");
    }

    async fn an_answer_of_the_cache_has_everything_that_the_first_one_had(db: Db) {
        let scene = Scene::new(db, Provider::start(10, 20)).await;
        scene.platform(json!({
            "name": "claude", "kind": "anthropic", "base_url": scene.provider.url,
            "api_key": "sk-claude-1234567890", "models": ["claude-sonnet-4-5"],
        })).await;
        scene.provider.set(Manner::Think);
        let before = scene.provider.count();
        let tool = |name: &str| json!({"name": name, "input_schema": {"type": "object"}});
        let mut body = question(json!({
            "model": CLAUDE, "max_tokens": 100, "temperature": 0, "stream": true,
            "tools": [tool("look"), tool("wait")],
        }));
        let first = scene.knock(&scene.key, "/v1/messages", &body).await;
        let again = scene.knock(&scene.key, "/v1/messages", &body).await;
        assert_eq!([&first.headers["x-cache"], &again.headers["x-cache"]], ["miss", "hit"]);
        assert_eq!(said(&again.text), said(&first.text), "{}", again.text);
        let (blocks, end) = said(&again.text);
        let kinds: Vec<_> = blocks.iter().map(|block| block["type"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["thinking", "redacted_thinking", "text", "tool_use", "tool_use"]);
        assert_eq!((&blocks[0]["thinking"], &blocks[2]["text"]), (&json!("Where is it?"), &json!("Let me look.")));
        assert!(blocks[0]["signature"].as_str().unwrap().ends_with("c2VhbA=="), "{blocks:?}");
        assert_eq!((&blocks[3]["id"], &blocks[3]["partial_json"]), (&json!("t1"), &json!("{\"at\":\"Paris\"}")));
        assert_eq!((&end["delta"]["stop_reason"], &end["usage"]["output_tokens"]), (&json!("tool_use"), &json!(20)));
        assert_eq!(end["usage"]["cache_read_input_tokens"], 3);
        // in one piece too
        body["stream"] = json!(false);
        let whole = scene.knock(&scene.key, "/v1/messages", &body).await;
        assert_eq!(whole.headers["x-cache"], "hit");
        assert_eq!(whole.json["content"][0]["signature"], blocks[0]["signature"]);
        assert_eq!(whole.json["content"][3]["input"], json!({"at": "Paris"}));
        assert_eq!(scene.provider.count() - before, 1);
        let rows = scene.ledger(3, &["cost_micros", "is_cached"]).await;
        assert_eq!((&rows[1], &rows[2]), (&json!([0, true]), &json!([0, true])));
    }
}
