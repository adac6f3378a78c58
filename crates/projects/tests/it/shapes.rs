use serde_json::{Value as Json, json};
use store::both_databases;

use crate::scene::{booking, call, clinic, get, new_item, step_of};

both_databases! {
    async fn a_board_looks_like_this(db: Db) {
        let app = clinic(db.clone()).await;
        call(&db, "create_backlog", step_of(1), booking()).await.unwrap();
        insta::assert_json_snapshot!("board", without_ids(get(&app, "/projects/CLINIC/board").await));
    }

    async fn a_work_item_looks_like_this(db: Db) {
        let app = clinic(db.clone()).await;
        new_item(&app, json!({"kind": "bug", "title": "Slots overlap", "column": "Done", "points": 3})).await;
        insta::assert_json_snapshot!("work_item", without_ids(get(&app, "/work-items/CLINIC-1").await));
    }
}

#[test]
fn every_answer_is_documented() {
    let (_, document, _) = projects::routes().into_parts();
    let document = serde_json::to_value(document).unwrap();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            assert_ne!(operation["summary"], Json::Null, "{method} {path}");
            for (status, response) in operation["responses"].as_object().unwrap() {
                let description = response["description"].as_str().unwrap_or_default();
                assert!(!description.is_empty(), "{method} {path} {status}");
            }
        }
    }
    let schemas = &document["components"]["schemas"];
    insta::assert_json_snapshot!(
        "schemas",
        json!({
            "WorkItem": schemas["WorkItem"]["properties"]["points"],
            "WorkItem required": schemas["WorkItem"]["required"],
            "Origin required": schemas["Origin"]["required"],
            "WorkItemChange required": schemas["WorkItemChange"]["required"],
        })
    );
}

/// Ids are random here; their prefix stays.
fn without_ids(mut json: Json) -> Json {
    match &mut json {
        Json::Object(object) => {
            for (name, value) in object.iter_mut() {
                let id = value.as_str().and_then(|text| text.split_once('_'));
                *value = match id {
                    Some((prefix, _)) if name == "id" => json!(format!("{prefix}_…")),
                    _ => without_ids(value.take()),
                };
            }
        }
        Json::Array(items) => {
            for item in items {
                *item = without_ids(item.take());
            }
        }
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
    }
    json
}
