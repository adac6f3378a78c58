use std::time::Duration;

use base::{OrganisationId, Timestamp};
use serde_json::{Value as Json, json};
use store::outbox::{self, Draft};
use store::{Db, both_databases, params, sql};

use crate::house::{House, ONE, Setup, until};
use crate::process::Process;

/// Tells what it was given.
const ECHO: &str = r#"
name: Echo
inputs:
  text: { type: string, description: What to say, required: true }
steps:
  - id: say
    tool: set
    with: { said: "${{ inputs.text }}" }
"#;

async fn save(house: &House, definition: &str) -> Json {
    house.post("/workflows", json!({"definition": definition})).await.expect(201)
}

/// All executions of a workflow.
async fn of(house: &House, workflow: &str) -> Vec<Json> {
    let list = house.get(&format!("/executions?limit=200&workflow={workflow}")).await;
    list["items"].as_array().unwrap().clone()
}

async fn count_of(house: &House, workflow: &str, count: usize) -> Vec<Json> {
    until(&format!("{workflow} has {count} executions"), async || {
        let found = of(house, workflow).await;
        (found.len() >= count).then_some(found)
    })
    .await
}

async fn trigger(house: &House, body: Json) -> String {
    house.post("/triggers", body).await.expect(201)["id"].as_str().unwrap().to_owned()
}

/// The trigger once this holds of it.
async fn trigger_when(house: &House, id: &str, is: impl Fn(&Json) -> bool) -> Json {
    until("the trigger is as wanted", async || {
        let list = house.get("/triggers").await;
        let items = list["items"].as_array().unwrap();
        items.iter().find(|item| item["id"] == id && is(item)).cloned()
    })
    .await
}

/// Events that never end, a hundred in each commit.
async fn flood(db: &Db) {
    let draft =
        Draft { topic: "test/river".to_owned(), kind: "river.rises", body: json!({ "metres": 1 }) };
    loop {
        let drafts = vec![draft.clone(); 100];
        let risen = db.write(move |tx| {
            Box::pin(async move {
                outbox::append(tx, OrganisationId::from_u128(1), &drafts, Timestamp::EPOCH).await
            })
        });
        risen.await.unwrap();
    }
}

/// The number of the last event that the only trigger has looked at.
async fn position(db: &Db) -> i64 {
    let mut tx = db.read().await.unwrap();
    let row = tx.fetch_one(sql!("select position from event_triggers"), params![]).await.unwrap();
    row.get("position").unwrap()
}

