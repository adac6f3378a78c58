//! A provider of models outside the server. It speaks OpenAI's chat, gives each call tokens
//! that no other call has, and writes them down, durably, before it answers. Some calls meet
//! a fault.

use std::fs::File;
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base::{Random as _, SeededRandom};
use serde_json::{Value as Json, json};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

/// Longer than the server waits for the head of an answer.
const LATE: Duration = Duration::from_millis(2_500);
/// How many calls share a number of tokens to write; fewer than a question has bytes.
const INPUTS: i64 = 40;

/// What a call meets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// An answer.
    Answer,
    /// 429 with `Retry-After`.
    Limit,
    /// 500.
    Broken,
    /// The line is cut before the answer.
    Closed,
    /// The line is cut within the answer.
    Cut,
    /// An answer that comes too late.
    Late,
}

impl Manner {
    const FAULTS: [Self; 5] = [Self::Limit, Self::Broken, Self::Closed, Self::Cut, Self::Late];

    /// Whether the provider counts tokens for it.
    pub const fn is_paid(self) -> bool {
        !matches!(self, Self::Limit | Self::Broken)
    }
}

/// A call as it arrived.
#[derive(Debug, Clone)]
pub struct Call {
    /// What stands between two `#` of the question.
    pub who: String,
    pub manner: Manner,
    /// What the provider counts for it, if it counts anything.
    pub input: i64,
    pub output: i64,
}

impl Call {
    /// What it costs: a dollar a million tokens to read, two a million to write.
    pub const fn micros(&self) -> i64 {
        self.input + 2 * self.output
    }
}

/// The provider; it ends with the test.
#[derive(Clone)]
pub struct Provider {
    pub address: SocketAddr,
    calls: Arc<Mutex<Vec<Call>>>,
    log: Arc<Mutex<File>>,
    dice: Arc<SeededRandom>,
    /// Of a hundred calls, how many meet a fault.
    faults: u64,
    /// Nobody is answered while it has no permits.
    gate: Arc<Semaphore>,
}

impl Provider {
    /// Listens; of a hundred calls about `faults` meet a fault.
    pub async fn start(folder: &Path, seed: u64, faults: u64) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let provider = Self {
            address: listener.local_addr().unwrap(),
            calls: Arc::default(),
            log: Arc::new(Mutex::new(File::create(folder.join("provider.log")).unwrap())),
            dice: Arc::new(SeededRandom::new(seed)),
            faults,
            gate: Arc::new(Semaphore::new(Semaphore::MAX_PERMITS)),
        };
        let shared = provider.clone();
        let serve = async move {
            let mut lines = tokio::task::JoinSet::new();
            loop {
                let (socket, _) = listener.accept().await.unwrap();
                lines.spawn(shared.clone().serve(socket));
                while lines.try_join_next().is_some() {}
            }
        };
        #[expect(clippy::disallowed_methods, reason = "it ends with the test's runtime")]
        drop(tokio::spawn(serve));
        provider
    }

    /// How many calls came so far.
    pub fn count(&self) -> u64 {
        self.calls.lock().unwrap().len() as u64
    }

    /// All calls so far.
    pub fn calls(&self) -> Vec<Call> {
        self.calls.lock().unwrap().clone()
    }

    /// Answers nobody until it is let go.
    pub fn hold(&self) {
        self.gate.forget_permits(Semaphore::MAX_PERMITS);
    }

    /// Answers those who wait and those who come.
    pub fn let_go(&self) {
        self.gate.add_permits(Semaphore::MAX_PERMITS);
    }

    fn roll(&self, end: u64) -> u64 {
        let mut bytes = [0; 8];
        self.dice.fill(&mut bytes);
        u64::from_le_bytes(bytes) % end
    }

    async fn serve(self, socket: TcpStream) {
        let mut line = BufReader::new(socket);
        while let Some(body) = question(&mut line).await {
            let is_stream = body["stream"] == true;
            let text = body.to_string();
            let call = match text.split('#').nth(1) {
                Some(who) => self.write_down(who).await,
                // a test of the connection is none of the shop's business
                None => Call { who: String::new(), manner: Manner::Answer, input: 1, output: 1 },
            };
            let wait = if call.manner == Manner::Late { LATE } else { self.thought() };
            tokio::time::sleep(wait).await;
            drop(self.gate.acquire().await.unwrap());
            let answer = if is_stream { streamed(&call) } else { whole(&call) };
            let is_done = match call.manner {
                Manner::Answer | Manner::Late => line.write_all(answer.as_bytes()).await.is_ok(),
                Manner::Cut => {
                    let _ = line.write_all(&answer.as_bytes()[..answer.len() / 2]).await;
                    false
                }
                Manner::Closed => false,
                Manner::Limit => refuse(&mut line, "429 Slow\r\nretry-after: 1").await,
                Manner::Broken => refuse(&mut line, "500 Broken").await,
            };
            if !is_done || is_stream {
                return;
            }
        }
    }

    /// Some answers are quick and some are not, so that kills fall into all parts of a call.
    fn thought(&self) -> Duration {
        Duration::from_millis(self.roll(40))
    }

    async fn write_down(&self, who: &str) -> Call {
        let manner = if self.roll(100) < self.faults {
            Manner::FAULTS[self.roll(5) as usize]
        } else {
            Manner::Answer
        };
        let (calls, log, who) = (self.calls.clone(), self.log.clone(), who.to_owned());
        let write = move || {
            let mut calls = calls.lock().unwrap();
            let number = calls.len() as i64;
            let paid = i64::from(manner.is_paid());
            let (input, output) = (paid * (1 + number % INPUTS), paid * (1 + number / INPUTS));
            let call = Call { who, manner, input, output };
            let mut log = log.lock().unwrap();
            writeln!(log, "{} {manner:?} {input} {output}", call.who).unwrap();
            log.sync_data().unwrap();
            calls.push(call.clone());
            call
        };
        tokio::task::spawn_blocking(write).await.unwrap()
    }
}

