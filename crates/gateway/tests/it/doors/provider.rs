//! A provider that speaks OpenAI's chat, does as it is told, and counts what it was asked.

use std::io::{BufRead, BufReader, Write as _};
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
    /// It stops in the middle of a stream.
    Cut,
    /// It says nothing until it is let go.
    Wait,
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
        while let Some(body) = read_request(&mut reader) {
            if !self.answer(&mut socket, &body) {
                return;
            }
        }
    }

    /// Whether the connection stays.
    fn answer(&self, socket: &mut TcpStream, body: &Json) -> bool {
        self.requests.fetch_add(1, Ordering::SeqCst);
        *self.last.lock().unwrap() = body.clone();
        let manner = *self.manner.lock().unwrap();
        if manner == Manner::Wait {
            let mut free = self.free.0.lock().unwrap();
            while !*free {
                free = self.free.1.wait(free).unwrap();
            }
        }
        let (input, output) = *self.usage.lock().unwrap();
        let send = |socket: &mut TcpStream, status: u16, kind: &str, text: &str| {
            let head = format!(
                "HTTP/1.1 {status} Status\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n\r\n",
                text.len()
            );
            socket.write_all(format!("{head}{text}").as_bytes()).is_ok()
        };
        match manner {
            Manner::Refuse(status) => {
                let text = json!({"error": {"message": "no", "type": "x", "code": null}});
                return send(socket, status, "application/json", &text.to_string());
            }
            Manner::Html => return send(socket, 200, "text/html", "<html>hello</html>"),
            Manner::Answer | Manner::Cut | Manner::Wait => {}
        }
        self.tokens.fetch_add(input + output, Ordering::SeqCst);
        let usage = json!({
            "prompt_tokens": input, "completion_tokens": output, "total_tokens": input + output,
        });
        if body["stream"] != true {
            if manner == Manner::Cut {
                let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n{\"id\":";
                drop(socket.write_all(head.as_bytes()));
                return false;
            }
            let text = json!({
                "id": "1", "object": "chat.completion", "created": 1, "model": "m",
                "choices": [{"index": 0, "finish_reason": "stop",
                    "message": {"role": "assistant", "content": "Paris"}}],
                "usage": usage,
            });
            return send(socket, 200, "application/json", &text.to_string());
        }
        let chunk = |delta: Json, finish: Json| {
            let chunk = json!({
                "id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m",
                "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
            });
            format!("data: {chunk}\n\n")
        };
        let mut text = chunk(json!({"role": "assistant", "content": "Pa"}), Json::Null);
        let head =
            "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n";
        if manner == Manner::Cut {
            drop(socket.write_all(format!("{head}{text}").as_bytes()));
            return false;
        }
        text += &chunk(json!({"content": "ris"}), Json::Null);
        text += &chunk(json!({}), json!("stop"));
        let last = json!({
            "id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m",
            "choices": [], "usage": usage,
        });
        text.extend(["data: ", &last.to_string(), "\n\ndata: [DONE]\n\n"]);
        drop(socket.write_all(format!("{head}{text}").as_bytes()));
        false
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::SeqCst);
    }
}

fn read_request(reader: &mut impl BufRead) -> Option<Json> {
    let mut length = 0;
    let mut is_first = true;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if line.trim().is_empty() && !is_first {
            break;
        }
        is_first = false;
        if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    serde_json::from_slice(&body).ok()
}
