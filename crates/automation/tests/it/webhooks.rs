use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value as Json, json};
use sha2::Sha256;
use store::both_databases;
use web::testing::Answer;

use crate::house::{House, Setup};
use crate::process::Process;

const ECHO: &str = r#"
name: Echo
inputs:
  text: { type: string, description: What to say, required: true }
steps:
  - id: say
    tool: set
    with: { said: "${{ inputs.text }}" }
"#;

/// A webhook as it was told when it was made.
pub struct Hook {
    url: String,
    secret: String,
}

impl Hook {
    async fn new(house: &House, more: Json) -> (Self, Json) {
        house.post("/workflows", json!({"definition": ECHO})).await.expect(201);
        let mut body = json!({"workflow": "echo", "name": "From the shop"});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let made = house.post("/webhooks", body).await.expect(201);
        (Self::of(&made), made)
    }

    pub fn of(made: &Json) -> Self {
        let text = |field: &str| made[field].as_str().unwrap().to_owned();
        Self { url: text("url"), secret: text("secret") }
    }

    /// Signs a body as somebody does whose clock differs by so many seconds.
    fn sign(&self, house: &House, body: &str, seconds: i64) -> String {
        let at = house.app.app.now().as_millis() / 1000 + seconds;
        let mut mac = Hmac::<Sha256>::new_from_slice(self.secret.as_bytes()).unwrap();
        mac.update(format!("{at}.{body}").as_bytes());
        format!("t={at},v1={}", base::hex(&mac.finalize().into_bytes()))
    }

    pub async fn call(&self, house: &House, body: &str) -> Answer {
        let signature = self.sign(house, body, 0);
        self.call_with(house, body, &[("x-hishamos-signature", &signature)]).await
    }

    /// The execution of a call that is signed like this, and has no id.
    async fn call_as(&self, house: &House, body: &str, signature: &str) -> Json {
        let headers = [("x-hishamos-signature", signature)];
        self.call_with(house, body, &headers).await.expect(202)["execution_id"].clone()
    }

    async fn call_with(&self, house: &House, body: &str, headers: &[(&str, &str)]) -> Answer {
        let mut request = Request::post(&self.url).header("host", "localhost");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        house.app.send_request(request.body(Body::from(body.to_owned())).unwrap()).await
    }
}

async fn count(house: &House) -> usize {
    house.get("/executions?limit=200").await["items"].as_array().unwrap().len()
}

