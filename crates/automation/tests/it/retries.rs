use std::time::Duration;

use llm::Error;
use serde_json::{Value as Json, json};
use store::both_databases;

use crate::house::{House, ONE, WRITE, of_instances, step};
use crate::models::Plan;

fn overloaded(retry_after: Option<u64>) -> Plan {
    let message = "busy".to_owned();
    Plan::Fail(Error::Overloaded { retry_after: retry_after.map(Duration::from_secs), message })
}

fn attempts(detail: &Json) -> Vec<(Json, Json)> {
    let attempts = step(detail, "text")["instances"][0]["attempts"].as_array().unwrap().iter();
    attempts.map(|attempt| (attempt["number"].clone(), attempt["status"].clone())).collect()
}

async fn waits(house: &House, id: &str) -> Vec<i64> {
    let facts = house.journal(id).await;
    let retries = facts.iter().filter(|fact| fact["kind"] == "retry_scheduled");
    retries
        .map(|fact| {
            let at: base::Timestamp = fact["at"].as_str().unwrap().parse().unwrap();
            fact["body"]["at"].as_str().map_or_else(
                || fact["body"]["at"].as_i64().unwrap() - at.as_millis(),
                |until| until.parse::<base::Timestamp>().unwrap().as_millis() - at.as_millis(),
            )
        })
        .collect()
}

