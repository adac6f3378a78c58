//! Steps that wait for events of the system.

use std::time::Duration;

use automation::RunnerState;
use base::{OrganisationId, Timestamp};
use serde_json::{Value as Json, json};
use store::outbox::{self, Draft};
use store::{Db, Signal, both_databases};

use crate::fencing::expire;
use crate::house::{House, Setup, until};
use crate::process::Process;

const MOVED: &str = r#"
name: Wait for an item
inputs:
  item: { type: string, description: Which, required: true }
steps:
  - id: done
    wait:
      event: work_item.moved
      if: event.item.key == inputs.item and event.item.column == 'done'
    timeout-minutes: 60
outputs: { heard: "${{ steps.done.outputs }}" }
"#;

/// An item is moved in an organisation; the number of the event.
async fn moved(db: &Db, organisation: u128, key: &str, column: &str) -> i64 {
    let body = json!({ "item": { "key": key, "column": column } });
    let draft = Draft { topic: "test/board".to_owned(), kind: "work_item.moved", body };
    let organisation = OrganisationId::from_u128(organisation);
    let written = db.write(move |tx| {
        Box::pin(async move { outbox::append(tx, organisation, &[draft], Timestamp::EPOCH).await })
    });
    written.await.unwrap()
}

/// The same in a house that is told of it.
async fn moves(house: &House, organisation: u128, key: &str, column: &str) -> i64 {
    let number = moved(&house.app.app.db, organisation, key, column).await;
    let organisation = OrganisationId::from_u128(organisation);
    house.app.app.bus.send(Signal::Outbox { organisation, topic: "test/board".to_owned() });
    number
}

/// An execution that waits for an item, once it does.
async fn waits(house: &House, item: &str, project: Option<&str>) -> String {
    let inputs = json!({ "item": item });
    let body = json!({ "definition": MOVED, "inputs": inputs, "project": project });
    let made = house.post("/executions", body).await.expect(202);
    let id = made["id"].as_str().unwrap().to_owned();
    house.fact(&id, "wait_started").await;
    id
}

/// The number of the event that ended an execution's wait.
async fn heard(house: &House, id: &str) -> i64 {
    let done = house.status(id, "completed").await;
    done["outputs"]["heard"]["number"].as_i64().unwrap()
}

async fn still_waits(house: &House, ids: &[&String]) {
    for id in ids {
        let detail = house.detail(id).await;
        assert_eq!(detail["status"], "running", "{detail}");
    }
}

