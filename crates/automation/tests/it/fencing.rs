use std::time::Duration;

use automation::RunnerState;
use base::Timestamp;
use serde_json::json;
use store::{Db, both_databases, lease};

use crate::house::{House, ONE, Setup, WRITE};

/// Lets the lease run out. On PostgreSQL no clock of ours does that.
pub async fn expire(db: &Db) {
    let expired = db.write(|tx| {
        Box::pin(async move {
            tx.execute(store::sql!("update engine_lease set expires_at = 1"), store::params![])
                .await
        })
    });
    expired.await.unwrap();
}

/// Another process takes the engine role although this one still works: what happens when
/// a process was stopped for longer than its lease.
pub async fn take_role(db: &Db, now: Timestamp) -> i64 {
    expire(db).await;
    db.write(move |tx| {
        Box::pin(async move {
            let taken = lease::acquire(tx, "usurper", now).await?.expect("it has expired");
            Ok::<_, store::Error>(taken.epoch)
        })
    })
    .await
    .unwrap()
}

both_databases! {
    async fn a_stale_engine_cannot_write(db: Db) {
        let house = House::new(db.clone()).await;
        house.models.hold("write_text");
        let id = house.write().await;
        house.models.begun(3).await;
        let before = house.journal(&id).await;
        let detail = house.detail(&id).await;
        let epoch = take_role(&db, house.app.app.now()).await;
        assert!(epoch >= 2);
        // The calls come back and cannot be recorded; a new execution cannot be made.
        house.models.open("write_text");
        let body = json!({"definition": WRITE, "inputs": {"subject": "x"}});
        let refused = house.post("/executions", body.clone()).await.expect(503);
        assert_eq!(refused["code"], "engine_unavailable");
        house.state(RunnerState::Standby).await;
        let refused = house.post("/executions", body).await.expect(503);
        assert!(refused["detail"].as_str().unwrap().contains("standby"), "{refused}");
        house.post(&format!("/executions/{id}/cancel"), json!({})).await.expect(503);
        assert_eq!(house.journal(&id).await, before);
        assert_eq!(house.detail(&id).await, detail, "nothing has changed at all");
        assert_eq!(house.get("/executions").await["items"].as_array().unwrap().len(), 1);
        // The other one goes; this one takes over and finishes.
        expire(&db).await;
        house.state(RunnerState::Active).await;
        let done = house.status(&id, "completed").await;
        assert_eq!(done["recovered"], 1);
        house.check().await;
    }

    async fn a_stale_engine_makes_no_execution(db: Db) {
        let house = House::new(db.clone()).await;
        take_role(&db, house.app.app.now()).await;
        house.post("/executions", json!({"definition": ONE, "inputs": {}})).await.expect(503);
        house.state(RunnerState::Standby).await;
        assert!(house.get("/executions").await["items"].as_array().unwrap().is_empty());
    }

    async fn a_stale_engine_notices_by_itself(db: Db) {
        let house = House::new(db.clone()).await;
        take_role(&db, house.app.app.now()).await;
        house.state(RunnerState::Standby).await;
    }

    async fn a_second_server_stands_by_and_takes_over(test: TestDb) {
        let setup = Setup::default();
        setup.models.hold("list_topics");
        let first = crate::process::Process::start(&test.target, setup.clone()).await;
        let id = first.write().await;
        setup.models.begun(1).await;
        let second = House::start(test.db.clone(), Setup { node: "other", ..setup.clone() }).await;
        second.state(RunnerState::Standby).await;
        assert_eq!(second.detail(&id).await["status"], "running", "it can be looked at from here");
        first.kill().await;
        setup.models.open("list_topics");
        // The lease of the dead one runs out.
        expire(&test.db).await;
        second.app.clock.advance(Duration::from_secs(16));
        second.state(RunnerState::Active).await;
        let done = second.status(&id, "completed").await;
        assert_eq!(done["recovered"], 1);
        second.check().await;
    }

    async fn a_server_that_ends_in_order_leaves_the_role_free(test: TestDb) {
        let first = House::new(test.db.clone()).await;
        let id = first.write().await;
        first.status(&id, "completed").await;
        first.app.app.shutdown.cancel();
        first.app.app.tasks.close();
        first.app.app.tasks.wait().await;
        assert_eq!(first.automation.runner_state(), RunnerState::Stopped);
        let second = House::open(test.reopen().await, Setup { node: "other", ..Setup::default() }).await;
        assert_eq!(second.detail(&id).await["recovered"], 0);
    }
}
