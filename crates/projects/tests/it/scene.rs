//! What the tests begin with: an application, a project, items, a step's call.

use std::sync::Arc;

use base::{ExecutionId, OrganisationId, OsRandom, ResultId, Timestamp};
use serde_json::{Value as Json, json};
use store::procedure::Done;
use store::{CallContext, Db, ProcedureError, Procedures, outbox};
use web::testing::TestApp;

pub async fn app(db: Db) -> TestApp {
    TestApp::new(db, |_| projects::routes()).await
}

/// An application with the project `CLINIC`.
pub async fn clinic(db: Db) -> TestApp {
    let app = app(db).await;
    let project = json!({"key": "CLINIC", "name": "Clinic"});
    app.send("POST", "/api/v1/projects", Some(project)).await.expect(201);
    app
}

/// Makes an item of `CLINIC` and returns it.
pub async fn item(app: &TestApp, kind: &str, title: &str) -> Json {
    new_item(app, json!({"kind": kind, "title": title})).await
}

pub async fn new_item(app: &TestApp, item: Json) -> Json {
    app.send("POST", "/api/v1/projects/CLINIC/work-items", Some(item)).await.expect(201)
}

pub async fn get(app: &TestApp, path: &str) -> Json {
    app.send("GET", &format!("/api/v1{path}"), None).await.expect(200)
}

pub fn keys(items: &Json) -> Vec<String> {
    let items = items.as_array().unwrap();
    items.iter().map(|item| item["key"].as_str().unwrap().to_owned()).collect()
}

/// The context of a step's call.
pub fn step_of(execution: u128) -> CallContext {
    CallContext {
        organisation: OrganisationId::from_u128(1),
        execution: Some(ExecutionId::from_u128(execution)),
        step: Some("save".to_owned()),
        result: Some(ResultId::from_u128(execution)),
        actor: "business-analyst".to_owned(),
        model: Some("local/small".to_owned()),
        scripted: false,
        now: Timestamp::from_millis(1_795_246_200_000),
        random: Arc::new(OsRandom),
    }
}

/// Calls a procedure as the runner does: in a transaction, with its events in the outbox.
pub async fn call(
    db: &Db,
    name: &'static str,
    context: CallContext,
    input: Json,
) -> Result<Done, ProcedureError> {
    db.write(move |tx| {
        Box::pin(async move {
            let procedures = projects::procedures(Procedures::default());
            let done = procedures.get(name).unwrap().call(tx, &context, input).await?;
            if !done.events.is_empty() {
                outbox::append(tx, context.organisation, &done.events, context.now).await?;
            }
            Ok(done)
        })
    })
    .await
}

/// Two epics, three stories.
pub fn booking() -> Json {
    json!({
        "project": "CLINIC",
        "product": "Clinic booking",
        "epics": [{"title": "Booking", "description": "Patients book visits"}, {"title": "الفواتير"}],
        "stories": [
            {"title": "Send a reminder", "priority": "low", "points": 4, "epic": "Booking"},
            {"title": "Book a visit", "user_role": "patient", "feature": "to book a visit",
             "benefit": "I need not call", "priority": "high", "points": 5, "epic": 0,
             "acceptance_criteria": ["Given a free slot, when I book it, then it is mine"]},
            {"title": "دفع الفاتورة", "priority": "medium", "epic": "الفواتير"},
        ],
    })
}
