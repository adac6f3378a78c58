//! The ledger's procedures and its list, on both databases.

use std::sync::Arc;

use base::{
    CallId, ExecutionId, Micros, OrganisationId, SeededRandom, Timestamp, Usage, UserId,
    VirtualKeyId,
};
use gateway::{Gateway, GatewayConfig};
use serde_json::{Value as Json, json};
use store::procedure::Done;
use store::testing::test_time;
use store::{CallContext, Db, ProcedureError};
use web::testing::TestApp;

const OURS: OrganisationId = OrganisationId::from_u128(1);
const THEIRS: OrganisationId = OrganisationId::from_u128(2);
const EXECUTION: ExecutionId = ExecutionId::from_u128(7);

/// Performs a procedure `seconds` after the start, in a transaction of its own.
async fn perform(
    db: &Db,
    organisation: OrganisationId,
    seconds: i64,
    name: &'static str,
    input: Json,
) -> Result<Usage, ProcedureError> {
    let procedure = crate::support::procedures().get(name).unwrap().clone();
    let context = CallContext {
        organisation,
        execution: Some(EXECUTION),
        step: None,
        result: None,
        actor: "test".to_owned(),
        model: None,
        scripted: false,
        now: at(seconds),
        random: Arc::new(SeededRandom::new(1)),
    };
    let done: Done = db
        .write(move |tx| Box::pin(async move { procedure.call(tx, &context, input).await }))
        .await?;
    assert!(done.events.is_empty());
    Ok(serde_json::from_value(done.output).unwrap())
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis(test_time().as_millis() + seconds * 1_000)
}

fn intent(id: u128) -> Json {
    json!({
        "id": CallId::from_u128(id), "execution_id": EXECUTION, "step": "write", "instance": 0,
        "attempt": 1, "nth": 1, "is_repair": false, "model": "openai/gpt-4o-mini",
        "provider": null, "estimated_input_tokens": 100, "max_output_tokens": 50,
    })
}

fn outcome(id: u128) -> Json {
    json!({
        "id": CallId::from_u128(id), "outcome": "ok", "model": "openai/gpt-4o-mini",
        "provider": "openai", "scripted": false, "input_tokens": 90, "output_tokens": 20,
        "cost_micros": 26, "estimated": false, "duration_ms": 1_200, "at": at(3),
    })
}

fn usage(model_calls: i64, input_tokens: i64, output_tokens: i64, cost: i64) -> Usage {
    Usage { model_calls, input_tokens, output_tokens, cost_micros: Micros(cost) }
}

const NOTHING: Usage =
    Usage { model_calls: 0, input_tokens: 0, output_tokens: 0, cost_micros: Micros::ZERO };

/// What the API lists for the execution, in the order in which the calls began, each as
/// `fields` of it.
async fn listed(db: &Db, key: &str, fields: &[&str]) -> Vec<Json> {
    let folder = tempfile::tempdir().unwrap();
    let gateway = Gateway::new(
        GatewayConfig::new(folder.path()),
        Arc::new(base::SystemClock),
        Arc::new(base::OsRandom),
    )
    .unwrap();
    let app = TestApp::new(db.clone(), |_| gateway::routes(gateway)).await;
    let path = format!("/api/v1/model-calls?execution={EXECUTION}");
    let page = app.send_as(key, "GET", &path, None).await.expect(200);
    let pick = |item: &Json| fields.iter().map(|field| item[field].clone()).collect();
    page["items"].as_array().unwrap().iter().rev().map(pick).collect()
}

