use llm::Error;
use serde_json::{Value as Json, json};
use store::both_databases;
use store::testing::TestDb;

use crate::house::{House, ONE, Setup, of_instances, step};
use crate::models::{FakeModels, Plan};
use crate::process::Process;
use crate::tools::{Increment, counter};

/// One process runs `before` and is killed; another one finds what is left.
async fn crash(
    test: &TestDb,
    setup: &Setup,
    before: impl AsyncFnOnce(&House) -> String,
) -> (House, String) {
    let process = Process::start(&test.target, setup.clone()).await;
    let id = before(&process).await;
    process.kill().await;
    let second =
        Setup { number: setup.number + 1, increment: Increment::default(), ..setup.clone() };
    (House::open(test.db.clone(), second).await, id)
}

/// Calls that were asked more than once.
fn repeated(models: &FakeModels) -> Vec<(String, u32, u32, u32)> {
    models.tally().into_iter().filter(|(_, count)| *count > 1).map(|(key, _)| key).collect()
}

/// What must hold of an execution of the example, however often its process died.
async fn whole(house: &House, id: &str) -> Json {
    let done = house.status(id, "completed").await;
    assert_eq!(done["outputs"]["count"], 1);
    assert_eq!(done["progress"]["percent"], 100);
    let facts = house.journal(id).await;
    let mut completed: Vec<String> = facts
        .iter()
        .filter(|fact| fact["kind"] == "attempt_completed")
        .map(|fact| format!("{} {}", fact["body"]["step"], fact["body"]["instance"]))
        .collect();
    completed.sort_unstable();
    let count = completed.len();
    completed.dedup();
    assert_eq!(completed.len(), count, "each instance completes once");
    assert_eq!(house.kinds(id).await.last().unwrap(), "execution_completed");
    assert_eq!(counter(&house.app.app.db, "written").await, 1);
    house.check().await;
    done
}

fn resumed(facts: &[Json]) -> usize {
    facts.iter().filter(|fact| fact["kind"] == "attempt_resumed").count()
}

