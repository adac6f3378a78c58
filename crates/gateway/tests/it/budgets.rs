//! Budgets of executions: money is set aside in the transaction that records the intent.

use std::sync::Arc;

use base::{CallId, ExecutionId, OrganisationId, SeededRandom, Timestamp, UserId};
use futures::future::join_all;
use gateway::{Gateway, GatewayConfig, ProviderConfig};
use serde_json::{Value as Json, json};
use store::procedure::Done;
use store::testing::test_time;
use store::{CallContext, Db, ProcedureError};
use web::testing::TestApp;

const OURS: OrganisationId = OrganisationId::from_u128(1);

/// `TestApp`'s clock stands at this time.
pub fn now() -> Timestamp {
    Timestamp::from_millis(1_795_246_200_000)
}

pub async fn perform_at(
    db: &Db,
    at: Timestamp,
    name: &'static str,
    input: Json,
) -> Result<Json, ProcedureError> {
    let procedure = crate::support::procedures().get(name).unwrap().clone();
    let context = CallContext {
        organisation: OURS,
        execution: None,
        step: None,
        result: None,
        actor: "test".to_owned(),
        model: None,
        scripted: false,
        now: at,
        random: Arc::new(SeededRandom::new(1)),
    };
    let done: Done = db
        .write(move |tx| Box::pin(async move { procedure.call(tx, &context, input).await }))
        .await?;
    Ok(done.output)
}

async fn perform(db: &Db, name: &'static str, input: Json) -> Result<Json, ProcedureError> {
    perform_at(db, now(), name, input).await
}

/// 1,000 and 1,000 tokens of gpt-4o-mini at most: 750 micro-dollars.
pub fn intent(id: u128) -> Json {
    json!({
        "id": CallId::from_u128(id), "execution_id": ExecutionId::from_u128(7), "step": "write",
        "instance": id, "attempt": 1, "nth": 1, "model": "openai/gpt-4o-mini",
        "most_input_tokens": 1_000, "max_output_tokens": 1_000, "project": "HISH",
        "user": UserId::from_u128(3),
    })
}

pub fn outcome(id: u128, cost: i64) -> Json {
    json!({
        "id": CallId::from_u128(id), "outcome": "ok", "model": "openai/gpt-4o-mini",
        "provider": "openai", "cost_micros": cost, "at": test_time(),
    })
}

fn refusal(result: Result<Json, ProcedureError>) -> (&'static str, String) {
    match result {
        Err(ProcedureError::Refused { code, message }) => (code, message),
        other => panic!("{other:?}"),
    }
}

async fn app(db: &Db) -> TestApp {
    let folder = tempfile::tempdir().unwrap();
    let openai = ProviderConfig::new("openai", "http://127.0.0.1:9/v1");
    let parts = GatewayConfig {
        running_servers: Vec::new(),
        providers: vec![openai],
        ..GatewayConfig::new(folder.path())
    };
    let gateway =
        Gateway::new(parts, Arc::new(base::SystemClock), Arc::new(base::OsRandom)).unwrap();
    TestApp::new(db.clone(), |_| gateway::routes(gateway)).await
}

async fn budget(app: &TestApp, scope: &str, id: &str, more: Json) -> String {
    let mut body = json!({"scope": scope, "scope_id": id, "period": "month", "cap_micros": 1_000});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let made = app.send("POST", "/api/v1/budgets", Some(body)).await.expect(201);
    made["id"].as_str().unwrap().to_owned()
}

async fn money(app: &TestApp, id: &str) -> (i64, i64) {
    let budget = app.send("GET", &format!("/api/v1/budgets/{id}"), None).await.expect(200);
    let number = |field: &str| budget[field].as_i64().unwrap();
    (number("spent_micros"), number("reserved_micros"))
}

