use serde_json::json;
use store::both_databases;

use crate::house::{House, Setup, of_instances, step};

both_databases! {
    async fn paused_steps_finish_and_no_new_ones_start(db: Db) {
        let house = House::new(db).await;
        house.models.hold("write_text");
        let id = house.write().await;
        house.models.begun(3).await;
        let paused = house.post(&format!("/executions/{id}/pause"), json!({})).await.expect(200);
        assert_eq!(paused["status"], "paused");
        let again = house.post(&format!("/executions/{id}/pause"), json!({})).await.expect(409);
        assert!(again["detail"].as_str().unwrap().contains("is paused cannot be paused"), "{again}");
        house.models.open("write_text");
        let detail = house
            .when(&id, "at rest", |detail| {
                let statuses = of_instances(detail, "texts", "status");
                statuses == ["completed", "completed"]
            })
            .await;
        assert_eq!((&detail["status"], &step(&detail, "texts")["status"]), (&json!("paused"), &json!("running")));
        assert_eq!(house.models.counts().begun, 3, "the third text waits");
        let resumed = house.post(&format!("/executions/{id}/resume"), json!({})).await.expect(200);
        assert_eq!(resumed["status"], "running");
        house.status(&id, "completed").await;
        house.post(&format!("/executions/{id}/resume"), json!({})).await.expect(409);
        let kinds = house.kinds(&id).await;
        assert!(kinds.contains(&"execution_paused".to_owned()) && kinds.contains(&"execution_resumed".to_owned()));
        house.check().await;
    }

    async fn a_paused_execution_waits_out_a_crash(test: TestDb) {
        let setup = Setup::default();
        setup.models.hold("write_text");
        let first = crate::process::Process::start(&test.target, setup.clone()).await;
        let id = first.write().await;
        setup.models.begun(3).await;
        first.post(&format!("/executions/{id}/pause"), json!({})).await.expect(200);
        first.kill().await;
        setup.models.open("write_text");
        let house = House::open(test.db.clone(), Setup { number: 1, ..setup }).await;
        house.when(&id, "at rest", |detail| of_instances(detail, "texts", "status") == ["completed", "completed"]).await;
        let detail = house.detail(&id).await;
        assert_eq!((&detail["status"], &detail["recovered"]), (&json!("paused"), &json!(1)));
        house.post(&format!("/executions/{id}/resume"), json!({})).await.expect(200);
        house.status(&id, "completed").await;
        house.check().await;
    }

    async fn a_queued_execution_can_be_paused_and_resumed(db: Db) {
        let house = House::open(db, Setup { max_running: 1, ..Setup::default() }).await;
        house.models.hold("list_topics");
        let first = house.write().await;
        house.models.begun(1).await;
        let second = house.write().await;
        house.post(&format!("/executions/{second}/pause"), json!({})).await.expect(200);
        house.models.open("list_topics");
        house.status(&first, "completed").await;
        assert_eq!(house.detail(&second).await["status"], "paused");
        house.post(&format!("/executions/{second}/resume"), json!({})).await.expect(200);
        let done = house.status(&second, "completed").await;
        assert!(done["started_at"].is_string());
    }
}