both_databases! {
    async fn an_event_wakes_whoever_waits_for_it_and_nobody_else(db: Db) {
        let house = House::new(db).await;
        moves(&house, 1, "OTHER-1", "done").await;
        let one = waits(&house, "OTHER-1", None).await;
        let another = waits(&house, "OTHER-2", None).await;
        let elsewhere = waits(&house, "OTHER-1", Some("DEMO")).await;
        let in_project = waits(&house, "DEMO-1", Some("DEMO")).await;
        let body = json!({ "definition": MOVED, "inputs": { "item": "OTHER-1" } });
        let theirs = house.app.send_as("test-all@2", "POST", "/api/v1/executions", Some(body)).await.expect(202);
        let path = format!("/api/v1/executions/{}", theirs["id"].as_str().unwrap());
        let theirs = async || house.app.send_as("test-all@2", "GET", &path, None).await.expect(200);
        until("the other organisation's waits", async || (theirs().await["status"] == "running").then_some(())).await;

        moves(&house, 1, "OTHER-1", "doing").await;
        let number = moves(&house, 1, "OTHER-1", "done").await;
        moves(&house, 1, "OTHER-1", "done").await;
        assert_eq!(heard(&house, &one).await, number, "not the one before, and the first one after");
        let output = house.detail(&one).await["outputs"]["heard"].clone();
        assert_eq!((&output["kind"], &output["topic"]), (&json!("work_item.moved"), &json!("test/board")));
        assert_eq!(output["item"], json!({ "key": "OTHER-1", "column": "done" }));
        let number = moves(&house, 1, "DEMO-1", "done").await;
        assert_eq!(heard(&house, &in_project).await, number);
        still_waits(&house, &[&another, &elsewhere]).await;

        let number = moves(&house, 2, "OTHER-1", "done").await;
        let done = until("the other organisation's ends", async || {
            let detail = theirs().await;
            (detail["status"] == "completed").then_some(detail)
        })
        .await;
        assert_eq!(done["outputs"]["heard"]["number"], number, "what happens here is not heard there");

        // Who may send signals may end the wait, whatever its condition.
        let signal = json!({ "name": "work_item.moved", "payload": { "by": "hand" } });
        house.post(&format!("/executions/{elsewhere}/signals"), signal).await.expect(200);
        let done = house.status(&elsewhere, "completed").await;
        assert_eq!(done["outputs"]["heard"], json!({ "by": "hand" }));
        house.app.clock.advance(Duration::from_secs(60 * 60));
        let failed = house.status(&another, "failed").await;
        assert_eq!(failed["error"]["code"], "timeout", "{failed}");
        house.check().await;
    }

    async fn an_event_is_heard_once_however_often_its_process_is_killed(test: TestDb) {
        let setup = Setup::default();
        let process = Process::start(&test.target, setup.clone()).await;
        let mut ids = Vec::new();
        for n in 0..5 {
            ids.push(waits(&process, &format!("A-{n}"), None).await);
        }
        let mut numbers = vec![moves(&process, 1, "A-0", "done").await];
        process.kill().await;
        // Nobody is there who could hear it.
        numbers.push(moved(&test.db, 1, "A-1", "done").await);
        for number in 1..=2 {
            let process = Process::start(&test.target, Setup { number, ..setup.clone() }).await;
            let item = format!("A-{}", number + 1);
            numbers.push(moves(&process, 1, &item, "done").await);
            moves(&process, 1, &item, "done").await;
            process.kill().await;
        }
        let house = House::open(test.db.clone(), Setup { number: 3, ..setup }).await;
        for (id, number) in ids.iter().zip(&numbers) {
            assert_eq!(heard(&house, id).await, *number, "the first one that came");
            let kinds = house.kinds(id).await;
            assert_eq!(kinds.iter().filter(|kind| *kind == "attempt_completed").count(), 1);
        }
        still_waits(&house, &[&ids[4]]).await;
        let number = moves(&house, 1, "A-4", "done").await;
        assert_eq!(heard(&house, &ids[4]).await, number);
        house.check().await;
    }

    async fn what_came_in_time_is_heard_by_a_server_that_takes_over_too_late(test: TestDb) {
        let setup = Setup::default();
        let first = Process::start(&test.target, setup.clone()).await;
        let in_time = waits(&first, "A-1", None).await;
        let in_vain = waits(&first, "A-2", None).await;
        let paused = waits(&first, "A-3", None).await;
        first.post(&format!("/executions/{paused}/pause"), json!({})).await.expect(200);
        let setup = Setup { node: "other", number: 1, ..setup };
        let house = House::start(test.db.clone(), setup).await;
        house.state(RunnerState::Standby).await;
        first.kill().await;
        let number = moved(&test.db, 1, "A-1", "done").await;
        let other = moved(&test.db, 1, "A-3", "done").await;
        house.app.clock.advance(Duration::from_secs(2 * 60 * 60));
        expire(&test.db).await;
        house.state(RunnerState::Active).await;
        // What is resumed at once has not been told either, or just now: then it has ended.
        let resumed = house.post(&format!("/executions/{paused}/resume"), json!({})).await;
        assert!(matches!(resumed.status.as_u16(), 200 | 409), "{}", resumed.status);
        assert_eq!(heard(&house, &paused).await, other);
        assert_eq!(heard(&house, &in_time).await, number);
        let failed = house.status(&in_vain, "failed").await;
        assert_eq!(failed["error"]["code"], "timeout", "{failed}");
        house.check().await;
    }

    async fn what_a_wait_follows_from_does_not_end_it(db: Db) {
        const COUNT: &str = "
name: Count, and wait for another to count
steps:
  - { id: count, tool: increment, with: { name: first } }
  - { id: another, wait: { event: counter.changed } }
";
        let house = House::new(db).await;
        let first = house.execute(COUNT, json!({})).await;
        house.fact(&first, "wait_started").await;
        let second = house.execute(COUNT, json!({})).await;
        let done = house.status(&first, "completed").await;
        let heard = &done["outputs"]["another"];
        assert_eq!((&heard["value"], &heard["execution_id"]), (&json!(2), &json!(second)), "{done}");
        house.fact(&second, "wait_started").await;
        still_waits(&house, &[&second]).await;
        let begun: Vec<Json> = house.journal(&second).await;
        let begun = begun.iter().find(|fact| fact["kind"] == "wait_started").unwrap();
        assert!(begun["body"]["listens"]["after"].as_i64() >= heard["number"].as_i64(), "{begun}");
    }
}
