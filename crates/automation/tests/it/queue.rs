use std::time::Duration;

use serde_json::json;
use store::both_databases;

use crate::house::{House, ONE, Setup};

/// They wait for people, a signal, a time.
const WAITS: [&str; 3] = [
    "name: asks\nsteps: [{id: ask, approval: {title: Go?, requester-may-approve: true}}]",
    "name: listens\nsteps: [{id: word, wait: {event: go}}]",
    "name: sleeps\nsteps: [{id: nap, wait: {hours: 1}}]",
];

/// Waits for a signal, then writes a text.
const THEN_WRITES: &str = "
name: then writes
steps:
  - {id: word, needs: [], wait: {event: go}}
  - {id: text, needs: [word], agent: tester, command: write_text, params: {topic: life}}
";

both_databases! {
    async fn no_more_run_than_may_and_the_urgent_go_first(db: Db) {
        let house = House::open(db, Setup { max_running: 2, ..Setup::default() }).await;
        house.models.hold("write_text");
        let mut ids = Vec::new();
        for priority in ["medium", "medium", "low", "medium", "critical", "high", "medium"] {
            let body = json!({"definition": ONE, "inputs": {}, "priority": priority});
            ids.push(house.post("/executions", body).await.expect(202)["id"].as_str().unwrap().to_owned());
        }
        for begun in 2..=7 {
            house.models.begun(begun).await;
            let running = house.get("/executions?status=running").await["items"].as_array().unwrap().len();
            assert_eq!((house.models.counts().begun, running), (begun, 2));
            house.models.let_through("write_text", 1);
        }
        house.models.open("write_text");
        for id in &ids {
            house.status(id, "completed").await;
        }
        let mut order: Vec<String> = house.models.asked().iter().map(|asked| asked.execution.to_string()).collect();
        let mut expected = [0, 1, 4, 5, 3, 6, 2].map(|index: usize| ids[index].clone());
        // The first two start together.
        order[..2].sort_unstable();
        expected[..2].sort_unstable();
        assert_eq!(order, expected);
    }

    async fn the_lowest_priority_waits_ten_minutes_at_most_for_a_place(db: Db) {
        let house = House::open(db, Setup { max_running: 1, ..Setup::default() }).await;
        house.models.hold("write_text");
        let start = async |priority: &str| {
            let body = json!({"definition": ONE, "inputs": {}, "priority": priority});
            let made = house.post("/executions", body).await.expect(202);
            made["id"].as_str().unwrap().to_owned()
        };
        let mut ids = vec![start("critical").await];
        house.models.begun(1).await;
        let low = start("low").await;
        ids.push(low.clone());
        // Each works for a minute, and two urgent ones come meanwhile.
        let mut minutes = 0;
        while house.models.asked().last().unwrap().execution.to_string() != low {
            assert!(minutes < 10, "it still waits after {minutes} minutes");
            ids.extend([start("critical").await, start("critical").await]);
            house.app.clock.advance(Duration::from_secs(60));
            house.models.let_through("write_text", 1);
            minutes += 1;
            house.models.begun(minutes + 1).await;
        }
        house.models.open("write_text");
        for id in &ids {
            house.status(id, "completed").await;
        }
        house.check().await;
    }

    async fn repeated_requests_take_no_places(db: Db) {
        let house = House::open(db, Setup { max_running: 1, ..Setup::default() }).await;
        let body = json!({"definition": ONE, "inputs": {}});
        let first = house.post_with("/executions", &[("idempotency-key", "k")], &body).await.expect(202);
        let id = first["id"].as_str().unwrap();
        house.status(id, "completed").await;
        for _ in 0..3 {
            let again = house.post_with("/executions", &[("idempotency-key", "k")], &body).await.expect(202);
            assert_eq!(again["status"], "completed");
        }
        let other = house.execute(ONE, json!({})).await;
        house.status(&other, "completed").await;
        assert_eq!(house.models.counts().begun, 2);
    }

    async fn the_queue_survives_a_crash_in_order(test: TestDb) {
        let setup = Setup { max_running: 1, ..Setup::default() };
        setup.models.hold("write_text");
        let first = crate::process::Process::start(&test.target, setup.clone()).await;
        let mut ids = Vec::new();
        // The ids of those that are asked for with a key say nothing about when they came.
        let priorities = ["medium", "low", "medium", "high", "medium", "medium", "medium"];
        for (number, priority) in priorities.into_iter().enumerate() {
            let body = json!({"definition": ONE, "inputs": {}, "priority": priority});
            let key = format!("key {number}");
            let key = [("idempotency-key", key.as_str())];
            let made = first.post_with("/executions", &key, &body).await.expect(202);
            ids.push(made["id"].as_str().unwrap().to_owned());
            first.app.clock.advance(Duration::from_millis(1));
        }
        setup.models.begun(1).await;
        first.kill().await;
        setup.models.open("write_text");
        let house = House::open(test.db.clone(), Setup { number: 1, ..setup }).await;
        for id in &ids {
            house.status(id, "completed").await;
        }
        let order: Vec<String> = house.models.asked().iter().skip(1).map(|asked| asked.execution.to_string()).collect();
        assert_eq!(order, [0, 3, 2, 4, 5, 6, 1].map(|index: usize| ids[index].clone()));
        house.check().await;
    }

    async fn those_that_only_wait_hold_no_place(db: Db) {
        let house = House::open(db, Setup { max_running: 1, ..Setup::default() }).await;
        for text in WAITS {
            let id = house.execute(text, json!({})).await;
            house.fact(&id, "attempt_started").await;
        }
        let other = house.execute(ONE, json!({})).await;
        house.status(&other, "completed").await;
        house.check().await;
    }

    async fn a_step_that_calls_a_workflow_leaves_it_a_place(db: Db) {
        let house = House::open(db, Setup { max_running: 1, ..Setup::default() }).await;
        let outer = "name: outer\nsteps: [{id: call, workflow: write, with: {subject: life}}]\n";
        let ids = [house.execute(outer, json!({})).await, house.execute(outer, json!({})).await];
        for id in &ids {
            house.status(id, "completed").await;
        }
        house.check().await;
    }

    async fn those_that_wake_together_still_take_turns(test: TestDb) {
        let setup = Setup { max_running: 2, ..Setup::default() };
        setup.models.hold("write_text");
        let first = crate::process::Process::start(&test.target, setup.clone()).await;
        let mut ids = Vec::new();
        for _ in 0..5 {
            ids.push(first.execute(THEN_WRITES, json!({})).await);
        }
        for id in &ids {
            first.fact(id, "wait_started").await;
            let signal = json!({ "name": "go" });
            first.post(&format!("/executions/{id}/signals"), signal).await.expect(200);
        }
        setup.models.begun(2).await;
        assert_eq!(setup.models.counts().begun, 2);
        // A restart finds five that have begun, and two of them have a place.
        first.kill().await;
        let house = House::open(test.db.clone(), Setup { number: 1, ..setup }).await;
        house.models.begun(4).await;
        for begun in 4..=7 {
            house.models.begun(begun).await;
            assert_eq!(house.models.counts().begun, begun);
            house.models.let_through("write_text", 1);
        }
        house.models.open("write_text");
        for id in &ids {
            house.status(id, "completed").await;
        }
        house.check().await;
    }
}