both_databases! {
    async fn killed_right_after_it_was_accepted(test: TestDb) {
        let setup = Setup::default();
        let (house, id) = crash(&test, &setup, async |house: &House| house.write().await).await;
        let done = whole(&house, &id).await;
        // How far it had got is the scheduler's choice; at most one call was in flight twice.
        assert!(done["recovered"].as_i64().unwrap() <= 1);
    }

    async fn killed_before_its_turn_came(test: TestDb) {
        let setup = Setup { max_running: 0, ..Setup::default() };
        let process = Process::start(&test.target, setup.clone()).await;
        let id = process.write().await;
        process.kill().await;
        assert_eq!(setup.models.counts().begun, 0);
        let house = House::open(test.db.clone(), Setup { number: 1, max_running: 1, ..setup }).await;
        let done = whole(&house, &id).await;
        assert_eq!(done["recovered"], 0, "it had not begun");
        assert_eq!(repeated(&house.models), []);
    }

    async fn killed_while_a_call_is_in_flight(test: TestDb) {
        let setup = Setup::default();
        setup.models.hold("list_topics");
        let models = &setup.models;
        let (house, id) = crash(&test, &setup, async |house: &House| {
            let id = house.write().await;
            models.begun(1).await;
            id
        })
        .await;
        house.models.begun(2).await;
        house.models.open("list_topics");
        let done = whole(&house, &id).await;
        assert_eq!(done["recovered"], 1);
        assert_eq!(repeated(&house.models), [("topics".to_owned(), 0, 1, 1)], "only what was in flight");
        assert_eq!(house.models.counts().begun, 5);
        assert_eq!(resumed(&house.journal(&id).await), 1);
        assert_eq!(step(&done, "topics")["instances"][0]["attempts"].as_array().unwrap().len(), 1, "it is the same attempt");
        assert_eq!(done["usage"]["model_calls"], 5, "the lost call is counted too");
    }

    async fn killed_between_two_calls_of_an_attempt(test: TestDb) {
        let setup = Setup::default();
        setup.models.hold("list_topics");
        setup.models.plan("list_topics", Plan::Say("no JSON"));
        let models = &setup.models;
        let (house, id) = crash(&test, &setup, async |house: &House| {
            let id = house.write().await;
            models.let_through("list_topics", 1);
            models.begun(2).await;
            id
        })
        .await;
        house.models.open("list_topics");
        let done = whole(&house, &id).await;
        assert_eq!(repeated(&house.models), [("topics".to_owned(), 0, 1, 2)], "the first answer is not paid twice");
        let calls = step(&done, "topics")["instances"][0]["attempts"][0]["calls"].as_array().unwrap();
        let repairs: Vec<&Json> = calls.iter().map(|call| &call["repair"]).collect();
        assert_eq!(repairs, [&json!(false), &json!(true)]);
    }

    async fn killed_during_a_fan_out(test: TestDb) {
        let setup = Setup::default();
        setup.models.set_topics(6);
        setup.models.hold("write_text");
        let models = &setup.models;
        let (house, id) = crash(&test, &setup, async |house: &House| {
            let id = house.write().await;
            models.let_through("write_text", 3);
            models.begun(6).await;
            house.when(&id, "half done", |detail| {
                of_instances(detail, "texts", "status").iter().filter(|status| **status == "completed").count() == 3
            })
            .await;
            id
        })
        .await;
        let finished: Vec<usize> = {
            let detail = house.detail(&id).await;
            let statuses = of_instances(&detail, "texts", "status");
            (0..statuses.len()).filter(|index| statuses[*index] == "completed").collect()
        };
        assert_eq!(finished.len(), 3);
        house.models.open("write_text");
        let done = whole(&house, &id).await;
        let again = repeated(&house.models);
        assert_eq!(again.len(), 2, "{again:?}");
        for (step, instance, attempt, nth) in again {
            assert_eq!((step.as_str(), attempt, nth), ("texts", 1, 1));
            assert!(!finished.contains(&(instance as usize)), "a finished instance was asked again");
        }
        assert_eq!(resumed(&house.journal(&id).await), 2);
        assert_eq!(done["outputs"]["texts"].as_array().unwrap().len(), 6);
    }

    async fn killed_inside_the_transaction_of_a_procedure(test: TestDb) {
        let hangs = Increment::that_hangs();
        let setup = Setup { increment: hangs.clone(), ..Setup::default() };
        let (house, id) = crash(&test, &setup, async |house: &House| {
            let id = house.write().await;
            hangs.reached().await;
            id
        })
        .await;
        let done = whole(&house, &id).await;
        assert_eq!(done["recovered"], 1);
        assert_eq!(repeated(&house.models), []);
        assert_eq!(resumed(&house.journal(&id).await), 1);
    }

    async fn killed_while_it_waits_for_the_next_attempt(test: TestDb) {
        let setup = Setup::default();
        setup.models.plan("write_text", Plan::Fail(Error::StreamCut));
        let (house, id) = crash(&test, &setup, async |house: &House| {
            let id = house.execute(ONE, json!({})).await;
            house.fact(&id, "retry_scheduled").await;
            id
        })
        .await;
        house.app.clock.advance(std::time::Duration::from_secs(10));
        let done = house.status(&id, "completed").await;
        assert_eq!(step(&done, "text")["instances"][0]["attempts"].as_array().unwrap().len(), 2);
        assert_eq!(house.models.counts().begun, 2);
        house.check().await;
    }

    async fn killed_again_and_again(test: TestDb) {
        let setup = Setup::default();
        setup.models.set_topics(5);
        setup.models.hold("list_topics");
        setup.models.hold("write_text");
        let process = Process::start(&test.target, setup.clone()).await;
        let id = process.write().await;
        setup.models.begun(1).await;
        process.kill().await;
        // Each process finishes one call, after it has asked again what was in flight.
        let mut begun = 1;
        for (number, in_flight, next) in [(1, 1, 2), (2, 2, 1), (3, 2, 1), (4, 2, 1), (5, 2, 0)] {
            let process = Process::start(&test.target, Setup { number, ..setup.clone() }).await;
            begun += in_flight;
            setup.models.begun(begun).await;
            setup.models.let_through(if number == 1 { "list_topics" } else { "write_text" }, 1);
            begun += next;
            setup.models.begun(begun).await;
            process.fact_count(&id, "attempt_completed", number as usize).await;
            process.kill().await;
        }
        setup.models.open("write_text");
        let house = House::open(test.db.clone(), Setup { number: 6, ..setup }).await;
        let done = whole(&house, &id).await;
        assert_eq!(done["recovered"], 6);
        assert_eq!(done["outputs"]["texts"].as_array().unwrap().len(), 5);
    }

    async fn what_is_not_understood_any_more_ends_and_harms_no_other(test: TestDb) {
        const ASKS: &str = "name: Asks somebody\nsteps: [{id: ask, approval: {title: Sure?}}]\n";
        const CALLS: &str = "name: Calls another\nsteps: [{id: call, workflow: asks_somebody}]\n";
        let process = Process::start(&test.target, Setup::default()).await;
        process.post("/workflows", json!({ "definition": ASKS })).await.expect(201);
        let other = process.execute(ASKS, json!({})).await;
        let old = process.execute(ASKS, json!({})).await;
        let parent = process.execute(CALLS, json!({})).await;
        process.status(&other, "waiting_approval").await;
        process.status(&old, "waiting_approval").await;
        let asks = |detail: &Json| detail["children"][0]["status"] == "waiting_approval";
        let detail = process.when(&parent, "waiting for its child", asks).await;
        let child = detail["children"][0]["execution_id"].as_str().unwrap().to_owned();
        process.kill().await;
        for id in [old.clone(), parent.clone()] {
            let changed = test.db.write::<_, store::Error, _>(move |tx| {
                Box::pin(async move {
                    let text = store::sql!("update executions set definition = 'name: [' where id = $1");
                    tx.execute(text, store::params![id]).await
                })
            });
            changed.await.unwrap();
        }
        let house = House::open(test.db.clone(), Setup { number: 1, ..Setup::default() }).await;
        for id in [&old, &parent] {
            let failed = house.status(id, "failed").await;
            assert_eq!(failed["error"]["code"], "unreadable_definition", "{failed}");
            assert_eq!(failed["steps"][0]["status"], "cancelled");
            assert_eq!(house.kinds(id).await.last().unwrap(), "execution_failed");
        }
        house.status(&child, "cancelled").await;
        let asked = house.get("/approvals").await;
        let asked: Vec<&Json> =
            asked["items"].as_array().unwrap().iter().map(|item| &item["execution_id"]).collect();
        assert_eq!(asked, [&json!(other)]);
        house.check().await;
    }

    async fn an_archived_workflow_is_no_step_of_another_and_what_runs_of_it_goes_on(test: TestDb) {
        const ASKS: &str = "name: Asks somebody\nsteps: [{id: ask, approval: {title: Sure?}}]\n";
        const CALLS: &str = "name: Calls another\nsteps: [{id: call, workflow: asks_somebody}]\n";
        let (house, id) = crash(&test, &Setup::default(), async |house: &House| {
            house.post("/workflows", json!({ "definition": ASKS })).await.expect(201);
            let id = house.execute(CALLS, json!({})).await;
            let asks = |detail: &Json| detail["children"][0]["status"] == "waiting_approval";
            house.when(&id, "waiting for its child", asks).await;
            house.post("/workflows/asks_somebody/archive", json!({})).await.expect(200);
            id
        })
        .await;
        let late = house.execute(CALLS, json!({})).await;
        let failed = house.status(&late, "failed").await;
        assert_eq!(failed["error"]["code"], "archived", "{failed}");
        assert_eq!(failed["children"], json!([]));
        let asked = house.get("/approvals").await;
        let path = format!("/approvals/{}/decide", asked["items"][0]["id"].as_str().unwrap());
        house.post(&path, json!({ "approve": true })).await.expect(200);
        house.status(&id, "completed").await;
        house.check().await;
    }

    async fn many_executions_are_taken_up_together(test: TestDb) {
        let setup = Setup { max_running: 500, ..Setup::default() };
        setup.models.hold("write_text");
        let process = Process::start(&test.target, setup.clone()).await;
        let made = (0..250).map(|_| process.execute(ONE, json!({})));
        let ids = futures::future::join_all(made).await;
        setup.models.begun(250).await;
        process.kill().await;
        setup.models.open("write_text");
        let house = House::open(test.db.clone(), Setup { number: 1, ..setup }).await;
        for id in &ids {
            let done = house.status(id, "completed").await;
            assert_eq!(done["recovered"], 1);
        }
        assert_eq!(house.models.counts().begun, 500);
        house.check().await;
    }
}
