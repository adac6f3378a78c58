//! R36: people open the stream of an execution, in either form, and do not read it. What each
//! costs the server is bounded, and once they read they are told everything, in order.

#![allow(clippy::unwrap_used)]

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::json;

use crate::crash::site::{PATIENCE, Site, seed};
use crate::program::{Folder, Server, unchunk};

/// Readers that do not read.
const READERS: usize = 8;
/// Facts that they do not read, and how long each is: more than the kernel keeps for them.
const FACTS: usize = 80;
const FACT: usize = 64 * 1024;
/// What the kernel keeps for one of them on its side, in bytes.
const KEPT: u32 = 32 * 1024;
/// The most that one of them may cost the server, in KiB.
const MOST: i64 = 1024;
/// How long it is looked whether they cost more and more.
const WATCHED: Duration = Duration::from_secs(2);

/// What makes a connection a WebSocket.
const UPGRADE: &str = "connection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==";

const LARGE: &str = "
name: Large
inputs: { text: { type: string, required: true }, items: { type: list, required: true } }
steps:
  - id: say
    strategy: { matrix: { i: '${{ inputs.items }}' }, max-parallel: 4 }
    tool: set
    with: { text: '${{ inputs.text }}' }
outputs: { done: true }
";

/// How a stream is opened.
#[derive(Debug, Clone, Copy)]
enum Form {
    /// As server-sent events.
    Events,
    /// Over a WebSocket.
    Socket,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readers_that_do_not_read_cost_little_and_miss_nothing_on_sqlite() {
    do_not_read(Vec::new()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readers_that_do_not_read_cost_little_and_miss_nothing_on_postgres() {
    let (_test, database) = crate::crash::postgres().await;
    do_not_read(database).await;
}

async fn do_not_read(database: Vec<String>) {
    let nobody = SocketAddr::from(([127, 0, 0, 1], 9));
    let site = Site::new(database, nobody, Folder::new(), seed(None));
    let mut server = site.start().await;
    let items: Vec<usize> = (0..FACTS).collect();
    let body =
        json!({ "definition": LARGE, "inputs": { "text": "x".repeat(FACT), "items": items } });
    let made = site.ask(&server, "/executions", &body).await;
    assert_eq!(made.status, 202, "{}", made.body);
    let id = made.body["id"].as_str().unwrap();
    let done = async {
        while site.read(&server, "/executions?limit=1").await["items"][0]["status"] != "completed" {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, done).await.expect("everything has run");
    for form in [Form::Events, Form::Socket] {
        // What one form leaves in memory would hide what the other one takes.
        drop(server);
        server = site.start().await;
        // Some that read show what reading takes, so that it does not count for the others.
        let first = all_of(form, open(&site, &server, form, id).await);
        let before = resident_kib(&server);
        let slow = open(&site, &server, form, id).await;
        let (watched, mut most) = (tokio::time::Instant::now(), before);
        while watched.elapsed() < WATCHED {
            most = most.max(resident_kib(&server));
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let each = (most - before) / READERS as i64;
        assert!(each <= MOST, "{each} KiB for each reader that does not read {form:?}");
        let late = all_of(form, slow);
        let last = *late[0].last().unwrap();
        assert!(last > 2 * FACTS as i64, "{last} facts");
        for told in first.iter().chain(&late) {
            assert_eq!(*told, (1..=last).collect::<Vec<_>>(), "every fact, in order: {form:?}");
        }
        println!("{form:?}: {each} KiB for each reader that does not read, of {last} facts");
    }
}

/// Opens the stream for all readers; each is answered, and nothing of it is read.
async fn open(site: &Site, server: &Server, form: Form, id: &str) -> Vec<TcpStream> {
    let (name, headers) = match form {
        Form::Events => ("events", "connection: close"),
        Form::Socket => ("socket", UPGRADE),
    };
    let mut streams = Vec::new();
    for _ in 0..READERS {
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(KEPT).unwrap();
        let stream = socket.connect(server.address).await.unwrap().into_std().unwrap();
        stream.set_nonblocking(false).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let request = format!(
            "GET /api/v1/executions/{id}/{name} HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {}\r\n{headers}\r\n\r\n",
            server.address,
            site.key()
        );
        (&stream).write_all(request.as_bytes()).unwrap();
        assert_eq!(stream.peek(&mut [0]).unwrap(), 1, "it is answered");
        streams.push(stream);
    }
    streams
}

/// Reads all of them to their ends, at the same time; the numbers of the facts of each.
fn all_of(form: Form, streams: Vec<TcpStream>) -> Vec<Vec<i64>> {
    let readers: Vec<_> = streams
        .into_iter()
        .map(|stream| std::thread::spawn(move || numbers(form, stream)))
        .collect();
    readers.into_iter().map(|reader| reader.join().unwrap()).collect()
}

fn numbers(form: Form, mut stream: TcpStream) -> Vec<i64> {
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
    let (head, body) = (String::from_utf8_lossy(&answer[..end]), &answer[end + 4..]);
    match form {
        Form::Events => {
            assert!(head.starts_with("HTTP/1.1 200"), "{head}");
            let body = unchunk(std::str::from_utf8(body).unwrap());
            let numbers = body.lines().filter_map(|line| line.strip_prefix("id: "));
            numbers.map(|number| number.parse().unwrap()).collect()
        }
        Form::Socket => {
            assert!(head.starts_with("HTTP/1.1 101"), "{head}");
            of_messages(body)
        }
    }
}

/// The numbers of the facts in a server's messages (RFC 6455), none of which is in pieces.
fn of_messages(mut bytes: &[u8]) -> Vec<i64> {
    let mut numbers = Vec::new();
    while let [kind, short, rest @ ..] = bytes {
        let wide = match short {
            126 => 2,
            127 => 8,
            _ => 0,
        };
        let (length, rest) = rest.split_at(wide);
        let length = match length {
            [] => usize::from(*short),
            length => length.iter().fold(0_usize, |sum, byte| (sum << 8) | usize::from(*byte)),
        };
        let (message, rest) = rest.split_at(length);
        // The others are signs of life, and the end.
        if *kind == 0x81 {
            let text = std::str::from_utf8(message).unwrap();
            let number = text.strip_prefix("{\"seq\":").unwrap().split(',').next().unwrap();
            numbers.extend(number.parse::<i64>());
        }
        bytes = rest;
    }
    numbers
}

/// What the server has in memory.
fn resident_kib(server: &Server) -> i64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.child.id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}
