//! `Prefer: wait=N`: a client that is answered when its execution has ended.

use serde_json::json;
use store::both_databases;

use crate::house::{House, ONE};

both_databases! {
    async fn patient_client_is_answered_with_the_end(db: Db) {
        let house = House::new(db).await;
        let body = json!({"definition": ONE, "inputs": {}});
        let patient = [("prefer", "wait=60"), ("idempotency-key", "a")];
        let ended = house.post_with("/executions", &patient, &body).await.expect(200);
        assert_eq!(ended["status"], "completed");
        assert!(ended["finished_at"].is_string(), "{ended}");
        let again = house.post_with("/executions", &patient, &body).await.expect(200);
        assert_eq!((&again["id"], &again["status"]), (&ended["id"], &json!("completed")));
    }

    async fn patience_that_ends_first_is_answered_with_what_is(db: Db) {
        let house = House::new(db).await;
        house.models.hold("write_text");
        let body = json!({"inputs": {"subject": "life"}});
        let path = "/workflows/write/execute";
        let made = house.post_with(path, &[("prefer", "wait=1")], &body).await.expect(202);
        let id = made["id"].as_str().unwrap();
        house.models.open("write_text");
        house.status(id, "completed").await;
    }
}
