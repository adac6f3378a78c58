use serde_json::{Value as Json, json};
use store::both_databases;

use crate::house::{House, ONE};

/// Two steps, the first of which marks a place.
const MARKED: &str = r#"
name: Marked
timeout-minutes: 30
concurrency: { group: "only-${{ inputs.text }}" }
inputs:
  text: { type: string, description: What to say, required: true }
steps:
  - { id: say, tool: set, with: { said: "${{ inputs.text }}!" }, checkpoint: spoken }
  - id: each
    needs: [say]
    strategy: { matrix: { word: "${{ [steps.say.outputs.said, 'b'] }}" } }
    tool: set
    with: { word: "${{ matrix.word }}" }
"#;

fn ids(page: &Json) -> Vec<&str> {
    page["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap()).collect()
}

both_databases! {
    async fn an_execution_can_be_looked_into(db: Db) {
        let house = House::new(db).await;
        let id = house.execute(MARKED, json!({"text": "hello"})).await;
        let done = house.status(&id, "completed").await;
        assert_eq!((&done["concurrency_group"], &done["steps"][0]["checkpoint"]), (&json!("only-hello"), &json!("spoken")));
        assert!(done["deadline"].is_string());
        assert_eq!((&done["children"], &done["continued_by"]), (&json!([]), &json!([])));
        let graph = house.get(&format!("/executions/{id}/graph")).await;
        let states: Vec<&Json> = graph["nodes"].as_array().unwrap().iter().map(|node| &node["status"]).collect();
        assert_eq!(states, ["completed", "completed"]);
        let checkpoints = house.get(&format!("/executions/{id}/checkpoints")).await;
        let found = checkpoints.as_array().unwrap();
        assert_eq!((found.len(), &found[0]["step"], &found[0]["name"]), (1, &json!("say"), &json!("spoken")));
        let say = house.get(&format!("/executions/{id}/steps/say")).await;
        assert_eq!((&say["inputs"], &say["outputs"]), (&json!({"said": "hello!"}), &json!({"said": "hello!"})));
        let kinds: Vec<&Json> = say["events"].as_array().unwrap().iter().map(|event| &event["kind"]).collect();
        assert!(kinds.contains(&&json!("attempt_completed")), "{kinds:?}");
        let each = house.get(&format!("/executions/{id}/steps/each")).await;
        assert_eq!(each["inputs"], json!([{"word": "hello!"}, {"word": "b"}]));
        assert_eq!(each["results"].as_array().unwrap().len(), 2);
        for path in ["graph", "checkpoints", "steps/say"] {
            let theirs = house.app.send_as("test-all@2", "GET", &format!("/api/v1/executions/{id}/{path}"), None).await;
            assert_eq!(theirs.status.as_u16(), 404, "{path}");
        }
        house.app.send("GET", &format!("/api/v1/executions/{id}/steps/nobody"), None).await.expect(404);
        // What continues it, and what its steps make, is told too.
        let fork = house.post(&format!("/executions/{id}/fork"), json!({})).await.expect(202);
        let told = house.detail(&id).await;
        assert_eq!((&told["continued_by"][0]["execution_id"], &told["continued_by"][0]["mode"]), (&fork["id"], &json!("fork")));
        house.post("/workflows", json!({"definition": MARKED})).await.expect(201);
        let parent = house.execute("name: Parent\nsteps:\n  - { id: sub, workflow: marked, with: { text: x } }\n", json!({})).await;
        let parent = house.status(&parent, "completed").await;
        assert_eq!((&parent["children"][0]["step"], &parent["children"][0]["status"]), (&json!("sub"), &json!("completed")));
    }

    async fn executions_are_found_by_what_is_known_of_them(db: Db) {
        let house = House::new(db).await;
        house.post("/workflows", json!({"definition": ONE.replace("One text", "Monthly 100% report")})).await.expect(201);
        house.models.hold("write_text");
        let first = house.post("/workflows/monthly_100_report/execute", json!({"priority": "high"})).await.expect(202);
        let first = first["id"].as_str().unwrap();
        house.models.begun(1).await;
        house.app.clock.advance(std::time::Duration::from_secs(60));
        let second = house.execute(ONE, json!({})).await;
        house.models.begun(2).await;
        house.post(&format!("/executions/{second}/cancel"), json!({})).await.expect(200);
        let check = async |query: &str, expected: &[&str]| {
            assert_eq!(ids(&house.get(&format!("/executions?{query}")).await), expected, "{query}");
        };
        check("status=running", &[first]).await;
        check("status=running&status=cancelled", &[&second, first]).await;
        check("status=waiting_approval&status=paused", &[]).await;
        check("priority=high", &[first]).await;
        check("trigger=api", &[&second, first]).await;
        check("trigger=schedule", &[]).await;
        check("started_by=Test&workflow=monthly_100_report", &[first]).await;
        check("started_by=Nobody", &[]).await;
        check("q=MONTHLY", &[first]).await;
        check("q=100%25%20report", &[first]).await;
        check("q=_onthly", &[]).await;
        check("q=%20", &[&second, first]).await;
        check(&format!("q={second}"), &[&second]).await;
        check("from=2026-11-21T07:30:30Z", &[&second]).await;
        check("to=2026-11-21T07:30:30Z", &[first]).await;
        let page = house.get("/executions?status=running&status=cancelled&limit=1").await;
        assert_eq!(ids(&page), [second.as_str()]);
        check(&format!("status=running&cursor={}", page["next"].as_str().unwrap()), &[first]).await;
        for (query, field) in [("status=done", "status"), ("from=yesterday", "from"), ("limit=many", "limit"), ("cursor=zz", "cursor")] {
            let refused = house.app.send("GET", &format!("/api/v1/executions?{query}"), None).await.expect(400);
            assert_eq!(refused["errors"][0]["field"], field, "{query}");
        }
        house.models.open("write_text");
        house.status(first, "completed").await;
    }
}
