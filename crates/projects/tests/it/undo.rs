use serde_json::{Value as Json, json};
use store::{Db, both_databases};
use web::testing::TestApp;

use crate::scene::{booking, call, clinic, get, item, keys, new_item, step_of};

both_databases! {
    async fn an_untouched_batch_goes_whole(db: Db) {
        let app = prepared(&db).await;
        let cursor = get(&app, "/projects/CLINIC/board").await["cursor"].as_str().unwrap().parse::<i64>().unwrap();
        assert_eq!(undo(&app, 1).await, json!({"removed": 5, "kept": []}));
        let board = get(&app, "/projects/CLINIC/board").await;
        assert_eq!((keys(&board["epics"]), keys(&board["columns"][0]["items"])), (vec![], vec!["CLINIC-1".to_owned()]));
        let mut tx = db.read().await.unwrap();
        let topic = format!("project/{}", board["project"]["id"].as_str().unwrap());
        let events = store::outbox::after(&mut tx, base::OrganisationId::from_u128(1), &topic, cursor, 100).await.unwrap();
        let told: Vec<(&str, &str)> =
            events.iter().map(|event| (event.kind.as_str(), event.body["item"]["key"].as_str().unwrap())).collect();
        let deleted = |key| ("work_item.deleted", key);
        assert_eq!(told, ["CLINIC-4", "CLINIC-5", "CLINIC-6", "CLINIC-2", "CLINIC-3"].map(deleted));
        assert_eq!(undo(&app, 1).await, json!({"removed": 0, "kept": []}), "nothing is left to take back");
        assert_eq!(item(&app, "task", "T").await["key"], "CLINIC-7", "the keys are not used again");
    }

    async fn touched_items_and_their_epics_stay(db: Db) {
        let app = prepared(&db).await;
        // CLINIC-2 Booking holds 4 and 6, CLINIC-3 holds 5.
        app.send("POST", "/api/v1/work-items/CLINIC-6/move", Some(json!({"column": "QA"}))).await.expect(200);
        assert_eq!(undo(&app, 1).await, json!({"removed": 3, "kept": ["CLINIC-2", "CLINIC-6"]}));
        let story = get(&app, "/work-items/CLINIC-6").await;
        assert_eq!((&story["parent"], &story["column"]), (&json!("CLINIC-2"), &json!("QA")));
    }

    async fn an_epic_that_people_use_stays(db: Db) {
        let app = prepared(&db).await;
        new_item(&app, json!({"kind": "task", "title": "mine", "parent": "CLINIC-3"})).await;
        let change = json!({"version": 1, "title": "Visits"});
        app.send("PATCH", "/api/v1/work-items/CLINIC-2", Some(change)).await.expect(200);
        assert_eq!(undo(&app, 1).await, json!({"removed": 3, "kept": ["CLINIC-2", "CLINIC-3"]}));
    }

    async fn only_the_named_execution_is_taken_back(db: Db) {
        let app = prepared(&db).await;
        call(&db, "create_backlog", step_of(2), booking()).await.unwrap();
        assert_eq!(undo(&app, 3).await, json!({"removed": 0, "kept": []}));
        assert_eq!(undo(&app, 2).await["removed"], 5);
        assert_eq!(get(&app, "/projects/CLINIC").await["counts"], json!({"epics": 2, "stories": 4, "tasks": 0}));
        let other = json!({"key": "OTHER", "name": "Other"});
        app.send("POST", "/api/v1/projects", Some(other)).await.expect(201);
        let body = json!({"execution_id": base::ExecutionId::from_u128(1)});
        let elsewhere = app.send("POST", "/api/v1/projects/OTHER/work-items/undo", Some(body)).await.expect(200);
        assert_eq!(elsewhere["removed"], 0, "the items are in another project");
        let wrong = json!({"execution_id": "prj_1"});
        app.send("POST", "/api/v1/projects/CLINIC/work-items/undo", Some(wrong)).await.expect(400);
    }
}

/// `CLINIC-1` by hand, `CLINIC-2` to `CLINIC-6` by execution 1.
async fn prepared(db: &Db) -> TestApp {
    let app = clinic(db.clone()).await;
    item(&app, "story", "by hand").await;
    call(db, "create_backlog", step_of(1), booking()).await.unwrap();
    app
}

async fn undo(app: &TestApp, execution: u128) -> Json {
    let body = json!({"execution_id": base::ExecutionId::from_u128(execution)});
    app.send("POST", "/api/v1/projects/CLINIC/work-items/undo", Some(body)).await.expect(200)
}
