//! What people may use: as admins see and set it, and for the calls of executions.

use std::sync::Arc;

use agent::port::{ModelCall, Models as _};
use base::{CallId, ExecutionId, OrganisationId, SeededRandom, UserId};
use llm::chat::{Message, Request};
use serde_json::{Value as Json, json};
use store::procedure::Done;
use store::{CallContext, Db, ProcedureError, params, sql};
use tempfile::tempdir;

use crate::house::{House, ONE, answering, asked};
use crate::people::{Somebody, access, people};
use crate::support::call;

const EVERYBODY: &[Somebody] =
    &[(1, 1, "Mona"), (1, 2, "Adel"), (1, 3, "Zeinab"), (2, 1, "Other"), (2, 4, "Stranger")];

fn names(page: &Json) -> Vec<&str> {
    page["items"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect()
}

/// A call on the account of this user.
fn on_account(user: u128, model: &str) -> ModelCall {
    let agent = "tester".to_owned();
    ModelCall { user: Some(UserId::from_u128(user)), agent, ..call(Some(model)) }
}

/// Why a call is refused, if it is.
async fn refusal(house: &House, call: ModelCall) -> Option<&'static str> {
    house.gateway.call(call).await.err().map(|error| error.code())
}

/// What the ledger says to the intent of a call on the account of this user.
async fn intent(
    house: &House,
    db: &Db,
    organisation: u128,
    more: Json,
) -> Result<Done, ProcedureError> {
    let procedures = gateway::procedures(store::Procedures::default(), house.gateway.clone());
    let procedure = procedures.get("record_call_intent").unwrap().clone();
    let mut input = json!({
        "id": CallId::new(house.app.app.now(), &SeededRandom::new(5)),
        "execution_id": ExecutionId::from_u128(7), "step": "write", "instance": 0, "attempt": 1,
        "nth": 1, "user": UserId::from_u128(1), "agent": "tester", "model": "acme/large",
        "estimated_input_tokens": 100, "max_output_tokens": 50,
    });
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let context = CallContext {
        organisation: OrganisationId::from_u128(organisation),
        execution: Some(ExecutionId::from_u128(7)),
        step: None,
        result: None,
        actor: "tester".to_owned(),
        model: None,
        scripted: false,
        now: house.app.app.now(),
        random: Arc::new(SeededRandom::new(1)),
    };
    db.write(move |tx| Box::pin(async move { procedure.call(tx, &context, input).await })).await
}

fn refused(said: Result<Done, ProcedureError>) -> Option<&'static str> {
    match said {
        Ok(_) => None,
        Err(ProcedureError::Refused { code, .. }) => Some(code),
        Err(other) => panic!("{other:?}"),
    }
}