/// The body of the next request; nothing when the caller hung up.
async fn question(line: &mut BufReader<TcpStream>) -> Option<Json> {
    let mut length = 0;
    loop {
        let mut text = String::new();
        if line.read_line(&mut text).await.ok()? == 0 {
            return None;
        }
        if let Some(value) = text.to_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
        if text.trim().is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    line.read_exact(&mut body).await.ok()?;
    serde_json::from_slice(&body).ok()
}

async fn refuse(line: &mut BufReader<TcpStream>, head: &str) -> bool {
    let text = json!({ "error": { "message": "not now", "type": "x", "code": null } }).to_string();
    let answer = format!(
        "HTTP/1.1 {head}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{text}",
        text.len()
    );
    line.write_all(answer.as_bytes()).await.is_ok()
}

fn usage(call: &Call) -> Json {
    json!({
        "prompt_tokens": call.input, "completion_tokens": call.output,
        "total_tokens": call.input + call.output,
    })
}

fn whole(call: &Call) -> String {
    let text = json!({
        "id": "1", "object": "chat.completion", "created": 1, "model": "m", "usage": usage(call),
        "choices": [{
            "index": 0, "finish_reason": "stop",
            "message": { "role": "assistant", "content": "Yes, this is what was asked for." },
        }],
    })
    .to_string();
    format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{text}",
        text.len()
    )
}

fn streamed(call: &Call) -> String {
    let chunk = |delta: Json, finish: Json| {
        let chunk = json!({
            "id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m",
            "choices": [{ "index": 0, "delta": delta, "finish_reason": finish }],
        });
        format!("data: {chunk}\n\n")
    };
    let last = json!({
        "id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [],
        "usage": usage(call),
    });
    [
        "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n",
        &chunk(json!({ "role": "assistant", "content": "Ye" }), Json::Null),
        &chunk(json!({ "content": "s" }), Json::Null),
        &chunk(json!({}), json!("stop")),
        &format!("data: {last}\n\ndata: [DONE]\n\n"),
    ]
    .concat()
}