both_databases! {
    async fn a_signed_call_starts_the_workflow(db: Db) {
        let house = House::new(db).await;
        let (hook, made) = Hook::new(&house, json!({})).await;
        assert!(hook.url.starts_with("/hooks/hook_") && hook.secret.starts_with("whsec_"));
        let accepted = hook.call(&house, r#"{"text": "hello", "more": 1}"#).await.expect(202);
        let done = house.status(accepted["execution_id"].as_str().unwrap(), "completed").await;
        assert_eq!((&done["inputs"], &done["trigger"]), (&json!({"text": "hello"}), &json!("webhook")));
        assert_eq!(done["started_by"], json!({"kind": "webhook", "name": "From the shop"}));
        let listed = house.get("/webhooks").await["items"][0].clone();
        assert_eq!(listed["id"], made["id"]);
        assert!(!listed["last_used_at"].is_null() && listed["secret"].is_null());
        let shown = listed["url"].as_str().unwrap();
        assert!(shown.ends_with('…') && hook.url.starts_with(shown.trim_end_matches('…')), "{shown}");
        house.check().await;
    }

    async fn a_delivery_counts_once(test: TestDb) {
        let house = Process::start(&test.target, Setup::default()).await;
        let (hook, _) = Hook::new(&house, json!({})).await;
        let body = r#"{"text": "hello"}"#;
        let deliver = async |id: &str, seconds: i64| {
            let signature = hook.sign(&house, body, seconds);
            let headers = [("x-hishamos-signature", signature.as_str()), ("x-hishamos-delivery", id)];
            hook.call_with(&house, body, &headers).await.expect(202)["execution_id"].clone()
        };
        let first = deliver("a", 0).await;
        assert_eq!(deliver("a", 5).await, first);
        house.status(first.as_str().unwrap(), "completed").await;
        assert_eq!(deliver("a", 10).await, first);
        let second = deliver("b", 15).await;
        assert_ne!(second, first);
        // The id is not signed: whoever saw a call starts nothing with it by another name, or
        // by none.
        assert_eq!(deliver("c", 0).await, first);
        assert_eq!(deliver("d", 5).await, first);
        assert_eq!(deliver("a", 15).await, second);
        assert_eq!(hook.call(&house, body).await.expect(202)["execution_id"], first);
        // Without an id, the signed time and body are the delivery.
        let signature = hook.sign(&house, body, 20);
        let one = hook.call_as(&house, body, &signature).await;
        assert_eq!(hook.call_as(&house, body, &signature).await, one);
        assert_eq!(deliver("e", 20).await, one);
        assert_eq!(count(&house).await, 3);
        // Nor does it help to wait for another server.
        house.kill().await;
        let house = House::open(test.db.clone(), Setup { number: 1, ..Setup::default() }).await;
        for seconds in [0, 5, 10] {
            let seen = hook.sign(&house, body, seconds);
            assert_eq!(hook.call_as(&house, body, &seen).await, first);
        }
        assert_eq!(hook.call_as(&house, body, &signature).await, one);
        assert_eq!(count(&house).await, 3);
    }

    async fn who_cannot_sign_starts_nothing(db: Db) {
        let house = House::new(db).await;
        let (hook, made) = Hook::new(&house, json!({})).await;
        let body = r#"{"text": "hello"}"#;
        let (old, early) = (hook.sign(&house, body, -301), hook.sign(&house, body, 301));
        let other = hook.sign(&house, r#"{"text": "bye"}"#, 0);
        for signature in ["", "t=1,v1=00", old.as_str(), early.as_str(), other.as_str()] {
            let refused = hook.call_with(&house, body, &[("x-hishamos-signature", signature)]).await;
            assert_eq!(refused.status.as_u16(), 401, "{signature}: {}", refused.text);
        }
        hook.call_with(&house, body, &[]).await.expect(401);
        let stranger = Hook { url: format!("{}0", hook.url), secret: hook.secret.clone() };
        stranger.call(&house, body).await.expect(404);

        let path = format!("/webhooks/{}", made["id"].as_str().unwrap());
        let rotated = house.post(&format!("{path}/rotate"), json!({})).await.expect(200);
        hook.call(&house, body).await.expect(404);
        let new = Hook::of(&rotated);
        let half = Hook { url: new.url.clone(), secret: hook.secret.clone() };
        half.call(&house, body).await.expect(401);
        new.call(&house, body).await.expect(202);
        house.app.send_as("test-all@2", "DELETE", &format!("/api/v1{path}"), None).await.expect(404);
        house.app.send("DELETE", &format!("/api/v1{path}"), None).await.expect(204);
        new.call(&house, body).await.expect(404);
        assert_eq!(count(&house).await, 1);
    }

    async fn a_mapping_makes_the_inputs(db: Db) {
        let house = House::new(db).await;
        let mapping = json!({"text": "${{ body.issue.title }} by ${{ headers.x-sender }}"});
        let (hook, _) = Hook::new(&house, json!({"inputs_mapping": mapping})).await;
        let body = r#"{"issue": {"title": "Broken"}}"#;
        let signature = hook.sign(&house, body, 0);
        let headers = [("x-hishamos-signature", signature.as_str()), ("x-sender", "shop")];
        let accepted = hook.call_with(&house, body, &headers).await.expect(202);
        let execution = house.detail(accepted["execution_id"].as_str().unwrap()).await;
        assert_eq!(execution["inputs"]["text"], "Broken by shop");
        let refused = hook.call(&house, r#"{"issue": 7}"#).await.expect(422);
        assert!(refused["detail"].as_str().unwrap().contains("mapping"), "{refused}");
        assert!(!house.get("/webhooks").await["items"][0]["last_error"].is_null());
        hook.call(&house, "not json").await.expect(422);
        for (body, field) in [
            (json!({"workflow": "echo", "name": "x", "inputs_mapping": {"text": "${{ event.x }}"}}), "inputs_mapping"),
            (json!({"workflow": "echo", "name": " "}), "name"),
        ] {
            let refused = house.post("/webhooks", body).await.expect(400);
            assert_eq!(refused["errors"][0]["field"], field);
        }
        house.post("/webhooks", json!({"workflow": "nobody", "name": "x"})).await.expect(404);
        assert_eq!(count(&house).await, 1);
    }

    async fn calls_are_bounded_in_size_and_number(db: Db) {
        let house = House::new(db).await;
        let (hook, _) = Hook::new(&house, json!({})).await;
        let large = format!("{{\"text\": \"{}\"}}", "x".repeat(1 << 20));
        hook.call(&house, &large).await.expect(413);
        let body = r#"{"text": "hello"}"#;
        let mut refused = 0;
        for _ in 0..70 {
            let answer = hook.call(&house, body).await;
            match answer.status.as_u16() {
                202 => {}
                429 => {
                    assert!(answer.headers.contains_key("retry-after"));
                    refused += 1;
                }
                other => panic!("{other}: {}", answer.text),
            }
        }
        assert_eq!(refused, 11);
        let stranger = Hook { url: "/hooks/hook_0".to_owned(), secret: String::new() };
        stranger.call(&house, body).await.expect(404);
        house.app.clock.advance(Duration::from_secs(1));
        hook.call(&house, body).await.expect(202);
    }
}
