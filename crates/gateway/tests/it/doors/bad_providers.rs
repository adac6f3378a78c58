//! Providers that misbehave, behind every door: an error in the door's own words, soon, and
//! a ledger that charges nothing which cannot have been used.

use std::time::Duration;

use futures::future::join_all;
use gateway::DoorOptions;
use llm::Timeouts;
use serde_json::{Value as Json, json};
use store::Db;
use web::testing::Answer;

use super::provider::{Manner, Provider};
use super::scene::{MODEL, Scene, Sent, question};

/// The question of each door; the last two cannot be streamed.
const DOORS: [&str; 5] = [
    "/v1/chat/completions",
    "/v1/responses",
    "/v1/messages",
    "/v1/embeddings",
    "/v1/audio/transcriptions",
];

/// No waiting in these tests ends by its own weight.
const SOON: Duration = Duration::from_secs(60);

/// What the provider may have counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Used {
    /// Nothing: it refused, or it is no provider.
    Nothing,
    /// Nobody knows.
    Unknown,
}

/// How a provider misbehaves and what is to come of it.
#[derive(Debug, Clone, Copy)]
struct Case {
    manner: Manner,
    /// The status of an answer in one piece.
    status: u16,
    /// The word for programs, where the dialect has a place for it.
    code: &'static str,
    used: Used,
    /// How often the provider is asked for an answer in one piece.
    tries: u64,
    /// Whether a stream has begun when it goes wrong.
    begins: bool,
}

const fn case(manner: Manner, status: u16, code: &'static str, used: Used, tries: u64) -> Case {
    Case { manner, status, code, used, tries, begins: false }
}

const CASES: [Case; 12] = [
    case(Manner::Refuse(400), 400, "bad_request", Used::Nothing, 1),
    case(Manner::Refuse(401), 502, "unauthenticated", Used::Nothing, 1),
    case(Manner::Refuse(404), 502, "wrong_address", Used::Nothing, 1),
    case(Manner::Refuse(429), 429, "rate_limit_exceeded", Used::Nothing, 3),
    case(Manner::Refuse(500), 503, "overloaded", Used::Nothing, 3),
    case(Manner::Html, 502, "wrong_address", Used::Nothing, 1),
    case(Manner::Mislabelled, 502, "invalid_reply", Used::Unknown, 1),
    case(Manner::Garbage, 502, "invalid_reply", Used::Unknown, 1),
    case(Manner::Hangup, 502, "stream_cut", Used::Unknown, 3),
    Case { begins: true, ..case(Manner::Cut, 502, "stream_cut", Used::Unknown, 3) },
    Case { begins: true, ..case(Manner::Stall, 504, "timeout", Used::Unknown, 3) },
    Case { begins: true, ..case(Manner::Trickle, 504, "timeout", Used::Unknown, 1) },
];

/// Long, but for what the manner is about.
fn timeouts(manner: Manner) -> Timeouts {
    let usual = Timeouts { headers: SOON, idle: SOON, total: SOON, ..Timeouts::default() };
    let short = Duration::from_millis(300);
    match manner {
        Manner::Wait => Timeouts { headers: short, ..usual },
        Manner::Stall => Timeouts { idle: short, ..usual },
        Manner::Trickle => Timeouts { total: Duration::from_secs(2), ..usual },
        _ => usual,
    }
}

fn sent(path: &str, streams: bool) -> Sent {
    match path {
        "/v1/embeddings" => Sent::json(&json!({"model": MODEL, "input": "hi"})),
        "/v1/audio/transcriptions" => Sent::form(&[("model", MODEL), ("file", "RIFF")]),
        "/v1/responses" => Sent::json(
            &json!({"model": MODEL, "input": "hi", "max_output_tokens": 5, "stream": streams}),
        ),
        _ => Sent::json(&question(json!({"max_tokens": 5, "stream": streams}))),
    }
}

