use serde_json::{Value as Json, json};
use store::both_databases;

use crate::house::House;

both_databases! {
    async fn templates_become_workflows(db: Db) {
        let house = House::new(db).await;
        let list = house.get("/workflow-templates").await;
        let keys: Vec<&str> = list["items"].as_array().unwrap().iter().map(|item| item["key"].as_str().unwrap()).collect();
        assert_eq!(keys, ["idea_to_backlog", "write"]);
        let write = house.get("/workflow-templates/write").await;
        assert_eq!((&write["steps"], &write["source"]), (&json!(3), &json!("built_in")));
        assert_eq!(write["parameters"]["subject"]["type"], "string");
        assert_eq!(write["version"].as_str().unwrap().len(), 8);
        house.app.send("GET", "/api/v1/workflow-templates/nobody", None).await.expect(404);

        let path = "/workflow-templates/write/instantiate";
        let made = house.post(path, json!({"name": "About life", "parameters": {"subject": "life"}})).await.expect(201);
        assert_eq!((&made["slug"], &made["revision"], &made["source"]), (&json!("about_life"), &json!(1), &json!("organisation")));
        assert_eq!(made["inputs"]["subject"]["default"], "life");
        let started = house.post("/workflows/about_life/execute", json!({})).await.expect(202);
        assert_eq!(started["inputs"], json!({"subject": "life"}));
        house.status(started["id"].as_str().unwrap(), "completed").await;

        let copy = house.post(path, json!({"parameters": {}})).await.expect(201);
        assert_eq!((&copy["slug"], &copy["inputs"]["subject"]["default"]), (&json!("write_about_it_copy"), &Json::Null));
        let own = house.post(path, json!({"slug": "mine", "parameters": {}})).await.expect(201);
        assert_eq!(own["slug"], "mine");
        house.post(path, json!({"slug": "mine", "parameters": {}})).await.expect(409);
        house.post(path, json!({"slug": "write", "parameters": {}})).await.expect(409);
        for (body, field) in [
            (json!({"parameters": {"subject": 7}}), "parameters.subject"),
            (json!({"parameters": {"sbject": "x"}}), "parameters.sbject"),
            (json!({"slug": "Not a slug", "parameters": {}}), "slug"),
            (json!({"name": "a\u{7}bc", "parameters": {}}), "definition"),
        ] {
            let refused = house.post(path, body).await.expect(400);
            assert_eq!(refused["errors"][0]["field"], field, "{refused}");
        }
    }
}