both_databases! {
    async fn a_passing_failure_is_tried_again_after_its_wait(db: Db) {
        let house = House::new(db).await;
        house.models.plan("write_text", overloaded(None));
        house.models.plan("write_text", overloaded(None));
        let id = house.execute(ONE, json!({})).await;
        house.fact(&id, "retry_scheduled").await;
        house.app.clock.advance(Duration::from_secs(9));
        tokio::time::timeout(Duration::from_millis(1500), house.models.begun(2)).await.expect_err("it is too early");
        house.app.clock.advance(Duration::from_secs(1));
        house.models.begun(2).await;
        house.when(&id, "waiting again", |detail| attempts(detail).len() == 2 && attempts(detail)[1].1 == "failed").await;
        house.app.clock.advance(Duration::from_secs(30));
        let done = house.status(&id, "completed").await;
        assert_eq!(attempts(&done), [(json!(1), json!("failed")), (json!(2), json!("failed")), (json!(3), json!("completed"))]);
        assert_eq!(waits(&house, &id).await, [10_000, 30_000]);
        let first = &step(&done, "text")["instances"][0]["attempts"][0];
        assert_eq!(first["error"]["code"], "overloaded");
        assert_eq!((&first["calls"][0]["outcome"], &first["usage"]["model_calls"]), (&json!("error"), &json!(1)));
        assert_eq!(done["usage"]["model_calls"], 3);
        house.check().await;
    }

    async fn the_provider_may_ask_for_a_longer_wait(db: Db) {
        let house = House::new(db).await;
        house.models.plan("write_text", overloaded(Some(25)));
        let id = house.execute(ONE, json!({})).await;
        house.fact(&id, "retry_scheduled").await;
        assert_eq!(waits(&house, &id).await, [25_000]);
        house.app.clock.advance(Duration::from_secs(25));
        house.status(&id, "completed").await;
    }

    async fn attempts_run_out(db: Db) {
        let house = House::new(db).await;
        (0..3).for_each(|_| house.models.plan("write_text", overloaded(None)));
        let id = house.execute(ONE, json!({})).await;
        for begun in 1..=3 {
            house.models.begun(begun).await;
            house.when(&id, "failed once more", |detail| attempts(detail).last().is_some_and(|last| last == &(json!(begun), json!("failed")))).await;
            house.app.clock.advance(Duration::from_secs(60));
        }
        let failed = house.status(&id, "failed").await;
        assert_eq!(failed["error"], json!({"code": "overloaded", "message": "the provider is overloaded or failing: busy", "step": "text"}));
        assert_eq!((step(&failed, "text")["status"].clone(), failed["progress"]["failed_steps"].clone()), (json!("failed"), json!(1)));
        assert_eq!(house.models.counts().begun, 3);
        house.check().await;
    }

    async fn a_permanent_failure_is_not_tried_again(db: Db) {
        let house = House::new(db).await;
        house.models.plan("list_topics", Plan::Fail(Error::Unauthenticated { message: "no key".to_owned() }));
        let id = house.write().await;
        let failed = house.status(&id, "failed").await;
        assert_eq!((&failed["error"]["code"], &failed["error"]["step"]), (&json!("unauthenticated"), &json!("topics")));
        let statuses: Vec<&Json> = ["topics", "texts", "count"].map(|id| &step(&failed, id)["status"]).to_vec();
        assert_eq!(statuses, ["failed", "skipped", "skipped"]);
        assert_eq!(house.models.counts().begun, 1);
        assert_eq!(house.kinds(&id).await.last().unwrap(), "execution_failed");
        assert!(failed["finished_at"].is_string());
        house.check().await;
    }

    async fn a_failed_instance_fails_the_step_and_lets_the_others_end(db: Db) {
        let house = House::new(db).await;
        house.models.hold("write_text");
        house.models.plan("write_text", Plan::Fail(Error::BadRequest { message: "no".to_owned() }));
        let id = house.write().await;
        house.models.begun(3).await;
        house.models.let_through("write_text", 1);
        house.fact(&id, "attempt_failed").await;
        house.models.open("write_text");
        let failed = house.status(&id, "failed").await;
        let mut statuses = of_instances(&failed, "texts", "status");
        statuses.sort_by_key(ToString::to_string);
        assert_eq!(statuses, ["completed", "failed"], "the third is not begun any more");
        assert_eq!(house.models.counts().begun, 3);
    }

    async fn a_step_may_fail_without_failing_everything(db: Db) {
        let house = House::new(db).await;
        house.models.plan("write_text", Plan::Fail(Error::BadRequest { message: "no".to_owned() }));
        let text = WRITE.replace("    strategy:\n", "    continue-on-error: true\n    strategy:\n").replace("  texts: \"${{ steps.texts.outputs[*].text }}\"\n", "");
        let id = house.execute(&text, json!({"subject": "life"})).await;
        let done = house.status(&id, "completed").await;
        assert_eq!((&step(&done, "texts")["status"], &done["outputs"]["count"]), (&json!("failed"), &json!(1)));
    }

    async fn an_attempt_over_its_time_is_dropped_and_tried_again(db: Db) {
        let house = House::new(db).await;
        house.models.hold("write_text");
        let id = house.execute(ONE, json!({})).await;
        house.models.begun(1).await;
        house.app.clock.advance(Duration::from_secs(300));
        house.models.dropped(1).await;
        house.fact(&id, "retry_scheduled").await;
        house.models.open("write_text");
        house.app.clock.advance(Duration::from_secs(10));
        let done = house.status(&id, "completed").await;
        assert_eq!(attempts(&done), [(json!(1), json!("failed")), (json!(2), json!("completed"))]);
        assert_eq!(step(&done, "text")["instances"][0]["attempts"][0]["error"]["code"], "timeout");
    }

    async fn time_goes_on_for_a_paused_execution_and_its_timeouts(db: Db) {
        let house = House::new(db).await;
        let text = WRITE.replace("    strategy:\n", "    timeout-minutes: 5\n    retry: { max-attempts: 2, first-wait-seconds: 10, jitter: false }\n    strategy:\n");
        house.models.hold("write_text");
        house.models.plan("write_text", overloaded(None));
        let id = house.execute(&text, json!({"subject": "life"})).await;
        house.models.begun(3).await;
        house.models.let_through("write_text", 1);
        house.fact(&id, "retry_scheduled").await;
        house.post(&format!("/executions/{id}/pause"), json!({})).await.expect(200);
        // The wait ends while nothing may start; the other attempt's time still runs out.
        house.app.clock.advance(Duration::from_secs(11));
        tokio::time::sleep(Duration::from_millis(1200)).await;
        house.app.clock.advance(Duration::from_secs(300));
        house.models.dropped(1).await;
        house.models.open("write_text");
        house.post(&format!("/executions/{id}/resume"), json!({})).await.expect(200);
        house.app.clock.advance(Duration::from_secs(20));
        house.status(&id, "completed").await;
    }
}