/// Asks one door with one bad provider behind it and looks at the answer and the ledger.
async fn check(db: &Db, case: Case, path: &str, streams: bool) {
    let about = format!("{:?} behind {path}, streams: {streams}", case.manner);
    // a provider of its own, which has not failed too often yet
    let provider = Provider::start(1, 1);
    let options = DoorOptions::new("test");
    let scene = Scene::patient(db.clone(), provider, options, timeouts(case.manner)).await;
    scene.provider.set(case.manner);
    let asking = scene.send(&scene.key, path, sent(path, streams), &[]);
    let answer = tokio::time::timeout(2 * SOON, asking).await.unwrap_or_else(|_| panic!("{about}"));
    let begins = streams && case.begins;
    if begins {
        assert_eq!(answer.status.as_u16(), 200, "{about}: {}", answer.text);
        fails_in_its_stream(path, case.code, &answer.text, &about);
    } else {
        // Anthropic has a status of its own for too much work
        let is_busy = path == "/v1/messages" && case.status == 503;
        let status = if is_busy { 529 } else { case.status };
        assert_eq!(answer.status.as_u16(), status, "{about}: {}", answer.text);
        is_told(path, case, &answer, &about);
    }
    let tries = if begins { 1 } else { case.tries };
    assert_eq!(scene.provider.count(), tries, "{about}");
    is_booked(db, &scene, case, tries, &about).await;
}

/// The error in the dialect of the door.
fn is_told(path: &str, case: Case, answer: &Answer, about: &str) {
    assert_eq!(answer.headers["content-type"], "application/json", "{about}");
    let retry = matches!(case.status, 429 | 500..);
    assert_eq!(answer.headers["x-should-retry"], retry.to_string(), "{about}");
    let error = &answer.json["error"];
    assert!(error["message"].as_str().is_some_and(|text| !text.is_empty()), "{about}: {error}");
    if path == "/v1/messages" {
        let kind = match case.status {
            400 => "invalid_request_error",
            429 => "rate_limit_error",
            503 => "overloaded_error",
            504 => "timeout_error",
            _ => "api_error",
        };
        assert_eq!(
            (&answer.json["type"], &error["type"]),
            (&json!("error"), &json!(kind)),
            "{about}"
        );
    } else {
        let kind = match case.status {
            400 => "invalid_request_error",
            429 => "rate_limit_error",
            504 => "timeout_error",
            _ => "server_error",
        };
        assert_eq!((&error["type"], &error["code"]), (&json!(kind), &json!(case.code)), "{about}");
    }
}

/// Half an answer, then the error as the last event; nothing says that it is complete.
fn fails_in_its_stream(path: &str, code: &str, text: &str, about: &str) {
    assert!(text.contains("Pa"), "{about}: {text}");
    let (ends, error): (&[&str], String) = match path {
        "/v1/messages" => {
            (&["message_stop", "end_turn"], "event: error\ndata: {\"type\":\"error\"".to_owned())
        }
        "/v1/responses" => (&["response.completed"], "event: response.failed\n".to_owned()),
        _ => (&["[DONE]", "\"finish_reason\":\"stop\""], "data: {\"error\":{".to_owned()),
    };
    for end in ends {
        assert!(!text.contains(end), "{about}: {text}");
    }
    let last = text.trim_end().rsplit("\n\n").next().unwrap_or_default();
    assert!(last.starts_with(&error), "{about}: {text}");
    let data = last.split_once("data: ").map(|(_, data)| data).unwrap_or_default();
    let data: Json = serde_json::from_str(data).unwrap();
    match path {
        "/v1/messages" => assert!(data["error"]["message"].is_string(), "{about}: {data}"),
        "/v1/responses" => {
            assert_eq!(data["response"]["status"], "failed", "{about}: {data}");
            assert_eq!(data["response"]["error"]["code"], code, "{about}: {data}");
        }
        _ => assert_eq!(data["error"]["code"], code, "{about}: {data}"),
    }
}

