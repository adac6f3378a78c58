//! R36: people open the stream of an execution and do not read it. What each costs the server
//! is bounded, and once they read they are told everything, in order.

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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_that_does_not_read_costs_little_and_misses_nothing() {
    let nobody = SocketAddr::from(([127, 0, 0, 1], 9));
    let site = Site::new(Vec::new(), nobody, Folder::new(), seed(None));
    let server = site.start().await;
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
    // Some that read show what reading takes, so that it does not count for the others.
    let first = all_of(open(&site, &server, id, READERS).await);
    let before = resident_kib(&server);
    let slow = open(&site, &server, id, READERS).await;
    let (watched, mut most) = (tokio::time::Instant::now(), before);
    while watched.elapsed() < WATCHED {
        most = most.max(resident_kib(&server));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let each = (most - before) / READERS as i64;
    assert!(each <= MOST, "{each} KiB for each reader that does not read");
    let late = all_of(slow);
    let last = *late[0].last().unwrap();
    assert!(last > 2 * FACTS as i64, "{last} facts");
    for told in first.iter().chain(&late) {
        assert_eq!(*told, (1..=last).collect::<Vec<_>>(), "every fact, in order");
    }
    println!("{each} KiB for each reader that does not read, of {last} facts");
}

/// Opens the stream so many times; each is answered, and nothing of it is read.
async fn open(site: &Site, server: &Server, id: &str, count: usize) -> Vec<TcpStream> {
    let mut streams = Vec::new();
    for _ in 0..count {
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(KEPT).unwrap();
        let stream = socket.connect(server.address).await.unwrap().into_std().unwrap();
        stream.set_nonblocking(false).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let request = format!(
            "GET /api/v1/executions/{id}/events HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {}\r\nconnection: close\r\n\r\n",
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
fn all_of(streams: Vec<TcpStream>) -> Vec<Vec<i64>> {
    let readers: Vec<_> =
        streams.into_iter().map(|stream| std::thread::spawn(|| numbers(stream))).collect();
    readers.into_iter().map(|reader| reader.join().unwrap()).collect()
}

fn numbers(mut stream: TcpStream) -> Vec<i64> {
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    let body = unchunk(body);
    let numbers = body.lines().filter_map(|line| line.strip_prefix("id: "));
    numbers.map(|number| number.parse().unwrap()).collect()
}

/// What the server has in memory.
fn resident_kib(server: &Server) -> i64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.child.id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}