store::both_databases! {
    async fn money_is_set_aside_booked_and_given_back(db: Db) {
        let app = app(&db).await;
        let id = budget(&app, "organisation", "", json!({})).await;
        perform(&db, "record_call_intent", intent(1)).await.unwrap();
        assert_eq!(money(&app, &id).await, (0, 750));
        // asked again, nothing is set aside twice
        perform(&db, "record_call_intent", intent(1)).await.unwrap();
        assert_eq!(money(&app, &id).await, (0, 750));
        let (code, message) = refusal(perform(&db, "record_call_intent", intent(2)).await);
        assert_eq!(code, "budget_stopped");
        assert!(message.contains("month budget of organisation has $0.00025 left of $0.001"), "{message}");
        perform(&db, "record_call", outcome(1, 100)).await.unwrap();
        assert_eq!(money(&app, &id).await, (100, 0));
        perform(&db, "record_call", outcome(1, 100)).await.unwrap();
        assert_eq!(money(&app, &id).await, (100, 0));
        // a refused call has left no row
        let calls = app.send("GET", "/api/v1/model-calls", None).await.expect(200);
        assert_eq!(calls["items"].as_array().unwrap().len(), 1);
        assert_eq!(calls["items"][0]["project"], "HISH");
        // what nobody heard the end of counts in full
        perform(&db, "record_call_intent", intent(3)).await.unwrap();
        let closing = json!({"execution_id": ExecutionId::from_u128(7)});
        perform(&db, "close_calls", closing).await.unwrap();
        assert_eq!(money(&app, &id).await, (850, 0));
    }

    async fn sixty_four_calls_at_once_get_what_the_budget_has_room_for(db: Db) {
        let app = app(&db).await;
        let id = budget(&app, "project", "HISH", json!({"cap_micros": 20 * 750 + 749})).await;
        let wide = budget(&app, "organisation", "", json!({"cap_micros": 1_000_000})).await;
        let asked = (1..=64).map(|number| perform(&db, "record_call_intent", intent(number)));
        let answers = join_all(asked).await;
        let granted: Vec<u128> =
            (1..).zip(&answers).filter(|(_, answer)| answer.is_ok()).map(|(number, _)| number).collect();
        assert_eq!(granted.len(), 20);
        assert_eq!(money(&app, &id).await, (0, 20 * 750));
        // whoever was refused by one budget holds nothing of another
        assert_eq!(money(&app, &wide).await, (0, 20 * 750));
        let ended = granted.iter().map(|number| perform(&db, "record_call", outcome(*number, 700)));
        assert!(join_all(ended).await.iter().all(Result::is_ok));
        assert_eq!((money(&app, &id).await, money(&app, &wide).await), ((14_000, 0), (14_000, 0)));
    }

    async fn failed_call_of_unknown_cost_counts_in_full(db: Db) {
        let app = app(&db).await;
        let id = budget(&app, "organisation", "", json!({})).await;
        perform(&db, "record_call_intent", intent(1)).await.unwrap();
        let mut ended = outcome(1, 0);
        ended["outcome"] = json!("error");
        ended["error"] = json!("the answer was cut off before its end");
        ended["cost_is_lost"] = json!(true);
        let usage = perform(&db, "record_call", ended.clone()).await.unwrap();
        assert_eq!(usage["cost_micros"], 750);
        assert_eq!(money(&app, &id).await, (750, 0));
        let again = perform(&db, "record_call", ended).await.unwrap();
        assert_eq!((&again["cost_micros"], money(&app, &id).await), (&json!(0), (750, 0)));
        let calls = app.send("GET", "/api/v1/model-calls", None).await.expect(200);
        let call = &calls["items"][0];
        assert_eq!((&call["outcome"], &call["estimated"], &call["cost_micros"]), (&json!("error"), &json!(true), &json!(750)));
    }

    async fn every_scope_of_a_call_can_stop_it(db: Db) {
        let app = app(&db).await;
        let (execution, user) = (ExecutionId::from_u128(7), UserId::from_u128(3));
        let step = format!("{execution}/write");
        let (execution, user) = (execution.to_string(), user.to_string());
        let mut all = intent(1);
        let scopes = [("department", "sales"), ("sprint", "S1"), ("epic", "HISH-1"), ("item", "HISH-2")];
        for (scope, id) in scopes {
            all[scope] = json!(id);
        }
        let made = app.send("POST", "/api/v1/virtual-keys", Some(json!({"name": "k"}))).await.expect(201);
        let key = made["id"].as_str().unwrap();
        all["key"] = json!(key);
        let more = [("organisation", ""), ("project", "HISH"), ("execution", execution.as_str()), ("step", step.as_str()), ("user", user.as_str()), ("key", key), ("provider", "openai")];
        for (index, (scope, id)) in scopes.into_iter().chain(more).enumerate() {
            let tight = budget(&app, scope, id, json!({"cap_micros": 749})).await;
            let mut one = all.clone();
            one["id"] = json!(CallId::from_u128(100 + index as u128));
            let (_, message) = refusal(perform(&db, "record_call_intent", one.clone()).await);
            assert!(message.contains(scope), "{scope}: {message}");
            let path = format!("/api/v1/budgets/{tight}");
            let change = json!({"version": 1, "cap_micros": 1_000_000});
            app.send("PATCH", &path, Some(change)).await.expect(200);
            one["id"] = json!(CallId::from_u128(200 + index as u128));
            perform(&db, "record_call_intent", one).await.unwrap();
            assert_eq!(money(&app, &tight).await.1, 750, "{scope}");
        }
        // those of others are none of its business
        budget(&app, "project", "OTHER", json!({"cap_micros": 0})).await;
        perform(&db, "record_call_intent", intent(300)).await.unwrap();
    }

    async fn caps_of_the_definition_hold_without_a_budget(db: Db) {
        let with = |id: u128, caps: Json| {
            let mut intent = intent(id);
            intent["caps"] = caps;
            intent
        };
        perform(&db, "record_call_intent", with(1, json!({"execution": 1_500, "step": 1_500}))).await.unwrap();
        let (code, message) = refusal(perform(&db, "record_call_intent", with(2, json!({"execution": 1_499}))).await);
        assert_eq!(code, "budget_exceeded");
        assert!(message.contains("own budget of execution"), "{message}");
        let (_, message) = refusal(perform(&db, "record_call_intent", with(2, json!({"step": 1_499}))).await);
        assert!(message.contains("step \"write\""), "{message}");
        perform(&db, "record_call_intent", with(2, json!({"execution": 1_500}))).await.unwrap();
        // what it really cost makes room
        perform(&db, "record_call", outcome(1, 10)).await.unwrap();
        perform(&db, "record_call_intent", with(3, json!({"execution": 1_510}))).await.unwrap();
    }

    async fn what_nobody_can_price_no_budget_can_hold(db: Db) {
        let app = app(&db).await;
        let mut unpriced = intent(1);
        unpriced["model"] = json!("acme/mystery");
        perform(&db, "record_call_intent", unpriced.clone()).await.unwrap();
        let mut capped = unpriced.clone();
        capped["id"] = json!(CallId::from_u128(2));
        capped["caps"] = json!({"execution": 1_000_000});
        let (code, message) = refusal(perform(&db, "record_call_intent", capped).await);
        assert_eq!(code, "budget_stopped");
        assert!(message.contains("acme/mystery") && message.contains("set a price for it"), "{message}");
        budget(&app, "project", "HISH", json!({"cap_micros": 1_000_000})).await;
        unpriced["id"] = json!(CallId::from_u128(3));
        refusal(perform(&db, "record_call_intent", unpriced).await);
    }

    async fn budget_can_pause_or_name_a_cheaper_model(db: Db) {
        let app = app(&db).await;
        let id = budget(&app, "organisation", "", json!({"cap_micros": 749, "on_exceeded": "pause"})).await;
        let (code, _) = refusal(perform(&db, "record_call_intent", intent(1)).await);
        assert_eq!(code, "budget_paused");
        let path = format!("/api/v1/budgets/{id}");
        let change = json!({"version": 1, "on_exceeded": "fallback:local/tiny"});
        app.send("PATCH", &path, Some(change)).await.expect(200);
        let output = perform(&db, "record_call_intent", intent(1)).await.unwrap();
        assert_eq!(output["fallback_model"], "local/tiny");
        let calls = app.send("GET", "/api/v1/model-calls", None).await.expect(200);
        assert_eq!(calls["items"][0]["model"], "local/tiny");
        assert_eq!(money(&app, &id).await, (0, 0));
    }

    async fn period_begins_anew_and_each_alert_goes_out_once(db: Db) {
        let app = app(&db).await;
        let id = budget(&app, "organisation", "", json!({"period": "day", "cap_micros": 10_000})).await;
        let alerts = async || {
            let mut tx = db.read().await.unwrap();
            let messages = store::outbox::after(&mut tx, OURS, gateway::budget::TOPIC, 0, 100).await.unwrap();
            messages.iter().map(|one| one.body["percent"].as_i64().unwrap()).collect::<Vec<_>>()
        };
        let spend = async |id: u128, cost: i64, at: Timestamp| {
            perform_at(&db, at, "record_call_intent", intent(id)).await.unwrap();
            perform_at(&db, at, "record_call", outcome(id, cost)).await.unwrap();
        };
        spend(1, 7_999, now()).await;
        assert!(alerts().await.is_empty());
        spend(2, 1, now()).await;
        assert_eq!(alerts().await, [80]);
        spend(3, 1, now()).await;
        assert_eq!(alerts().await, [80]);
        // from 80 % to 100 % in one go: both levels that lie between are told of
        spend(4, 1_999, now()).await;
        assert_eq!(alerts().await, [80, 90, 100]);
        refusal(perform(&db, "record_call_intent", intent(5)).await);
        let tomorrow = now().plus(std::time::Duration::from_secs(24 * 3600));
        spend(6, 8_500, tomorrow).await;
        assert_eq!(alerts().await, [80, 90, 100, 80]);
        app.clock.advance(std::time::Duration::from_secs(24 * 3600));
        assert_eq!(money(&app, &id).await, (8_500, 0));
        app.clock.advance(std::time::Duration::from_secs(24 * 3600));
        assert_eq!(money(&app, &id).await, (0, 0));
    }

    async fn routes_are_guarded_and_refuse_what_cannot_be(db: Db) {
        let app = app(&db).await;
        let id = budget(&app, "project", "HISH", json!({})).await;
        let path = format!("/api/v1/budgets/{id}");
        let body = json!({"scope": "project", "scope_id": "HISH", "period": "month", "cap_micros": 5});
        app.send("POST", "/api/v1/budgets", Some(body.clone())).await.expect(409);
        app.send_as("test-view_costs", "POST", "/api/v1/budgets", Some(body)).await.expect(403);
        app.send_as("test-view_projects", "GET", &path, None).await.expect(403);
        app.send_as("test-view_costs", "GET", &path, None).await.expect(200);
        for (method, body) in [("GET", None), ("PATCH", Some(json!({"version": 1}))), ("DELETE", None)] {
            app.send_as("test-all@2", method, &path, body).await.expect(404);
        }
        for (scope, id, cap, field) in [
            ("organisation", "x", 1, "scope_id"),
            ("project", "", 1, "scope_id"),
            ("project", "A", -1, "cap_micros"),
        ] {
            let body = json!({"scope": scope, "scope_id": id, "period": "day", "cap_micros": cap});
            let refused = app.send("POST", "/api/v1/budgets", Some(body)).await.expect(400);
            assert_eq!(refused["errors"][0]["field"], field);
        }
        let wrong = json!({"scope": "galaxy", "period": "day", "cap_micros": 1});
        app.send("POST", "/api/v1/budgets", Some(wrong)).await.expect(400);
        app.send("PATCH", &path, Some(json!({"version": 9, "cap_micros": 1}))).await.expect(409);
        app.send("PATCH", &path, Some(json!({"version": 1, "is_active": false}))).await.expect(200);
        // an inactive budget stops nobody
        perform(&db, "record_call_intent", intent(1)).await.unwrap();
        app.send("DELETE", &path, None).await.expect(204);
        app.send("GET", &path, None).await.expect(404);
        let log = app.send("GET", "/api/v1/budgets", None).await.expect(200);
        assert_eq!(log["items"], json!([]));
    }
}
