use axum::body::Body;
use axum::http::Request;
use futures::future::join_all;
use serde_json::{Value as Json, json};
use store::both_databases;

use crate::house::{House, ONE};

fn named(name: &str) -> Json {
    json!({"definition": ONE.replace("One text", name)})
}

async fn import(house: &House, kind: &str, body: &str) -> web::testing::Answer {
    import_over(house, "", kind, body).await
}

async fn import_over(house: &House, query: &str, kind: &str, body: &str) -> web::testing::Answer {
    let request = Request::post(format!("/api/v1/workflows/import{query}"))
        .header("host", "localhost")
        .header("authorization", "Bearer test-all")
        .header("content-type", kind)
        .body(Body::from(body.to_owned()))
        .unwrap();
    house.app.send_request(request).await
}

both_databases! {
    async fn revisions_stay_as_they_were_saved(db: Db) {
        let house = House::new(db).await;
        house.post("/workflows", named("Mine")).await.expect(201);
        let longer = ONE.replace("One text", "Mine").replace("life", "death");
        let path = "/api/v1/workflows/mine";
        let body = json!({"definition": longer});
        let saved = house.app.send("PUT", path, Some(body.clone())).await.expect(200);
        assert_eq!((&saved["slug"], &saved["revision"]), (&json!("mine"), &json!(2)));
        let renamed = ONE.replace("One text", "Ours");
        let saved = house.app.send("PUT", path, Some(json!({"definition": renamed}))).await.expect(200);
        assert_eq!((&saved["slug"], &saved["name"], &saved["revision"]), (&json!("mine"), &json!("Ours"), &json!(3)));
        house.app.send("PUT", "/api/v1/workflows/nobody", Some(body.clone())).await.expect(404);
        house.app.send("PUT", "/api/v1/workflows/write", Some(body)).await.expect(409);

        let first = house.get("/workflows/mine/revisions?limit=2").await;
        let numbers = |page: &Json| -> Vec<i64> {
            page["items"].as_array().unwrap().iter().map(|item| item["revision"].as_i64().unwrap()).collect()
        };
        assert_eq!(numbers(&first), [3, 2]);
        let rest = house.get(&format!("/workflows/mine/revisions?cursor={}", first["next"].as_str().unwrap())).await;
        assert_eq!((numbers(&rest), &rest["next"]), (vec![1], &Json::Null));
        assert_eq!(rest["items"][0]["created_by"], "Test");
        let second = house.get("/workflows/mine/revisions/2").await;
        assert_eq!((&second["definition"], &second["name"]), (&json!(longer), &json!("Mine")));
        for missing in ["/workflows/mine/revisions/4", "/workflows/nobody/revisions", "/workflows/mine/diff?from=1&to=9"] {
            house.app.send("GET", &format!("/api/v1{missing}"), None).await.expect(404);
        }
        assert_eq!(house.get("/workflows/write/revisions").await["items"], json!([]));

        let diff = house.get("/workflows/mine/diff?from=1&to=2").await;
        assert_eq!(diff["changes"], json!([{
            "kind": "changed", "path": "steps.text.params.topic", "before": "life", "after": "death"
        }]));
        assert_eq!(diff["text_after"], json!(longer));
    }

    async fn who_knows_of_an_older_revision_saves_nothing(db: Db) {
        let house = House::new(db).await;
        let app = &house.app;
        let text = |what: &str| ONE.replace("One text", "Mine").replace("life", what);
        let put = |known: i64, what: &str| {
            let body = json!({"definition": text(what)});
            async move { app.send("PUT", &format!("/api/v1/workflows/mine?revision={known}"), Some(body)).await }
        };
        house.post("/workflows?revision=0", json!({"definition": text("life")})).await.expect(201);
        assert_eq!(put(1, "death").await.expect(200)["revision"], 2);
        let refused = put(1, "birth").await.expect(409);
        assert_eq!(refused["code"], "conflict");
        assert!(refused["detail"].as_str().unwrap().contains("is 2, not 1"), "{refused}");
        let saved = &house.get("/workflows/mine/revisions").await["items"][0];
        let (by, at) = (saved["created_by"].as_str().unwrap(), saved["created_at"].as_str().unwrap());
        let told = format!("{by} saved it at {at}");
        assert!(refused["detail"].as_str().unwrap().contains(&told), "{refused}");
        assert_eq!(put(1, "death").await.expect(200)["revision"], 2, "the same, sent again");
        let again = json!({"definition": text("birth")});
        house.post("/workflows?revision=0", again).await.expect(409);
        let misspelt = json!({"definition": text("birth")});
        let refused = app.send("PUT", "/api/v1/workflows/mine?revison=1", Some(misspelt)).await.expect(400);
        assert_eq!(refused["errors"][0]["message"], "there is no parameter \"revison\" here; write one of revision");
        let at_once = join_all(["this", "that"].map(|what| put(2, what))).await;
        let mut answers: Vec<u16> = at_once.iter().map(|answer| answer.status.as_u16()).collect();
        answers.sort_unstable();
        assert_eq!(answers, [200, 409]);
        import_over(&house, "?revision=2", "application/yaml", &text("youth")).await.expect(409);
        let saved = import_over(&house, "?revision=3", "application/yaml", &text("youth")).await.expect(201);
        assert_eq!(saved["revision"], 4);
    }

    async fn a_workflow_can_be_drawn(db: Db) {
        let house = House::new(db).await;
        let graph = house.get("/workflows/write/graph").await;
        let nodes: Vec<(&str, i64)> = graph["nodes"].as_array().unwrap().iter()
            .map(|node| (node["id"].as_str().unwrap(), node["rank"].as_i64().unwrap())).collect();
        assert_eq!(nodes, [("topics", 0), ("texts", 1), ("count", 2)]);
        assert_eq!(graph["edges"][0], json!({"from": "topics", "to": "texts", "kind": "need"}));
        assert!(graph["mermaid"].as_str().unwrap().starts_with("flowchart"));
        assert!(graph["dot"].as_str().unwrap().starts_with("digraph"));
        house.post("/workflows", named("Mine")).await.expect(201);
        assert_eq!(house.get("/workflows/mine/graph?revision=1").await["nodes"][0]["id"], "text");
    }

    async fn a_check_tells_everything_and_saves_nothing(db: Db) {
        let house = House::new(db).await;
        let good = house.post("/workflows/validate", named("Mine")).await.expect(200);
        assert_eq!((&good["valid"], &good["problems"]), (&json!(true), &json!([])));
        assert_eq!(good["graph"]["nodes"][0]["kind"], "agent");
        let unknown = json!({"definition": ONE.replace("tester", "testre")});
        let unknown = house.post("/workflows/validate", unknown).await.expect(200);
        assert_eq!(unknown["valid"], false);
        let problem = &unknown["problems"][0];
        assert_eq!((&problem["step"], &problem["line"]), (&json!("text"), &json!(5)));
        assert!(problem["fix"].as_str().unwrap().contains("tester"), "{problem}");
        assert!(unknown["graph"]["nodes"].is_array(), "what can be read is drawn");
        let broken = house.post("/workflows/validate", json!({"definition": "name: ["})).await.expect(200);
        assert_eq!((&broken["valid"], &broken["graph"], &broken["inputs"]), (&json!(false), &Json::Null, &Json::Null));
        house.app.send("GET", "/api/v1/workflows/mine", None).await.expect(404);
        let schema = house.get("/workflow-schema").await;
        assert!(schema["properties"]["steps"].is_object());
    }

    async fn what_is_exported_can_be_imported(db: Db) {
        let house = House::new(db).await;
        let text = format!("# Kept.\n{}", ONE.replace("One text", "Mine").trim_start());
        house.post("/workflows", json!({"definition": text})).await.expect(201);
        let exported = house.app.send("GET", "/api/v1/workflows/mine/export?format=json", None).await;
        assert_eq!(exported.headers["content-disposition"], "attachment; filename=\"mine.json\"");
        let seed = exported.expect(200);
        assert_eq!((&seed["version"], &seed["agents_used"], &seed["commands_used"]), (&json!("1.0"), &json!(["tester"]), &json!(["write_text"])));
        let yaml = house.app.send("GET", "/api/v1/workflows/mine/export?format=yaml", None).await;
        assert_eq!((yaml.status.as_u16(), &yaml.text), (200, &text));

        let same = import(&house, "application/yaml", &yaml.text).await.expect(201);
        assert_eq!((&same["slug"], &same["revision"]), (&json!("mine"), &json!(1)), "nothing has changed");
        let mut other = seed.clone();
        other["workflow"]["name"] = json!("Theirs");
        let made = import(&house, "application/json", &other.to_string()).await.expect(201);
        assert_eq!((&made["slug"], &made["revision"]), (&json!("theirs"), &json!(1)));
        let before = house.get("/workflows/mine").await;
        let after = house.get("/workflows/theirs").await;
        assert_eq!(before["steps"], after["steps"]);
        let as_text = import(&house, "application/json", &json!(text.replace("Mine", "Third")).to_string()).await.expect(201);
        assert_eq!(as_text["slug"], "third");
        for (body, part) in [("name: [", "definition"), ("{\"version\": \"9\", \"workflow\": {}}", "unknown")] {
            let refused = import(&house, "application/yaml", body).await;
            assert_eq!(refused.status.as_u16(), 400, "{body}");
            assert!(refused.text.contains(part), "{}", refused.text);
        }
    }

    async fn what_was_put_away_starts_no_more(db: Db) {
        let house = House::new(db).await;
        house.post("/workflows", named("Mine")).await.expect(201);
        let away = house.post("/workflows/mine/archive", json!({})).await.expect(200);
        assert_eq!(away["status"], "archived");
        house.post("/workflows/mine/archive", json!({})).await.expect(200);
        let refused = house.post("/workflows/mine/execute", json!({})).await.expect(409);
        assert!(refused["detail"].as_str().unwrap().contains("activate"), "{refused}");
        let listed = house.get("/workflows").await;
        let mine = listed["items"].as_array().unwrap().iter().find(|item| item["slug"] == "mine").unwrap().clone();
        assert_eq!(mine["status"], "archived");
        let saved = house.post("/workflows", json!({"definition": ONE.replace("One text", "Mine").replace("life", "death")})).await.expect(201);
        assert_eq!((&saved["status"], &saved["revision"]), (&json!("archived"), &json!(2)));
        assert_eq!(house.post("/workflows/mine/activate", json!({})).await.expect(200)["status"], "active");
        house.post("/workflows/mine/execute", json!({})).await.expect(202);
        house.post("/workflows/write/archive", json!({})).await.expect(409);
        house.post("/workflows/nobody/archive", json!({})).await.expect(404);
        let theirs = house.app.send_as("test-all@2", "POST", "/api/v1/workflows/mine/archive", None).await;
        assert_eq!(theirs.status.as_u16(), 404);
    }
}
