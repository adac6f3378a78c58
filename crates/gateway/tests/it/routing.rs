//! Where calls go: groups, fail-over, the breaker, hedges, and what a caller hears of it.

use std::time::Duration;

use agent::port::{ModelCall, Models as _};
use base::{Random as _, SeededRandom};
use gateway::CallMeta;
use llm::chat::{Delta, Message, Request};
use serde_json::{Value as Json, json};
use store::testing::sqlite;
use tempfile::tempdir;
use wiremock::{MockServer, Respond, ResponseTemplate};

use crate::house::{House, ONE, answering, answering_with, asked, streamed};
use crate::support::{HI, call, listener};

fn target(platform: &str, order: i64, weight: i64) -> Json {
    json!({"platform": platform, "model": "large", "order": order, "weight": weight})
}

async fn group(house: &House, strategy: &str, targets: Json, hedge_after_ms: Option<i64>) {
    let body = json!({
        "name": "smart", "strategy": strategy, "targets": targets, "hedge_after_ms": hedge_after_ms,
    });
    house.post("/api/v1/model-groups", body, 201).await;
}

/// A house with the platforms `one` and `two` in a group by priority.
async fn pair(
    db: &store::Db,
    folder: &std::path::Path,
    one: &MockServer,
    two: &MockServer,
) -> House {
    let house = House::new(db, folder).await;
    house.platform("one", one).await;
    house.platform("two", two).await;
    group(&house, "priority", json!([target("one", 1, 1), target("two", 2, 1)]), None).await;
    house
}

/// How often both were asked since the test of their connections.
async fn counts(one: &MockServer, two: &MockServer) -> (usize, usize) {
    (asked(one).await - 1, asked(two).await - 1)
}

