//! Requests that are wrong, too large, or by nobody who may ask: each door says so in its
//! own words before anything is asked of a provider or charged.

use std::time::Duration;

use serde_json::{Value as Json, json};

use super::provider::Provider;
use super::scene::{MODEL, Scene, Sent, text};

/// Six doors, each with a request that it takes.
fn doors() -> [(&'static str, Sent); 6] {
    let hi = json!([{"role": "user", "content": "hi"}]);
    let of = |body: Json| Sent::json(&body);
    [
        ("/v1/chat/completions", of(json!({"model": MODEL, "messages": hi, "max_tokens": 5}))),
        ("/v1/responses", of(json!({"model": MODEL, "input": "hi", "max_output_tokens": 5}))),
        ("/v1/messages", of(json!({"model": MODEL, "messages": hi, "max_tokens": 5}))),
        ("/v1/messages/count_tokens", of(json!({"model": MODEL, "messages": hi}))),
        ("/v1/embeddings", of(json!({"model": MODEL, "input": "hi"}))),
        ("/v1/audio/transcriptions", Sent::form(&[("model", MODEL), ("file", "RIFF")])),
    ]
}

/// The request that `path` takes, with some fields set otherwise; `null` takes one away.
fn with(path: &str, changes: Json) -> Sent {
    let (_, sent) = doors().into_iter().find(|(door, _)| *door == path).unwrap();
    let mut body: Json = serde_json::from_slice(&sent.bytes).unwrap();
    for (name, value) in changes.as_object().unwrap() {
        let fields = body.as_object_mut().unwrap();
        if value.is_null() {
            fields.remove(name)
        } else {
            fields.insert(name.clone(), value.clone())
        };
    }
    Sent::json(&body)
}

/// The words of each dialect for a refusal: its `type`, and where there is one its `code`.
fn words(path: &str, status: u16) -> (&'static str, Option<&'static str>) {
    let is_anthropic = path.starts_with("/v1/messages");
    match (status, is_anthropic) {
        (400, false) => ("invalid_request_error", Some("invalid_request")),
        (401, false) => ("authentication_error", Some("invalid_api_key")),
        (404, false) => ("invalid_request_error", Some("model_not_found")),
        (413, false) => ("invalid_request_error", Some("request_too_large")),
        (400, true) => ("invalid_request_error", None),
        (401, true) => ("authentication_error", None),
        (404, true) => ("not_found_error", None),
        (413, true) => ("request_too_large", None),
        (status, _) => panic!("no door says {status} here"),
    }
}

/// Sends a request that no door may take.
async fn refused(scene: &Scene, key: &str, path: &str, sent: Sent, status: u16, about: &str) {
    let answer = scene.send(key, path, sent, &[]).await;
    let about = format!("{path} {about}: {}", answer.text.chars().take(300).collect::<String>());
    assert_eq!(answer.status.as_u16(), status, "{about}");
    assert_eq!(answer.headers["content-type"], "application/json", "{about}");
    assert_eq!(answer.headers["x-should-retry"], "false", "{about}");
    let error = &answer.json["error"];
    let (kind, code) = words(path, status);
    assert_eq!(error["type"], kind, "{about}");
    assert!(error["message"].as_str().is_some_and(|message| !message.is_empty()), "{about}");
    match code {
        Some(code) => assert_eq!(error["code"], code, "{about}"),
        None => assert_eq!(answer.json["type"], "error", "{about}"),
    }
}

/// Nothing was asked, nothing is in the ledger.
async fn is_untouched(scene: &Scene) {
    assert_eq!(scene.provider.count(), 0);
    assert_eq!(scene.ledger(0, &["id"]).await, Vec::<Json>::new());
}

store::both_databases! {
    async fn wrong_types_are_refused_and_the_field_is_named(db: Db) {
        let scene = Scene::new(db, Provider::start(1, 1)).await;
        let check = async |path: &str, changes: Json, field: &str| {
            let about = changes.to_string();
            let sent = with(path, changes);
            let answer = scene.send(&scene.key, path, sent.clone(), &[]).await;
            let error = &answer.json["error"];
            if path.starts_with("/v1/messages") {
                let message = text(&error["message"]);
                assert!(message.starts_with(field), "{path} {about}: {message}");
            } else {
                assert_eq!(error["param"], field, "{path} {about}: {}", answer.text);
            }
            refused(&scene, &scene.key, path, sent, 400, &about).await;
        };
        let chat = "/v1/chat/completions";
        check(chat, json!({"model": 7}), "model").await;
        check(chat, json!({"model": ""}), "model").await;
        check(chat, json!({"messages": "hi"}), "messages").await;
        check(chat, json!({"messages": []}), "messages").await;
        check(chat, json!({"messages": ["hi"]}), "messages[0]").await;
        check(chat, json!({"messages": [{"role": 7}]}), "messages[0].role").await;
        check(chat, json!({"messages": [{"role": "robot", "content": "x"}]}), "messages[0].role").await;
        check(chat, json!({"messages": [{"role": "user", "content": 7}]}), "messages[0].content").await;
        check(chat, json!({"messages": [{"role": "user", "content": [{"type": "text"}]}]}), "messages[0].content[0].text").await;
        check(chat, json!({"messages": [{"role": "tool", "content": "x"}]}), "messages[0].tool_call_id").await;
        check(chat, json!({"temperature": "hot"}), "temperature").await;
        check(chat, json!({"temperature": 9}), "temperature").await;
        check(chat, json!({"max_tokens": -1}), "max_tokens").await;
        check(chat, json!({"max_tokens": 0}), "max_tokens").await;
        check(chat, json!({"max_completion_tokens": 1.5}), "max_completion_tokens").await;
        check(chat, json!({"stream": "yes"}), "stream").await;
        check(chat, json!({"tools": {}}), "tools").await;
        check(chat, json!({"tools": [{"type": "function"}]}), "tools[0].function").await;
        check(chat, json!({"tools": [{"type": "web", "name": "x"}]}), "tools[0].type").await;
        check(chat, json!({"tool_choice": 7}), "tool_choice").await;
        check(chat, json!({"tool_choice": "maybe"}), "tool_choice").await;
        check(chat, json!({"response_format": "json"}), "response_format").await;
        check(chat, json!({"response_format": {"type": "json_schema"}}), "response_format.json_schema.schema").await;
        check(chat, json!({"stop": 7}), "stop").await;
        check(chat, json!({"n": 2}), "n").await;
        let responses = "/v1/responses";
        check(responses, json!({"model": {}}), "model").await;
        check(responses, json!({"input": null}), "input").await;
        check(responses, json!({"input": 7}), "input").await;
        check(responses, json!({"input": []}), "input").await;
        check(responses, json!({"input": [{"type": "robot"}]}), "input[0].type").await;
        check(responses, json!({"input": [{"role": "user"}]}), "input[0].content").await;
        check(responses, json!({"instructions": []}), "instructions").await;
        check(responses, json!({"max_output_tokens": "many"}), "max_output_tokens").await;
        check(responses, json!({"max_output_tokens": 0}), "max_output_tokens").await;
        check(responses, json!({"top_p": 2}), "top_p").await;
        check(responses, json!({"tools": [{"type": "web_search"}]}), "tools[0].type").await;
        check(responses, json!({"text": {"format": {"type": "xml"}}}), "text.format.type").await;
        check(responses, json!({"previous_response_id": "resp_1"}), "previous_response_id").await;
        let messages = "/v1/messages";
        check(messages, json!({"max_tokens": null}), "max_tokens").await;
        check(messages, json!({"max_tokens": "many"}), "max_tokens").await;
        check(messages, json!({"max_tokens": 0}), "max_tokens").await;
        check(messages, json!({"temperature": [1]}), "temperature").await;
        check(messages, json!({"stop_sequences": "x"}), "stop_sequences").await;
        check(messages, json!({"tools": [{"input_schema": {}}]}), "tools[0]").await;
        check(messages, json!({"tool_choice": "auto"}), "tool_choice").await;
        for path in [messages, "/v1/messages/count_tokens"] {
            check(path, json!({"model": 7}), "model").await;
            check(path, json!({"messages": null}), "").await;
            check(path, json!({"messages": "hi"}), "messages").await;
            check(path, json!({"messages": []}), "messages").await;
            check(path, json!({"messages": [{"role": "robot", "content": "x"}]}), "messages[0].role").await;
            check(path, json!({"messages": [{"role": "user", "content": [{"type": "text"}]}]}), "messages[0].content[0].text").await;
            check(path, json!({"system": 7}), "system").await;
        }
        let embeddings = "/v1/embeddings";
        check(embeddings, json!({"input": {}}), "input").await;
        check(embeddings, json!({"input": []}), "input").await;
        check(embeddings, json!({"input": [true]}), "input").await;
        check(embeddings, json!({"dimensions": 0}), "dimensions").await;
        check(embeddings, json!({"dimensions": "two"}), "dimensions").await;
        check(embeddings, json!({"encoding_format": "x"}), "encoding_format").await;
        is_untouched(&scene).await;
    }

    async fn bodies_that_are_no_request_are_refused(db: Db) {
        let scene = Scene::new(db, Provider::start(1, 1)).await;
        for (path, good) in doors() {
            let half = good.bytes.len() / 2;
            for bytes in [&b""[..], b"[]", b"\"x\"", b"7", b"null", b"{\"model\":", b"\xff\xfe\x00", &good.bytes[..half], b"{}"] {
                let sent = Sent { bytes: bytes.to_vec(), ..good.clone() };
                refused(&scene, &scene.key, path, sent, 400, &String::from_utf8_lossy(bytes)).await;
            }
        }
        let form = "/v1/audio/transcriptions";
        let check = async |sent: Sent, about: &str| refused(&scene, &scene.key, form, sent, 400, about).await;
        check(Sent { kind: "application/json", ..Sent::form(&[("model", MODEL)]) }, "as JSON").await;
        check(Sent::form(&[("file", "RIFF")]), "without a model").await;
        check(Sent::form(&[("model", MODEL)]), "without a file").await;
        check(Sent::form(&[("model", MODEL), ("file", "RIFF"), ("temperature", "hot")]), "temperature").await;
        check(Sent::form(&[("model", MODEL), ("file", "RIFF"), ("response_format", "pdf")]), "format").await;
        is_untouched(&scene).await;
    }

    async fn fifty_megabytes_are_too_large_for_any_door(db: Db) {
        let scene = Scene::new(db, Provider::start(1, 1)).await;
        let large = vec![b' '; 50 * 1024 * 1024];
        for (path, good) in doors() {
            let mut bytes = good.bytes.clone();
            bytes.extend_from_slice(&large);
            let sent = Sent { bytes, ..good.clone() };
            refused(&scene, &scene.key, path, sent, 413, "with 50 MB").await;
            // one that says so is refused unread
            let length = [("content-length", "52428800")];
            let answer = scene.send(&scene.key, path, good, &length).await;
            assert_eq!(answer.status, 413, "{path}: {}", answer.text);
        }
        is_untouched(&scene).await;
    }

    async fn models_that_nobody_has_are_told_apart_from_bad_requests(db: Db) {
        let scene = Scene::new(db, Provider::start(1, 1)).await;
        for (path, _) in doors() {
            for model in ["nobody/nothing", "nothing", "openai/nothing", "agent:nobody", "\u{1F431}"] {
                let sent = if path.ends_with("transcriptions") {
                    Sent::form(&[("model", model), ("file", "RIFF")])
                } else {
                    with(path, json!({"model": model}))
                };
                refused(&scene, &scene.key, path, sent, 404, model).await;
            }
        }
        is_untouched(&scene).await;
    }

    async fn keys_that_do_not_count_open_no_door(db: Db) {
        let scene = Scene::new(db, Provider::start(1, 1)).await;
        let make = async |body: Json| scene.app.send("POST", "/api/v1/virtual-keys", Some(body)).await.expect(201);
        let expired = make(json!({"name": "expired", "expires_in_days": 1})).await;
        let revoked = make(json!({"name": "revoked"})).await;
        // a key that was used is remembered for a moment, and must be out all the same
        let (path, sent) = doors()[3].clone();
        for key in [&expired, &revoked] {
            scene.send(&text(&key["key"]), path, sent.clone(), &[]).await.expect(200);
        }
        let one = format!("/api/v1/virtual-keys/{}", text(&revoked["id"]));
        scene.app.send("DELETE", &one, None).await.expect(204);
        scene.app.clock.advance(Duration::from_hours(24));
        let revoked = text(&revoked["key"]);
        for (path, good) in doors() {
            for key in ["", "hk-nothing", "test-all", &revoked, &text(&expired["key"])] {
                refused(&scene, key, path, good.clone(), 401, &format!("with the key \"{key}\"")).await;
            }
        }
        is_untouched(&scene).await;
    }

    async fn unknown_fields_and_long_conversations_are_no_reason_to_refuse(db: Db) {
        let scene = Scene::new(db, Provider::start(1, 1)).await;
        for (path, _) in doors() {
            let sent = if path.ends_with("transcriptions") {
                Sent::form(&[("model", MODEL), ("new_field", "x"), ("file", "RIFF")])
            } else {
                with(path, json!({"new_field": {"a": [1, {"b": null}]}, "store": false}))
            };
            scene.send(&scene.key, path, sent, &[]).await.expect(200);
        }
        let many = |one: Json| Json::Array(vec![one; 10_000]);
        let lines = many(json!({"role": "user", "content": "hi", "new_field": 1}));
        let check = async |path: &str, changes: Json| {
            scene.send(&scene.key, path, with(path, changes), &[]).await.expect(200)
        };
        check("/v1/chat/completions", json!({"messages": lines})).await;
        assert_eq!(scene.provider.last.lock().unwrap()["messages"].as_array().unwrap().len(), 10_000);
        check("/v1/responses", json!({"input": lines})).await;
        assert_eq!(scene.provider.last.lock().unwrap()["messages"].as_array().unwrap().len(), 10_000);
        check("/v1/messages", json!({"messages": lines})).await;
        let counted = check("/v1/messages/count_tokens", json!({"messages": lines})).await;
        assert!(counted["input_tokens"].as_u64().unwrap() >= 10_000, "{counted}");
    }
}
