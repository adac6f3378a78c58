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
    let (test, folder) = (sqlite().await, tempdir().unwrap());
    let house = House::new(&test.db, folder.path()).await;
    let body = json!({
        "name": "slow", "kind": "custom", "base_url": format!("{}/v1", provider(serve)), "models": ["m"],
        "is_enabled": true,
        "settings": {
            "retries": 0, "headers_timeout_ms": 400, "idle_timeout_ms": 400, "total_timeout_ms": 60_000,
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
        assert_eq!(error.code(), expected, "{error}");
        assert!(error.is_retryable(), "{error}");
        assert!(took < Duration::from_millis(2_400), "{expected} took {took:?}");
    };
    check(hold, "timeout").await;
    check(
        |socket| {
            let _ = socket.write_all(HEAD.as_bytes());
            hold(socket);
        },
        "timeout",
    )
    .await;
    check(
        |socket| {
            let half = HI.split_inclusive("\n\n").next().unwrap();
            let _ = socket.write_all(format!("{HEAD}{half}").as_bytes());
            hold(socket);
        },
        "timeout",
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
