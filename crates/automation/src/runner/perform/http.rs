//! The tool `http`: calls an address that the configuration allows. Nothing is allowed
//! unless it is listed, redirects are not followed, and every call carries the key of its
//! attempt, so that the other side can tell a repetition.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use base::ExecutionId;
use engine::{AttemptKey, Failure};
use futures::StreamExt as _;
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::Desk;
use crate::runner::handle::{Message, ResultNote};
use crate::runner::points::Point;

/// The longest answer that is read.
const MAX_ANSWER: usize = 1 << 20;

/// Which addresses may be called.
#[derive(Debug, Clone, Default)]
pub struct HttpTool {
    /// Hosts with their ports, as in `hooks.example.com:443`.
    allow: Arc<Vec<String>>,
    client: Arc<OnceLock<Option<reqwest::Client>>>,
}

/// A call of the tool.
pub(in crate::runner) struct ToolCall {
    pub execution: ExecutionId,
    pub step: String,
    pub key: AttemptKey,
    pub with: Json,
}

/// What a step gives the tool.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    url: String,
    #[serde(default = "post")]
    method: String,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    body: Json,
}

fn post() -> String {
    "POST".to_owned()
}

impl HttpTool {
    /// The tool with the addresses that may be called: hosts with their ports.
    pub fn new(allow: Vec<String>) -> Self {
        Self { allow: Arc::new(allow), client: Arc::default() }
    }

    fn client(&self) -> Option<&reqwest::Client> {
        let build = || {
            let builder = llm::client_builder().ok()?;
            let builder = builder.redirect(reqwest::redirect::Policy::none());
            builder.connect_timeout(Duration::from_secs(10)).tcp_nodelay(true).build().ok()
        };
        self.client.get_or_init(build).as_ref()
    }

    fn allows(&self, url: &reqwest::Url) -> bool {
        let (Some(host), Some(port)) = (url.host_str(), url.port_or_known_default()) else {
            return false;
        };
        matches!(url.scheme(), "http" | "https")
            && self.allow.iter().any(|allowed| *allowed == format!("{host}:{port}"))
    }
}

/// Carries a call out and tells the runner how it ended.
pub(in crate::runner) async fn http(desk: &Desk, call: &ToolCall) {
    let (id, key) = (call.execution, call.key);
    Point::HttpDue.pass();
    let answer = request(&desk.dependencies.http, call).await;
    Point::HttpAnswered.pass();
    let message = match answer {
        Ok(output) => {
            let note =
                ResultNote { summary: "the call was answered".to_owned(), ..ResultNote::default() };
            Message::Completed { id, key, output, note: Box::new(note) }
        }
        Err(failure) => Message::Failed { id, key, failure },
    };
    desk.handle.tell(message).await;
}

async fn request(tool: &HttpTool, call: &ToolCall) -> Result<Json, Failure> {
    let invalid = |message: String| Failure::permanent("invalid_input", message);
    let wanted: Request = serde_json::from_value(call.with.clone())
        .map_err(|error| invalid(format!("the input of \"http\" cannot be used: {error}")))?;
    let url: reqwest::Url =
        wanted.url.parse().map_err(|_| invalid(format!("\"{}\" is no address", wanted.url)))?;
    if !tool.allows(&url) {
        let host = url.host_str().unwrap_or_default();
        let port = url.port_or_known_default().unwrap_or_default();
        let message = format!(
            "\"{host}:{port}\" may not be called; an administrator can allow it under [tools] http_allow"
        );
        return Err(Failure::permanent("not_allowed", message));
    }
    let method = wanted.method.to_ascii_uppercase();
    let method = reqwest::Method::from_bytes(method.as_bytes())
        .map_err(|_| invalid(format!("\"{method}\" is no method")))?;
    let Some(client) = tool.client() else {
        return Err(Failure::permanent("tls", "no connection can be made: TLS cannot be set up"));
    };
    let key = call.key;
    let idempotency_key =
        format!("{}/{}/{}/{}", call.execution, call.step, key.instance, key.attempt);
    let mut request = client.request(method, url).header("idempotency-key", idempotency_key);
    for (name, value) in &wanted.headers {
        request = request.header(name, value);
    }
    if !wanted.body.is_null() {
        request = request.json(&wanted.body);
    }
    let answer = request
        .send()
        .await
        .map_err(|error| Failure::passing("connection", format!("no answer: {error}")))?;
    let status = answer.status();
    let retry_after = answer
        .headers()
        .get("retry-after")
        .and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    let body = read(answer).await?;
    if status.is_success() {
        return Ok(json!({ "status": status.as_u16(), "body": body }));
    }
    let is_retryable = status.is_server_error() || matches!(status.as_u16(), 408 | 425 | 429);
    Err(Failure {
        code: format!("http_{}", status.as_u16()),
        message: format!("the other side answered {status}"),
        is_retryable,
        retry_after_ms: retry_after.map(|seconds| seconds.saturating_mul(1000)),
    })
}

