//! Platforms in the database: set up, tested, shown without their key, used by calls.

use agent::port::Models as _;
use llm::chat::ToolSpec;
use serde_json::{Value as Json, json};
use store::{both_databases, params, sql};
use tempfile::tempdir;
use wiremock::ResponseTemplate;

use crate::house::{House, answering, answering_with, asked, platform};
use crate::support::call;

both_databases! {
    async fn platform_is_tested_saved_shown_masked_and_called(db: Db) {
        let (folder, server) = (tempdir().unwrap(), answering().await);
        let house = House::new(&db, folder.path()).await;
        let made = house.post("/api/v1/platforms", platform("acme", &server.uri()), 201).await;
        assert_eq!(made["api_key"], "…7890");
        assert_eq!((&made["tested"]["error"], &made["version"]), (&Json::Null, &json!(1)));
        assert_eq!(asked(&server).await, 1, "the test asked once");
        let list = house.get("/api/v1/platforms").await;
        assert_eq!((&list["items"][0]["name"], &list["items"][0]["source"]), (&json!("acme"), &json!("database")));
        assert!(!list.to_string().contains("1234567890"), "{list}");

        let outcome = house.gateway.call(call(Some("acme/large"))).await.unwrap();
        assert_eq!((outcome.reply.content.as_str(), outcome.provider.as_str()), ("Hi", "acme"));
        let requests = server.received_requests().await.unwrap();
        assert_eq!(requests[1].headers["authorization"], "Bearer sk-acme-1234567890");
        let models = house.get("/api/v1/models").await;
        assert!(models.to_string().contains("acme/large"), "{models}");
    }

    async fn key_stands_nowhere_in_clear(db: Db) {
        let (folder, server) = (tempdir().unwrap(), answering().await);
        let house = House::new(&db, folder.path()).await;
        house.platform("acme", &server).await;
        let mut tx = db.read().await.unwrap();
        let dump = [
            sql!("select kept as text from secrets"),
            sql!("select detail as text from audit_logs"),
            sql!("select request_hash as text from idempotency_keys"),
            sql!("select settings as text from platforms"),
            sql!("select body as text from outbox"),
        ];
        let mut rows = 0;
        for statement in dump {
            for row in tx.fetch_all(statement, params![]).await.unwrap() {
                let text: String = row.get("text").unwrap();
                assert!(!text.contains("sk-acme"), "{text}");
                rows += 1;
            }
        }
        assert!(rows >= 3, "secrets, platforms and the audit log have a row: {rows}");
    }

    async fn failed_test_saves_nothing_unless_forced(db: Db) {
        let folder = tempdir().unwrap();
        let refusal = json!({"error": {"message": "Incorrect API key provided", "type": "invalid_request_error"}});
        let server = answering_with(ResponseTemplate::new(401).set_body_json(refusal)).await;
        let house = House::new(&db, folder.path()).await;
        let problem = house.post("/api/v1/platforms", platform("acme", &server.uri()), 422).await;
        assert_eq!(problem["code"], "platform_test_failed");
        assert!(problem["detail"].as_str().unwrap().contains("Incorrect API key provided"), "{problem}");
        assert!(!house.get("/api/v1/platforms").await.to_string().contains("acme"));
        let made = house.platform("acme", &server).await;
        assert!(made["tested"]["error"].as_str().unwrap().contains("Incorrect API key"));
        let path = format!("/api/v1/platforms/{}/test", made["id"].as_str().unwrap());
        let tested = house.post(&path, Json::Null, 200).await;
        assert_eq!((&tested["ok"], &tested["error_code"]), (&json!(false), &json!("unauthenticated")));
    }

    async fn changes_act_on_the_next_call(db: Db) {
        let folder = tempdir().unwrap();
        let (first, second) = (answering().await, answering().await);
        let house = House::new(&db, folder.path()).await;
        let made = house.platform("acme", &first).await;
        let path = format!("/api/v1/platforms/{}", made["id"].as_str().unwrap());
        let change = json!({"version": 1, "base_url": format!("{}/v1", second.uri()), "api_key": "sk-new-abcdefghij"});
        let changed = house.app.send("PATCH", &path, Some(change.clone())).await.expect(200);
        assert_eq!((&changed["api_key"], &changed["version"]), (&json!("…ghij"), &json!(2)));
        let before = asked(&second).await;
        house.gateway.call(call(Some("acme/large"))).await.unwrap();
        let requests = second.received_requests().await.unwrap();
        assert_eq!(requests.len(), before + 1);
        assert_eq!(requests[before].headers["authorization"], "Bearer sk-new-abcdefghij");

        house.app.send("PATCH", &path, Some(change)).await.expect(409);
        let off = json!({"version": 2, "is_enabled": false});
        house.app.send("PATCH", &path, Some(off)).await.expect(200);
        let error = house.gateway.call(call(Some("acme/large"))).await.unwrap_err();
        assert_eq!(error.code(), "model_unavailable");
        house.app.send("DELETE", &path, None).await.expect(204);
        house.app.send("GET", &path, None).await.expect(404);
        let mut tx = db.read().await.unwrap();
        let left = tx.fetch_all(sql!("select row_id from secrets"), params![]).await.unwrap();
        assert!(left.is_empty(), "the key went with the platform");
    }

    async fn a_key_goes_to_no_other_server(db: Db) {
        let folder = tempdir().unwrap();
        let (first, second) = (answering().await, answering().await);
        let house = House::new(&db, folder.path()).await;
        let made = house.platform("acme", &first).await;
        let path = format!("/api/v1/platforms/{}?force=true", made["id"].as_str().unwrap());
        let patch = async |version: u32, more: Json, status: u16| {
            let mut change = json!({"version": version});
            change.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            house.app.send("PATCH", &path, Some(change)).await.expect(status)
        };
        let elsewhere = json!({"base_url": format!("{}/v1", second.uri())});
        let refused = patch(1, elsewhere.clone(), 400).await;
        assert_eq!(refused["errors"][0]["field"], "api_key");
        assert_eq!(asked(&second).await, 0, "nobody was asked with the key");
        // another path of the same server is no other server
        patch(1, json!({"base_url": format!("{}/v2", first.uri())}), 200).await;
        // without a key there is nothing to keep back
        patch(2, json!({"api_key": ""}), 200).await;
        patch(3, elsewhere, 200).await;
    }

    async fn another_organisation_sees_and_calls_none_of_it(db: Db) {
        let (folder, server) = (tempdir().unwrap(), answering().await);
        let house = House::new(&db, folder.path()).await;
        let made = house.platform("acme", &server).await;
        let path = format!("/api/v1/platforms/{}", made["id"].as_str().unwrap());
        let list = house.app.send_as("test-all@2", "GET", "/api/v1/platforms", None).await.expect(200);
        assert!(!list.to_string().contains("acme"), "{list}");
        house.app.send_as("test-all@2", "GET", &path, None).await.expect(404);
        let change = Some(json!({"version": 1, "is_enabled": false}));
        house.app.send_as("test-all@2", "PATCH", &path, change).await.expect(404);
        house.app.send_as("test-all@2", "DELETE", &path, None).await.expect(404);
        let theirs = agent::port::ModelCall {
            organisation: base::OrganisationId::from_u128(2),
            ..call(Some("acme/large"))
        };
        let error = house.gateway.call(theirs).await.unwrap_err();
        assert_eq!(error.code(), "model_unavailable");
        // both may use one name
        let body = platform("acme", &server.uri());
        house.app.send_as("test-all@2", "POST", "/api/v1/platforms", Some(body)).await.expect(201);
    }

    async fn what_a_platform_leaves_undone_is_done_where_it_is_said(db: Db) {
        let said = "{\"name\": \"clock\", \"arguments\": {}}";
        let answer = json!({
            "model": "m",
            "choices": [{"message": {"content": said}, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 3, "completion_tokens": 1},
        });
        let answer = ResponseTemplate::new(200).set_body_json(answer);
        let (folder, server) = (tempdir().unwrap(), answering_with(answer).await);
        let house = House::new(&db, folder.path()).await;
        house.platform("plain", &server).await;
        let mut body = platform("small", &server.uri());
        body["settings"]["tool_calls"] = json!("written");
        house.post("/api/v1/platforms?force=true", body, 201).await;
        let check = async |model: &str, calls: usize, words: &str| {
            let mut question = call(Some(model));
            question.request.tools = vec![ToolSpec {
                name: "clock".into(),
                description: "Tells the time".into(),
                parameters: json!({"type": "object"}),
                strict: None,
            }];
            let reply = house.gateway.call(question).await.unwrap().reply;
            assert_eq!((reply.tool_calls.len(), reply.content.as_str()), (calls, words), "{model}");
        };
        check("plain/large", 0, said).await;
        check("small/large", 1, "").await;
        let list = house.get("/api/v1/platforms").await;
        let found = |name: &str| {
            let of = |item: &&Json| item["name"] == name;
            list["items"].as_array().unwrap().iter().find(of).unwrap()["settings"].clone()
        };
        for (name, tool_calls) in [("plain", "native"), ("small", "written"), ("local", "written")] {
            let settings = found(name);
            assert_eq!((&settings["tool_calls"], &settings["schemas"]), (&json!(tool_calls), &json!("enforced")));
        }
    }

    async fn bad_input_names_its_field(db: Db) {
        let (folder, server) = (tempdir().unwrap(), answering().await);
        let house = House::new(&db, folder.path()).await;
        let check = async |change: Json, field: &str| {
            let mut body = platform("acme", &server.uri());
            for (name, value) in change.as_object().unwrap() {
                body[name] = value.clone();
            }
            let problem = house.post("/api/v1/platforms", body, 400).await;
            assert_eq!(problem["errors"][0]["field"], field, "{problem}");
        };
        check(json!({"name": "a/b"}), "name").await;
        check(json!({"name": ""}), "name").await;
        check(json!({"kind": "local"}), "kind").await;
        check(json!({"kind": "magic"}), "kind").await;
        check(json!({"base_url": "ftp://x"}), "base_url").await;
        check(json!({"base_url": "http://me:secret@x"}), "base_url").await;
        check(json!({"base_url": ""}), "base_url").await;
        check(json!({"models": [""]}), "models").await;
        check(json!({"default_model": "other"}), "default_model").await;
        check(json!({"requests_per_minute": -1}), "requests_per_minute").await;
        check(json!({"api_key": "has a blank"}), "api_key").await;
        check(json!({"settings": {"max_concurrent": 0}}), "settings.max_concurrent").await;
        let written = json!({"tool_calls": "written"});
        check(json!({"kind": "gemini", "settings": written}), "settings.tool_calls").await;
        check(json!({"colour": 1}), "colour").await;
        assert_eq!(asked(&server).await, 0, "nothing was asked");
        house.platform("acme", &server).await;
        house.post("/api/v1/platforms?force=true", platform("acme", &server.uri()), 409).await;
        house.post("/api/v1/platforms?force=true", platform("scripted", &server.uri()), 201).await;
        house.post("/api/v1/platforms?force=true", platform("local", &server.uri()), 409).await;
    }

    async fn without_the_permission_nothing_is_shown_or_changed(db: Db) {
        let (folder, server) = (tempdir().unwrap(), answering().await);
        let house = House::new(&db, folder.path()).await;
        let id = house.platform("acme", &server).await["id"].as_str().unwrap().to_owned();
        let one = format!("/api/v1/platforms/{id}");
        let refused = async |method: &str, path: &str| {
            let key = "test-view_models,view_costs,manage_budgets";
            let answer = house.app.send_as(key, method, path, Some(json!({}))).await;
            assert_eq!(answer.status.as_u16(), 403, "{method} {path}: {}", answer.text);
        };
        refused("GET", "/api/v1/platforms").await;
        refused("POST", "/api/v1/platforms").await;
        refused("PATCH", &one).await;
        refused("DELETE", &one).await;
        refused("POST", &format!("{one}/test")).await;
        refused("GET", &format!("{one}/models")).await;
        refused("POST", "/api/v1/model-groups").await;
        refused("POST", "/api/v1/prices").await;
        refused("POST", "/api/v1/settings/keys/rotate").await;
    }
}
