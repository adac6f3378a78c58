//! Agents and workflows behind the doors: their words go out as they come, and a long
//! silence is broken by what clients read over.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use agent::port::{Insiders, Question};
use axum::body::Body;
use axum::http::{Request, header};
use base::OrganisationId;
use futures::future::BoxFuture;
use futures::{FutureExt as _, StreamExt as _};
use gateway::DoorOptions;
use llm::chat::{Delta, Finish, TokenUsage};
use llm::{DeltaStream, Error};
use serde_json::{Value as Json, json};
use tokio::sync::mpsc;

use super::scene::{Scene, question, text};

/// Somebody who says what the test says, when it says it.
#[derive(Default)]
struct Puppet(Mutex<Option<mpsc::UnboundedReceiver<Result<Delta, Error>>>>);

impl Puppet {
    fn strings(&self) -> mpsc::UnboundedSender<Result<Delta, Error>> {
        let (strings, said) = mpsc::unbounded_channel();
        *self.0.lock().unwrap() = Some(said);
        strings
    }
}

impl Insiders for Puppet {
    fn ask(&self, _: Question) -> BoxFuture<'_, Result<DeltaStream, Error>> {
        let mut said = self.0.lock().unwrap().take().unwrap();
        let pieces = futures::stream::poll_fn(move |context| said.poll_recv(context)).boxed();
        async move { Ok(pieces) }.boxed()
    }

    fn names(&self, _: OrganisationId) -> BoxFuture<'_, Vec<String>> {
        async { Vec::new() }.boxed()
    }
}

fn request(scene: &Scene, path: &str) -> Request<Body> {
    let body = question(json!({
        "model": "agent:tester", "input": "hi", "max_tokens": 5, "stream": true,
    }));
    Request::post(path)
        .header(header::HOST, "localhost")
        .header(header::AUTHORIZATION, format!("Bearer {}", scene.key))
        .body(Body::from(body.to_string()))
        .unwrap()
}

store::both_databases! {
    async fn words_go_out_at_once_and_silence_is_broken(db: Db) {
        let puppet = Arc::new(Puppet::default());
        let options = DoorOptions { sign_of_life: Duration::from_millis(5), ..DoorOptions::new("test") };
        let scene = Scene::inside(db, options, puppet.clone()).await;
        for path in ["/v1/chat/completions", "/v1/responses", "/v1/messages"] {
            let strings = puppet.strings();
            let response = scene.app.respond(request(&scene, path)).await;
            assert_eq!(response.status(), 200, "{path}");
            let mut pieces = response.into_body().into_data_stream();
            let mut text = String::new();
            let mut hear_until = async |word: &str| {
                while !text.contains(word) {
                    let piece = pieces.next().await.unwrap_or_else(|| panic!("{path}: {text}")).unwrap();
                    text += std::str::from_utf8(&piece).unwrap();
                }
                std::mem::take(&mut text)
            };
            // nothing is said yet: each sign is a whole event of its own
            assert_eq!(hear_until("at work\n\n: still").await.replace(": still at work\n\n", ""), "");
            strings.send(Ok(Delta::Start { model: "m".into(), scripted: false })).unwrap();
            strings.send(Ok(Delta::Text { text: "Paris".into() })).unwrap();
            hear_until("Paris").await;
            hear_until(": still at work\n\n").await;
            strings.send(Ok(Delta::Usage(TokenUsage::default()))).unwrap();
            strings.send(Ok(Delta::Finish { reason: Finish::Stop })).unwrap();
            let end = if path.ends_with("messages") { "message_stop" } else if path.ends_with("responses") { "response.completed" } else { "[DONE]" };
            hear_until(end).await;
        }
    }

    async fn failure_after_the_first_words_is_the_last_event(db: Db) {
        let puppet = Arc::new(Puppet::default());
        let scene = Scene::inside(db, DoorOptions::new("test"), puppet.clone()).await;
        let strings = puppet.strings();
        strings.send(Ok(Delta::Start { model: "m".into(), scripted: false })).unwrap();
        strings.send(Ok(Delta::Text { text: "Pa".into() })).unwrap();
        strings.send(Err(Error::StreamCut)).unwrap();
        let answer = scene.ask(json!({"model": "agent:tester", "stream": true})).await;
        assert_eq!(answer.status, 200);
        let last = answer.text.trim_end().rsplit("\n\n").next().unwrap();
        let last: Json = serde_json::from_str(last.strip_prefix("data: ").unwrap()).unwrap();
        assert_eq!(last["error"]["code"], "stream_cut");
        assert!(!answer.text.contains("[DONE]"), "{}", answer.text);
    }

    async fn tokens_of_an_agent_count_against_the_limits_of_its_key(db: Db) {
        let puppet = Arc::new(Puppet::default());
        let options = DoorOptions { patience: Duration::ZERO, ..DoorOptions::new("test") };
        let scene = Scene::inside(db, options, puppet.clone()).await;
        let new = json!({"name": "short", "tokens_per_minute": 200});
        let made = scene.app.send("POST", "/api/v1/virtual-keys", Some(new)).await.expect(201);
        let ask = async |input: u64| {
            let strings = puppet.strings();
            strings.send(Ok(Delta::Start { model: "m".into(), scripted: false })).unwrap();
            strings.send(Ok(Delta::Text { text: "Paris".into() })).unwrap();
            let usage = TokenUsage { input, output: 10, ..TokenUsage::default() };
            strings.send(Ok(Delta::Usage(usage))).unwrap();
            strings.send(Ok(Delta::Finish { reason: Finish::Stop })).unwrap();
            drop(strings);
            let body = question(json!({"model": "agent:tester"}));
            scene.knock(&text(&made["key"]), "/v1/chat/completions", &body).await
        };
        ask(5).await.expect(200);
        ask(170).await.expect(200);
        let refused = ask(1).await.expect(429);
        assert_eq!(refused["error"]["type"], "rate_limit_error", "{refused}");
    }
}
