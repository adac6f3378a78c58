//! A provider that speaks OpenAI's chat, embeddings and transcriptions and Anthropic's messages,
//! does as it is told, and counts what it was asked.

use std::io::{BufRead, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex};

use serde_json::{Value as Json, json};

/// What the provider does with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// It answers.
    Answer,
    /// It refuses with this status.
    Refuse(u16),
    /// It sends a page of HTML.
    Html,
    /// It sends what nobody can read.
    Garbage,
    /// It sends the right answer as plain text.
    Mislabelled,
    /// It stops in the middle of an answer.
    Cut,
    /// It hangs up without a word.
    Hangup,
    /// It falls silent in the middle of an answer.
    Stall,
    /// It sends half an answer, then what keeps the line alive, for ever.
    Trickle,
    /// It says nothing until it is let go.
    Wait,
    /// It says nothing until it is let go, then stops in the middle of an answer.
    WaitAndCut,
    /// It thinks aloud, speaks and asks for tools; only Anthropic's messages, as a stream.
    Think,
    /// It has too much to do for 45 seconds.
    Busy,
    /// It answers, but makes no vectors.
    NoVectors,
}

/// The provider.
#[derive(Debug)]
pub struct Provider {
    /// The address up to `/v1`.
    pub url: String,
    /// How many requests it has seen.
    pub requests: AtomicU64,
    /// The tokens that it has counted, by its own account.
    pub tokens: AtomicI64,
    /// What it counts for a request.
    pub usage: Mutex<(i64, i64)>,
    /// What it does.
    pub manner: Mutex<Manner>,
    /// The body of the last request.
    pub last: Mutex<Json>,
    free: (Mutex<bool>, Condvar),
    is_over: AtomicBool,
}

