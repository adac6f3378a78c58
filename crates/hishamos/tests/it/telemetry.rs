//! What a collector of OpenTelemetry and a scraper of Prometheus hear of a model call.

#![allow(clippy::unwrap_used)]

use std::io::{BufReader, Write as _};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::{Value as Json, json};

use crate::program::{Folder, Server, ended, json as parse, program};

/// A collector that takes OTLP over HTTP: its address, and what it is sent.
fn collector() -> (String, Receiver<Json>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let (sender, sent) = channel();
    std::thread::spawn(move || {
        while let Ok((mut socket, _)) = listener.accept() {
            let mut reader = BufReader::new(socket.try_clone().unwrap());
            let sender = sender.clone();
            std::thread::spawn(move || {
                while let Some((first, body)) = request(&mut reader) {
                    assert!(first.starts_with("POST /v1/traces "), "{first}");
                    // a test that has ended hears nothing any more
                    let _ = sender.send(body);
                    let answer = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}";
                    if socket.write_all(answer).is_err() {
                        return;
                    }
                }
            });
        }
    });
    (address, sent)
}

fn request(reader: &mut impl std::io::BufRead) -> Option<(String, Json)> {
    let (mut first, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
        if line.trim().is_empty() {
            break;
        }
        if first.is_empty() {
            first = line;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some((first, serde_json::from_slice(&body).unwrap()))
}

/// A server that tells this collector, with a virtual key.
fn start(folder: &Folder, collector: &str, captures: &str) -> (Server, String) {
    let made = folder.run(["user", "create-admin", "--email", "a@example.com", "--name", "A"]);
    assert_eq!(ended(&made).0, 0, "{:?}", ended(&made));
    let key = ended(&folder.run(["api-key", "create"])).1;
    folder.write("hishamos.toml", "[server]\nmetrics_token = \"m-secret\"\n");
    let rules = json!([
        {"when": {"contains": "break"}, "error": {"kind": "overloaded"}},
        {"reply": "The capital of France is Paris.", "cost_micros": 700},
    ]);
    let rules = folder.write("rules.json", rules.to_string());
    let mut serve = program();
    serve.args(["serve", "--listen", "127.0.0.1:0", "--log", "warn", "--model-script"]).arg(rules);
    serve.env("HISHAMOS_OTLP_ENDPOINT", collector).env("HISHAMOS_CAPTURE_CONTENT", captures);
    let server = Server::spawn(serve.arg("--data").arg(folder.path()));
    let headers = [
        ("authorization", &*format!("Bearer {}", key.trim())),
        ("content-type", "application/json"),
    ];
    let (status, made) = server.send("POST", "/api/v1/virtual-keys", &headers, "{\"name\":\"it\"}");
    assert_eq!(status, 201, "{made}");
    (server, parse(&made)["key"].as_str().unwrap().to_owned())
}

fn ask(server: &Server, key: &str, question: &str, streams: bool) -> u16 {
    let body = json!({
        "model": "scripted/rehearsal", "max_tokens": 50, "stream": streams,
        "messages": [{"role": "user", "content": question}],
    });
    let headers =
        [("authorization", &*format!("Bearer {key}")), ("content-type", "application/json")];
    server.send("POST", "/v1/chat/completions", &headers, &body.to_string()).0
}

/// The next span, with its attributes as a plain object.
fn next(sent: &Receiver<Json>, waiting: &mut Vec<Json>) -> (Json, Json) {
    while waiting.is_empty() {
        let body = sent.recv_timeout(Duration::from_secs(30)).expect("a span comes");
        let resource = &body["resourceSpans"][0];
        assert!(resource["resource"].to_string().contains("\"hishamos\""), "{body}");
        waiting.extend(resource["scopeSpans"][0]["spans"].as_array().unwrap().iter().cloned());
    }
    let span = waiting.remove(0);
    let mut attributes = json!({});
    for one in span["attributes"].as_array().unwrap() {
        let value = one["value"].as_object().unwrap().values().next().unwrap();
        attributes[one["key"].as_str().unwrap()] = value.clone();
    }
    (span, attributes)
}

#[test]
fn span_of_a_call_tells_model_tokens_cost_and_end_and_no_content() {
    let (folder, (address, sent)) = (Folder::new(), collector());
    let (server, key) = start(&folder, &address, "false");
    let mut waiting = Vec::new();
    for streams in [false, true] {
        assert_eq!(ask(&server, &key, "What is the capital of France?", streams), 200);
        let (span, told) = next(&sent, &mut waiting);
        assert_eq!(span["name"], "chat rehearsal", "{span}");
        assert_eq!(span["kind"], 3);
        assert_eq!(span["traceId"].as_str().unwrap().len(), 32);
        assert_eq!(span["spanId"].as_str().unwrap().len(), 16);
        let time = |name: &str| span[name].as_str().unwrap().parse::<u64>().unwrap();
        assert!(time("startTimeUnixNano") <= time("endTimeUnixNano"), "{span}");
        assert_eq!(told["gen_ai.operation.name"], "chat");
        assert_eq!(told["gen_ai.provider.name"], "scripted");
        assert_eq!(told["gen_ai.request.model"], "rehearsal");
        assert_eq!(told["gen_ai.request.max_tokens"], "50");
        assert!(told["gen_ai.response.model"].is_string(), "{told}");
        assert_eq!(
            told["gen_ai.response.finish_reasons"],
            json!({"values": [{"stringValue": "stop"}]})
        );
        let number = |name: &str| told[name].as_str().unwrap().parse::<u64>().unwrap();
        assert!(
            number("gen_ai.usage.input_tokens") > 0 && number("gen_ai.usage.output_tokens") > 0
        );
        assert!(told["hishamos.cost_micros"].is_string(), "{told}");
        assert!(told["error.type"].is_null(), "{told}");
        let all = span.to_string();
        assert!(!all.contains("France") && !all.contains("Paris") && !all.contains(&key), "{all}");
    }
    assert_eq!(ask(&server, &key, "Please break", false), 503);
    let (span, told) = next(&sent, &mut waiting);
    assert_eq!((&told["error.type"], &span["status"]["code"]), (&json!("overloaded"), &json!(2)));
    assert!(told["gen_ai.usage.input_tokens"].is_null(), "{told}");
    // and the counts, for whoever scrapes
    let scraper = [("authorization", "Bearer m-secret")];
    let (status, text) = server.send("GET", "/metrics", &scraper, "");
    assert_eq!(status, 200);
    for line in [
        "hishamos_door_calls_total{door=\"chat/completions\",outcome=\"ok\"} 2",
        "hishamos_door_calls_total{door=\"chat/completions\",outcome=\"failed\"} 1",
        "gen_ai_client_operation_duration_seconds_count{",
        "hishamos_model_cost_micros_total{",
    ] {
        assert!(text.contains(line), "{line}: {text}");
    }
    let tokens = |kind: &str| {
        let has = |line: &&str| {
            line.starts_with("gen_ai_client_token_usage_total{") && line.contains(kind)
        };
        let line = text.lines().find(has).unwrap_or_else(|| panic!("{text}"));
        line.rsplit(' ').next().unwrap().parse::<u64>().unwrap()
    };
    assert!(
        tokens("gen_ai_token_type=\"input\"") > 0 && tokens("gen_ai_token_type=\"output\"") > 0
    );
}

#[test]
fn content_is_told_only_where_that_is_switched_on() {
    let (folder, (address, sent)) = (Folder::new(), collector());
    let (server, key) = start(&folder, &address, "true");
    let mut waiting = Vec::new();
    for streams in [false, true] {
        assert_eq!(ask(&server, &key, "What is the capital of France?", streams), 200);
        let (_, told) = next(&sent, &mut waiting);
        let input: Json = parse(told["gen_ai.input.messages"].as_str().unwrap());
        assert_eq!(
            input[0]["parts"][0],
            json!({"type": "text", "content": "What is the capital of France?"})
        );
        let output: Json = parse(told["gen_ai.output.messages"].as_str().unwrap());
        assert_eq!(output[0]["parts"][0]["content"], "The capital of France is Paris.");
        assert_eq!(output[0]["finish_reason"], "stop");
    }
}
