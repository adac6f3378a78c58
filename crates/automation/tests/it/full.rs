//! A server takes so many executions that have not ended, and says so to the next one.

use serde_json::{Value as Json, json};
use store::both_databases;

use crate::house::{House, ONE, Setup};

/// It needs an execution of its own besides.
const OUTER: &str = "name: outer\nsteps: [{id: call, workflow: write, with: {subject: life}}]\n";

/// Twenty that wait inside it, and one more once somebody says so.
const CROWD: &str = "
name: crowd
steps:
  - {id: many, needs: [], workflow: waits_long, strategy: {matrix: {x: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20]}, max-parallel: 20}}
  - {id: said, needs: [], wait: {event: go}}
  - {id: more, needs: said, workflow: waits_long, retry: {max-attempts: 1}}
";

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

    async fn those_inside_others_have_an_end_too(db: Db) {
        let house = House::open(db, Setup { max_open: 1, ..Setup::default() }).await;
        let inner = "name: Waits long\nsteps: [{wait: {event: never}}]\n";
        house.post("/workflows", json!({ "definition": inner })).await.expect(201);
        let id = house.execute(CROWD, json!({})).await;
        let has_all = |detail: &Json| detail["children"].as_array().is_some_and(|all| all.len() == 20);
        house.when(&id, "full", has_all).await;
        house.post(&format!("/executions/{id}/signals"), json!({ "name": "go" })).await.expect(200);
        house.fact(&id, "attempt_failed").await;
        let failed = house.journal(&id).await.into_iter().find(|fact| fact["kind"] == "attempt_failed").unwrap();
        assert_eq!(failed["body"]["failure"]["code"], "overloaded", "{failed}");
        house.post(&format!("/executions/{id}/cancel"), json!({})).await.expect(200);
        let all_ended = |detail: &Json| {
            let children = detail["children"].as_array().into_iter().flatten();
            children.chain([detail]).all(|one| one["status"] == "cancelled")
        };
        house.when(&id, "over", all_ended).await;
        house.check().await;
    }

    async fn what_runs_already_gets_the_executions_that_it_needs(db: Db) {
        let house = House::open(db, Setup { max_open: 1, ..Setup::default() }).await;
        let id = house.execute(OUTER, json!({})).await;
        house.status(&id, "completed").await;
        house.check().await;
    }
}