impl Provider {
    /// Starts one that answers and counts these tokens for each request.
    pub fn start(input: i64, output: i64) -> Arc<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let provider = Arc::new(Self {
            url: format!("http://{}/v1", listener.local_addr().unwrap()),
            requests: AtomicU64::new(0),
            tokens: AtomicI64::new(0),
            usage: Mutex::new((input, output)),
            manner: Mutex::new(Manner::Answer),
            last: Mutex::new(Json::Null),
            free: (Mutex::new(false), Condvar::new()),
            is_over: AtomicBool::new(false),
        });
        let shared = provider.clone();
        std::thread::spawn(move || {
            while let Ok((socket, _)) = listener.accept() {
                let provider = shared.clone();
                std::thread::spawn(move || provider.serve(socket));
            }
        });
        provider
    }

    /// Tells it what to do.
    pub fn set(&self, manner: Manner) {
        *self.manner.lock().unwrap() = manner;
    }

    /// Lets those go who wait.
    pub fn let_go(&self) {
        *self.free.0.lock().unwrap() = true;
        self.free.1.notify_all();
    }

    /// How many requests it has seen.
    pub fn count(&self) -> u64 {
        self.requests.load(Ordering::SeqCst)
    }

    fn serve(&self, socket: TcpStream) {
        socket.set_nodelay(true).unwrap();
        let mut reader = BufReader::new(socket.try_clone().unwrap());
        let mut socket = socket;
        while let Some((path, body)) = read_request(&mut reader) {
            if !self.answer(&mut socket, &path, &body) {
                return;
            }
        }
    }

    /// Whether the connection stays.
    fn answer(&self, socket: &mut TcpStream, path: &str, body: &Json) -> bool {
        self.requests.fetch_add(1, Ordering::SeqCst);
        *self.last.lock().unwrap() = body.clone();
        let manner = *self.manner.lock().unwrap();
        if matches!(manner, Manner::Wait | Manner::WaitAndCut) {
            let mut free = self.free.0.lock().unwrap();
            while !*free {
                free = self.free.1.wait(free).unwrap();
            }
        }
        let send = |socket: &mut TcpStream, status: u16, kind: &str, text: &str| {
            let head = format!(
                "HTTP/1.1 {status} Status\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n\r\n",
                text.len()
            );
            socket.write_all(format!("{head}{text}").as_bytes()).is_ok()
        };
        let streams = body["stream"] == true;
        let kind = if streams { "text/event-stream" } else { "application/json" };
        let garbage =
            if streams { "data: {\"choices\": [{\"mes\n\n" } else { "{\"choices\": [{\"mes" };
        let manner = match manner {
            Manner::NoVectors if path.ends_with("/embeddings") => Manner::Refuse(400),
            Manner::NoVectors => Manner::Answer,
            other => other,
        };
        match manner {
            Manner::Refuse(status) => {
                let text = json!({"error": {"message": "no", "type": "x", "code": null}});
                return send(socket, status, "application/json", &text.to_string());
            }
            Manner::Busy => {
                let head =
                    "HTTP/1.1 529 Overloaded\r\nretry-after: 45\r\ncontent-length: 0\r\n\r\n";
                return socket.write_all(head.as_bytes()).is_ok();
            }
            Manner::Html => return send(socket, 200, "text/html", "<html>hello</html>"),
            Manner::Garbage => return send(socket, 200, kind, garbage),
            Manner::Hangup => return false,
            Manner::Answer
            | Manner::Mislabelled
            | Manner::Cut
            | Manner::Stall
            | Manner::Trickle
            | Manner::Wait
            | Manner::WaitAndCut
            | Manner::NoVectors
            | Manner::Think => {}
        }
        let (input, output) = *self.usage.lock().unwrap();
        self.tokens.fetch_add(input + output, Ordering::SeqCst);
        let text = match (streams, path.ends_with("/messages")) {
            (true, true) if manner == Manner::Think => thinking_events(input, output),
            (true, true) => message_events(input, output),
            (true, false) => events(input, output),
            (false, _) => whole(path, body, input, output).to_string(),
        };
        if manner == Manner::Mislabelled {
            return send(socket, 200, "text/plain", &text);
        }
        if matches!(manner, Manner::Answer | Manner::Wait | Manner::Think) {
            if !streams {
                return send(socket, 200, kind, &text);
            }
            drop(socket.write_all(format!("{}{text}", open_head(kind)).as_bytes()));
            return false;
        }
        // all of it in one write, so that nobody sees the head without the first words
        let half = if streams { text.find("Pa").unwrap() } else { 1 };
        let half = half + text[half..].find("\n\n").map_or(0, |end| end + 2);
        drop(socket.write_all(format!("{}{}", open_head(kind), &text[..half]).as_bytes()));
        match manner {
            Manner::Stall => while matches!(socket.read(&mut [0]), Ok(1..)) {},
            Manner::Trickle => {
                let sign = if streams { ": alive\n\n" } else { " " };
                while socket.write_all(sign.as_bytes()).is_ok() {
                    std::thread::sleep(std::time::Duration::from_millis(20));
                }
            }
            _ => {}
        }
        false
    }
}

/// The head of an answer whose length is not told. One that is no stream says a length that
/// it does not keep.
fn open_head(kind: &str) -> String {
    let length = if kind == "application/json" { "content-length: 5000\r\n" } else { "" };
    format!("HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\n{length}connection: close\r\n\r\n")
}

/// An answer in one piece.
fn whole(path: &str, body: &Json, input: i64, output: i64) -> Json {
    let usage = json!({
        "prompt_tokens": input, "completion_tokens": output, "total_tokens": input + output,
    });
    if path.ends_with("/embeddings") {
        let one = json!({"object": "embedding", "index": 0, "embedding": vector(&body["input"])});
        return json!({"object": "list", "model": "m", "data": [one], "usage": usage});
    }
    if path.ends_with("/transcriptions") {
        let usage = json!({"type": "tokens", "input_tokens": input, "output_tokens": output});
        return json!({"text": "Paris", "usage": usage});
    }
    if path.ends_with("/count_tokens") {
        return json!({"input_tokens": input});
    }
    if path.ends_with("/messages") {
        return json!({
            "id": "1", "type": "message", "role": "assistant", "model": "m",
            "content": [{"type": "text", "text": "Paris"}], "stop_reason": "end_turn",
            "usage": {"input_tokens": input, "output_tokens": output},
        });
    }
    json!({
        "id": "1", "object": "chat.completion", "created": 1, "model": "m",
        "choices": [{"index": 0, "finish_reason": "stop",
            "message": {"role": "assistant", "content": "Paris"}}],
        "usage": usage,
    })
}