/// The answer's body: JSON if it is some, else text.
async fn read(answer: reqwest::Response) -> Result<Json, Failure> {
    let mut body = Vec::new();
    let mut pieces = answer.bytes_stream();
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|error| {
            Failure::passing("connection", format!("the answer broke off: {error}"))
        })?;
        body.extend_from_slice(&piece);
        if body.len() > MAX_ANSWER {
            let message = format!("the answer has more than {MAX_ANSWER} bytes");
            return Err(Failure::permanent("output_too_large", message));
        }
    }
    Ok(serde_json::from_slice(&body)
        .unwrap_or_else(|_| Json::String(String::from_utf8_lossy(&body).into_owned())))
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::TcpListener;

    use engine::AttemptKey;
    use serde_json::json;
    use tokio::sync::oneshot;

    use super::*;

    /// More than the buffers of a connection ever hold, and a hundredth of a gigabyte.
    const BOUNDED: usize = 10 << 20;

    /// A server that answers one request with a head and then with `piece` as long as anybody
    /// reads, at most a gigabyte. Gives its address and how much it sent.
    fn serve(head: &'static str, piece: Vec<u8>) -> (String, oneshot::Receiver<usize>) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        let (tell, told) = oneshot::channel();
        std::thread::spawn(move || {
            let (mut socket, _) = listener.accept().expect("a client");
            assert!(socket.read(&mut [0; 4096]).expect("a request") > 0);
            let mut sent = 0;
            if socket.write_all(head.as_bytes()).is_ok() && !piece.is_empty() {
                while sent < 1 << 30 && socket.write_all(&piece).is_ok() {
                    sent += piece.len();
                }
            }
            tell.send(sent)
        });
        (address, told)
    }

    async fn call(allow: &str, address: &str) -> Result<Json, Failure> {
        let tool = HttpTool::new(vec![allow.to_owned()]);
        let call = ToolCall {
            execution: ExecutionId::from_u128(1),
            step: "call".to_owned(),
            key: AttemptKey { step: 0, instance: 0, attempt: 1 },
            with: json!({ "url": format!("http://{address}/x") }),
        };
        request(&tool, &call).await
    }

    #[tokio::test]
    async fn gigabyte_is_refused_after_the_first_megabyte_of_it() {
        let (address, sent) = serve("HTTP/1.1 200 OK\r\n\r\n", vec![b'y'; 64 << 10]);
        let failure = call(&address, &address).await.expect_err("it is too large");
        assert_eq!((failure.code.as_str(), failure.is_retryable), ("output_too_large", false));
        let sent = sent.await.expect("the server ends");
        assert!(sent < BOUNDED, "{sent} bytes were taken");
    }

    #[tokio::test]
    async fn million_tiny_lines_are_refused_too() {
        let (address, sent) = serve("HTTP/1.1 200 OK\r\n\r\n", b"y\n".repeat(10));
        let failure = call(&address, &address).await.expect_err("it is too large");
        assert_eq!(failure.code, "output_too_large");
        assert!(sent.await.expect("the server ends") < BOUNDED);
    }

    #[tokio::test]
    async fn other_answers_are_failures_of_their_kind() {
        let check =
            async |head: &'static str, code: &str, is_retryable: bool, after: Option<u64>| {
                let (address, _sent) = serve(head, Vec::new());
                let failure = call(&address, &address).await.expect_err(head);
                assert_eq!(
                    (failure.code.as_str(), failure.is_retryable),
                    (code, is_retryable),
                    "{head}"
                );
                assert_eq!(failure.retry_after_ms, after, "{head}");
            };
        let busy = "HTTP/1.1 503 Busy\r\nretry-after: 7\r\ncontent-length: 0\r\n\r\n";
        check(busy, "http_503", true, Some(7_000)).await;
        check("HTTP/1.1 404 Gone\r\ncontent-length: 0\r\n\r\n", "http_404", false, None).await;
        let elsewhere =
            "HTTP/1.1 302 Found\r\nlocation: http://10.0.0.1/\r\ncontent-length: 0\r\n\r\n";
        check(elsewhere, "http_302", false, None).await;
        check("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf", "connection", true, None).await;
        check("nonsense", "connection", true, None).await;
    }

    #[tokio::test]
    async fn addresses_that_are_not_listed_are_not_called() {
        let (address, sent) = serve("HTTP/1.1 200 OK\r\n\r\n", Vec::new());
        let failure = call("hooks.example.com:443", &address).await.expect_err("it is not listed");
        assert_eq!(failure.code, "not_allowed");
        assert!(failure.message.contains("[tools] http_allow"), "{}", failure.message);
        drop(sent);
    }
}
