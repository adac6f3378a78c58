//! Providers that are slow, silent or half there, with real sockets: what is silent ends
//! in a typed error soon after its timeout, what is merely slow is left to finish.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use agent::port::Models as _;
use serde_json::json;
use store::testing::sqlite;
use tempfile::tempdir;
use tokio::time::Instant;

use crate::house::House;
use crate::support::{HI, call};

const HEAD: &str =
    "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n";

/// A provider that treats each connection like this.
fn provider(serve: fn(&mut TcpStream)) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let uri = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        while let Ok((mut socket, _)) = listener.accept() {
            std::thread::spawn(move || {
                let mut request = [0; 4_096];
                if socket.read(&mut request).is_ok() {
                    serve(&mut socket);
                }
            });
        }
    });
    uri
}

/// Keeps the line open until the caller hangs up.
fn hold(socket: &mut TcpStream) {
    while matches!(socket.read(&mut [0]), Ok(1..)) {}
}

/// Asks a provider with short timeouts; gives the outcome and how long it took.
async fn ask(serve: fn(&mut TcpStream)) -> (Result<String, llm::Error>, Duration) {
    ask_at(&provider(serve), 400, 60_000).await
}

/// The same of a provider at this address, with so much time for the headers and for the whole
/// answer.
async fn ask_at(
    uri: &str,
    headers_timeout_ms: u32,
    total_timeout_ms: u32,
) -> (Result<String, llm::Error>, Duration) {
    let (test, folder) = (sqlite().await, tempdir().unwrap());
    let house = House::new(&test.db, folder.path()).await;
    let body = json!({
        "name": "slow", "kind": "custom", "base_url": format!("{uri}/v1"), "models": ["m"],
        "is_enabled": true,
        "settings": {
            "retries": 0, "connect_timeout_ms": 400, "headers_timeout_ms": headers_timeout_ms,
            "idle_timeout_ms": 400, "total_timeout_ms": total_timeout_ms,
        },
    });
    house.post("/api/v1/platforms?force=true", body, 201).await;
    let began = Instant::now();
    let outcome = house.gateway.call(call(Some("slow/m"))).await;
    (outcome.map(|outcome| outcome.reply.content), began.elapsed())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn silence_ends_within_two_seconds_of_its_timeout() {
    let check = async |serve: fn(&mut TcpStream), expected: &str| {
        let (outcome, took) = ask(serve).await;
        let error = outcome.unwrap_err();
        let told =
            if error.code() == "timeout" { error.to_string() } else { error.code().to_owned() };
        assert_eq!(told, expected, "{error}");
        // a question that was sent may have been counted
        assert!(!error.used_nothing(), "{error}");
        assert!(error.is_retryable(), "{error}");
        assert!(took < Duration::from_millis(2_400), "{expected} took {took:?}");
    };
    let (headers, idle) =
        ("the headers timeout of 400 ms ran out", "the idle timeout of 400 ms ran out");
    check(hold, headers).await;
    check(
        |socket| {
            let _ = socket.write_all(HEAD.as_bytes());
            hold(socket);
        },
        idle,
    )
    .await;
    check(
        |socket| {
            let half = HI.split_inclusive("\n\n").next().unwrap();
            let _ = socket.write_all(format!("{HEAD}{half}").as_bytes());
            hold(socket);
        },
        idle,
    )
    .await;
    // half an answer, then the line is cut
    check(
        |socket| {
            let half = HI.split_inclusive("\n\n").next().unwrap();
            let _ = socket.write_all(format!("{HEAD}{half}").as_bytes());
        },
        "stream_cut",
    )
    .await;
    // hung up on before a word: the question was sent, so it may have been counted
    check(|_| {}, "stream_cut").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slow_answer_that_keeps_coming_is_left_to_finish() {
    // a byte each 40 ms: ten times the idle timeout as a whole
    let (outcome, took) = ask(|socket| {
        let _ = socket.set_nodelay(true);
        let _ = socket.write_all(HEAD.as_bytes());
        for byte in HI.as_bytes().iter().take(100) {
            std::thread::sleep(Duration::from_millis(40));
            if socket.write_all(&[*byte]).is_err() {
                return;
            }
        }
        let _ = socket.write_all(&HI.as_bytes()[100..]);
    })
    .await;
    assert_eq!(outcome.unwrap(), "Hi");
    assert!(took >= Duration::from_secs(4), "{took:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lines_without_words_are_life_too_but_not_for_ever() {
    // six times the idle timeout without a word, as from a provider that thinks
    let (outcome, _) = ask(|socket| {
        let _ = socket.write_all(HEAD.as_bytes());
        for _ in 0..24 {
            std::thread::sleep(Duration::from_millis(100));
            if socket.write_all(b": still there\n\n").is_err() {
                return;
            }
        }
        let _ = socket.write_all(HI.as_bytes());
    })
    .await;
    assert_eq!(outcome.unwrap(), "Hi");
    let uri = provider(|socket| {
        let _ = socket.write_all(HEAD.as_bytes());
        while socket.write_all(b": still there\n\n").is_ok() {
            std::thread::sleep(Duration::from_millis(50));
        }
    });
    let error = ask_at(&uri, 400, 1_500).await.0.unwrap_err();
    assert_eq!(error.to_string(), "the total timeout of 1500 ms ran out");
}

/// An address whose queue of connections is full: nobody there answers, and nobody refuses.
fn full() -> (TcpListener, Vec<TcpStream>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let mut waiting = Vec::new();
    while let Ok(socket) = TcpStream::connect_timeout(&address, Duration::from_millis(300)) {
        waiting.push(socket);
    }
    (listener, waiting)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn provider_that_does_not_take_the_connection_has_counted_nothing() {
    let (listener, _waiting) = full();
    let uri = format!("http://{}", listener.local_addr().unwrap());
    // The headers' timeout begins with the connection's: it must not be able to end first.
    let error = ask_at(&uri, 60_000, 60_000).await.0.unwrap_err();
    assert_eq!(error.to_string(), "the connect timeout of 400 ms ran out");
    assert!(error.is_retryable() && error.used_nothing());
}