/// The vector of a text. All texts mean the same, but each `!` turns it by 5 degrees.
fn vector(input: &Json) -> [f64; 2] {
    let turned = (5.0 * input.to_string().matches('!').count() as f64).to_radians();
    let (sin, cos) = turned.sin_cos();
    [0.5 * cos + sin, 0.5 * sin - cos]
}

/// An answer in pieces.
fn events(input: i64, output: i64) -> String {
    let chunk = |choices: Json, usage: Json| {
        let chunk = json!({
            "id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m",
            "choices": choices, "usage": usage,
        });
        format!("data: {chunk}\n\n")
    };
    let delta = |delta: Json, finish: Json| {
        chunk(json!([{"index": 0, "delta": delta, "finish_reason": finish}]), Json::Null)
    };
    let usage = json!({
        "prompt_tokens": input, "completion_tokens": output, "total_tokens": input + output,
    });
    [
        delta(json!({"role": "assistant", "content": "Pa"}), Json::Null),
        delta(json!({"content": "ris"}), Json::Null),
        delta(json!({}), json!("stop")),
        chunk(json!([]), usage),
        "data: [DONE]\n\n".to_owned(),
    ]
    .concat()
}

/// An answer of Anthropic's in pieces.
fn message_events(input: i64, output: i64) -> String {
    let events = [
        json!({"type": "message_start", "message": {"model": "m", "content": [],
            "usage": {"input_tokens": input, "output_tokens": 1}}}),
        json!({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}),
        json!({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Paris"}}),
        json!({"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": output}}),
        json!({"type": "message_stop"}),
    ];
    lines(&events)
}

/// The same with everything that there can be in one.
fn thinking_events(input: i64, output: i64) -> String {
    let block = |index: u8, block: Json| json!({"type": "content_block_start", "index": index, "content_block": block});
    let delta = |index: u8, delta: Json| json!({"type": "content_block_delta", "index": index, "delta": delta});
    let stop = |index: u8| json!({"type": "content_block_stop", "index": index});
    let think = |text: &str| delta(0, json!({"type": "thinking_delta", "thinking": text}));
    let words = |text: &str| delta(2, json!({"type": "text_delta", "text": text}));
    let written = |index: u8, text: &str| {
        delta(index, json!({"type": "input_json_delta", "partial_json": text}))
    };
    let tool =
        |id: &str, name: &str| json!({"type": "tool_use", "id": id, "name": name, "input": {}});
    lines(&[
        json!({"type": "message_start", "message": {"id": "1", "model": "m", "usage": {
            "input_tokens": input, "cache_read_input_tokens": 3, "output_tokens": 1}}}),
        block(0, json!({"type": "thinking", "thinking": "", "signature": ""})),
        think("Where "),
        think("is it?"),
        delta(0, json!({"type": "signature_delta", "signature": "c2VhbA=="})),
        stop(0),
        block(1, json!({"type": "redacted_thinking", "data": "aGlkZGVu"})),
        stop(1),
        block(2, json!({"type": "text", "text": ""})),
        words("Let me "),
        words("look."),
        stop(2),
        block(3, tool("t1", "look")),
        written(3, "{\"at\":"),
        written(3, "\"Paris\"}"),
        stop(3),
        block(4, tool("t2", "wait")),
        written(4, "{}"),
        stop(4),
        json!({"type": "message_delta", "delta": {"stop_reason": "tool_use"}, "usage": {"output_tokens": output}}),
        json!({"type": "message_stop"}),
    ])
}

fn lines(events: &[Json]) -> String {
    let line = |event: &Json| format!("event: {}\ndata: {event}\n\n", event["type"]);
    events.iter().map(line).collect()
}

impl Drop for Provider {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::SeqCst);
    }
}

/// The path and the body, `null` when it is not JSON.
fn read_request(reader: &mut impl BufRead) -> Option<(String, Json)> {
    let mut length = 0;
    let mut first = String::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if line.trim().is_empty() && !first.is_empty() {
            break;
        }
        if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
        if first.is_empty() {
            first = line;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let path = first.split(' ').nth(1)?.to_owned();
    Some((path, serde_json::from_slice(&body).unwrap_or_default()))
}
