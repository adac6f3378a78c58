//! Places that executions share: of a concurrency group, of an agent; and who comes first.

use std::time::Duration;

use serde_json::{Value as Json, json};
use store::both_databases;

use crate::house::{House, ONE, Setup};
use crate::process::Process;

fn with(more: &str) -> String {
    format!("{}\n{more}\n", ONE.trim_end())
}

/// How many executions have this status.
async fn count(house: &House, status: &str) -> usize {
    let list = house.get(&format!("/executions?limit=200&status={status}")).await;
    list["items"].as_array().unwrap().len()
}

both_databases! {
    async fn a_group_has_as_many_places_as_it_says(db: Db) {
        let house = House::new(db).await;
        house.models.hold("write_text");
        let text = with("concurrency: {group: release, limit: 2}");
        let mut ids = Vec::new();
        for _ in 0..3 {
            ids.push(house.execute(&text, json!({})).await);
        }
        let free = house.execute(ONE, json!({})).await;
        house.models.begun(3).await;
        assert_eq!((count(&house, "running").await, count(&house, "queued").await), (3, 1));
        house.models.open("write_text");
        for id in ids.iter().chain([&free]) {
            house.status(id, "completed").await;
        }
        house.check().await;
    }

    async fn a_pause_is_no_way_around_a_group(test: TestDb) {
        let setup = Setup::default();
        setup.models.hold("write_text");
        let process = Process::start(&test.target, setup.clone()).await;
        let text = with("concurrency: {group: release, limit: 1}");
        let first = process.execute(&text, json!({})).await;
        setup.models.begun(1).await;
        let second = process.execute(&text, json!({})).await;
        for what in ["pause", "resume"] {
            process.post(&format!("/executions/{second}/{what}"), json!({})).await.expect(200);
        }
        let detail = process.detail(&second).await;
        assert_eq!((&detail["status"], &detail["started_at"]), (&json!("queued"), &Json::Null));
        process.post(&format!("/executions/{first}/pause"), json!({})).await.expect(200);
        process.kill().await;
        // One that is paused keeps its place, whoever goes on with it.
        let house = House::open(test.db.clone(), Setup { number: 1, ..setup }).await;
        // An id follows from the time.
        house.app.clock.advance(Duration::from_secs(1));
        let free = house.execute(ONE, json!({})).await;
        house.models.begun(3).await;
        assert_eq!((count(&house, "running").await, count(&house, "queued").await), (1, 1));
        house.models.open("write_text");
        for id in [&first, &free, &second] {
            house.status(id, "completed").await;
        }
        house.check().await;
    }

    async fn a_newer_one_takes_the_place_of_those_before(db: Db) {
        let house = House::new(db).await;
        house.models.hold("write_text");
        let text = with("concurrency: {group: 'preview', cancel-in-progress: true}");
        let first = house.execute(&text, json!({})).await;
        house.models.begun(1).await;
        let second = house.execute(&text, json!({})).await;
        house.status(&first, "cancelled").await;
        let told = house.journal(&first).await.pop().unwrap();
        assert_eq!(told["kind"], "execution_cancelled");
        let reason = told["body"]["reason"].as_str();
        assert!(reason.unwrap_or_default().contains("a newer execution of group"), "{told}");
        house.models.begun(2).await;
        house.models.open("write_text");
        house.status(&second, "completed").await;
        house.check().await;
    }

    async fn a_workflow_that_a_step_starts_shares_the_place_in_its_group(db: Db) {
        let house = House::new(db).await;
        for cancels in [false, true] {
            let group = format!("concurrency: {{group: release, cancel-in-progress: {cancels}}}");
            let inner = format!("name: Inner {cancels}\n{group}\nsteps: [{{id: give, tool: set}}]\n");
            house.post("/workflows", json!({ "definition": inner })).await.expect(201);
            let outer = format!("name: Outer {cancels}\n{group}\nsteps: [{{id: call, workflow: inner_{cancels}}}]\n");
            let id = house.execute(&outer, json!({})).await;
            house.status(&id, "completed").await;
        }
        house.check().await;
    }

    async fn executions_of_two_groups_do_not_wait_for_each_other(db: Db) {
        let house = House::new(db).await;
        for group in ["one", "two"] {
            let inner = format!("name: Inner {group}\nconcurrency: {group}\nsteps: [{{id: give, tool: set}}]\n");
            house.post("/workflows", json!({ "definition": inner })).await.expect(201);
        }
        let outer = async |own: &str, other: &str| {
            let text = format!("name: Outer\nconcurrency: {own}\nsteps:\n  - {{id: go, wait: {{event: go}}}}\n  - {{id: call, workflow: inner_{other}}}\n");
            let id = house.execute(&text, json!({})).await;
            house.status(&id, "running").await;
            id
        };
        let (first, second) = (outer("one", "two").await, outer("two", "one").await);
        let go = async |id: &str| {
            house.post(&format!("/executions/{id}/signals"), json!({ "name": "go" })).await.expect(200);
        };
        go(&first).await;
        let is_inside = |detail: &Json| detail["children"].as_array().is_some_and(|all| all.len() == 1);
        house.when(&first, "waiting for the other group", is_inside).await;
        go(&second).await;
        assert_eq!(house.status(&second, "failed").await["error"]["code"], "deadlock");
        house.status(&first, "completed").await;
        // Where nobody waits the other way round, it is a matter of time.
        let third = outer("one", "two").await;
        go(&third).await;
        house.status(&third, "completed").await;
        house.check().await;
    }

    async fn a_group_that_reads_nothing_is_no_group_of_all(db: Db) {
        let house = House::new(db).await;
        let group = |group: &str| {
            format!("name: Nothing\ninputs: {{n: {{}}}}\nconcurrency: {{group: \"{group}\"}}\nsteps: [{{id: give, tool: set}}]\n")
        };
        for empty in ["${{ default(inputs.n, null) }}", "${{ default(inputs.n, '') }}"] {
            let refused = house.post("/executions", json!({ "definition": group(empty) })).await.expect(400);
            assert!(refused.to_string().contains("its concurrency group is empty"), "{refused}");
        }
        house.post("/workflows", json!({ "definition": group("${{ default(inputs.n, null) }}") })).await.expect(201);
        let outer = house.execute("name: Outer\nsteps: [{id: call, workflow: nothing}]\n", json!({})).await;
        assert_eq!(house.status(&outer, "failed").await["error"]["code"], "expression");
        house.check().await;
    }

    async fn a_repeated_request_takes_nobodys_place(db: Db) {
        let house = House::new(db).await;
        let text = with("concurrency: {group: 'preview', cancel-in-progress: true}");
        let ask = async || {
            let body = json!({ "definition": text, "inputs": {} });
            let made = house.post_with("/executions", &[("idempotency-key", "k")], &body).await.expect(202);
            made["id"].as_str().unwrap().to_owned()
        };
        let first = ask().await;
        house.status(&first, "completed").await;
        house.models.hold("write_text");
        let second = house.execute(&text, json!({})).await;
        house.models.begun(2).await;
        assert_eq!(ask().await, first);
        house.models.open("write_text");
        house.status(&second, "completed").await;
        house.check().await;
    }

    async fn an_agent_works_at_as_many_things_as_it_may(db: Db) {
        let house = House::open(db, Setup { max_per_agent: 1, ..Setup::default() }).await;
        house.models.hold("write_text");
        let mut ids = Vec::new();
        for _ in 0..3 {
            ids.push(house.execute(ONE, json!({})).await);
        }
        for begun in 1..=3 {
            house.models.begun(begun).await;
            for id in &ids {
                house.fact(id, "attempt_started").await;
            }
            assert_eq!(house.models.counts().begun, begun, "one at a time");
            house.models.let_through("write_text", 1);
        }
        for id in &ids {
            house.status(id, "completed").await;
        }
        house.check().await;
    }

    async fn the_workflow_says_how_urgent_it_is_unless_the_request_does(db: Db) {
        let house = House::open(db, Setup { max_running: 1, ..Setup::default() }).await;
        house.models.hold("write_text");
        let busy = house.execute(ONE, json!({})).await;
        house.models.begun(1).await;
        let usual = house.execute(ONE, json!({})).await;
        let urgent = house.execute(&with("priority: critical"), json!({})).await;
        let body = json!({ "definition": with("priority: critical"), "inputs": {}, "priority": "low" });
        let low = house.post("/executions", body).await.expect(202)["id"].as_str().unwrap().to_owned();
        let shown: Vec<Json> = [house.detail(&urgent).await, house.detail(&low).await].map(|it| it["priority"].clone()).into();
        assert_eq!(shown, ["critical", "low"]);
        house.models.open("write_text");
        for id in [&busy, &urgent, &usual, &low] {
            house.status(id, "completed").await;
        }
        let order: Vec<String> = house.models.asked().iter().map(|asked| asked.execution.to_string()).collect();
        assert_eq!(order, [busy, urgent, usual, low]);
    }
}