store::both_databases! {
    async fn call_has_one_row_from_intent_to_outcome(db: Db) {
        let fields = ["outcome", "input_tokens", "output_tokens", "cost_micros", "estimated"];
        let ours = "test-all";
        // while it runs the row holds the most that it may come to
        assert_eq!(perform(&db, OURS, 0, "record_call_intent", intent(1)).await.unwrap(), NOTHING);
        assert_eq!(perform(&db, OURS, 1, "record_call_intent", intent(1)).await.unwrap(), NOTHING);
        assert_eq!(listed(&db, ours, &fields).await, [json!(["running", 100, 50, 45, true])]);
        let delta = perform(&db, OURS, 3, "record_call", outcome(1)).await.unwrap();
        assert_eq!(delta, usage(1, 90, 20, 26));
        // repeating adds nothing and changes nothing
        let mut repeated = outcome(1);
        repeated["input_tokens"] = json!(5);
        assert_eq!(perform(&db, OURS, 4, "record_call", repeated).await.unwrap(), NOTHING);
        assert_eq!(listed(&db, ours, &fields).await, [json!(["ok", 90, 20, 26, false])]);
        // nobody else sees it
        assert!(listed(&db, "test-all@2", &fields).await.is_empty());
    }

    async fn call_that_nobody_heard_the_end_of_is_closed_by_the_next_one(db: Db) {
        perform(&db, OURS, 0, "record_call_intent", intent(1)).await.unwrap();
        // the same key of another instance, execution or tenant is none of its business
        for (id, field, value) in [(2, "instance", json!(1)), (3, "execution_id", json!(ExecutionId::from_u128(8)))] {
            let mut other = intent(id);
            other[field] = value;
            assert_eq!(perform(&db, OURS, 1, "record_call_intent", other).await.unwrap(), NOTHING);
        }
        assert_eq!(perform(&db, THEIRS, 1, "record_call_intent", intent(4)).await.unwrap(), NOTHING);
        // asked again after the process died: 100 and 50 tokens of gpt-4o-mini, at worst
        let delta = perform(&db, OURS, 5, "record_call_intent", intent(5)).await.unwrap();
        assert_eq!(delta, usage(1, 100, 50, 45));
        let fields = ["id", "outcome", "estimated", "duration_ms", "error"];
        let rows = listed(&db, "test-all", &fields).await;
        let reason = "nobody heard the end of it: the line was cut, or the process ended";
        let closed = json!([CallId::from_u128(1), "interrupted", true, 5_000, reason]);
        assert_eq!(rows[0], closed);
        let outcomes: Vec<_> = rows.iter().map(|row| row[1].as_str().unwrap()).collect();
        assert_eq!(outcomes, ["interrupted", "running", "running"]);
        // the old process was only slow: its late word changes nothing
        assert_eq!(perform(&db, OURS, 6, "record_call", outcome(1)).await.unwrap(), NOTHING);
        assert_eq!(listed(&db, "test-all", &fields).await[0], closed);
    }

    async fn two_tries_beside_each_other_have_a_row_each_and_the_free_one_costs_nothing(db: Db) {
        perform(&db, OURS, 0, "record_call_intent", intent(1)).await.unwrap();
        let mut second = intent(2);
        second["beside"] = json!(CallId::from_u128(1));
        assert_eq!(perform(&db, OURS, 1, "record_call_intent", second).await.unwrap(), NOTHING);
        let free = json!({
            "id": CallId::from_u128(1), "outcome": "error", "model": "openai/gpt-4o-mini",
            "provider": "openai", "at": at(2),
        });
        assert_eq!(perform(&db, OURS, 2, "record_call", free).await.unwrap(), usage(1, 0, 0, 0));
        assert_eq!(perform(&db, OURS, 3, "record_call", outcome(2)).await.unwrap(), usage(1, 90, 20, 26));
        let rows = listed(&db, "test-all", &["outcome", "cost_micros", "estimated"]).await;
        assert_eq!(rows, [json!(["error", 0, false]), json!(["ok", 26, false])]);
        // one that names nobody beside it closes what was left
        perform(&db, OURS, 4, "record_call_intent", intent(3)).await.unwrap();
        assert_eq!(perform(&db, OURS, 5, "record_call_intent", intent(4)).await.unwrap(), usage(1, 100, 50, 45));
    }

    async fn execution_that_ends_closes_its_calls(db: Db) {
        perform(&db, OURS, 0, "record_call_intent", intent(1)).await.unwrap();
        perform(&db, OURS, 3, "record_call", outcome(1)).await.unwrap();
        let mut second = intent(2);
        second["model"] = json!("local/tiny");
        perform(&db, OURS, 4, "record_call_intent", second).await.unwrap();
        let closing = json!({"execution_id": EXECUTION});
        let delta = perform(&db, OURS, 5, "close_calls", closing.clone()).await.unwrap();
        assert_eq!(delta, usage(1, 100, 50, 0));
        assert_eq!(perform(&db, OURS, 6, "close_calls", closing).await.unwrap(), NOTHING);
        let rows = listed(&db, "test-all", &["outcome", "provider"]).await;
        assert_eq!(rows, [json!(["ok", "openai"]), json!(["interrupted", "local"])]);
    }

    async fn failed_calls_are_counted_with_their_error(db: Db) {
        perform(&db, OURS, 0, "record_call_intent", intent(1)).await.unwrap();
        let failed = json!({
            "id": CallId::from_u128(1), "outcome": "error", "error": "rate_limited",
            "model": "openai/gpt-4o-mini", "provider": "openai", "at": at(2),
        });
        assert_eq!(perform(&db, OURS, 2, "record_call", failed).await.unwrap(), usage(1, 0, 0, 0));
        let rows = listed(&db, "test-all", &["outcome", "error", "cost_micros"]).await;
        assert_eq!(rows, [json!(["error", "rate_limited", 0])]);
    }

    async fn wrong_input_is_refused_and_leaves_nothing(db: Db) {
        let unknown = perform(&db, OURS, 0, "record_call", outcome(9)).await.unwrap_err();
        assert!(matches!(unknown, ProcedureError::NotFound(_)), "{unknown}");
        for (name, input) in [
            ("record_call_intent", json!({"id": "cal_x"})),
            ("record_call", json!({"id": CallId::from_u128(1), "outcome": "running"})),
            ("close_calls", json!({})),
        ] {
            let error = perform(&db, OURS, 0, name, input).await.unwrap_err();
            assert!(error.to_string().starts_with(&format!("input of {name}: ")), "{error}");
        }
        assert!(listed(&db, "test-all", &["id"]).await.is_empty());
    }

    async fn pages_follow_each_other_and_the_route_is_guarded(db: Db) {
        for id in 1..=5 {
            let mut intent = intent(id);
            intent["instance"] = json!(id as i64);
            perform(&db, OURS, 0, "record_call_intent", intent).await.unwrap();
        }
        let folder = tempfile::tempdir().unwrap();
        let config = GatewayConfig::new(folder.path());
        let gateway = Gateway::new(config, Arc::new(base::SystemClock), Arc::new(base::OsRandom)).unwrap();
        let app = TestApp::new(db, |_| gateway::routes(gateway)).await;
        app.send_as("test-view_projects", "GET", "/api/v1/model-calls", None).await.expect(403);
        let mut found = Vec::new();
        let mut path = "/api/v1/model-calls?limit=2".to_owned();
        loop {
            let page = app.send("GET", &path, None).await.expect(200);
            let items = page["items"].as_array().unwrap();
            assert!(items.len() <= 2);
            found.extend(items.iter().map(|item| item["instance"].as_i64().unwrap()));
            let Some(next) = page["next"].as_str() else { break };
            path = format!("/api/v1/model-calls?limit=2&cursor={next}");
        }
        assert_eq!(found, [5, 4, 3, 2, 1], "the newest first");
        app.send("GET", "/api/v1/model-calls?cursor=zz", None).await.expect(400);
    }
    async fn filters_choose_calls_and_hold_together(db: Db) {
        let user = UserId::from_u128(4);
        for (id, field, value) in [
            (1, "agent", json!("tester")), (2, "project", json!("HISH")), (3, "user", json!(user)),
            (4, "execution_id", json!(ExecutionId::from_u128(8))), (5, "model", json!("local/tiny")),
        ] {
            let mut intent = intent(id);
            intent[field] = value;
            intent["instance"] = json!(id as i64);
            perform(&db, OURS, 86_400 * id as i64, "record_call_intent", intent).await.unwrap();
        }
        perform(&db, OURS, 90_000, "record_call", outcome(1)).await.unwrap();
        perform(&db, THEIRS, 0, "record_call_intent", intent(6)).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let gateway = crate::support::gateway(crate::support::config(folder.path()));
        let app = TestApp::new(db, |_| gateway::routes(gateway)).await;
        let day = |number: i64| at(86_400 * number).to_string()[..10].to_owned();
        let check = async |query: &str, expected: &[i64]| {
            let page = app.send("GET", &format!("/api/v1/model-calls?{query}"), None).await.expect(200);
            let items = page["items"].as_array().unwrap().iter();
            let found: Vec<_> = items.map(|item| item["instance"].as_i64().unwrap()).collect();
            assert_eq!(found, expected, "{query}");
        };
        check("", &[5, 4, 3, 2, 1]).await;
        check("agent=tester", &[1]).await;
        check("project=HISH", &[2]).await;
        check("project=hish", &[2]).await;
        check(&format!("user={user}"), &[3]).await;
        check(&format!("execution={}", ExecutionId::from_u128(8)), &[4]).await;
        check("model=local/tiny", &[5]).await;
        check("platform=local", &[5]).await;
        check("platform=openai&status=ok", &[1]).await;
        check("status=running", &[5, 4, 3, 2]).await;
        check(&format!("since={}&until={}", day(2), day(3)), &[3, 2]).await;
        check(&format!("since={}", at(86_400 * 4)), &[5, 4]).await;
        check(&format!("until={}&execution={EXECUTION}", at(86_400 * 3)), &[2, 1]).await;
        check(&format!("key={}", VirtualKeyId::from_u128(1)), &[]).await;
        check("agent=tester&project=HISH", &[]).await;
        for query in ["since=soon", "status=fine", "user=me", "agnet=tester"] {
            app.send("GET", &format!("/api/v1/model-calls?{query}"), None).await.expect(400);
        }
    }
}
