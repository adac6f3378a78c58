use serde_json::json;
use store::both_databases;

use crate::house::{House, ONE, Setup};

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
        let order: Vec<String> = house.models.asked().iter().map(|asked| asked.execution.to_string()).collect();
        let expected = [0, 1, 4, 5, 3, 6, 2].map(|index: usize| ids[index].clone());
        assert_eq!(order, expected);
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
        for priority in ["medium", "low", "medium", "high"] {
            let body = json!({"definition": ONE, "inputs": {}, "priority": priority});
            let made = first.post("/executions", body).await.expect(202);
            ids.push(made["id"].as_str().unwrap().to_owned());
            first.app.clock.advance(std::time::Duration::from_millis(1));
        }
        setup.models.begun(1).await;
        first.kill().await;
        setup.models.open("write_text");
        let house = House::open(test.db.clone(), Setup { number: 1, ..setup }).await;
        for id in &ids {
            house.status(id, "completed").await;
        }
        let order: Vec<String> = house.models.asked().iter().skip(1).map(|asked| asked.execution.to_string()).collect();
        assert_eq!(order, [0, 3, 2, 1].map(|index: usize| ids[index].clone()));
        house.check().await;
    }
}
