//! What a collector of OpenTelemetry and a scraper of Prometheus hear of a model call.

#![allow(clippy::unwrap_used)]

use std::io::{BufReader, Write as _};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::{Value as Json, json};

use crate::program::{Folder, Server, ended, json as parse, program};

/// A collector that takes OTLP over HTTP: its address, and what it is sent.
struct Collector {
    address: String,
    spans: Receiver<Json>,
    histograms: Receiver<Json>,
}

impl Collector {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let (to_spans, spans) = channel();
        let (to_histograms, histograms) = channel();
        std::thread::spawn(move || {
            while let Ok((mut socket, _)) = listener.accept() {
                let mut reader = BufReader::new(socket.try_clone().unwrap());
                let (to_spans, to_histograms) = (to_spans.clone(), to_histograms.clone());
                std::thread::spawn(move || {
                    while let Some((first, body)) = request(&mut reader) {
                        // a test that has ended hears nothing any more
                        let _ = match first.split(' ').nth(1).unwrap() {
                            "/v1/traces" => to_spans.send(body),
                            "/v1/metrics" => to_histograms.send(body),
                            _ => panic!("{first}"),
                        };
                        let answer = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}";
                        if socket.write_all(answer).is_err() {
                            return;
                        }
                    }
                });
            }
        });
        Self { address, spans, histograms }
    }

    /// The points of a histogram, with their attributes as a plain object, once one is so.
    fn points(&self, name: &str, is_so: impl Fn(&Json, &Json) -> bool) -> Vec<(Json, Json)> {
        loop {
            let body = self.histograms.recv_timeout(PATIENCE).expect("histograms come");
            let resource = &body["resourceMetrics"][0];
            assert!(resource["resource"].to_string().contains("\"hishamos\""), "{body}");
            let all = resource["scopeMetrics"][0]["metrics"].as_array().unwrap();
            let Some(metric) = all.iter().find(|metric| metric["name"] == name) else { continue };
            let histogram = &metric["histogram"];
            assert_eq!(histogram["aggregationTemporality"], 2, "{metric}");
            let points = histogram["dataPoints"].as_array().unwrap().iter();
            let points: Vec<(Json, Json)> =
                points.map(|point| (point.clone(), attributes(point))).collect();
            if points.iter().any(|(point, told)| is_so(point, told)) {
                return points;
            }
        }
    }
}

/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(30);

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

/// A server that tells a collector, with a virtual key and an administrator's.
struct Told {
    server: Server,
    key: String,
    admin: String,
    _folder: Folder,
}

fn start(collector: &Collector, captures: &str) -> Told {
    let folder = Folder::new();
    let made = folder.run(["user", "create-admin", "--email", "a@example.com", "--name", "A"]);
    assert_eq!(ended(&made).0, 0, "{:?}", ended(&made));
    let admin = ended(&folder.run(["api-key", "create"])).1.trim().to_owned();
    folder.write("hishamos.toml", "[server]\nmetrics_token = \"m-secret\"\n");
    let rules = json!([
        {"when": {"contains": "break"}, "error": {"kind": "overloaded"}},
        {"when": {"contains": "#deny#"}, "error": {"kind": "bad_request"}},
        {"reply": "The capital of France is Paris.", "cost_micros": 700},
    ]);
    let rules = folder.write("rules.json", rules.to_string());
    let mut serve = program();
    serve.args(["serve", "--listen", "127.0.0.1:0", "--log", "warn", "--model-script"]).arg(rules);
    serve.env("HISHAMOS_OTLP_ENDPOINT", &collector.address);
    serve.env("HISHAMOS_CAPTURE_CONTENT", captures).env("HISHAMOS_METRICS_SECONDS", "1");
    let server = Server::spawn(serve.arg("--data").arg(folder.path()));
    let headers =
        [("authorization", &*format!("Bearer {admin}")), ("content-type", "application/json")];
    let (status, made) = server.send("POST", "/api/v1/virtual-keys", &headers, "{\"name\":\"it\"}");
    assert_eq!(status, 201, "{made}");
    let key = parse(&made)["key"].as_str().unwrap().to_owned();
    Told { server, key, admin, _folder: folder }
}

impl Told {
    /// Asks the model; gives the status of the answer.
    fn ask(&self, question: &str, streams: bool) -> u16 {
        self.ask_for("scripted/rehearsal", question, streams)
    }

    fn ask_for(&self, model: &str, question: &str, streams: bool) -> u16 {
        let body = json!({
            "model": model, "max_tokens": 50, "stream": streams,
            "messages": [{"role": "user", "content": question}],
        });
        let headers = [
            ("authorization", &*format!("Bearer {}", self.key)),
            ("content-type", "application/json"),
        ];
        self.server.send("POST", "/v1/chat/completions", &headers, &body.to_string()).0
    }

    /// What a scraper reads.
    fn scraped(&self) -> String {
        let scraper = [("authorization", "Bearer m-secret")];
        let (status, text) = self.server.send("GET", "/metrics", &scraper, "");
        assert_eq!(status, 200);
        text
    }

