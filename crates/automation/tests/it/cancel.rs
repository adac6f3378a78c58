use std::time::Duration;

use serde_json::{Value as Json, json};
use store::{Db, both_databases, params, sql};

use crate::house::{House, ONE, of_instances, step};
use crate::tools::counter;

async fn rows(db: &Db, id: &str) -> Vec<i64> {
    let mut tx = db.read().await.unwrap();
    let row = tx
        .fetch_one(
            sql!("select (select count(*) from execution_events where execution_id = $1) as events, (select count(*) from turn_events where execution_id = $1) as turns, (select count(*) from results where execution_id = $1) as results, (select count(*) from model_calls where execution_id = $1 and outcome = 'running') as running"),
            params![id],
        )
        .await
        .unwrap();
    ["events", "turns", "results", "running"].map(|name| row.get(name).unwrap()).to_vec()
}

both_databases! {
    async fn cancelling_drops_the_call_in_flight(db: Db) {
        let house = House::new(db.clone()).await;
        house.models.hold("write_text");
        let id = house.write().await;
        house.models.begun(3).await;
        let body = json!({"reason": "changed my mind"});
        let path = format!("/executions/{id}/cancel");
        let asked = house.post(&path, body);
        let cancelled = tokio::time::timeout(Duration::from_secs(2), asked).await.unwrap().expect(200);
        assert_eq!(cancelled["status"], "cancelled");
        house.models.dropped(2).await;
        let before = rows(&db, &id).await;
        house.models.open("write_text");
        let detail = house.detail(&id).await;
        let statuses: Vec<&Json> = ["topics", "texts", "count"].map(|id| &step(&detail, id)["status"]).to_vec();
        assert_eq!(statuses, ["completed", "cancelled", "skipped"]);
        assert_eq!(of_instances(&detail, "texts", "status"), ["cancelled", "cancelled"]);
        assert_eq!(detail["progress"]["running"], json!([]));
        assert!(detail["finished_at"].is_string());
        let last = house.journal(&id).await.pop().unwrap();
        assert_eq!((&last["kind"], &last["body"]["by"], &last["body"]["reason"]), (&json!("execution_cancelled"), &json!("Test"), &json!("changed my mind")));
        // Another execution passes through the same runner; nothing more comes of the first.
        let other = house.write().await;
        house.status(&other, "completed").await;
        assert_eq!(rows(&db, &id).await, before);
        assert_eq!(before[3], 0, "no call stays open in the ledger");
        assert_eq!(counter(&db, "written").await, 1);
        house.check().await;
    }

    async fn what_has_ended_stays_ended(db: Db) {
        let house = House::new(db).await;
        let id = house.execute(ONE, json!({})).await;
        house.status(&id, "completed").await;
        let before = house.journal(&id).await;
        for verb in ["cancel", "pause", "resume"] {
            let refused = house.post(&format!("/executions/{id}/{verb}"), json!({})).await.expect(409);
            assert_eq!(refused["code"], "invalid_state", "{verb}");
        }
        assert_eq!(house.journal(&id).await, before);
    }

    async fn a_queued_execution_can_be_cancelled(db: Db) {
        let house = House::open(db, crate::house::Setup { max_running: 1, ..Default::default() }).await;
        house.models.hold("write_text");
        let first = house.execute(ONE, json!({})).await;
        house.models.begun(1).await;
        let second = house.execute(ONE, json!({})).await;
        let third = house.execute(ONE, json!({})).await;
        let cancelled = house.post(&format!("/executions/{second}/cancel"), json!({})).await.expect(200);
        assert_eq!((&cancelled["status"], &cancelled["started_at"]), (&json!("cancelled"), &json!(null)));
        house.models.open("write_text");
        house.status(&first, "completed").await;
        house.status(&third, "completed").await;
        assert_eq!(house.models.counts().begun, 2);
        assert_eq!(house.kinds(&second).await, ["execution_created", "execution_cancelled"]);
    }

    async fn cancel_and_completion_have_one_winner(db: Db) {
        let house = House::new(db).await;
        for round in 0..25 {
            house.models.hold("write_text");
            let id = house.execute(ONE, json!({})).await;
            house.models.begun(round + 1).await;
            let path = format!("/executions/{id}/cancel");
            let race = async { house.models.open("write_text") };
            let (answer, ()) = tokio::join!(house.post(&path, json!({})), race);
            let expected = if answer.status.as_u16() == 200 { "cancelled" } else { "completed" };
            let ended = house.status(&id, expected).await;
            let ends = house.kinds(&id).await.into_iter().filter(|kind| matches!(kind.as_str(), "execution_completed" | "execution_cancelled" | "execution_failed"));
            assert_eq!(ends.count(), 1);
            assert_eq!(ended["outputs"].is_null(), expected == "cancelled");
        }
        house.check().await;
    }
}
