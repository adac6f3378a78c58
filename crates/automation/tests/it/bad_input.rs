use serde_json::{Value as Json, json};
use store::{Db, both_databases, params, sql};

use crate::house::{House, ONE, WRITE};

/// `field: message` of each complaint.
fn complaints(problem: &Json) -> Vec<String> {
    let errors = problem["errors"].as_array().unwrap().iter();
    errors
        .map(|error| {
            format!("{}: {}", error["field"].as_str().unwrap(), error["message"].as_str().unwrap())
        })
        .collect()
}

async fn nothing_is_written(db: &Db) {
    let mut tx = db.read().await.unwrap();
    let row = tx
        .fetch_one(
            sql!("select (select count(*) from executions) + (select count(*) from execution_events) + (select count(*) from workflows) as rows"),
            params![],
        )
        .await
        .unwrap();
    assert_eq!(row.get::<i64>("rows").unwrap(), 0);
}

both_databases! {
    async fn a_wrong_idea_is_refused_with_one_sentence(db: Db) {
        let house = House::new(db.clone()).await;
        let check = async |idea: Json, status: u16, part: &str| {
            let body = json!({"idea": idea});
            let refused = house.post("/projects/DEMO/generate-stories", body).await.expect(status);
            assert!(refused.to_string().contains(part), "{refused}");
        };
        check(json!(""), 400, "is empty").await;
        check(json!(" \n\t "), 400, "is empty").await;
        check(json!("x".repeat(100 * 1024)), 400, "has 102400 characters, more than 20000").await;
        check(json!("PK\u{3}\u{4}\u{0}"), 400, "not text").await;
        check(json!("?!"), 400, "no words").await;
        check(json!(7), 400, "idea").await;
        check(json!("x".repeat(2 << 20)), 413, "larger than 1 MiB").await;
        house.post("/projects/DEMO/generate-stories", json!({})).await.expect(400);
        house.post("/projects/DEMO/generate-stories", json!({"idea": "A shop", "idae": 1})).await.expect(400);
        let unknown = house.post("/projects/NOPE/generate-stories", json!({"idea": "A shop"})).await.expect(404);
        assert!(unknown.to_string().contains("NOPE"), "{unknown}");
        nothing_is_written(&db).await;
        let made = house.post("/projects/DEMO/generate-stories", json!({"idea": "  A\n shop  "})).await.expect(202);
        assert_eq!((&made["title"], &made["project"]), (&json!("A shop"), &json!("DEMO")));
        assert_eq!(made["inputs"], json!({"idea": "A\n shop", "project": "DEMO"}));
        house.status(made["id"].as_str().unwrap(), "completed").await;
    }

    async fn a_wrong_definition_is_refused_with_its_places(db: Db) {
        let house = House::new(db.clone()).await;
        let check = async |definition: &str, expected: &[&str]| {
            let body = json!({"definition": definition, "inputs": {}});
            for path in ["/executions", "/workflows"] {
                let body = if path == "/workflows" { json!({"definition": definition}) } else { body.clone() };
                let refused = house.post(path, body).await.expect(400);
                let found = complaints(&refused);
                assert_eq!(found.len(), expected.len(), "{found:#?}");
                for (found, expected) in found.iter().zip(expected) {
                    for part in expected.split(" … ") {
                        assert!(found.contains(part), "{found} lacks {part}");
                    }
                }
            }
        };
        check("", &["definition: the workflow has no name", "definition: the workflow has no steps"]).await;
        check(": : :", &["definition"]).await;
        check("name: Nothing\nsteps: []\n", &["definition: the workflow has no steps"]).await;
        let unknown_agent = ONE.replace("agent: tester", "agent: testre");
        check(&unknown_agent, &["definition.steps.text: line … testre … tester"]).await;
        let unknown_command = ONE.replace("write_text", "wirte_text");
        check(&unknown_command, &["definition.steps.text: line … wirte_text … write_text"]).await;
        let unknown_tool = WRITE.replace("tool: increment", "tool: incremet");
        check(&unknown_tool, &["definition.steps.count: line … incremet … increment"]).await;
        // What the runner itself calls is no tool.
        check("name: Sneaky\nsteps:\n  - id: x\n    tool: record_call\n", &["definition.steps.x … record_call"]).await;
        check("name: Sneaky\nsteps:\n  - id: x\n    tool: close_calls\n", &["definition.steps.x … close_calls"]).await;
        let waits = "name: Waits\nsteps:\n  - id: x\n    wait: { event: work_item.move }\n";
        check(waits, &["definition.steps.x … work_item.move … work_item.moved"]).await;
        let trigger = json!({"workflow": "write", "event": "work_item.move"});
        assert!(house.post("/triggers", trigger).await.expect(400).to_string().contains("work_item.moved"));
        let asks = "name: Asks\nsteps:\n  - id: x\n    approval: { roles: [manger] }\n";
        // Where there are no roles, everybody's may be one.
        let valid = async || house.post("/workflows/validate", json!({"definition": asks})).await.expect(200)["valid"].clone();
        assert_eq!(valid().await, json!(true));
        db.write(|tx| {
            Box::pin(async move {
                tx.execute(
                    sql!("insert into roles (organisation_id, id, name, description, permissions, is_system, created_at, updated_at) values ($1, 'rol_1', 'Manager', '', '[]', true, 1, 1)"),
                    params![base::OrganisationId::from_u128(1)],
                )
                .await
            })
        })
        .await
        .unwrap();
        check(asks, &["definition.steps.x … manger … Manager"]).await;
        let cycle = "name: Round\nsteps:\n  - { id: a, needs: b, tool: increment }\n  - { id: b, needs: a, tool: increment }\n";
        let refused = house.post("/executions", json!({"definition": cycle})).await.expect(400);
        assert!(!complaints(&refused).is_empty());
        nothing_is_written(&db).await;
    }

    async fn wrong_inputs_are_all_named(db: Db) {
        let house = House::new(db.clone()).await;
        let check = async |inputs: Json, expected: &[&str]| {
            for path in ["/workflows/write/execute", "/executions"] {
                let mut body = json!({"inputs": inputs});
                if path == "/executions" {
                    body["definition"] = json!(WRITE);
                }
                let found = complaints(&house.post(path, body).await.expect(400));
                assert_eq!(found.len(), expected.len(), "{found:#?}");
                for (found, expected) in found.iter().zip(expected) {
                    assert!(found.starts_with(expected), "{found} is not {expected}");
                }
            }
        };
        check(json!({}), &["inputs.subject: is required"]).await;
        check(json!(null), &["inputs.subject: is required"]).await;
        check(json!([1]), &["inputs: has to be an object"]).await;
        check(json!({"subject": 7}), &["inputs.subject: has to be"]).await;
        check(json!({"sbject": "x", "subject": "x"}), &["inputs.sbject: is not an input"]).await;
        check(json!({"sbject": "x"}), &["inputs.sbject: is not an input", "inputs.subject: is required"]).await;
        nothing_is_written(&db).await;
    }

    async fn without_a_model_agents_do_not_start(db: Db) {
        let house = House::new(db.clone()).await;
        house.models.disconnect();
        let body = json!({"inputs": {"subject": "life"}});
        for (path, body) in [
            ("/workflows/write/execute", body.clone()),
            ("/projects/DEMO/generate-stories", json!({"idea": "A shop"})),
            ("/executions", json!({"definition": ONE})),
        ] {
            let refused = house.post(path, body).await.expect(409);
            assert_eq!(refused["code"], "no_model", "{path}");
            assert!(refused["detail"].as_str().unwrap().contains("hishamos model install"), "{refused}");
        }
        nothing_is_written(&db).await;
        let no_agent = json!({"definition": "name: Count\nsteps:\n  - tool: increment\n"});
        house.post("/executions", no_agent).await.expect(202);
        let named = house.post("/executions", json!({"definition": ONE, "model": "fake/other"})).await.expect(202);
        house.status(named["id"].as_str().unwrap(), "completed").await;
        assert_eq!(house.models.asked()[0].model.as_deref(), Some("fake/other"));
    }

    async fn what_is_no_text_does_not_reach_the_engine(db: Db) {
        let house = House::new(db.clone()).await;
        house.models.hold("write_text");
        let other = house.execute(ONE, json!({})).await;
        house.models.begun(1).await;
        let name = ONE.replace("name: One text", "name: \"One\\0text\"");
        let step = ONE.replace("  - id: text", "  - id: text\n    model: \"a\\0b\"");
        for body in [
            json!({"definition": name}),
            json!({"definition": ONE, "model": "a\u{0}b"}),
            json!({"definition": step}),
            json!({"definition": ONE, "project": "\u{0}"}),
        ] {
            let answer = house.post("/executions", body.clone()).await;
            assert!(matches!(answer.status.as_u16(), 400 | 404), "{body}: {}", answer.text);
        }
        house.post("/workflows", json!({"definition": name})).await.expect(400);
        house.models.open("write_text");
        let done = house.status(&other, "completed").await;
        assert_eq!(done["recovered"], 0, "the engine went on");
    }

    async fn unknown_names_are_not_found(db: Db) {
        let house = House::new(db).await;
        for path in ["/workflows/nope", "/executions/exe_00000000000000000000000001", "/agents/nope", "/commands/nope"] {
            house.app.send("GET", &format!("/api/v1{path}"), None).await.expect(404);
        }
        house.post("/workflows/nope/execute", json!({"inputs": {}})).await.expect(404);
        let body = json!({"inputs": {"subject": "x"}, "project": "NOPE"});
        house.post("/workflows/write/execute", body).await.expect(404);
    }
}
