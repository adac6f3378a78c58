//! What a workflow's steps do with single items: `create_work_item` and `move_work_item`.

use serde_json::{Value as Json, json};
use store::{CallContext, ProcedureError, both_databases};

use crate::scene::{call, clinic, get, item, keys, step_of};

both_databases! {
    async fn a_step_makes_an_item_of_a_title_once(db: Db) {
        let app = clinic(db.clone()).await;
        let bug = json!({
            "project": "clinic", "kind": "bug", "title": "**Visits in the wrong order.**",
            "description": "The tenth stands before the second.", "priority": "high",
        });
        let made = call(&db, "create_work_item", step_of(1), bug.clone()).await.unwrap();
        let title = "Visits in the wrong order";
        assert_eq!(made.output, json!({"key": "CLINIC-1", "title": title, "already_made": false}));
        assert_eq!(made.events.len(), 1);
        let again = call(&db, "create_work_item", step_of(1), bug.clone()).await.unwrap();
        assert_eq!(again.output, json!({"key": "CLINIC-1", "title": title, "already_made": true}));
        assert_eq!(again.events, []);
        let other = json!({"project": "CLINIC", "title": "Another"});
        assert_eq!(call(&db, "create_work_item", step_of(1), other).await.unwrap().output["key"], "CLINIC-2");
        assert_eq!(call(&db, "create_work_item", step_of(2), bug).await.unwrap().output["key"], "CLINIC-3");
        let shown = get(&app, "/work-items/CLINIC-1").await;
        assert_eq!((&shown["kind"], &shown["priority"], &shown["column"]), (&json!("bug"), &json!("high"), &json!("Todo")));
        assert_eq!(shown["origin"]["step"], "save");
        assert_eq!(get(&app, "/work-items/CLINIC-2").await["kind"], "task");
    }

    async fn a_card_goes_over_the_board(db: Db) {
        let app = clinic(db.clone()).await;
        item(&app, "story", "First").await;
        item(&app, "story", "Second").await;
        for (key, column, moved) in [
            ("CLINIC-2", "Done", true), ("clinic-1", "Done", true), ("CLINIC-2", "Done", false),
        ] {
            let done = call(&db, "move_work_item", step_of(1), json!({"key": key, "column": column})).await.unwrap();
            assert_eq!(done.output["moved"], moved, "{key}");
            assert_eq!(done.events.len(), usize::from(moved));
        }
        let board = get(&app, "/projects/CLINIC/board").await;
        let last = board["columns"].as_array().unwrap().last().unwrap();
        assert_eq!(keys(&last["items"]), ["CLINIC-2", "CLINIC-1"]);
        assert!(get(&app, "/work-items/CLINIC-1").await["completed_at"].is_string());
        let back = json!({"key": "CLINIC-1", "column": "In Progress"});
        call(&db, "move_work_item", step_of(1), back).await.unwrap();
        let shown = get(&app, "/work-items/CLINIC-1").await;
        assert_eq!((&shown["completed_at"], &shown["version"]), (&Json::Null, &json!(3)));
    }

    async fn what_cannot_be_done_is_refused_with_the_reason(db: Db) {
        let app = clinic(db.clone()).await;
        item(&app, "epic", "Booking").await;
        item(&app, "story", "First").await;
        let stranger = CallContext { organisation: base::OrganisationId::from_u128(2), ..step_of(1) };
        let card = |key: &str, column: &str| json!({"key": key, "column": column});
        for (tool, context, input, expected) in [
            ("create_work_item", step_of(1), json!({"title": "A"}), "\"project\" is missing; give the project's key"),
            ("create_work_item", step_of(1), json!({"project": "CLINIC", "title": " "}), "\"title\" is missing; say what it is in one line"),
            ("create_work_item", step_of(1), json!({"project": "CLINIC", "title": "A", "kind": "epic"}), "epics stand in no column; make them with create_backlog"),
            ("create_work_item", step_of(1), json!({"project": "CLINIC", "title": "A", "kind": "x"}), "\"x\" is unknown; use one of epic, story, task, bug"),
            ("create_work_item", stranger.clone(), json!({"project": "CLINIC", "title": "A"}), "there is no project \"CLINIC\""),
            ("move_work_item", step_of(1), json!({"key": "CLINIC-2"}), "give the item's \"key\" and a \"column\""),
            ("move_work_item", step_of(1), card("CLINIC-9", "Done"), "there is no work item \"CLINIC-9\""),
            ("move_work_item", stranger, card("CLINIC-2", "Done"), "there is no work item \"CLINIC-2\""),
            ("move_work_item", step_of(1), card("CLINIC-1", "Done"), "CLINIC-1 is an epic, and epics stand in no column"),
            ("move_work_item", step_of(1), card("CLINIC-2", "Nowhere"), "project \"CLINIC\" has no column \"Nowhere\"; use one of Todo, In Progress, Code Review, Testing, QA, Done"),
        ] {
            let refused = call(&db, tool, context, input).await.unwrap_err();
            assert_eq!(refused.to_string(), expected);
            assert!(matches!(refused, ProcedureError::Invalid(_) | ProcedureError::NotFound(_)));
        }
        assert_eq!(get(&app, "/work-items/CLINIC-2").await["column"], "Todo");
    }
}
