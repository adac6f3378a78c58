use serde_json::json;
use store::both_databases;

use crate::house::{House, WRITE, of_instances};

both_databases! {
    async fn another_organisation_finds_nothing(db: Db) {
        let house = House::new(db).await;
        house.post("/workflows", json!({"definition": WRITE.replace("Write about it", "Ours")})).await.expect(201);
        let id = house.write().await;
        let done = house.status(&id, "completed").await;
        house.models.hold("write_text");
        let open = house.write().await;
        house.models.begun(7).await;
        let result = of_instances(&done, "topics", "result_id")[0].as_str().unwrap().to_owned();
        let check = async |method: &str, path: String| {
            let body = (method == "POST").then(|| json!({}));
            let answer = house.app.send_as("test-all@2", method, &format!("/api/v1{path}"), body).await;
            assert_eq!(answer.status.as_u16(), 404, "{method} {path}: {}", answer.text);
        };
        for id in [&id, &open] {
            check("GET", format!("/executions/{id}")).await;
            check("GET", format!("/executions/{id}/journal")).await;
            check("GET", format!("/executions/{id}/events")).await;
            for verb in ["cancel", "pause", "resume"] {
                check("POST", format!("/executions/{id}/{verb}")).await;
            }
        }
        check("GET", format!("/results/{result}")).await;
        check("GET", "/workflows/ours".to_owned()).await;
        check("POST", "/workflows/ours/execute".to_owned()).await;
        let listed = house.app.send_as("test-all@2", "GET", "/api/v1/executions", None).await.expect(200);
        assert_eq!(listed["items"], json!([]));
        let workflows = house.app.send_as("test-all@2", "GET", "/api/v1/workflows", None).await.expect(200);
        assert!(!workflows.to_string().contains("ours"));
        assert_eq!(house.detail(&open).await["status"], "running", "and nothing was done to it");
        house.models.open("write_text");
        house.status(&open, "completed").await;
    }

    async fn each_route_wants_its_permission(db: Db) {
        let house = House::new(db).await;
        let id = "exe_00000000000000000000000001";
        let check = async |method: &str, path: &str, permission: &str| {
            let path = format!("/api/v1{path}");
            let body = || (method == "POST").then(|| json!({}));
            house.app.send_as("", method, &path, body()).await.expect(401);
            let all = ["view_workflows", "create_workflow", "execute_workflow", "view_agents", "view_commands", "view_results"];
            let others: Vec<&str> = all.into_iter().filter(|other| *other != permission).collect();
            let refused = house.app.send_as(&format!("test-{}", others.join(",")), method, &path, body()).await.expect(403);
            assert_eq!(refused["code"], "forbidden", "{path}");
            let allowed = house.app.send_as(&format!("test-{permission}"), method, &path, body()).await.status;
            assert!(!matches!(allowed.as_u16(), 401 | 403), "{path}: {allowed}");
        };
        for path in ["/workflows", "/workflows/write", "/executions"] {
            check("GET", path, "view_workflows").await;
        }
        for tail in ["", "/journal", "/events"] {
            check("GET", &format!("/executions/{id}{tail}"), "view_workflows").await;
        }
        check("POST", "/workflows/validate", "view_workflows").await;
        check("POST", "/workflows", "create_workflow").await;
        for path in ["/workflows/write/execute", "/executions", "/projects/DEMO/generate-stories"] {
            check("POST", path, "execute_workflow").await;
        }
        for verb in ["cancel", "pause", "resume"] {
            check("POST", &format!("/executions/{id}/{verb}"), "execute_workflow").await;
        }
        check("GET", "/agents", "view_agents").await;
        check("GET", "/agents/tester", "view_agents").await;
        check("GET", "/commands", "view_commands").await;
        check("GET", "/commands/write_text", "view_commands").await;
        check("GET", "/results/res_00000000000000000000000001", "view_results").await;
    }

    async fn agents_and_commands_are_shown(db: Db) {
        let house = House::new(db).await;
        assert_eq!(house.get("/agents").await["items"][0]["slug"], "tester");
        let command = house.get("/commands/write_text").await;
        assert_eq!(command["params"]["topic"], json!({"type": "string", "description": "What the text is about", "required": true}));
        assert_eq!(command["agent"], "tester");
    }
}
