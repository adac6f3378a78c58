use serde_json::json;
use store::both_databases;

use crate::house::{House, step};
use crate::tools::counter;

/// Tool steps, one after the other, with an agent's step behind them.
fn chain(tools: &[&str]) -> String {
    let tools = tools.iter().map(|tool| format!("  - tool: {tool}\n    with: {{ name: chain }}\n"));
    let tools: String = tools.collect();
    format!(
        "name: A chain\nsteps:\n{tools}  - id: text\n    agent: tester\n    command: write_text\n    params: {{ topic: x }}\n"
    )
}

both_databases! {
    async fn a_procedure_is_called_exactly_once_a_step(db: Db) {
        let house = House::new(db.clone()).await;
        let ids = futures::future::join_all((0..20).map(|_| house.write())).await;
        for id in &ids {
            house.status(id, "completed").await;
        }
        assert_eq!(counter(&db, "written").await, 20);
        house.check().await;
    }

    async fn a_fan_out_of_procedures_is_counted_whole(db: Db) {
        let house = House::new(db.clone()).await;
        let text = "name: Count\ninputs:\n  names: { type: list }\nsteps:\n  - id: count\n    strategy: { matrix: { name: \"${{ inputs.names }}\" } }\n    tool: increment\n    with: { name: \"${{ matrix.name }}\" }\n";
        let id = house.execute(text, json!({"names": ["x", "y", "x", "x"]})).await;
        house.status(&id, "completed").await;
        assert_eq!((counter(&db, "x").await, counter(&db, "y").await), (3, 1));
    }

    async fn a_refusal_fails_the_step_and_takes_everything_back(db: Db) {
        let house = House::new(db.clone()).await;
        let id = house.execute(&chain(&["refuse"]), json!({})).await;
        let failed = house.status(&id, "failed").await;
        assert_eq!(failed["error"], json!({"code": "invalid_input", "message": "the input is not to our taste", "step": "step_1"}));
        assert_eq!(step(&failed, "text")["status"], "skipped");
        assert_eq!(counter(&db, "gone wrong").await, 0);
        house.check().await;
    }

    async fn a_defect_of_a_procedure_fails_its_step_alone(db: Db) {
        let house = House::new(db.clone()).await;
        house.models.hold("list_topics");
        let other = house.write().await;
        house.models.begun(1).await;
        let id = house.execute(&chain(&["panic"]), json!({})).await;
        let failed = house.status(&id, "failed").await;
        assert_eq!((&failed["error"]["code"], &failed["error"]["step"]), (&json!("panicked"), &json!("step_1")));
        let once = chain(&["collide"]).replace("tool: collide", "retry: { max-attempts: 1 }\n    tool: collide");
        let id = house.execute(&once, json!({})).await;
        let failed = house.status(&id, "failed").await;
        assert_eq!((&failed["error"]["code"], &failed["error"]["step"]), (&json!("database"), &json!("step_1")));
        house.models.open("list_topics");
        let other = house.status(&other, "completed").await;
        assert_eq!(other["recovered"], 0, "the engine went on");
        assert_eq!((counter(&db, "gone wrong").await, house.models.counts().dropped), (0, 0));
        house.check().await;
    }

    async fn what_follows_a_procedure_starts_at_once(db: Db) {
        let house = House::new(db).await;
        let id = house.execute(&chain(&["increment", "increment", "increment", "increment", "increment"]), json!({})).await;
        // Far below the second after which the runner looks by itself, times five.
        let done = tokio::time::timeout(std::time::Duration::from_millis(2500), house.status(&id, "completed")).await;
        done.expect("nothing waits for the next look");
    }

    async fn news_is_heard_while_many_procedures_wait(db: Db) {
        let house = House::new(db.clone()).await;
        let names: Vec<&str> = vec!["many"; 1000];
        let text = "name: Count\ninputs:\n  names: { type: list }\nsteps:\n  - id: count\n    strategy: { max-parallel: 1000, matrix: { name: \"${{ inputs.names }}\" } }\n    tool: increment\n    with: { name: \"${{ matrix.name }}\" }\n";
        let id = house.execute(text, json!({"names": names})).await;
        house.fact(&id, "attempt_completed").await;
        house.post(&format!("/executions/{id}/cancel"), json!({})).await.expect(200);
        let done = counter(&db, "many").await;
        assert!(done < 1000, "cancelled before the last of them, after {done}");
        house.check().await;
        assert_eq!(counter(&db, "many").await, done, "and none after it");
    }
}
