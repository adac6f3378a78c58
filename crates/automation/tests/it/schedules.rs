use std::time::Duration;

use automation::RunnerState;
use base::{OrganisationId, Timestamp};
use serde_json::{Value as Json, json};
use store::both_databases;
use store::outbox::{self, Draft};

use crate::fencing::{expire, take_role};
use crate::house::{House, ONE, Setup, until};
use crate::process::Process;

/// The clock of every test begins on this day at 07:30 UTC.
const DAY: &str = "2026-11-21";
const MINUTE: Duration = Duration::from_secs(60);

/// Saves a workflow without inputs under the slug `daily`.
async fn daily(house: &House) {
    house
        .post("/workflows", json!({"definition": ONE.replace("One text", "Daily")}))
        .await
        .expect(201);
}

async fn schedule(house: &House, more: Json) -> Json {
    let mut body = json!({"workflow": "daily", "cron": "0 * * * *", "timezone": "UTC"});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    house.post("/schedules", body).await.expect(201)
}

/// All executions that schedules have started, the newest first.
async fn started(house: &House) -> Vec<Json> {
    let list = house.get("/executions?limit=200").await;
    let items = list["items"].as_array().unwrap().iter();
    items.filter(|item| item["trigger"] == "schedule").cloned().collect()
}

async fn started_count(house: &House, count: usize) -> Vec<Json> {
    until(&format!("{count} executions are started"), async || {
        let found = started(house).await;
        (found.len() >= count).then_some(found)
    })
    .await
}

/// The schedule once it has looked at this time.
async fn looked_at(house: &House, id: &str, time: &str) -> Json {
    until(&format!("{id} has looked at {time}"), async || {
        let found = house.get(&format!("/schedules/{id}")).await;
        (found["last_run"]["at"] == time).then_some(found)
    })
    .await
}

