use futures::future::join_all;
use serde_json::{Value as Json, json};
use store::both_databases;

use crate::house::{House, ONE, WRITE};

fn named(name: &str) -> Json {
    json!({"definition": ONE.replace("One text", name)})
}

both_databases! {
    async fn each_save_makes_a_revision(db: Db) {
        let house = House::new(db).await;
        let first = house.post("/workflows", named("My Text!")).await.expect(201);
        assert_eq!((&first["slug"], &first["revision"], &first["source"]), (&json!("my_text"), &json!(1), &json!("organisation")));
        let same = house.post("/workflows", named("My Text!")).await.expect(201);
        assert_eq!(same["revision"], 1, "nothing has changed");
        let text = ONE.replace("One text", "My text").replace("life", "death");
        let second = house.post("/workflows", json!({"definition": text})).await.expect(201);
        assert_eq!((&second["slug"], &second["revision"]), (&json!("my_text"), &json!(2)));
        let got = house.get("/workflows/my_text").await;
        assert_eq!((&got["name"], &got["revision"], &got["definition"]), (&json!("My text"), &json!(2), &json!(text)));
        let made = house.post("/workflows/my_text/execute", json!({"inputs": {}})).await.expect(202);
        assert_eq!(made["workflow"], json!({"slug": "my_text", "name": "My text", "revision": 2}));
        let done = house.status(made["id"].as_str().unwrap(), "completed").await;
        assert_eq!(done["outputs"]["text"], json!({"text": "about death"}));
    }

    async fn an_execution_keeps_the_revision_it_started_with(db: Db) {
        let house = House::new(db).await;
        let text = WRITE.replace("Write about it", "Ours");
        house.post("/workflows", json!({"definition": text})).await.expect(201);
        house.models.hold("list_topics");
        let made = house.post("/workflows/ours/execute", json!({"inputs": {"subject": "x"}})).await.expect(202);
        house.models.begun(1).await;
        let shorter = ONE.replace("One text", "Ours");
        house.post("/workflows", json!({"definition": shorter})).await.expect(201);
        house.models.open("list_topics");
        let done = house.status(made["id"].as_str().unwrap(), "completed").await;
        assert_eq!((&done["workflow"]["revision"], &done["progress"]["total_steps"]), (&json!(1), &json!(3)));
    }

    async fn lists_show_both_kinds(db: Db) {
        let house = House::new(db).await;
        house.post("/workflows", named("Another")).await.expect(201);
        let list = house.get("/workflows").await;
        let items = list["items"].as_array().unwrap();
        let seen: Vec<(&str, &str)> = items.iter().map(|item| (item["slug"].as_str().unwrap(), item["source"].as_str().unwrap())).collect();
        assert_eq!(seen, [("another", "organisation"), ("idea_to_backlog", "library"), ("write", "library")]);
        let write = &items[2];
        assert_eq!(write["inputs"]["subject"], json!({"type": "string", "description": "What it is about", "required": true, "default": null, "options": null}));
        assert_eq!(write["steps"][1], json!({
            "id": "texts", "name": "texts", "kind": "agent", "needs": ["topics"], "agent": "tester", "command": "write_text",
            "tool": null, "fan_out": true
        }));
    }

    async fn a_name_of_the_program_is_taken(db: Db) {
        let house = House::new(db).await;
        let refused = house.post("/workflows", named("Write")).await.expect(409);
        assert_eq!(refused["code"], "conflict");
    }

    async fn saving_at_the_same_time_loses_nothing(db: Db) {
        let house = House::new(db).await;
        let texts: Vec<Json> = (0..8).map(|n| json!({"definition": ONE.replace("life", &format!("life {n}"))})).collect();
        let answers = join_all(texts.into_iter().map(|body| house.post("/workflows", body))).await;
        let mut revisions: Vec<i64> = Vec::new();
        for answer in answers {
            match answer.status.as_u16() {
                201 => revisions.push(answer.json["revision"].as_i64().unwrap()),
                status => assert_eq!(status, 409, "{}", answer.text),
            }
        }
        revisions.sort_unstable();
        let expected: Vec<i64> = (1..=revisions.len() as i64).collect();
        assert_eq!(revisions, expected);
        assert_eq!(house.get("/workflows/one_text").await["revision"], json!(revisions.len()));
        house.check().await;
    }

    async fn validating_finds_everything_and_writes_nothing(db: Db) {
        let house = House::new(db).await;
        let good = house.post("/workflows/validate", json!({"definition": WRITE})).await.expect(200);
        assert_eq!((&good["valid"], &good["problems"]), (&json!(true), &json!([])));
        let text = WRITE.replace("agent: tester", "agent: nobody");
        let bad = house.post("/workflows/validate", json!({"definition": text})).await.expect(200);
        assert_eq!((&bad["valid"], bad["problems"].as_array().unwrap().len()), (&json!(false), 2));
        let first = &bad["problems"][0];
        assert_eq!((&first["step"], &first["line"]), (&json!("topics"), &json!(7)));
        assert!(first["column"] == 12 && !first["fix"].as_str().unwrap().is_empty());
        assert_eq!(house.get("/workflows").await["items"].as_array().unwrap().len(), 2);
    }
}
