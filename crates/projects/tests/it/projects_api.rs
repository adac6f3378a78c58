use serde_json::{Value as Json, json};
use store::both_databases;
use web::testing::TestApp;

use crate::scene::{app, clinic, get, item};

both_databases! {
    async fn a_project_is_made_read_changed_and_listed(db: Db) {
        let app = app(db).await;
        let made = json!({"name": " Clinic appointments ", "description": "a\r\nb"});
        let made = app.send("POST", "/api/v1/projects", Some(made)).await.expect(201);
        assert_eq!(made["key"], "CLINIC");
        assert_eq!(made["name"], "Clinic appointments");
        assert_eq!(made["description"], "a\nb");
        assert_eq!(made["columns"], json!(["Todo", "In Progress", "Code Review", "Testing", "QA", "Done"]));
        assert_eq!(get(&app, "/projects/clinic").await, made);

        let change = json!({"name": "Surgery", "status": "completed"});
        let changed = app.send("PATCH", "/api/v1/projects/CLINIC", Some(change)).await.expect(200);
        let mut expected = made.clone();
        expected["name"] = json!("Surgery");
        expected["status"] = json!("completed");
        assert_eq!(changed, expected);
        assert_eq!(get(&app, "/projects").await, json!({"items": [expected], "next": null}));
    }

    async fn pages_hold_every_project_once(db: Db) {
        let app = app(db).await;
        for number in 0..7 {
            app.clock.advance(std::time::Duration::from_millis(number % 3));
            let project = json!({"name": format!("project number {number}")});
            app.send("POST", "/api/v1/projects", Some(project)).await.expect(201);
        }
        let (mut seen, mut times) = (Vec::new(), Vec::new());
        let mut cursor = String::new();
        loop {
            let page = get(&app, &format!("/projects?limit=3{cursor}")).await;
            let items = page["items"].as_array().unwrap();
            seen.extend(items.iter().map(|one| one["name"].as_str().unwrap().to_owned()));
            times.extend(items.iter().map(|one| one["created_at"].as_str().unwrap().to_owned()));
            let Some(next) = page["next"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        assert!(times.is_sorted_by(|a, b| a >= b), "newest first: {times:?}");
        seen.sort();
        let all: Vec<String> = (0..7).map(|number| format!("project number {number}")).collect();
        assert_eq!(seen, all);
    }

    async fn keys_are_made_from_names_and_never_shared(db: Db) {
        let app = app(db).await;
        check_key(&app, json!({"name": "عيادة الأسنان"}), "PRJ").await;
        check_key(&app, json!({"name": "诊所"}), "PRJ2").await;
        check_key(&app, json!({"name": "Shop"}), "SHOP").await;
        check_key(&app, json!({"name": "Shopping"}), "SHOPPING").await;
        check_key(&app, json!({"name": "shop"}), "SHOP2").await;
        check_key(&app, json!({"name": "x", "key": "shop3"}), "SHOP3").await;
        let taken = json!({"name": "x", "key": "SHOP"});
        let taken = app.send("POST", "/api/v1/projects", Some(taken)).await.expect(409);
        assert_eq!(taken["code"], "conflict");
        assert_eq!(taken["detail"], "project key \"SHOP\" is taken by another project; choose another key");
        // The other organisation has keys of its own.
        let other = app.send_as("test-all@2", "POST", "/api/v1/projects", Some(json!({"name": "Shop"})));
        assert_eq!(other.await.expect(201)["key"], "SHOP");
    }

    async fn bad_projects_are_refused_by_field(db: Db) {
        let app = app(db).await;
        check_refused(&app, json!({}), "name").await;
        check_refused(&app, json!({"name": ""}), "name").await;
        check_refused(&app, json!({"name": " \t "}), "name").await;
        check_refused(&app, json!({"name": "a\u{7}b"}), "name").await;
        check_refused(&app, json!({"name": "a\nb"}), "name").await;
        check_refused(&app, json!({"name": "x".repeat(256)}), "name").await;
        check_refused(&app, json!({"name": "a", "key": "A-1"}), "key").await;
        check_refused(&app, json!({"name": "a", "key": "عيادة"}), "key").await;
        check_refused(&app, json!({"name": "a", "description": "x".repeat(20_001)}), "description").await;
        check_refused(&app, json!({"name": "a", "colour": "red"}), "colour").await;
        let number = app.send("POST", "/api/v1/projects", Some(json!({"name": 7}))).await.expect(400);
        assert_eq!(number["code"], "validation_error");
        let many = json!({"name": "", "key": "1", "description": "\u{0}"});
        let many = app.send("POST", "/api/v1/projects", Some(many)).await.expect(400);
        assert_eq!(many["errors"].as_array().unwrap().len(), 3);
        assert_eq!(get(&app, "/projects").await["items"], json!([]));
    }

    async fn an_archived_project_keeps_its_items_as_they_are(db: Db) {
        let app = clinic(db).await;
        item(&app, "story", "A").await;
        let archive = json!({"status": "archived"});
        app.send("PATCH", "/api/v1/projects/CLINIC", Some(archive)).await.expect(200);
        let refused = [
            ("POST", "/api/v1/projects/CLINIC/work-items", json!({"kind": "story", "title": "B"})),
            ("PATCH", "/api/v1/work-items/CLINIC-1", json!({"version": 1, "title": "B"})),
            ("POST", "/api/v1/work-items/CLINIC-1/move", json!({"column": "Done"})),
            ("DELETE", "/api/v1/work-items/CLINIC-1", Json::Null),
        ];
        for (method, path, body) in refused {
            let body = Some(body).filter(|body| !body.is_null());
            let problem = app.send(method, path, body).await.expect(409);
            assert_eq!(problem["code"], "invalid_state", "{method} {path}");
        }
        assert_eq!(get(&app, "/work-items/CLINIC-1").await["title"], "A");
        let activate = json!({"status": "active"});
        app.send("PATCH", "/api/v1/projects/CLINIC", Some(activate)).await.expect(200);
        item(&app, "story", "B").await;
    }
}

async fn check_key(app: &TestApp, project: Json, expected: &str) {
    let made = app.send("POST", "/api/v1/projects", Some(project.clone())).await.expect(201);
    assert_eq!(made["key"], expected, "{project}");
}

async fn check_refused(app: &TestApp, project: Json, field: &str) {
    let problem = app.send("POST", "/api/v1/projects", Some(project.clone())).await.expect(400);
    assert_eq!(problem["code"], "validation_error", "{project}");
    assert_eq!(problem["errors"][0]["field"], field, "{project}");
}
