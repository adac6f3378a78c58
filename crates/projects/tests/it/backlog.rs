use serde_json::{Value as Json, json};
use store::{CallContext, Db, Error, ProcedureError, both_databases, outbox};
use web::testing::TestApp;

use crate::scene::{booking, call, clinic, get, item, step_of};

both_databases! {
    async fn a_backlog_stands_on_the_board_in_order(db: Db) {
        let app = clinic(db.clone()).await;
        item(&app, "story", "Already here").await;
        let done = call(&db, "create_backlog", step_of(1), booking()).await.unwrap();
        assert_eq!(done.output, json!({
            "epics": ["CLINIC-2", "CLINIC-3"],
            "stories": ["CLINIC-4", "CLINIC-5", "CLINIC-6"],
            "table": [
                {"key": "CLINIC-4", "title": "Book a visit", "points": 5, "priority": "high", "epic": "CLINIC-2"},
                {"key": "CLINIC-5", "title": "دفع الفاتورة", "points": null, "priority": "medium", "epic": "CLINIC-3"},
                {"key": "CLINIC-6", "title": "Send a reminder", "points": 5, "priority": "low", "epic": "CLINIC-2"},
            ],
            "made": [{"key": "CLINIC-6"}, {"key": "CLINIC-4"}, {"key": "CLINIC-5"}],
            "duplicates": 0,
            "skipped": 0,
            "already_made": false,
        }));
        assert_eq!(done.events.len(), 5);
        let board = get(&app, "/projects/CLINIC/board").await;
        let keys = crate::scene::keys;
        assert_eq!(keys(&board["columns"][0]["items"]), ["CLINIC-1", "CLINIC-4", "CLINIC-5", "CLINIC-6"]);
        assert_eq!(keys(&board["epics"]), ["CLINIC-2", "CLINIC-3"]);
        let origin = &board["columns"][0]["items"][1]["origin"];
        let context = step_of(1);
        assert_eq!(*origin, json!({
            "execution_id": context.execution, "step": "save", "result_id": context.result,
            "agent": "business-analyst", "model": "local/small", "scripted": false,
        }));
        assert_eq!(item(&app, "task", "next").await["key"], "CLINIC-7");
    }

    async fn a_step_makes_its_items_once(db: Db) {
        let app = clinic(db.clone()).await;
        let first = call(&db, "create_backlog", step_of(1), booking()).await.unwrap();
        let again = call(&db, "create_backlog", step_of(1), booking()).await.unwrap();
        let mut expected = first.output.clone();
        expected["already_made"] = json!(true);
        assert_eq!(again.output, expected);
        assert_eq!(again.events, []);
        let other_input = json!({"project": "CLINIC", "stories": ["Another"]});
        let other_input = call(&db, "create_backlog", step_of(1), other_input).await.unwrap();
        // Nothing more is made; what it asks for besides has no key.
        expected["made"] = json!([{"key": null}]);
        assert_eq!(other_input.output, expected, "whatever the second call asks for");
        let parallel = (0..8).map(|_| call(&db, "create_backlog", step_of(2), booking()));
        let parallel = futures::future::join_all(parallel).await;
        let made = parallel.iter().filter(|done| done.as_ref().unwrap().output["already_made"] == false);
        assert_eq!(made.count(), 1);
        let other_step = CallContext { step: Some("more".to_owned()), ..step_of(1) };
        call(&db, "create_backlog", other_step, booking()).await.unwrap();
        assert_eq!(get(&app, "/projects/CLINIC").await["counts"], json!({"epics": 6, "stories": 9, "tasks": 0}));
    }

    async fn a_failing_call_leaves_nothing(db: Db) {
        let app = clinic(db.clone()).await;
        let before = get(&app, "/projects/CLINIC/board").await;
        // Everything is written, then the caller's transaction fails.
        let failed: Result<(), ProcedureError> = db
            .write(move |tx| {
                Box::pin(async move {
                    let procedures = projects::procedures(store::Procedures::default());
                    let context = step_of(1);
                    let done = procedures.get("create_backlog").unwrap().call(tx, &context, booking()).await?;
                    outbox::append(tx, context.organisation, &done.events, context.now).await?;
                    Err(ProcedureError::Store(Error::Corrupt {
                        column: String::new(),
                        value: String::new(),
                        reason: "the test fails it".to_owned(),
                    }))
                })
            })
            .await;
        assert!(failed.is_err());
        assert_eq!(get(&app, "/projects/CLINIC/board").await, before);
        let done = call(&db, "create_backlog", step_of(1), booking()).await.unwrap();
        assert_eq!(done.output["epics"][0], "CLINIC-1", "the numbers were given back");
    }

    async fn unusable_backlogs_are_refused_with_the_reason(db: Db) {
        let app = clinic(db.clone()).await;
        let before = get(&app, "/projects/CLINIC/board").await;
        let many: Vec<String> = (0..201).map(|number| format!("story {number}")).collect();
        check_refused(&db, json!({"project": "NONE", "stories": ["A"]}), "not found: there is no project \"NONE\"").await;
        check_refused(&db, json!({"stories": ["A"]}), "invalid: \"project\" is missing; give the project's key").await;
        check_refused(&db, json!({"project": "CLINIC"}), "invalid: the backlog has no stories; give at least one with a title").await;
        check_refused(&db, json!({"project": "CLINIC", "stories": "A"}), "invalid: \"stories\" is not a list").await;
        check_refused(&db, json!({"project": "CLINIC", "stories": many}), "invalid: the backlog has 201 stories; give at most 200 in one call").await;
        assert_eq!(get(&app, "/projects/CLINIC/board").await, before);
        archive(&app).await;
        let archived = "invalid: project \"CLINIC\" is archived; set its status to \"active\" first";
        check_refused(&db, booking(), archived).await;
    }

    async fn what_a_model_wrote_is_cleaned(db: Db) {
        let app = clinic(db.clone()).await;
        let wild = json!({"project": " clinic ", "stories": [
            {"title": "**Book\u{0}\n a visit.**", "points": "21", "priority": "URGENT", "epic": "?",
             "user_role": "Patient", "feature": "Patients can Book a visit", "benefit": "So that I need not call"},
            {"title": "book a visit"},
            {"title": "\u{7}"},
        ]});
        let done = call(&db, "create_backlog", step_of(1), wild).await.unwrap();
        assert_eq!((&done.output["duplicates"], &done.output["skipped"]), (&json!(1), &json!(1)));
        let one = json!({"key": "CLINIC-1"});
        assert_eq!(done.output["made"], json!([one, one, {"key": null}]), "a duplicate has the key of the first");
        let story = get(&app, "/work-items/CLINIC-1").await;
        assert_eq!(story["title"], "Book a visit");
        assert_eq!((&story["feature"], &story["benefit"]), (&json!("book a visit"), &json!("I need not call")));
        assert_eq!((&story["points"], &story["priority"], &story["parent"]), (&json!(13), &json!("medium"), &Json::Null));
    }

    async fn a_call_without_an_execution_has_no_origin(db: Db) {
        let app = clinic(db.clone()).await;
        for _ in 0..2 {
            let context = CallContext { execution: None, step: None, ..step_of(1) };
            let done = call(&db, "create_backlog", context, booking()).await.unwrap();
            assert_eq!(done.output["already_made"], false);
        }
        assert_eq!(get(&app, "/work-items/CLINIC-1").await["origin"], Json::Null);
    }

    async fn a_work_item_is_found_with_its_epic(db: Db) {
        let app = clinic(db.clone()).await;
        call(&db, "create_backlog", step_of(1), booking()).await.unwrap();
        let all = get(&app, "/projects/CLINIC/work-items").await;
        let all = all["items"].as_array().unwrap();
        let story = all.iter().find(|item| item["parent"].is_string()).unwrap();
        let (story, epic) = (story["key"].as_str().unwrap(), story["parent"].as_str().unwrap());
        for key in [story.to_lowercase().as_str(), epic] {
            let found = call(&db, "find_work_item", step_of(1), json!({ "item": key })).await.unwrap();
            let expected = json!({"key": key.to_uppercase(), "project": "CLINIC", "epic": epic});
            assert_eq!(found.output, expected);
        }
        let stranger = CallContext { organisation: base::OrganisationId::from_u128(2), ..step_of(1) };
        let refused = call(&db, "find_work_item", stranger, json!({ "item": "CLINIC-2" })).await;
        assert_eq!(reason(refused.unwrap_err()), "not found: there is no work item \"CLINIC-2\"");
    }

    async fn a_project_is_found_in_its_organisation_only(db: Db) {
        let app = clinic(db.clone()).await;
        let id = get(&app, "/projects/CLINIC").await["id"].clone();
        let found = call(&db, "find_project", step_of(1), json!({"project": "clinic"})).await.unwrap();
        assert_eq!(found.output, json!({"id": id, "key": "CLINIC", "name": "Clinic"}));
        let stranger = CallContext { organisation: base::OrganisationId::from_u128(2), ..step_of(1) };
        for (context, key, expected) in [
            (step_of(1), "NONE", "not found: there is no project \"NONE\""),
            (stranger.clone(), "CLINIC", "not found: there is no project \"CLINIC\""),
            (step_of(1), "", "invalid: \"project\" is missing; give the project's key"),
        ] {
            let refused = call(&db, "find_project", context, json!({"project": key})).await;
            assert_eq!(reason(refused.unwrap_err()), expected);
        }
        let refused = call(&db, "create_backlog", stranger, booking()).await;
        assert_eq!(reason(refused.unwrap_err()), "not found: there is no project \"CLINIC\"");
    }
}

async fn archive(app: &TestApp) {
    let archive = json!({"status": "archived"});
    app.send("PATCH", "/api/v1/projects/CLINIC", Some(archive)).await.expect(200);
}

fn reason(error: ProcedureError) -> String {
    match error {
        ProcedureError::Invalid(reason) => format!("invalid: {reason}"),
        ProcedureError::NotFound(reason) => format!("not found: {reason}"),
        ProcedureError::Refused { code, message } => format!("{code}: {message}"),
        ProcedureError::Store(error) => format!("store: {error}"),
    }
}

async fn check_refused(db: &Db, input: Json, expected: &str) {
    let refused = call(db, "create_backlog", step_of(1), input).await;
    assert_eq!(reason(refused.unwrap_err()), expected);
}
