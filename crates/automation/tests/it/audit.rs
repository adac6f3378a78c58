//! What people order stands in the audit log, with the order itself.

use serde_json::json;
use store::{both_databases, params, sql};

use crate::house::{House, ONE};

const ASKS: &str =
    "name: asks\nsteps: [{id: ask, approval: {title: Go?, requester-may-approve: true}}]";

async fn actions(house: &House) -> Vec<String> {
    let mut tx = house.app.app.db.read().await.unwrap();
    let rows = tx
        .fetch_all(
            sql!("select action from audit_logs where resource_type in ('execution', 'approval', 'schedule') order by at, id"),
            params![],
        )
        .await
        .unwrap();
    rows.iter().map(|row| row.get("action").unwrap()).collect()
}

both_databases! {
    async fn orders_of_people_are_audited_once_they_count(db: Db) {
        let house = House::new(db).await;
        let id = house.execute(ASKS, json!({})).await;
        house.status(&id, "waiting_approval").await;
        let order = async |path: &str, body: serde_json::Value, status: u16| {
            house.app.clock.advance(std::time::Duration::from_millis(1));
            house.post(path, body).await.expect(status)
        };
        let of = |what: &str| format!("/executions/{id}/{what}");
        order(&of("pause"), json!({}), 200).await;
        order(&of("pause"), json!({}), 409).await;
        order(&of("resume"), json!({}), 200).await;
        order(&of("signals"), json!({ "name": "hello" }), 200).await;
        let asked = house.get(&format!("/approvals?execution={id}")).await;
        let path = format!("/approvals/{}/decide", asked["items"][0]["id"].as_str().unwrap());
        order(&path, json!({ "approve": false }), 200).await;
        house.status(&id, "failed").await;
        let again = order(&of("retry"), json!({}), 202).await;
        order(&format!("/executions/{}/cancel", again["id"].as_str().unwrap()), json!({}), 200).await;
        assert_eq!(actions(&house).await, [
            "execution_paused", "execution_resumed", "execution_signalled", "approval_decided",
            "execution_continued", "execution_cancelled",
        ]);
    }

    async fn a_run_now_is_audited_with_its_start_though_who_asked_has_left(db: Db) {
        let house = House::new(db).await;
        house.post("/workflows", json!({ "definition": ONE })).await.expect(201);
        let body = json!({ "workflow": "one_text", "cron": "0 * * * *" });
        let made = house.post("/schedules", body).await.expect(201);
        let path = format!("/schedules/{}/run", made["id"].as_str().unwrap());
        let mut asking = Box::pin(house.post(&path, json!({})));
        while house.get("/executions").await["items"].as_array().unwrap().is_empty() {
            if futures::future::poll_immediate(&mut asking).await.is_some() {
                break;
            }
        }
        drop(asking);
        assert!(actions(&house).await.contains(&"schedule_run".to_owned()));
    }
}