store::both_databases! {
    async fn everybody_is_listed_by_name_and_page_by_page(db: Db) {
        let folder = tempdir().unwrap();
        let house = House::new(&db, folder.path()).await;
        people(&db, EVERYBODY).await;
        let all = house.get("/api/v1/ai-access").await;
        assert_eq!((names(&all), &all["next"]), (vec!["Adel", "Mona", "Zeinab"], &json!(null)));
        assert_eq!(all["items"][1], json!({
            "user_id": UserId::from_u128(1), "name": "Mona", "role": "Tester", "level": "full",
            "email": format!("mona@{ONE}.example.com"), "platforms": null, "models": null,
            "agents": null, "tokens_per_request": null, "requests_per_hour": null,
            "updated_at": null, "updated_by": null,
        }));
        let mut found = Vec::new();
        let mut path = "/api/v1/ai-access?limit=1".to_owned();
        loop {
            let page = house.get(&path).await;
            found.extend(names(&page).into_iter().map(str::to_owned));
            let Some(next) = page["next"].as_str() else { break };
            path = format!("/api/v1/ai-access?limit=1&cursor={next}");
        }
        assert_eq!(found, ["Adel", "Mona", "Zeinab"]);
        for (q, expected) in [("MON", vec!["Mona"]), ("adel@", vec!["Adel"]), ("%25", vec![]), ("_", vec!["Adel", "Mona", "Zeinab"])] {
            assert_eq!(names(&house.get(&format!("/api/v1/ai-access?q={q}")).await), expected, "{q}");
        }
        house.app.send("GET", "/api/v1/ai-access?cursor=x", None).await.expect(400);
        // another organisation has people of its own
        let theirs = house.app.send_as("test-all@2", "GET", "/api/v1/ai-access", None).await.expect(200);
        assert_eq!(names(&theirs), ["Other", "Stranger"]);
    }

    async fn access_is_set_shown_and_reset_and_the_audit_has_both_values(db: Db) {
        let (folder, server) = (tempdir().unwrap(), answering().await);
        let house = House::new(&db, folder.path()).await;
        people(&db, EVERYBODY).await;
        house.platform("acme", &server).await;
        let body = json!({"platforms": ["acme", "acme"], "models": ["acme/large"], "tokens_per_request": 5000});
        let set = house.app.send("PUT", &access(2), Some(body)).await.expect(200);
        let expected = json!({
            "user_id": UserId::from_u128(2), "name": "Adel", "role": "Tester", "level": "limited",
            "email": format!("adel@{ONE}.example.com"), "platforms": ["acme"],
            "models": ["acme/large"], "agents": null, "tokens_per_request": 5000,
            "requests_per_hour": null, "updated_at": house.app.app.now(),
            "updated_by": UserId::from_u128(1),
        });
        assert_eq!((&set, &house.get(&access(2)).await), (&expected, &expected));
        let later = || house.app.clock.advance(std::time::Duration::from_secs(1));
        for (body, level) in [(json!({"models": []}), "none"), (json!({"platforms": []}), "none"), (json!({"agents": []}), "limited"), (json!({}), "full")] {
            later();
            let set = house.app.send("PUT", &access(2), Some(body)).await.expect(200);
            assert_eq!(set["level"], level);
        }
        later();
        house.app.send("DELETE", &access(2), None).await.expect(204);
        house.app.send("DELETE", &access(2), None).await.expect(204);
        assert_eq!(house.get(&access(2)).await["updated_at"], json!(null));
        let mut tx = db.read().await.unwrap();
        let rows = tx.fetch_all(sql!("select action, resource_id, detail from audit_logs where organisation_id = $1 and action like 'ai_access%' order by id"), params![ONE]).await.unwrap();
        let lines: Vec<(String, Json)> = rows.iter().map(|row| (row.get("action").unwrap(), row.json("detail").unwrap())).collect();
        assert_eq!(lines.len(), 6, "{lines:?}");
        assert!(rows.iter().all(|row| row.get::<UserId>("resource_id").unwrap() == UserId::from_u128(2)));
        assert_eq!(lines[0].1["old"], json!(null));
        assert_eq!(lines[0].1["new"]["models"], json!(["acme/large"]));
        assert_eq!((&lines[1].1["old"], &lines[1].1["new"]["models"]), (&lines[0].1["new"], &json!([])));
        assert_eq!((lines[5].0.as_str(), &lines[5].1["new"]), ("ai_access_reset", &json!(null)));
    }

    async fn what_is_not_there_is_refused_by_name(db: Db) {
        let (folder, server) = (tempdir().unwrap(), answering().await);
        let house = House::new(&db, folder.path()).await;
        people(&db, EVERYBODY).await;
        let off = house.platform("off", &server).await;
        let path = format!("/api/v1/platforms/{}", off["id"].as_str().unwrap());
        house.app.send("PATCH", &path, Some(json!({"version": off["version"], "is_enabled": false}))).await.expect(200);
        house.platform("acme", &server).await;
        let group = json!({"name": "smart", "strategy": "priority", "targets": [{"platform": "acme", "model": "large"}]});
        house.post("/api/v1/model-groups", group, 201).await;
        // what is switched off is there, and will be there when it is switched on
        for good in ["acme/large", "large", "smart", "sm*", "acme/*", "acme*", "*", "off/small"] {
            house.app.send("PUT", &access(2), Some(json!({"models": [good]}))).await.expect(200);
        }
        house.app.send("PUT", &access(2), Some(json!({"platforms": ["off", "local"]}))).await.expect(200);
        for (body, message) in [
            (json!({"platforms": ["acme", "acmee", "x"]}), "platforms: there is no platform \"acmee\" or \"x\"; name what is there"),
            (json!({"models": ["acme/huge"]}), "models: there is no model \"acme/huge\"; name what is there"),
            (json!({"models": ["off/huge"]}), "models: there is no model \"off/huge\"; name what is there"),
            (json!({"models": ["acme/large", "dumb", "x/*"]}), "models: there is no model \"dumb\" or \"x/*\"; name what is there"),
        ] {
            let problem = house.app.send("PUT", &access(2), Some(body)).await.expect(422);
            assert_eq!((&problem["code"], &problem["detail"]), (&json!("unknown_reference"), &json!(message)));
        }
        for bad in [
            json!({"tokens_per_request": 0}), json!({"requests_per_hour": -1}), json!({"models": [""]}),
            json!({"platforms": ["x".repeat(201)]}), json!({"agents": vec!["a"; 501]}), json!({"daily": 1}),
        ] {
            house.app.send("PUT", &access(2), Some(bad)).await.expect(400);
        }
        assert_eq!(house.get(&access(2)).await["platforms"], json!(["off", "local"]));
    }

    async fn rights_and_organisations_are_kept_apart(db: Db) {
        let folder = tempdir().unwrap();
        let house = House::new(&db, folder.path()).await;
        people(&db, EVERYBODY).await;
        let nothing = Some(json!({"platforms": []}));
        house.app.send_as("test-view_costs", "PUT", &access(2), nothing.clone()).await.expect(403);
        house.app.send_as("test-view_costs", "DELETE", &access(2), None).await.expect(403);
        house.app.send_as("test-view_costs", "GET", &access(2), None).await.expect(200);
        house.app.send_as("test-view_models", "GET", &access(2), None).await.expect(403);
        house.app.send_as("test-view_models", "GET", "/api/v1/ai-access", None).await.expect(403);
        // somebody of another organisation is nobody here
        for method in ["GET", "PUT", "DELETE"] {
            let body = nothing.clone().filter(|_| method == "PUT");
            house.app.send_as("test-all@2", method, &access(2), body).await.expect(404);
            house.app.send(method, &access(4), nothing.clone().filter(|_| method == "PUT")).await.expect(404);
        }
        // one number in two organisations is two people
        house.app.send("PUT", &access(1), nothing).await.expect(200);
        let theirs = house.app.send_as("test-all@2", "GET", &access(1), None).await.expect(200);
        assert_eq!((&theirs["name"], &theirs["level"]), (&json!("Other"), &json!("full")));
        house.app.send_as("test-all@2", "DELETE", &access(1), None).await.expect(204);
        assert_eq!(house.get(&access(1)).await["level"], "none");
    }

    async fn calls_of_executions_keep_to_what_their_person_may_use(db: Db) {
        let (folder, one, two) = (tempdir().unwrap(), answering().await, answering().await);
        let house = House::new(&db, folder.path()).await;
        people(&db, EVERYBODY).await;
        house.platform("acme", &one).await;
        house.platform("other", &two).await;
        let target = |platform: &str, order: i64| json!({"platform": platform, "model": "large", "order": order});
        let group = json!({"name": "smart", "strategy": "priority", "targets": [target("acme", 1), target("other", 2)]});
        house.post("/api/v1/model-groups", group, 201).await;
        let (before_one, before_two) = (asked(&one).await, asked(&two).await);
        let set = async |body: Json| drop(house.app.send("PUT", &access(1), Some(body)).await.expect(200));
        for (body, code) in [
            (json!({"platforms": ["other"]}), "platform_access_denied"),
            (json!({"models": ["acme/small"]}), "model_access_denied"),
            (json!({"models": ["smart"]}), "model_access_denied"),
            (json!({"agents": ["coder"]}), "agent_access_denied"),
            (json!({"tokens_per_request": 100}), "request_tokens_exceeded"),
            // the first that is missing is told
            (json!({"platforms": ["other"], "models": [], "agents": [], "tokens_per_request": 1}), "platform_access_denied"),
            (json!({"models": [], "agents": [], "tokens_per_request": 1}), "model_access_denied"),
            (json!({"agents": [], "tokens_per_request": 1}), "agent_access_denied"),
        ] {
            set(body.clone()).await;
            assert_eq!(refusal(&house, on_account(1, "acme/large")).await, Some(code), "{body}");
            assert_eq!(refused(intent(&house, &db, 1, json!({})).await), Some(code), "{body}");
            // others, and whoever has the same number elsewhere, are free
            assert_eq!(refusal(&house, on_account(2, "acme/large")).await, None);
            assert_eq!(refused(intent(&house, &db, 2, json!({})).await), None);
        }
        let rows = db.read().await.unwrap().fetch_all(sql!("select id from model_calls where organisation_id = $1"), params![ONE]).await.unwrap();
        assert!(rows.is_empty(), "nothing was written for a call that may not be made");
        let (asked_one, asked_two) = (asked(&one).await - before_one, asked(&two).await - before_two);
        assert_eq!((asked_one, asked_two), (8, 0), "only the others were answered");
        // routing passes by what may not be used
        set(json!({"platforms": ["other"]})).await;
        let outcome = house.gateway.call(on_account(1, "smart")).await.unwrap();
        assert_eq!(outcome.model, "other/large");
        set(json!({"models": ["acme/large"]})).await;
        assert_eq!(house.gateway.call(on_account(1, "smart")).await.unwrap().model, "acme/large");
        set(json!({"models": ["acme/small", "other/small"]})).await;
        assert_eq!(refusal(&house, on_account(1, "smart")).await, Some("model_access_denied"));
        // what is enough is enough
        set(json!({"platforms": ["acme"], "models": ["acme/*"], "agents": ["tester"], "tokens_per_request": 150})).await;
        assert_eq!(refused(intent(&house, &db, 1, json!({})).await), None);
        let request = Request { max_output_tokens: Some(50), ..Request::new("", vec![Message::user("hello")]) };
        assert_eq!(refusal(&house, ModelCall { request, ..on_account(1, "acme/large") }).await, None);
        // a change acts at once
        house.app.send("DELETE", &access(1), None).await.expect(204);
        assert_eq!(refusal(&house, on_account(1, "other/large")).await, None);
    }

    async fn an_hour_of_a_person_is_used_up_and_slides(db: Db) {
        let (folder, server) = (tempdir().unwrap(), answering().await);
        let house = House::new(&db, folder.path()).await;
        people(&db, EVERYBODY).await;
        house.platform("acme", &server).await;
        house.app.send("PUT", &access(1), Some(json!({"requests_per_hour": 2}))).await.expect(200);
        let minutes = |count: u64| std::time::Duration::from_secs(60 * count);
        assert_eq!(refusal(&house, on_account(1, "acme/large")).await, None);
        house.app.clock.advance(minutes(20));
        assert_eq!(refusal(&house, on_account(1, "acme/large")).await, None);
        let error = house.gateway.call(on_account(1, "acme/large")).await.unwrap_err();
        assert_eq!((error.code(), error.is_retryable()), ("hourly_requests_exceeded", true));
        assert_eq!(error.retry_after(), Some(minutes(40)));
        assert_eq!(refusal(&house, on_account(2, "acme/large")).await, None);
        house.app.clock.advance(minutes(40));
        assert_eq!(refusal(&house, on_account(1, "acme/large")).await, None);
        assert_eq!(refusal(&house, on_account(1, "acme/large")).await, Some("hourly_requests_exceeded"));
        house.app.send("DELETE", &access(1), None).await.expect(204);
        assert_eq!(refusal(&house, on_account(1, "acme/large")).await, None);
    }

    async fn a_cheaper_model_that_may_not_be_used_steps_in_for_nobody(db: Db) {
        let (folder, server) = (tempdir().unwrap(), answering().await);
        let house = House::new(&db, folder.path()).await;
        people(&db, EVERYBODY).await;
        house.platform("acme", &server).await;
        let price = |model: &str, micros: i64| json!({
            "platform": "acme", "model": model, "valid_from": "2020-01-01T00:00:00Z",
            "input_micros": micros, "output_micros": micros,
        });
        house.post("/api/v1/prices", json!([price("large", 1_000_000), price("small", 1)]), 200).await;
        let budget = json!({"scope": "organisation", "period": "total", "cap_micros": 10, "on_exceeded": "fallback:acme/small"});
        house.post("/api/v1/budgets", budget, 201).await;
        house.app.send("PUT", &access(1), Some(json!({"models": ["acme/large"]}))).await.expect(200);
        assert_eq!(refused(intent(&house, &db, 1, json!({})).await), Some("budget_stopped"));
        house.app.send("PUT", &access(1), Some(json!({"models": ["acme/*"]}))).await.expect(200);
        let done = intent(&house, &db, 1, json!({})).await.unwrap();
        assert_eq!(done.output["fallback_model"], "acme/small");
    }
}