    /// The newest line of the ledger.
    fn newest_call(&self) -> Json {
        let headers = [("authorization", &*format!("Bearer {}", self.admin))];
        let path = "/api/v1/model-calls?limit=1";
        let (status, text) = self.server.send("GET", path, &headers, "");
        assert_eq!(status, 200, "{text}");
        parse(&text)["items"][0].clone()
    }
}

/// The value of the line of a scrape that begins so and has all of this in it.
fn value(text: &str, begins: &str, has: &[&str]) -> f64 {
    let is_it =
        |line: &&str| line.starts_with(begins) && has.iter().all(|part| line.contains(part));
    let line = text.lines().find(is_it).unwrap_or_else(|| panic!("{begins} {has:?}: {text}"));
    line.rsplit(' ').next().unwrap().parse().unwrap()
}

/// The next span, with its attributes as a plain object.
fn next(collector: &Collector, waiting: &mut Vec<Json>) -> (Json, Json) {
    while waiting.is_empty() {
        let body = collector.spans.recv_timeout(PATIENCE).expect("a span comes");
        let resource = &body["resourceSpans"][0];
        assert!(resource["resource"].to_string().contains("\"hishamos\""), "{body}");
        waiting.extend(resource["scopeSpans"][0]["spans"].as_array().unwrap().iter().cloned());
    }
    let span = waiting.remove(0);
    let told = attributes(&span);
    (span, told)
}

fn attributes(of: &Json) -> Json {
    let mut attributes = json!({});
    for one in of["attributes"].as_array().unwrap() {
        let value = one["value"].as_object().unwrap().values().next().unwrap();
        attributes[one["key"].as_str().unwrap()] = value.clone();
    }
    attributes
}

#[test]
fn span_of_a_call_tells_model_tokens_cost_and_end_and_no_content() {
    let collector = Collector::start();
    let told_of = start(&collector, "false");
    let mut waiting = Vec::new();
    for streams in [false, true] {
        assert_eq!(told_of.ask("What is the capital of France?", streams), 200);
        let (span, told) = next(&collector, &mut waiting);
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
        assert!(told["error.type"].is_null() && told["hishamos.execution.id"].is_null(), "{told}");
        let all = span.to_string();
        let secrets = ["France", "Paris", &*told_of.key];
        assert!(!secrets.iter().any(|secret| all.contains(secret)), "{all}");
    }
    assert_eq!(told_of.ask("Please break", false), 503);
    let (span, told) = next(&collector, &mut waiting);
    assert_eq!((&told["error.type"], &span["status"]["code"]), (&json!("overloaded"), &json!(2)));
    assert!(told["gen_ai.usage.input_tokens"].is_null(), "{told}");
    // and the counts, for whoever scrapes
    let text = told_of.scraped();
    for line in [
        "hishamos_door_calls_total{door=\"chat/completions\",outcome=\"ok\"} 2",
        "hishamos_door_calls_total{door=\"chat/completions\",outcome=\"failed\"} 1",
        "hishamos_model_cost_micros_total{",
    ] {
        assert!(text.contains(line), "{line}: {text}");
    }
    let seconds = "gen_ai_client_operation_duration_seconds_count{";
    assert!((value(&text, seconds, &["error_type=\"overloaded\""]) - 1.0).abs() < 0.1);
    for kind in ["gen_ai_token_type=\"input\"", "gen_ai_token_type=\"output\""] {
        assert!(value(&text, "gen_ai_client_token_usage_sum{", &[kind]) > 0.0);
        assert!((value(&text, "gen_ai_client_token_usage_count{", &[kind]) - 2.0).abs() < 0.1);
    }
}