both_databases! {
    async fn a_schedule_fires_when_its_time_comes(db: Db) {
        let house = House::new(db).await;
        daily(&house).await;
        let made = schedule(&house, json!({"name": "Hourly", "priority": "high"})).await;
        let id = made["id"].as_str().unwrap();
        let hours = [8, 9, 10, 11, 12].map(|hour| format!("{DAY}T{hour:02}:00:00.000Z"));
        assert_eq!(made["next_runs"], json!(hours));
        assert_eq!((&made["enabled"], &made["missed"], &made["source"], &made["last_run"]), (&json!(true), &json!("skip"), &json!("added"), &Json::Null));
        assert_eq!(started(&house).await, Vec::<Json>::new());
        house.app.clock.advance(30 * MINUTE);
        let first = started_count(&house, 1).await.remove(0);
        assert_eq!((&first["started_by"], &first["priority"]), (&json!({"kind": "schedule", "name": "Hourly"}), &json!("high")));
        house.status(first["id"].as_str().unwrap(), "completed").await;
        let after = looked_at(&house, id, &hours[0]).await;
        assert_eq!(after["last_run"], json!({"at": hours[0], "execution_id": first["id"], "status": "completed", "error": null}));
        house.app.clock.advance(60 * MINUTE);
        started_count(&house, 2).await;
        looked_at(&house, id, &hours[1]).await;
        assert_eq!(started(&house).await.len(), 2);
        house.check().await;
    }

    async fn each_time_fires_once_however_often_its_process_is_killed(test: TestDb) {
        let setup = Setup::default();
        let process = Process::start(&test.target, setup.clone()).await;
        daily(&process).await;
        schedule(&process, json!({"cron": "* * * * * *", "missed": "run_all"})).await;
        process.kill().await;
        // Each process lives for five seconds of its clock and is killed somewhere in them.
        let processes = 8;
        for number in 1..=processes {
            let setup = Setup { number, ..setup.clone() };
            let process = Process::start(&test.target, setup).await;
            process.app.clock.advance(Duration::from_secs(5 * number));
            let before = started(&process).await.len();
            let moment = before + number as usize % 5;
            started_count(&process, moment).await;
            process.kill().await;
        }
        let setup = Setup { number: processes + 1, ..setup };
        let house = House::open(test.db.clone(), setup).await;
        house.app.clock.advance(Duration::from_secs(5 * (processes + 1)));
        let seconds = 5 * (processes as usize + 1);
        started_count(&house, seconds).await;
        let after = house.get("/schedules").await["items"][0].clone();
        assert_eq!(after["last_run"]["at"], format!("{DAY}T07:30:{seconds:02}.000Z"));
        for execution in started(&house).await {
            house.status(execution["id"].as_str().unwrap(), "completed").await;
        }
        assert_eq!(started(&house).await.len(), seconds, "no time was lost and none fired twice");
        house.check().await;
    }

    async fn who_lost_the_engine_role_fires_nothing(db: Db) {
        let house = House::new(db.clone()).await;
        daily(&house).await;
        schedule(&house, json!({"cron": "*/10 * * * * *", "missed": "run_all"})).await;
        house.app.clock.advance(Duration::from_secs(16));
        started_count(&house, 1).await;
        take_role(&db, house.app.app.now()).await;
        house.app.clock.advance(Duration::from_secs(5));
        house.state(RunnerState::Standby).await;
        assert_eq!(started(&house).await.len(), 1, "the time at 20 seconds is the other one's");
        house.app.clock.advance(Duration::from_secs(60));
        expire(&db).await;
        house.state(RunnerState::Active).await;
        started_count(&house, 8).await;
        house.check().await;
        assert_eq!(started(&house).await.len(), 8, "each time of 81 seconds once");
    }

    async fn missed_times_follow_their_policy(test: TestDb) {
        let process = Process::start(&test.target, Setup::default()).await;
        daily(&process).await;
        let mut ids = Vec::new();
        for missed in ["skip", "run_once", "run_all"] {
            let made = schedule(&process, json!({"missed": missed, "name": missed})).await;
            ids.push(made["id"].as_str().unwrap().to_owned());
        }
        process.kill().await;
        // Clocks go on from 07:30; the times of 08:00, 09:00 and 10:00 are missed.
        let house = House::start(test.db.clone(), Setup { number: 1, ..Setup::default() }).await;
        house.app.clock.advance(3 * 60 * MINUTE);
        for (id, last) in ids.iter().zip([8, 10, 10]) {
            looked_at(&house, id, &format!("{DAY}T{last:02}:00:00.000Z")).await;
        }
        let names: Vec<Json> = started(&house).await.iter().map(|item| item["started_by"]["name"].clone()).collect();
        let count = |name: &str| names.iter().filter(|other| *other == name).count();
        assert_eq!((count("skip"), count("run_once"), count("run_all")), (0, 1, 3));
        let skipped = house.get(&format!("/schedules/{}", ids[0])).await;
        assert_eq!((&skipped["last_run"]["status"], &skipped["last_run"]["error"]), (&json!("skipped"), &Json::Null));
    }

    async fn what_cannot_be_read_holds_up_no_other(db: Db) {
        let house = House::new(db.clone()).await;
        daily(&house).await;
        schedule(&house, json!({})).await;
        let whole = schedule(&house, json!({"cron": "1 * * * *"})).await;
        for workflow in ["write", "daily"] {
            let body = json!({"workflow": workflow, "event": "test.told", "inputs": {}});
            house.post("/triggers", body).await.expect(201);
        }
        let damaged = db.write::<_, store::Error, _>(|tx| {
            Box::pin(async move {
                let text = store::sql!("update schedules set inputs = 'no JSON' where cron = '0 * * * *'");
                tx.execute(text, store::params![]).await?;
                let text = store::sql!("update event_triggers set inputs = 'no JSON' where workflow_slug = 'write'");
                tx.execute(text, store::params![]).await?;
                let draft = Draft { topic: "test/told".to_owned(), kind: "test.told", body: json!({}) };
                outbox::append(tx, OrganisationId::from_u128(1), &[draft], Timestamp::EPOCH).await
            })
        });
        damaged.await.unwrap();
        house.app.clock.advance(31 * MINUTE);
        looked_at(&house, whole["id"].as_str().unwrap(), &format!("{DAY}T08:01:00.000Z")).await;
        assert_eq!(started(&house).await.len(), 1);
        until("the event starts its workflow", async || {
            let list = house.get("/executions?trigger=event").await;
            (list["items"].as_array().unwrap().len() == 1).then_some(())
        })
        .await;
    }

    async fn schedules_are_changed_and_turned_off(db: Db) {
        let house = House::new(db).await;
        daily(&house).await;
        let made = schedule(&house, json!({"name": "Hourly", "project": "demo"})).await;
        assert_eq!(made["project"], "DEMO");
        let path = format!("/api/v1/schedules/{}", made["id"].as_str().unwrap());
        let patch = async |body: Json| house.app.send("PATCH", &path, Some(body)).await;
        let off = patch(json!({"enabled": false})).await.expect(200);
        assert_eq!((&off["enabled"], &off["next_runs"], &off["cron"]), (&json!(false), &json!([]), &json!("0 * * * *")));
        let other = schedule(&house, json!({})).await;
        house.app.clock.advance(30 * MINUTE);
        looked_at(&house, other["id"].as_str().unwrap(), &format!("{DAY}T08:00:00.000Z")).await;
        assert_eq!(started(&house).await.len(), 1, "only the other one fired");
        let changed = patch(json!({"enabled": true, "cron": "15 9 * * *", "timezone": "Africa/Cairo", "name": null})).await.expect(200);
        assert_eq!((&changed["next_runs"][0], &changed["name"]), (&json!("2026-11-22T07:15:00.000Z"), &Json::Null));
        assert_eq!(patch(json!({"project": null})).await.expect(200)["project"], Json::Null);
        assert_eq!(patch(json!({"project": "Demo"})).await.expect(200)["project"], "DEMO");
        patch(json!({"timezone": "Africa/Cario"})).await.expect(400);
        patch(json!({"workflow": "nobody"})).await.expect(404);
        let theirs = house.app.send_as("test-all@2", "PATCH", &path, Some(json!({"enabled": false}))).await;
        assert_eq!(theirs.status.as_u16(), 404);
        house.app.send_as("test-all@2", "DELETE", &path, None).await.expect(404);
        assert_eq!(house.app.send_as("test-all@2", "GET", "/api/v1/schedules", None).await.expect(200)["items"], json!([]));
        house.app.send("DELETE", &path, None).await.expect(204);
        house.app.send("GET", &path, None).await.expect(404);
        assert_eq!(house.get("/schedules?workflow=daily").await["items"].as_array().unwrap().len(), 1);
        assert_eq!(house.get("/schedules?workflow=other").await["items"], json!([]));
    }

    async fn what_cannot_be_kept_is_refused(db: Db) {
        let house = House::new(db).await;
        daily(&house).await;
        for (more, status, field) in [
            (json!({"cron": "61 * * * *"}), 400, "cron"),
            (json!({"timezone": "Mars/Olympus"}), 400, "timezone"),
            (json!({"inputs": {"nothing": 1}}), 400, "inputs.nothing"),
            (json!({"name": "  "}), 400, "name"),
            (json!({"project": "NOBODY"}), 404, ""),
            (json!({"workflow": "nobody"}), 404, ""),
            (json!({"missed": "often"}), 400, "missed"),
            (json!({"workflow": "write"}), 400, "inputs.subject"),
        ] {
            let mut body = json!({"workflow": "daily", "cron": "0 * * * *"});
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            let refused = house.post("/schedules", body).await.expect(status);
            assert_eq!(refused["errors"][0]["field"].as_str().unwrap_or_default(), field, "{refused}");
        }
        let preview = house.get("/schedules/preview?cron=0%209%20*%20*%201-5&timezone=Africa/Cairo").await;
        assert_eq!(preview["next_runs"][0], "2026-11-23T07:00:00.000Z");
        assert!(preview["description"].as_str().unwrap().contains('9'), "{preview}");
        let refused = house.app.send("GET", "/api/v1/schedules/preview?cron=x", None).await.expect(400);
        assert_eq!(refused["errors"][0]["field"], "cron");
    }

    async fn what_cannot_start_is_told_and_the_schedule_goes_on(db: Db) {
        let house = House::new(db).await;
        daily(&house).await;
        let made = schedule(&house, json!({})).await;
        let id = made["id"].as_str().unwrap();
        house.post("/workflows/daily/archive", json!({})).await.expect(200);
        house.post(&format!("/schedules/{id}/run"), json!({})).await.expect(409);
        house.app.clock.advance(30 * MINUTE);
        let after = looked_at(&house, id, &format!("{DAY}T08:00:00.000Z")).await;
        assert_eq!((&after["last_run"]["status"], &after["last_run"]["execution_id"]), (&json!("failed"), &Json::Null));
        assert!(after["last_run"]["error"].as_str().unwrap().contains("archived"), "{after}");
        house.post("/workflows/daily/activate", json!({})).await.expect(200);
        let execution = house.post(&format!("/schedules/{id}/run"), json!({})).await.expect(202);
        assert_eq!((&execution["trigger"], &execution["started_by"]["kind"]), (&json!("schedule"), &json!("schedule")));
        house.status(execution["id"].as_str().unwrap(), "completed").await;
        let ran = house.get(&format!("/schedules/{id}")).await;
        assert_eq!((&ran["last_run"]["execution_id"], &ran["last_run"]["error"]), (&execution["id"], &Json::Null));
    }

    async fn a_run_now_that_is_repeated_is_the_same_run(db: Db) {
        let house = House::new(db).await;
        daily(&house).await;
        let made = schedule(&house, json!({})).await;
        let other = schedule(&house, json!({"cron": "30 * * * *"})).await;
        let run = async |of: &Json, status: u16| {
            let path = format!("/schedules/{}/run", of["id"].as_str().unwrap());
            house.post_with(&path, &[("idempotency-key", "now")], &json!({})).await.expect(status)
        };
        let first = run(&made, 202).await;
        house.status(first["id"].as_str().unwrap(), "completed").await;
        // whatever has become of the workflow meanwhile
        house.post("/workflows/daily/archive", json!({})).await.expect(200);
        let again = run(&made, 202).await;
        assert_eq!((&again["id"], &again["status"]), (&first["id"], &json!("completed")));
        assert_eq!(run(&other, 422).await["code"], "idempotency_key_reused");
        assert_eq!((started(&house).await.len(), house.models.counts().begun), (1, 1));
    }
}
