//! A server takes so many executions that have not ended, and says so to the next one.

use serde_json::json;
use store::both_databases;

use crate::house::{House, ONE, Setup};

/// It needs an execution of its own besides.
const OUTER: &str = "name: outer\nsteps: [{id: call, workflow: write, with: {subject: life}}]\n";

both_databases! {
    async fn one_more_than_it_takes_is_refused_until_one_has_ended(db: Db) {
        let house = House::open(db, Setup { max_open: 2, ..Setup::default() }).await;
        house.models.hold("write_text");
        let kept = json!({"definition": ONE, "inputs": {}});
        let key = [("idempotency-key", "first")];
        let first = house.post_with("/executions", &key, &kept).await.expect(202);
        let first = first["id"].as_str().unwrap().to_owned();
        let second = house.execute(ONE, json!({})).await;

        let refused = house.post("/executions", kept.clone()).await;
        assert!(refused.headers.contains_key("retry-after"));
        let refused = refused.expect(429);
        assert_eq!(refused["code"], "rate_limited");
        assert!(refused["detail"].as_str().unwrap().contains("limits.open_executions"), "{refused}");
        // who repeats a request that was taken gets its answer all the same
        let again = house.post_with("/executions", &key, &kept).await.expect(202);
        assert_eq!(again["id"], *first);

        house.models.open("write_text");
        house.status(&first, "completed").await;
        house.status(&second, "completed").await;
        let third = house.execute(ONE, json!({})).await;
        house.status(&third, "completed").await;
        house.check().await;
    }

    async fn what_runs_already_gets_the_executions_that_it_needs(db: Db) {
        let house = House::open(db, Setup { max_open: 1, ..Setup::default() }).await;
        let id = house.execute(OUTER, json!({})).await;
        house.status(&id, "completed").await;
        house.check().await;
    }
}