#[test]
fn call_of_an_execution_is_told_of_and_counted_like_any_other() {
    let collector = Collector::start();
    let told_of = start(&collector, "false");
    let mut waiting = Vec::new();
    assert_eq!(told_of.ask_for("agent:general", "What is the capital of France?", false), 200);
    let (span, told) = next(&collector, &mut waiting);
    let call = told_of.newest_call();
    assert_eq!((&span["name"], &call["outcome"]), (&json!("chat rehearsal"), &json!("ok")));
    assert_eq!(told["gen_ai.operation.name"], "chat");
    assert_eq!(told["gen_ai.provider.name"], "scripted");
    assert_eq!(told["gen_ai.request.model"], "rehearsal");
    assert_eq!(told["gen_ai.response.model"], "rehearsal");
    assert_eq!(told["gen_ai.agent.name"], "general");
    assert_eq!(told["hishamos.execution.id"], call["execution_id"]);
    assert_eq!(told["hishamos.execution.step"], "answer");
    let same = [
        ("gen_ai.usage.input_tokens", "input_tokens"),
        ("gen_ai.usage.output_tokens", "output_tokens"),
        ("hishamos.cost_micros", "cost_micros"),
    ];
    for (attribute, column) in same {
        assert_eq!(told[attribute], call[column].to_string(), "{attribute}: {told} {call}");
    }
    assert_eq!(told["hishamos.cost_micros"], "700");
    let all = span.to_string();
    assert!(!all.contains("France") && !all.contains("Paris"), "{all}");
    assert_ne!(told_of.ask_for("agent:general", "You will #deny# this", false), 200);
    let (span, told) = next(&collector, &mut waiting);
    assert_eq!((&told["error.type"], &span["status"]["code"]), (&json!("bad_request"), &json!(2)));
    assert_eq!(told["gen_ai.agent.name"], "general");
    assert!(told["gen_ai.usage.input_tokens"].is_null(), "{told}");
    let text = told_of.scraped();
    let of = ["gen_ai_provider_name=\"scripted\"", "gen_ai_request_model=\"rehearsal\""];
    for (kind, column) in [("input", "input_tokens"), ("output", "output_tokens")] {
        let kind = format!("gen_ai_token_type=\"{kind}\"");
        let counted = value(&text, "gen_ai_client_token_usage_sum{", &[of[0], of[1], &kind]);
        assert!((counted - call[column].as_f64().unwrap()).abs() < 0.1, "{text}");
    }
    let cost = value(&text, "hishamos_model_cost_micros_total{", &of);
    assert!((cost - 700.0).abs() < 0.1, "{text}");
    let seconds = "gen_ai_client_operation_duration_seconds_count{";
    let denied = value(&text, seconds, &[of[0], of[1], "error_type=\"bad_request\""]);
    assert!((denied - 1.0).abs() < 0.1, "{text}");
}

#[test]
fn collector_is_sent_histograms_of_tokens_and_seconds() {
    let collector = Collector::start();
    let told_of = start(&collector, "false");
    assert_eq!(told_of.ask("What is the capital of France?", false), 200);
    assert_eq!(told_of.ask_for("agent:general", "What is the capital of France?", true), 200);
    let twice = |point: &Json, _: &Json| point["count"] == "2";
    let tokens = collector.points("gen_ai.client.token.usage", twice);
    let mut kinds: Vec<&str> = Vec::new();
    for (point, told) in &tokens {
        assert_eq!(told["gen_ai.operation.name"], "chat", "{told}");
        assert_eq!(told["gen_ai.provider.name"], "scripted");
        assert_eq!(told["gen_ai.request.model"], "rehearsal");
        kinds.push(told["gen_ai.token.type"].as_str().unwrap());
        assert!(point["sum"].as_f64().unwrap() > 0.0, "{point}");
        let bounds = point["explicitBounds"].as_array().unwrap();
        assert_eq!(
            (bounds.len(), &bounds[0], &bounds[13]),
            (14, &json!(1.0), &json!(67_108_864.0))
        );
        let counts = point["bucketCounts"].as_array().unwrap().iter();
        let counted: u64 =
            counts.map(|count| count.as_str().unwrap().parse::<u64>().unwrap()).sum();
        assert_eq!(point["count"], counted.to_string(), "{point}");
        let time = |name: &str| point[name].as_str().unwrap().parse::<u64>().unwrap();
        assert!(time("startTimeUnixNano") < time("timeUnixNano"), "{point}");
    }
    kinds.sort_unstable();
    assert_eq!(kinds, ["input", "output"]);
    assert_eq!(told_of.ask("Please break", false), 503);
    let failed = |_: &Json, told: &Json| told["error.type"] == "overloaded";
    let seconds = collector.points("gen_ai.client.operation.duration", failed);
    assert_eq!(seconds.len(), 2, "{seconds:?}");
    for (point, told) in &seconds {
        let expected = if told["error.type"].is_null() { "2" } else { "1" };
        assert_eq!(
            (&point["count"], &point["explicitBounds"][0]),
            (&json!(expected), &json!(0.01))
        );
        assert!(point["sum"].as_f64().unwrap() < 30.0, "{point}");
    }
}

#[test]
fn content_is_told_only_where_that_is_switched_on() {
    let collector = Collector::start();
    let told_of = start(&collector, "true");
    let mut waiting = Vec::new();
    for (model, streams) in
        [("scripted/rehearsal", false), ("scripted/rehearsal", true), ("agent:general", false)]
    {
        let question = "What is the capital of France?";
        assert_eq!(told_of.ask_for(model, question, streams), 200);
        let (_, told) = next(&collector, &mut waiting);
        let input: Json = parse(told["gen_ai.input.messages"].as_str().unwrap());
        // an agent has words of its own before those of the client
        let last = input.as_array().unwrap().last().unwrap();
        let part = last["parts"].as_array().unwrap().last().unwrap();
        assert_eq!(part["type"], "text");
        assert!(part["content"].as_str().unwrap().contains(question), "{input}");
        let output: Json = parse(told["gen_ai.output.messages"].as_str().unwrap());
        assert_eq!(output[0]["parts"][0]["content"], "The capital of France is Paris.");
        assert_eq!(output[0]["finish_reason"], "stop");
    }
}