/// One row for each try whose cost nobody knows, one without cost where nothing was used.
async fn is_booked(db: &Db, scene: &Scene, case: Case, tries: u64, about: &str) {
    let wanted = if case.used == Used::Nothing { 1 } else { usize::try_from(tries).unwrap() };
    let sql = store::sql!(
        "select outcome, estimated, input_tokens, output_tokens, cost_micros from model_calls where key_id = $1"
    );
    let mut rows = Vec::new();
    for _ in 0..3_000 {
        let mut tx = db.read().await.unwrap();
        rows = tx.fetch_all(sql, store::params![&scene.key_id]).await.unwrap();
        if rows.len() >= wanted {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(rows.len(), wanted, "{about}");
    for row in rows {
        let number = |name: &str| row.get::<i64>(name).unwrap();
        let (input, output, cost) =
            (number("input_tokens"), number("output_tokens"), number("cost_micros"));
        assert_eq!(row.get::<String>("outcome").unwrap(), "error", "{about}");
        let estimated = row.get::<bool>("estimated").unwrap();
        assert_eq!(estimated, case.used == Used::Unknown, "{about}");
        if estimated {
            // five tokens, or a second of sound
            assert!(input > 0 && output <= 10 && cost > 0, "{about}: {input} {output} {cost}");
        } else {
            assert_eq!((input, output, cost), (0, 0, 0), "{about}");
        }
    }
}

store::both_databases! {
    async fn bad_provider_is_told_of_in_the_dialect_of_each_door_and_charged_for_nothing_unused(db: Db) {
        for case in CASES {
            let asked = DOORS.iter().enumerate().flat_map(|(index, path)| {
                let ways: &[bool] = if index < 3 { &[false, true] } else { &[false] };
                ways.iter().map(move |streams| (*path, *streams))
            });
            join_all(asked.map(|(path, streams)| check(&db, case, path, streams))).await;
        }
    }

    async fn a_busy_provider_is_told_as_each_client_knows_it(db: Db) {
        let check = async |path: &str, streams: bool, status: u16, kind: &str| {
            // the next one would be told that the provider asked for no calls
            let scene = Scene::new(db.clone(), Provider::start(1, 1)).await;
            scene.provider.set(Manner::Busy);
            let answer = scene.send(&scene.key, path, sent(path, streams), &[]).await;
            assert_eq!(answer.status.as_u16(), status, "{path}: {}", answer.text);
            assert_eq!(answer.json["error"]["type"], kind, "{path}");
            let wait: u64 = answer.headers["retry-after"].to_str().unwrap().parse().unwrap();
            assert_eq!((wait, &answer.headers["x-should-retry"]), (45, &"true".parse().unwrap()), "{path}");
        };
        for streams in [false, true] {
            check("/v1/messages", streams, 529, "overloaded_error").await;
            check("/v1/chat/completions", streams, 503, "server_error").await;
        }
    }

    async fn a_count_that_no_call_comes_to_leaves_the_books_readable(db: Db) {
        // no sum can hold two of these
        let provider = Provider::start(5_000_000_000_000_000_000, 1);
        let scene = Scene::new(db, provider).await;
        let ways = [(DOORS[0], false), (DOORS[0], true), (DOORS[3], false), (DOORS[4], false)];
        for (path, streams) in ways {
            let answer = scene.send(&scene.key, path, sent(path, streams), &[]).await;
            assert_eq!(answer.status.as_u16(), 200, "{path}, streams: {streams}: {}", answer.text);
        }
        let rows = scene.ledger(ways.len(), &["input_tokens", "estimated"]).await;
        assert_eq!(rows, vec![json!([1_000_000_000, true]); ways.len()]);
        // a limit of the day adds them up
        let limit = json!({"scope": "organisation", "requests_per_day": 1_000_000});
        scene.app.send("PUT", "/api/v1/rate-limits", Some(limit)).await.expect(200);
        scene.ask(json!({})).await.expect(200);
    }

    async fn silent_provider_ends_in_a_timeout_at_each_door(db: Db) {
        let silent = case(Manner::Wait, 504, "timeout", Used::Unknown, 3);
        join_all(DOORS.map(|path| check(&db, silent, path, false))).await;
        join_all(DOORS[..3].iter().map(|path| check(&db, silent, path, true))).await;
    }
}
