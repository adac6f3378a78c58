//! How many calls run at once, in which order the others follow, and giving up a call.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use agent::port::{ModelCall, Models as _};
use base::UserId;
use futures::future::join_all;
use gateway::secret::SecretsConfig;
use gateway::{CallMeta, GatewayConfig, ProviderConfig};
use llm::chat::{Message, Request};
use serde_json::{Value as Json, json};
use store::testing::{TestDb, sqlite};
use tempfile::tempdir;

use crate::budgets::{intent, now, outcome, perform_at};
use crate::house::{House, ONE, answering, asked, platform};
use crate::support::{HI, call, config, gateway, listener};

/// A provider that takes its time for each call and writes down what happens.
#[derive(Debug, Default)]
struct Slow {
    models: Mutex<Vec<String>>,
    now: AtomicUsize,
    most: AtomicUsize,
}

const HEAD: &str =
    "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n";

impl Slow {
    /// Serves every connection on a thread of its own, so that only the caller limits it.
    fn start(serve: fn(&Self, &mut TcpStream)) -> (Arc<Self>, String) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/v1", listener.local_addr().unwrap());
        let slow = Arc::new(Self::default());
        let shared = slow.clone();
        std::thread::spawn(move || {
            while let Ok((mut socket, _)) = listener.accept() {
                let slow = shared.clone();
                std::thread::spawn(move || {
                    let model = asked_model(&mut socket);
                    slow.models.lock().unwrap().push(model);
                    let now = slow.now.fetch_add(1, Ordering::SeqCst) + 1;
                    slow.most.fetch_max(now, Ordering::SeqCst);
                    serve(&slow, &mut socket);
                });
            }
        });
        (slow, url)
    }

    /// Takes long enough for a call too many to show itself, and answers.
    fn answer(&self, socket: &mut TcpStream) {
        std::thread::sleep(Duration::from_millis(60));
        self.now.fetch_sub(1, Ordering::SeqCst);
        socket.write_all(format!("{HEAD}{HI}").as_bytes()).unwrap();
    }

    /// Says one word and no more, until the caller closes the connection.
    fn stall(&self, socket: &mut TcpStream) {
        let word = HI.split_inclusive("\n\n").next().unwrap();
        socket.write_all(format!("{HEAD}{word}").as_bytes()).unwrap();
        while matches!(socket.read(&mut [0]), Ok(1..)) {}
        self.now.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Reads a request; gives the model that it asks for.
fn asked_model(socket: &mut TcpStream) -> String {
    let mut reader = BufReader::new(socket);
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        if line.trim().is_empty() {
            break;
        }
        if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
    body["model"].as_str().unwrap().to_owned()
}

fn limited(folder: &std::path::Path, url: &str, max_concurrent: usize) -> GatewayConfig {
    let acme = ProviderConfig { max_concurrent, ..ProviderConfig::new("acme", url) };
    GatewayConfig { providers: vec![acme], ..config(folder) }
}

#[tokio::test]
async fn calls_beyond_the_limit_wait() {
    let folder = tempdir().unwrap();
    let check = async |limit: usize, calls: usize, expected: usize| {
        let (slow, url) = Slow::start(Slow::answer);
        let gateway = gateway(limited(folder.path(), &url, limit));
        let asked = (0..calls).map(|_| gateway.call(call(Some("acme/any"))));
        for outcome in join_all(asked).await {
            assert_eq!(outcome.unwrap().reply.content, "Hi");
        }
        assert_eq!(slow.most.load(Ordering::SeqCst), expected, "{calls} calls, limit {limit}");
    };
    check(1, 3, 1).await;
    check(2, 6, 2).await;
}

#[tokio::test]
async fn those_who_wait_are_served_in_order() {
    let folder = tempdir().unwrap();
    let (slow, url) = Slow::start(Slow::answer);
    let gateway = gateway(limited(folder.path(), &url, 1));
    let names: Vec<String> = (0..6).map(|number| format!("acme/{number}")).collect();
    join_all(names.iter().map(|name| gateway.call(call(Some(name))))).await;
    assert_eq!(*slow.models.lock().unwrap(), ["0", "1", "2", "3", "4", "5"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dropped_call_closes_its_connection_and_frees_its_turn() {
    let folder = tempdir().unwrap();
    let (slow, url) = Slow::start(Slow::stall);
    let gateway = gateway(limited(folder.path(), &url, 1));
    let begin = |gateway: gateway::Gateway| {
        let (on_delta, pieces) = listener();
        let asked = ModelCall { on_delta: Some(on_delta), ..call(Some("acme/any")) };
        let mut calls = tokio::task::JoinSet::new();
        calls.spawn(async move { gateway.call(asked).await.map(drop) });
        (calls, pieces)
    };
    for _ in 0..2 {
        let (mut calls, pieces) = begin(gateway.clone());
        until(|| !pieces.lock().unwrap().is_empty()).await;
        assert_eq!(slow.now.load(Ordering::SeqCst), 1);
        calls.shutdown().await;
        until(|| slow.now.load(Ordering::SeqCst) == 0).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn platform_takes_as_many_calls_a_minute_as_it_is_set_to() {
    let (test, folder) = (sqlite().await, tempdir().unwrap());
    let (one, house) = (answering().await, House::new(&test.db, folder.path()).await);
    let mut body = platform("one", &one.uri());
    body["requests_per_minute"] = json!(5);
    house.post("/api/v1/platforms", body, 201).await;
    let before = asked(&one).await;
    // calls of executions count, and so do those of outside clients, whatever they ask for
    for _ in 0..3 {
        house.gateway.call(call(Some("one/large"))).await.unwrap();
    }
    let meta = CallMeta::new(ONE, "one/small").patient_for(Duration::ZERO);
    let ask = || {
        let request = Request::new("", vec![Message::user("hello")]);
        let (gateway, meta) = (house.gateway.clone(), meta.clone());
        async move { gateway.stream(&meta, request).await.map(drop) }
    };
    let ends = join_all((0..6).map(|_| ask())).await;
    let refused: Vec<llm::Error> = ends.into_iter().filter_map(Result::err).collect();
    assert_eq!((refused.len(), asked(&one).await - before), (4, 5));
    for error in refused {
        assert_eq!(error.code(), "rate_limited");
        assert!(error.used_nothing() && error.retry_after().is_some(), "{error}");
        assert!(error.to_string().contains("\"one\" has taken its 5 requests a minute"), "{error}");
    }
}

/// A house whose scripted model answers, with a limit of the organisation or of a user.
async fn with_limit(test: &TestDb, folder: &std::path::Path, limit: Json) -> House {
    let script = Some(json!([{"reply": "Hi"}]));
    let parts = GatewayConfig { script, ..config(folder) };
    let house = House::with(&test.db, parts, SecretsConfig::new(folder)).await;
    house.app.send("PUT", "/api/v1/rate-limits", Some(limit)).await.expect(200);
    house
}

/// A call of an execution that this user started.
fn by(user: Option<UserId>) -> ModelCall {
    ModelCall { user, ..call(Some("scripted/rehearsal")) }
}

#[tokio::test]
async fn calls_of_executions_wait_in_order_for_their_organisation() {
    let (test, folder) = (sqlite().await, tempdir().unwrap());
    let limit = json!({"scope": "organisation", "requests_per_minute": 2});
    let house = with_limit(&test, folder.path(), limit).await;
    house.gateway.call(by(None)).await.unwrap();
    // the limits are known now, so that nothing but the limit is waited for
    tokio::time::pause();
    let (began, order) = (tokio::time::Instant::now(), Mutex::new(Vec::new()));
    let asked = (0..6).map(|number| {
        let (gateway, order) = (&house.gateway, &order);
        async move {
            let answer = gateway.call(by(None)).await;
            order.lock().unwrap().push((number, began.elapsed().as_secs() / 60));
            answer
        }
    });
    let answers = join_all(asked).await;
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    let expected = [(0, 0), (1, 1), (2, 1), (3, 2), (4, 2), (5, 3)];
    assert_eq!(*order.lock().unwrap(), expected);
    // nobody waits longer than five minutes, which are too short for twelve more
    let asked = (0..12).map(|_| house.gateway.call(by(None)));
    let ends = join_all(asked).await;
    let refused: Vec<_> = ends.into_iter().filter_map(Result::err).collect();
    assert!(!refused.is_empty() && refused.len() < 12, "{refused:?}");
    for error in refused {
        assert_eq!(error.code(), "rate_limited");
        assert!(error.used_nothing() && error.retry_after().is_some(), "{error}");
        let why = "organisation has used its 2 requests a minute";
        assert!(error.to_string().contains(why), "{error}");
    }
}

#[tokio::test]
async fn limit_of_a_user_is_for_the_executions_of_that_user() {
    let (test, folder) = (sqlite().await, tempdir().unwrap());
    let users = [1, 2].map(UserId::from_u128);
    let limit = json!({"scope": "user", "scope_id": users[0], "tokens_per_minute": 5_000});
    let house = with_limit(&test, folder.path(), limit).await;
    // each is let in for over 4,096 tokens and uses few
    for _ in 0..5 {
        house.gateway.call(by(Some(users[0]))).await.unwrap();
    }
    let asked = |user, tokens| {
        let ModelCall { request, .. } = by(None);
        let request = Request { max_output_tokens: Some(tokens), ..request };
        house.gateway.call(ModelCall { request, ..by(user) })
    };
    let error = asked(Some(users[0]), 6_000).await.unwrap_err();
    assert_eq!(error.code(), "bad_request");
    assert!(error.to_string().contains("5000 tokens a minute"), "{error}");
    for user in [Some(users[1]), None] {
        asked(user, 6_000).await.unwrap();
    }
}

#[tokio::test]
async fn a_day_begins_with_what_the_ledger_has_of_it_and_no_execution_waits_for_the_next() {
    const DAY: Duration = Duration::from_hours(24);
    let (test, folder) = (sqlite().await, tempdir().unwrap());
    let failed = json!({
        "id": base::CallId::from_u128(3), "outcome": "error", "model": "m", "provider": "openai",
        "at": now(),
    });
    // one of yesterday, one that was answered today, one that used nothing, and the one that is
    // about to be made
    for (at, name, input) in [
        (now().minus(DAY), "record_call_intent", intent(4)),
        (now(), "record_call_intent", intent(1)),
        (now(), "record_call_intent", intent(2)),
        (now(), "record_call", outcome(2, 5)),
        (now(), "record_call_intent", intent(3)),
        (now(), "record_call", failed),
    ] {
        perform_at(&test.db, at, name, input).await.unwrap();
    }
    let limit = json!({"scope": "organisation", "requests_per_day": 2});
    let house = with_limit(&test, folder.path(), limit).await;
    house.gateway.call(by(None)).await.unwrap();
    let error = house.gateway.call(by(None)).await.unwrap_err();
    assert_eq!((error.code(), error.is_retryable()), ("daily_limit_exceeded", false));
    assert!(error.to_string().contains("organisation has used its 2 requests a day"), "{error}");
    house.app.clock.advance(DAY);
    house.gateway.call(by(None)).await.unwrap();
}

#[tokio::test]
async fn call_that_is_given_up_while_it_waits_gives_its_place_back() {
    let (test, folder) = (sqlite().await, tempdir().unwrap());
    let limit = json!({"scope": "organisation", "requests_per_minute": 1});
    let house = with_limit(&test, folder.path(), limit).await;
    house.gateway.call(by(None)).await.unwrap();
    tokio::time::pause();
    let began = tokio::time::Instant::now();
    let waits = tokio::time::timeout(Duration::from_secs(1), house.gateway.call(by(None))).await;
    assert!(waits.is_err(), "{waits:?}");
    house.gateway.call(by(None)).await.unwrap();
    let waited = began.elapsed().as_secs();
    assert!((55..70).contains(&waited), "{waited}");
}

/// Waits for something that happens elsewhere; fails when it does not.
async fn until(is_so: impl Fn() -> bool) {
    let waiting = async {
        while !is_so() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), waiting).await.unwrap();
}
