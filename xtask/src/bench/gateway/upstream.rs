//! The upstream: says the same to everybody, in OpenAI's words, whole or as a stream of 20
//! events.

use std::fmt::Write as _;
use std::io::Write as _;
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::wire::Reader;

/// The content events of a stream; a beginning, an end, the usage and the mark come on top.
const WORDS: usize = 16;

/// A server in threads of this process, one for each connection.
pub struct Upstream {
    port: u16,
}

struct Answers {
    wait: Duration,
    whole: Vec<u8>,
    stream: Vec<Vec<u8>>,
    models: Vec<u8>,
}

impl Upstream {
    /// Start one that thinks for so many milliseconds.
    pub fn start(wait_ms: u64) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").context("no port for the upstream")?;
        let port = listener.local_addr()?.port();
        let answers = Arc::new(Answers::new(wait_ms));
        thread::spawn(move || {
            while let Ok((stream, _)) = listener.accept() {
                let answers = answers.clone();
                thread::spawn(move || drop(answers.serve(stream)));
            }
        });
        Ok(Self { port })
    }

    /// Where it listens, on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }
}

impl Answers {
    fn new(wait_ms: u64) -> Self {
        let whole = r#"{"id":"chatcmpl-1","object":"chat.completion","created":1700000000,"model":"gpt-4o-mini","choices":[{"index":0,"message":{"role":"assistant","content":"Paris is the capital of France."},"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":12,"completion_tokens":7,"total_tokens":19}}"#;
        let models = r#"{"object":"list","data":[{"id":"gpt-4o-mini","object":"model","created":1700000000,"owned_by":"upstream"}]}"#;
        let event = |delta: &str, finish: &str| {
            format!(
                "data: {{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1700000000,\"model\":\"gpt-4o-mini\",\"choices\":[{{\"index\":0,\"delta\":{{{delta}}},\"finish_reason\":{finish}}}]}}\n\n"
            )
        };
        let mut events = vec![event(r#""role":"assistant","content":"""#, "null")];
        events.extend((0..WORDS).map(|word| event(&format!(r#""content":"word{word} ""#), "null")));
        events.push(event("", r#""stop""#));
        events.push(format!(
            "data: {{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1700000000,\"model\":\"gpt-4o-mini\",\"choices\":[],\"usage\":{{\"prompt_tokens\":12,\"completion_tokens\":{WORDS},\"total_tokens\":{}}}}}\n\n",
            WORDS + 12
        ));
        events.push("data: [DONE]\n\n".to_owned());
        let json = |body: &str| {
            let length = body.len();
            format!(
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
            )
            .into_bytes()
        };
        let mut stream = vec![
            b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncache-control: no-cache\r\ntransfer-encoding: chunked\r\n\r\n".to_vec(),
        ];
        stream.extend(events.iter().map(|event| {
            let mut chunk = String::new();
            // writing to a text cannot fail
            let _ = write!(chunk, "{:x}\r\n{event}\r\n", event.len());
            chunk.into_bytes()
        }));
        stream.push(b"0\r\n\r\n".to_vec());
        Self {
            wait: Duration::from_millis(wait_ms),
            whole: json(whole),
            stream,
            models: json(models),
        }
    }

    fn serve(&self, stream: TcpStream) -> std::io::Result<()> {
        stream.set_nodelay(true)?;
        let mut writer = stream.try_clone()?;
        let mut reader = Reader::new(stream);
        while let Some(head) = reader.head()? {
            let body = reader.body(head, || {})?;
            if body.is_empty() {
                writer.write_all(&self.models)?;
                continue;
            }
            if !self.wait.is_zero() {
                thread::sleep(self.wait);
            }
            if is_stream(&body) {
                // each event is a write of its own, as a model's words are
                for piece in &self.stream {
                    writer.write_all(piece)?;
                }
            } else {
                writer.write_all(&self.whole)?;
            }
        }
        Ok(())
    }
}

fn is_stream(body: &[u8]) -> bool {
    let wanted = b"\"stream\":";
    let Some(at) = body.windows(wanted.len()).position(|window| window == wanted) else {
        return false;
    };
    body[at + wanted.len()..].trim_ascii_start().starts_with(b"true")
}

#[cfg(test)]
mod tests {
    use super::is_stream;

    #[test]
    fn a_stream_is_told_from_a_whole_answer() {
        let check = |body: &str, expected: bool| assert_eq!(is_stream(body.as_bytes()), expected);
        check(r#"{"stream":true}"#, true);
        check(r#"{"stream": true,"x":1}"#, true);
        check(r#"{"stream":false}"#, false);
        check(r#"{"stream_options":{"include_usage":true}}"#, false);
        check("{}", false);
    }
}