both_databases! {
    async fn an_event_starts_a_workflow_with_what_it_tells(db: Db) {
        let house = House::new(db).await;
        save(&house, ECHO).await;
        save(&house, ONE).await;
        let before = house.post("/workflows/one_text/execute", json!({})).await.expect(202);
        house.status(before["id"].as_str().unwrap(), "completed").await;
        let id = trigger(&house, json!({
            "workflow": "echo", "event": "execution.completed", "if": "event.workflow == 'one_text'",
            "inputs": {"text": "${{ event.title }} is ${{ event.status }}"}
        })).await;
        let made = house.post("/workflows/one_text/execute", json!({})).await.expect(202);
        house.status(made["id"].as_str().unwrap(), "completed").await;
        let echo = count_of(&house, "echo", 1).await.remove(0);
        let echo = house.status(echo["id"].as_str().unwrap(), "completed").await;
        assert_eq!((&echo["inputs"]["text"], &echo["trigger"]), (&json!("One text is completed"), &json!("event")));
        assert_eq!(echo["started_by"], json!({"kind": "event", "name": "event execution.completed"}));
        let told = trigger_when(&house, &id, |item| !item["last_run"].is_null()).await;
        assert_eq!((&told["last_run"]["execution_id"], &told["source"]), (&echo["id"], &json!("added")));
        // The end of the echo is an event too, and none of the trigger's business; and what
        // happened before the trigger was there started nothing.
        let again = house.post("/workflows/one_text/execute", json!({})).await.expect(202);
        house.status(again["id"].as_str().unwrap(), "completed").await;
        count_of(&house, "echo", 2).await;
        assert_eq!(of(&house, "echo").await.len(), 2);
        let path = format!("/api/v1/triggers/{id}");
        house.app.send_as("test-all@2", "DELETE", &path, None).await.expect(404);
        house.app.send("DELETE", &path, None).await.expect(204);
        house.check().await;
    }

    async fn a_chain_of_events_ends(db: Db) {
        let house = House::new(db).await;
        save(&house, ECHO).await;
        let id = trigger(&house, json!({
            "workflow": "echo", "event": "execution.completed", "inputs": {"text": "again"}
        })).await;
        house.post("/workflows/echo/execute", json!({"inputs": {"text": "first"}})).await.expect(202);
        let told = trigger_when(&house, &id, |item| item["last_run"]["status"] == "failed").await;
        let why = told["last_run"]["error"].as_str().unwrap();
        assert!(why.contains("10th execution in a chain"), "{why}");
        assert_eq!(of(&house, "echo").await.len(), 10 - 1, "one by hand and eight by events");
    }

    async fn more_events_than_can_be_looked_at_hold_up_no_schedule(db: Db) {
        let house = House::new(db.clone()).await;
        save(&house, ECHO).await;
        save(&house, ONE).await;
        trigger(&house, json!({
            "workflow": "echo", "event": "river.rises", "if": "event.metres > 5", "inputs": {"text": "run"}
        })).await;
        let hourly = json!({"workflow": "one_text", "cron": "0 * * * *", "timezone": "UTC"});
        house.post("/schedules", hourly).await.expect(201);
        let first = position(&db).await;
        let fires = async {
            until("the trigger looks", async || (position(&db).await > first).then_some(())).await;
            house.app.clock.advance(Duration::from_secs(30 * 60));
            count_of(&house, "one_text", 1).await
        };
        tokio::select! {
            () = flood(&db) => {}
            started = fires => assert_eq!(started[0]["trigger"], "schedule"),
        }
    }

    async fn what_tools_do_in_an_execution_belongs_to_its_chain(db: Db) {
        let house = House::new(db).await;
        save(&house, "name: Count\nsteps:\n  - { id: count, tool: increment, with: { name: chain } }\n").await;
        let id = trigger(&house, json!({"workflow": "count", "event": "counter.changed"})).await;
        house.post("/workflows/count/execute", json!({})).await.expect(202);
        let told = trigger_when(&house, &id, |item| item["last_run"]["status"] == "failed").await;
        assert!(told["last_run"]["error"].as_str().unwrap().contains("chain of events"), "{told}");
        assert_eq!(of(&house, "count").await.len(), 9);
    }

    async fn each_event_starts_once_however_often_its_process_is_killed(test: TestDb) {
        let setup = Setup::default();
        let process = Process::start(&test.target, setup.clone()).await;
        save(&process, ECHO).await;
        save(&process, ONE).await;
        trigger(&process, json!({
            "workflow": "echo", "event": "execution.completed", "if": "event.workflow == 'one_text'",
            "inputs": {"text": "${{ event.execution_id }}"}
        })).await;
        process.kill().await;
        let processes = 6;
        for number in 1..=processes {
            let process = Process::start(&test.target, Setup { number, ..setup.clone() }).await;
            let before = of(&process, "echo").await.len();
            for n in 0..4 {
                // Processes of one test make the same ids; a key of its own makes another.
                let key = format!("{number} {n}");
                let headers = [("idempotency-key", key.as_str())];
                process.post_with("/workflows/one_text/execute", &headers, &json!({})).await.expect(202);
            }
            count_of(&process, "echo", before + number as usize % 4).await;
            process.kill().await;
        }
        let house = House::open(test.db.clone(), Setup { number: processes + 1, ..setup }).await;
        let expected = 4 * processes as usize;
        let echoes = count_of(&house, "echo", expected).await;
        for echo in &echoes {
            house.status(echo["id"].as_str().unwrap(), "completed").await;
        }
        let mut causes: Vec<String> = of(&house, "echo").await.iter().map(|item| item["inputs"]["text"].to_string()).collect();
        causes.sort_unstable();
        let all = causes.len();
        causes.dedup();
        assert_eq!((all, causes.len()), (expected, expected), "each event once");
        house.check().await;
    }

    async fn what_cannot_start_is_told(db: Db) {
        let house = House::new(db).await;
        save(&house, ECHO).await;
        for (body, field) in [
            (json!({"workflow": "echo", "event": "moved"}), "event"),
            (json!({"workflow": "echo", "event": "a.b", "if": "steps.x == 1"}), "if"),
            (json!({"workflow": "echo", "event": "a.b", "inputs": "x"}), "inputs"),
        ] {
            let refused = house.post("/triggers", body).await.expect(400);
            assert_eq!(refused["errors"][0]["field"], field, "{refused}");
        }
        house.post("/triggers", json!({"workflow": "nobody", "event": "a.b"})).await.expect(404);
        let unclear = trigger(&house, json!({
            "workflow": "echo", "event": "execution.completed", "if": "event.nothing.there == 1"
        })).await;
        let wrong = trigger(&house, json!({"workflow": "echo", "event": "execution.completed"})).await;
        house.post("/workflows/echo/execute", json!({"inputs": {"text": "x"}})).await.expect(202);
        let told = trigger_when(&house, &unclear, |item| !item["last_run"].is_null()).await;
        assert!(told["last_run"]["error"].as_str().unwrap().contains("its condition"), "{told}");
        let told = trigger_when(&house, &wrong, |item| !item["last_run"].is_null()).await;
        assert!(told["last_run"]["error"].as_str().unwrap().contains("inputs.text is required"), "{told}");
        assert_eq!(of(&house, "echo").await.len(), 1);
    }

    async fn a_definition_declares_its_triggers(db: Db) {
        let house = House::new(db).await;
        let on = "
on:
  schedule:
    - { cron: '0 * * * *', timezone: Africa/Cairo, inputs: { text: hourly } }
  event:
    - { event: execution.failed, if: \"event.workflow != 'echo'\", inputs: { text: \"${{ event.title }}\" } }
";
        save(&house, &format!("{}{on}", ECHO.trim_start())).await;
        let schedules = house.get("/schedules").await["items"].clone();
        assert_eq!((&schedules[0]["cron"], &schedules[0]["timezone"], &schedules[0]["source"]), (&json!("0 * * * *"), &json!("Africa/Cairo"), &json!("definition")));
        let events = house.get("/triggers").await["items"].clone();
        assert_eq!((&events[0]["event"], &events[0]["if"]), (&json!("execution.failed"), &json!("event.workflow != 'echo'")));
        house.app.clock.advance(Duration::from_secs(30 * 60));
        let started = count_of(&house, "echo", 1).await.remove(0);
        assert_eq!((&started["trigger"], &started["inputs"]["text"]), (&json!("schedule"), &json!("hourly")));

        let schedule = format!("/api/v1/schedules/{}", schedules[0]["id"].as_str().unwrap());
        house.app.send("DELETE", &schedule, None).await.expect(409);
        house.app.send("PATCH", &schedule, Some(json!({"cron": "1 * * * *"}))).await.expect(409);
        house.app.send("PATCH", &schedule, Some(json!({"enabled": false}))).await.expect(200);
        let event = format!("/api/v1/triggers/{}", events[0]["id"].as_str().unwrap());
        house.app.send("DELETE", &event, None).await.expect(409);
        // What is declared as before stays as it is.
        save(&house, &format!("# Better.\n{}{on}", ECHO.trim_start())).await;
        let kept = house.get("/schedules").await["items"].clone();
        assert_eq!((&kept[0]["id"], &kept[0]["enabled"]), (&schedules[0]["id"], &json!(false)));
        assert_eq!(house.get("/triggers").await["items"][0]["id"], events[0]["id"]);
        save(&house, ECHO).await;
        assert_eq!(house.get("/schedules").await["items"], json!([]));
        assert_eq!(house.get("/triggers").await["items"], json!([]));

        for (on, part) in [
            ("on: { schedule: { cron: '0 9 * * *', timezone: Mars/Olympus, inputs: { text: x } } }", "Mars/Olympus"),
            ("on: { schedule: '0 9 * * *' }", "inputs.text"),
        ] {
            let body = json!({"definition": format!("{}{on}\n", ECHO.trim_start())});
            let found = house.post("/workflows/validate", body).await.expect(200);
            assert_eq!(found["valid"], false, "{found}");
            assert!(found["problems"][0]["message"].as_str().unwrap().contains(part), "{found}");
            assert!(found["problems"][0]["line"].as_u64().unwrap() > 0);
        }
    }
}