fn failing(status: u16) -> ResponseTemplate {
    ResponseTemplate::new(status)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fail_over_before_the_first_token_is_not_seen() {
    let check = async |failure: ResponseTemplate| {
        let (test, folder) = (sqlite().await, tempdir().unwrap());
        let (one, two) = (answering_with(failure).await, answering().await);
        let house = pair(&test.db, folder.path(), &one, &two).await;
        let (on_delta, heard) = listener();
        let asked = ModelCall { on_delta: Some(on_delta), ..call(Some("smart")) };
        let outcome = house.gateway.call(asked).await.unwrap();
        assert_eq!((outcome.model.as_str(), outcome.reply.content.as_str()), ("two/large", "Hi"));
        let heard = heard.lock().unwrap().clone();
        let starts = heard.iter().filter(|delta| matches!(delta, Delta::Start { .. })).count();
        let texts = heard.iter().filter(|delta| matches!(delta, Delta::Text { .. })).count();
        assert_eq!((starts, texts), (1, 1), "{heard:?}");
        assert_eq!(counts(&one, &two).await, (1, 1));
    };
    check(failing(500)).await;
    check(failing(401)).await;
    check(failing(429).insert_header("retry-after", "20")).await;
    check(failing(404)).await;
    check(streamed("data: {\"model\":\"m\",\"choices\":[]}\n\n")).await;
    check(streamed("garbage\n\n")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_the_first_token_the_error_is_told_and_nothing_repeats() {
    let (test, folder) = (sqlite().await, tempdir().unwrap());
    let broken = "data: {\"model\":\"m\",\"choices\":[{\"delta\":{\"content\":\"Half\"}}]}\n\n";
    let (one, two) = (answering_with(streamed(broken)).await, answering().await);
    let house = pair(&test.db, folder.path(), &one, &two).await;
    let (on_delta, heard) = listener();
    let asked = ModelCall { on_delta: Some(on_delta), ..call(Some("smart")) };
    let error = house.gateway.call(asked).await.unwrap_err();
    assert_eq!(error.code(), "stream_cut");
    let heard = heard.lock().unwrap().clone();
    let texts: Vec<&Delta> = heard.iter().filter(|d| matches!(d, Delta::Text { .. })).collect();
    assert_eq!(texts, [&Delta::Text { text: "Half".into() }]);
    assert_eq!(counts(&one, &two).await, (1, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_request_is_wrong_everywhere() {
    let (test, folder) = (sqlite().await, tempdir().unwrap());
    let (one, two) = (answering_with(failing(400)).await, answering().await);
    let house = pair(&test.db, folder.path(), &one, &two).await;
    for _ in 0..8 {
        let error = house.gateway.call(call(Some("smart"))).await.unwrap_err();
        assert_eq!(error.code(), "bad_request");
    }
    assert_eq!(counts(&one, &two).await, (8, 0), "and it opens no breaker");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn breaker_opens_after_five_failures_and_then_nothing_is_sent() {
    let (test, folder) = (sqlite().await, tempdir().unwrap());
    let (one, two) = (answering_with(failing(500)).await, answering().await);
    let house = pair(&test.db, folder.path(), &one, &two).await;
    for _ in 0..20 {
        house.gateway.call(call(Some("smart"))).await.unwrap();
    }
    assert_eq!(counts(&one, &two).await, (5, 20));
    // alone, it refuses at once and says for how long
    let error = house.gateway.call(call(Some("one/large"))).await.unwrap_err();
    assert_eq!(error.code(), "overloaded");
    let wait = error.retry_after().unwrap();
    assert!(wait > Duration::from_secs(20) && wait <= Duration::from_secs(30), "{wait:?}");
    assert_eq!(counts(&one, &two).await, (5, 20));
    let health = house.get("/api/v1/platforms/health").await;
    let of = |name: &str| {
        let items = health["items"].as_array().unwrap();
        items.iter().find(|item| item["platform"] == name).unwrap()["status"].clone()
    };
    assert_eq!((of("one"), of("two")), (json!("down"), json!("healthy")));
    // the group has another way; a model that is nowhere is not down
    let is_down = |model| house.gateway.is_down(ONE, None, Some(model));
    let found = ["one/large", "two/large", "smart", "nowhere/large"].map(is_down);
    assert_eq!(found, [true, false, false, false]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn platform_that_asks_for_a_pause_gets_it() {
    let (test, folder) = (sqlite().await, tempdir().unwrap());
    let limited = failing(429).insert_header("retry-after-ms", "400");
    let one = MockServer::start().await;
    wiremock::Mock::given(wiremock::matchers::method("POST"))
        .respond_with(limited)
        .up_to_n_times(2)
        .with_priority(1)
        .mount(&one)
        .await;
    wiremock::Mock::given(wiremock::matchers::method("POST"))
        .respond_with(streamed(HI))
        .with_priority(2)
        .mount(&one)
        .await;
    let two = answering().await;
    let house = pair(&test.db, folder.path(), &one, &two).await;
    let first = house.gateway.call(call(Some("smart"))).await.unwrap();
    let second = house.gateway.call(call(Some("smart"))).await.unwrap();
    assert_eq!((first.provider.as_str(), second.provider.as_str()), ("two", "two"));
    assert_eq!(counts(&one, &two).await, (1, 2), "it was left alone");
    // who wants no other platform waits for it
    let outcome = house.gateway.call(call(Some("one/large"))).await.unwrap();
    assert_eq!(outcome.provider, "one");
    assert_eq!(counts(&one, &two).await, (2, 2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn weights_share_the_calls() {
    let (test, folder) = (sqlite().await, tempdir().unwrap());
    let (one, two) = (answering().await, answering().await);
    let house = House::new(&test.db, folder.path()).await;
    house.platform("one", &one).await;
    house.platform("two", &two).await;
    group(&house, "weighted", json!([target("one", 1, 9), target("two", 2, 1)]), None).await;
    for _ in 0..100 {
        house.gateway.call(call(Some("smart"))).await.unwrap();
    }
    let (first, second) = counts(&one, &two).await;
    assert_eq!(first + second, 100);
    // nine in ten, with room for chance: less than one in a million misses this
    assert!((72..=99).contains(&first), "{first}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cheapest_is_asked_first() {
    let (test, folder) = (sqlite().await, tempdir().unwrap());
    let (one, two) = (answering().await, answering().await);
    let house = House::new(&test.db, folder.path()).await;
    house.platform("one", &one).await;
    house.platform("two", &two).await;
    let price = |platform: &str, input: i64| json!({"platform": platform, "valid_from": "2020-01-01T00:00:00Z", "input_micros": input, "output_micros": input});
    house
        .post("/api/v1/prices", json!([price("one", 5_000_000), price("two", 1_000_000)]), 200)
        .await;
    group(&house, "cheapest", json!([target("one", 1, 1), target("two", 2, 1)]), None).await;
    let outcome = house.gateway.call(call(Some("smart"))).await.unwrap();
    assert_eq!(outcome.provider, "two");
    // 3 tokens read and 1 written at a dollar a million
    assert_eq!((outcome.cost.0, outcome.cost_known), (4, true));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn silent_platform_is_hedged_and_hung_up_on() {
    let (test, folder) = (sqlite().await, tempdir().unwrap());
    let slow = streamed(HI).set_delay(Duration::from_secs(20));
    let (one, two) = (answering().await, answering().await);
    let house = pair(&test.db, folder.path(), &one, &two).await;
    one.reset().await;
    wiremock::Mock::given(wiremock::matchers::any()).respond_with(slow).mount(&one).await;
    let id = house.get("/api/v1/model-groups").await["items"][0]["id"].as_str().unwrap().to_owned();
    let body = json!({
        "name": "smart", "version": 1, "hedge_after_ms": 50,
        "targets": [target("one", 1, 1), target("two", 2, 1)],
    });
    house.app.send("PUT", &format!("/api/v1/model-groups/{id}"), Some(body)).await.expect(200);
    let answer =
        tokio::time::timeout(Duration::from_secs(10), house.gateway.call(call(Some("smart"))));
    assert_eq!(answer.await.unwrap().unwrap().provider, "two");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn platform_with_the_same_model_steps_in_by_its_order() {
    let (test, folder) = (sqlite().await, tempdir().unwrap());
    let (one, two) = (answering_with(failing(500)).await, answering().await);
    let house = House::new(&test.db, folder.path()).await;
    house.platform("one", &one).await;
    let mut second = crate::house::platform("two", &two.uri());
    second["fallback_order"] = json!(1);
    house.post("/api/v1/platforms", second, 201).await;
    let outcome = house.gateway.call(call(Some("one/large"))).await.unwrap();
    assert_eq!(outcome.model, "two/large");
    // a bare name goes to the one that has an order
    let outcome = house.gateway.call(call(Some("large"))).await.unwrap();
    assert_eq!(outcome.model, "two/large");
    assert_eq!(counts(&one, &two).await, (1, 2));
}

/// Of ten questions about five are answered 429, two 500, and three "Hi".
#[derive(Debug)]
struct Storm(SeededRandom);

impl Respond for Storm {
    fn respond(&self, _: &wiremock::Request) -> ResponseTemplate {
        let mut bytes = [0];
        self.0.fill(&mut bytes);
        match bytes[0] % 10 {
            0..5 => failing(429),
            5 | 6 => failing(500),
            _ => streamed(HI),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn storm_is_not_amplified_and_the_other_platform_answers() {
    const CALLS: usize = 300;
    let (test, folder) = (sqlite().await, tempdir().unwrap());
    let (one, two) = (answering_with(Storm(SeededRandom::new(24))).await, answering().await);
    let house = pair(&test.db, folder.path(), &one, &two).await;
    let meta = CallMeta::new(ONE, "smart");
    let calls = (0..CALLS).map(|_| async {
        let request = Request::new("", vec![Message::user("hello")]);
        let began = tokio::time::Instant::now();
        let answer = house.gateway.stream(&meta, request).await.map(drop);
        (answer.is_ok(), began.elapsed())
    });
    let ends = futures::future::join_all(calls).await;
    let (first, second) = counts(&one, &two).await;
    let answered = ends.iter().filter(|(is_ok, _)| *is_ok).count();
    assert!(first + second <= CALLS * 12 / 10 + 20, "{first} and {second} for {CALLS}");
    assert!(answered >= CALLS / 2, "{answered} of {CALLS}");
    let slowest = ends.iter().map(|(_, took)| *took).max().unwrap();
    assert!(slowest < Duration::from_secs(10), "{slowest:?}");
    // the breaker is open now: everything goes to the other one, first try
    let before = counts(&one, &two).await;
    for _ in 0..50 {
        house.gateway.call(call(Some("smart"))).await.unwrap();
    }
    let after = counts(&one, &two).await;
    assert_eq!((after.0 - before.0, after.1 - before.1), (0, 50));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_platform_without_money_is_not_asked_even_when_it_is_the_last() {
    let (test, folder) = (sqlite().await, tempdir().unwrap());
    let (one, two) = (answering().await, answering_with(failing(500)).await);
    let house = pair(&test.db, folder.path(), &one, &two).await;
    let asked = ModelCall { without: vec!["one".into()], ..call(Some("smart")) };
    let error = house.gateway.call(asked).await.unwrap_err();
    assert_eq!(error.code(), "overloaded");
    assert_eq!(counts(&one, &two).await.0, 0);
    let asked = ModelCall { without: vec!["one".into(), "two".into()], ..call(Some("smart")) };
    let error = house.gateway.call(asked).await.unwrap_err();
    assert_eq!(error.code(), "out_of_credit");
}
