//! Answers that break, stall, flood or are given up on half-way.

use std::io::Write;
use std::time::Duration;

use futures::StreamExt;
use llm::chat::Delta;
use llm::{Error, MAX_ANSWER_BYTES, Phase, Result, cancel_on};
use wiremock::matchers::method;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::raw::{STREAM_HEAD, joined, serve_once, wait_for_close, write_chunk};
use crate::{AMPLE, HI, provider, request, timeouts, transport, transport_with};

const HALF: &str = "data: {\"model\":\"m\",\"choices\":[{\"delta\":{\"content\":\"Hi\"}}]}\n\n";

fn half_then(error: Error) -> Vec<Result<Delta>> {
    vec![
        Ok(Delta::Start { model: "m".into(), scripted: false }),
        Ok(Delta::Text { text: "Hi".into() }),
        Err(error),
    ]
}

#[tokio::test]
async fn a_connection_that_breaks_in_mid_answer_cuts_the_stream() {
    let (url, served) = serve_once(|socket| {
        socket.write_all(STREAM_HEAD.as_bytes()).unwrap();
        write_chunk(socket, HALF).unwrap();
    });
    let deltas = provider(&url).stream(&transport(), &request()).await.unwrap();
    assert_eq!(deltas.collect::<Vec<_>>().await, half_then(Error::StreamCut));
    joined(served).await;
}

#[tokio::test]
async fn a_body_that_ends_properly_but_too_early_is_cut_as_well() {
    let server = MockServer::start().await;
    let answer = ResponseTemplate::new(200).set_body_raw(HALF, "text/event-stream");
    Mock::given(method("POST")).respond_with(answer).mount(&server).await;
    let deltas = provider(&server.uri()).stream(&transport(), &request()).await.unwrap();
    assert_eq!(deltas.collect::<Vec<_>>().await, half_then(Error::StreamCut));
}

#[tokio::test]
async fn a_stream_that_falls_silent_runs_into_the_idle_timeout() {
    let (url, served) = serve_once(|socket| {
        socket.write_all(STREAM_HEAD.as_bytes()).unwrap();
        write_chunk(socket, HALF).unwrap();
        wait_for_close(socket);
    });
    let after = Duration::from_millis(150);
    let transport = transport_with(timeouts(AMPLE, after, AMPLE));
    let deltas = provider(&url).stream(&transport, &request()).await.unwrap();
    let expected = half_then(Error::Timeout { which: Phase::Idle, after });
    assert_eq!(deltas.collect::<Vec<_>>().await, expected);
    joined(served).await;
}

#[tokio::test]
async fn comments_keep_a_slow_stream_alive() {
    let idle = Duration::from_secs(1);
    let (url, served) = serve_once(move |socket| {
        socket.write_all(STREAM_HEAD.as_bytes()).unwrap();
        // together longer than the idle timeout, each pause far shorter
        for _ in 0..12 {
            write_chunk(socket, ":").unwrap();
            std::thread::sleep(idle / 10);
        }
        write_chunk(socket, "\n\n").unwrap();
        write_chunk(socket, HI).unwrap();
    });
    let transport = transport_with(timeouts(AMPLE, idle, AMPLE));
    let reply = provider(&url).complete(&transport, request()).await.unwrap();
    assert_eq!(reply.content, "Hi");
    joined(served).await;
}

#[tokio::test]
async fn the_total_timeout_ends_a_stream_that_never_does() {
    let (url, served) = serve_once(|socket| {
        socket.write_all(STREAM_HEAD.as_bytes()).unwrap();
        while write_chunk(socket, ": still here\n\n").is_ok() {
            std::thread::sleep(Duration::from_millis(20));
        }
    });
    let after = Duration::from_millis(400);
    let transport = transport_with(timeouts(AMPLE, AMPLE, after));
    let reply = provider(&url).complete(&transport, request()).await;
    assert_eq!(reply, Err(Error::Timeout { which: Phase::Total, after }));
    joined(served).await;
}

#[tokio::test]
async fn an_endless_answer_is_stopped_at_its_limit() {
    let (url, served) = serve_once(|socket| {
        socket.write_all(STREAM_HEAD.as_bytes()).unwrap();
        let comment = format!(":{}\n", "x".repeat(100_000));
        let mut written = 0;
        while write_chunk(socket, &comment).is_ok() {
            written += comment.len();
        }
        written
    });
    let error = provider(&url).complete(&transport(), request()).await.unwrap_err();
    assert_eq!(error.code(), "invalid_reply");
    // the rest is what the sockets' buffers held
    assert!(joined(served).await < 2 * MAX_ANSWER_BYTES);
}

#[tokio::test]
async fn cancelling_ends_the_stream_and_closes_the_connection() {
    let (url, served) = serve_once(|socket| {
        socket.write_all(STREAM_HEAD.as_bytes()).unwrap();
        write_chunk(socket, HALF).unwrap();
        wait_for_close(socket);
    });
    let deltas = provider(&url).stream(&transport(), &request()).await.unwrap();
    let (cancel, cancelled) = tokio::sync::oneshot::channel::<()>();
    let mut deltas = cancel_on(deltas, async { cancelled.await.unwrap_or_default() });
    let mut seen = vec![deltas.next().await.unwrap(), deltas.next().await.unwrap()];
    cancel.send(()).unwrap();
    seen.extend(deltas.collect::<Vec<_>>().await);
    assert_eq!(seen, half_then(Error::Cancelled));
    joined(served).await;
}

#[tokio::test]
async fn dropping_the_stream_closes_the_connection() {
    let (url, served) = serve_once(|socket| {
        socket.write_all(STREAM_HEAD.as_bytes()).unwrap();
        write_chunk(socket, HALF).unwrap();
        wait_for_close(socket);
    });
    let mut deltas = provider(&url).stream(&transport(), &request()).await.unwrap();
    assert!(deltas.next().await.is_some());
    drop(deltas);
    joined(served).await;
}
