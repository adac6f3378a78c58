//! Nobody says yes to what they asked for themselves, whatever started it.

use std::time::Duration;

use serde_json::{Value as Json, json};
use store::both_databases;

use crate::house::{House, until};
use crate::webhooks::Hook;

const ASKS: &str = "
name: Asks
steps:
  - {id: build, tool: set, with: {n: 1}}
  - {id: go, approval: {title: Go?}}
  - {id: ship, tool: set, with: {n: 2}}
";

/// Two people who may do all that workflows need; an administrator may decide in any case.
const ANN: &str = "test-view_workflows,create_workflow,execute_workflow,approve_workflows#3";
const BOB: &str = "test-view_workflows,create_workflow,execute_workflow,approve_workflows#2";

async fn post(house: &House, key: &str, path: &str, body: Json) -> Json {
    let answer = house.post_as(key, path, &[], &body).await;
    assert!(answer.status.is_success(), "{path}: {}", answer.text);
    answer.json
}

fn id(made: &Json) -> &str {
    made["id"].as_str().unwrap()
}

/// The question that an execution of this workflow asks, once it does.
async fn question(house: &House, execution: &str) -> String {
    house.status(execution, "waiting_approval").await;
    let page = house.get(&format!("/approvals?execution={execution}")).await;
    page["items"][0]["id"].as_str().unwrap().to_owned()
}

/// The newest execution, once there are so many; the clock has to move between two.
async fn newest(house: &House, count: usize) -> String {
    until(&format!("there are {count} executions"), async || {
        let list = house.get("/executions?limit=200&workflow=asks").await;
        let items = list["items"].as_array().unwrap();
        (items.len() == count).then(|| id(&items[0]).to_owned())
    })
    .await
}

/// The first of two may not decide, the second may.
async fn check(house: &House, execution: &str, [not, may]: [&str; 2]) {
    let path = format!("/approvals/{}/decide", question(house, execution).await);
    let yes = json!({ "approve": true });
    let refused = house.post_as(not, &path, &[], &yes).await.expect(403);
    assert_eq!(refused["code"], "forbidden");
    house.post_as(may, &path, &[], &yes).await.expect(200);
    house.status(execution, "completed").await;
}

both_databases! {
    async fn whoever_starts_it_may_not_decide(db: Db) {
        let house = House::new(db).await;
        post(&house, ANN, "/workflows", json!({ "definition": ASKS })).await;
        let started = post(&house, BOB, "/workflows/asks/execute", json!({})).await;
        check(&house, id(&started), [BOB, ANN]).await;
    }

    async fn whoever_made_a_trigger_or_pressed_it_may_not_decide(db: Db) {
        let house = House::new(db).await;
        post(&house, ANN, "/workflows", json!({ "definition": ASKS })).await;
        let hourly = json!({ "workflow": "asks", "cron": "0 * * * *", "timezone": "UTC" });
        let schedule = post(&house, ANN, "/schedules", hourly).await;
        house.app.clock.advance(Duration::from_secs(30 * 60));
        let fired = newest(&house, 1).await;
        check(&house, &fired, [ANN, BOB]).await;

        let pressed = post(&house, BOB, &format!("/schedules/{}/run", id(&schedule)), json!({})).await;
        check(&house, id(&pressed), [BOB, ANN]).await;

        let other = ASKS.replace("Asks", "Other").replace("approval: {title: Go?}", "tool: set");
        post(&house, ANN, "/workflows", json!({ "definition": other })).await;
        let event = json!({ "workflow": "asks", "event": "execution.completed", "if": "event.workflow == 'other'" });
        post(&house, BOB, "/triggers", event).await;
        house.app.clock.advance(Duration::from_secs(1));
        post(&house, ANN, "/workflows/other/execute", json!({})).await;
        let told = newest(&house, 3).await;
        // an execution that a step of it starts is for the same person
        check(&house, &told, [BOB, ANN]).await;
        house.check().await;
    }

    async fn whoever_changes_a_trigger_may_not_decide(db: Db) {
        let house = House::new(db).await;
        post(&house, ANN, "/workflows", json!({ "definition": ASKS })).await;
        let of_ann = async |cron: &str, change: Json| {
            let wanted = json!({ "workflow": "asks", "cron": cron, "timezone": "UTC" });
            let made = post(&house, ANN, "/schedules", wanted).await;
            let path = format!("/api/v1/schedules/{}", id(&made));
            house.app.send_as(BOB, "PATCH", &path, Some(change)).await.expect(200);
        };
        of_ann("0 * * * *", json!({ "cron": "45 * * * *" })).await;
        of_ann("50 * * * *", json!({ "name": "Hourly" })).await;
        house.app.clock.advance(Duration::from_secs(15 * 60));
        let moved = newest(&house, 1).await;
        check(&house, &moved, [BOB, ANN]).await;
        house.app.clock.advance(Duration::from_secs(5 * 60));
        let renamed = newest(&house, 2).await;
        check(&house, &renamed, [ANN, BOB]).await;

        let hook = json!({ "workflow": "asks", "name": "From the shop" });
        let made = post(&house, ANN, "/webhooks", hook).await;
        let path = format!("/webhooks/{}/rotate", id(&made));
        let hook = Hook::of(&post(&house, BOB, &path, json!({})).await);
        let called = hook.call(&house, "{}").await.expect(202);
        check(&house, called["execution_id"].as_str().unwrap(), [BOB, ANN]).await;
        house.check().await;
    }

    async fn everybody_is_everybody_but_who_started_it(db: Db) {
        let house = House::new(db).await;
        let [ann, bob] = [3, 2].map(base::UserId::from_u128);
        let all = format!("approval: {{title: Go?, people: [{ann}, {bob}], rule: all}}");
        let definition = ASKS.replace("approval: {title: Go?}", &all);
        post(&house, ANN, "/workflows", json!({ "definition": definition })).await;
        let started = post(&house, BOB, "/workflows/asks/execute", json!({})).await;
        check(&house, id(&started), [BOB, ANN]).await;
        house.check().await;
    }

    async fn a_quorum_without_who_started_it_is_not_waited_for(db: Db) {
        let house = House::new(db).await;
        let [ann, bob] = [3, 2].map(base::UserId::from_u128);
        let two = format!("approval: {{title: Go?, people: [{ann}, {bob}], rule: {{quorum: 2}}}}");
        let definition = ASKS.replace("approval: {title: Go?}", &two);
        post(&house, ANN, "/workflows", json!({ "definition": definition })).await;
        let started = post(&house, BOB, "/workflows/asks/execute", json!({})).await;
        let path = format!("/approvals/{}/decide", question(&house, id(&started)).await);
        let decided = post(&house, ANN, &path, json!({ "approve": true })).await;
        assert_eq!(decided["status"], "cancelled");
        let failed = house.status(id(&started), "failed").await;
        assert_eq!(failed["error"]["code"], "quorum_out_of_reach", "{failed}");
        house.check().await;
    }

    async fn other_work_is_agreed_to_anew(db: Db) {
        let house = House::new(db).await;
        let broken = ASKS.replace("{n: 2}", "{n: '${{ steps.build.outputs.none }}'}");
        let first = house.execute(&broken, json!({})).await;
        let path = format!("/approvals/{}/decide", question(&house, &first).await);
        house.post_as(BOB, &path, &[], &json!({ "approve": true })).await.expect(200);
        house.status(&first, "failed").await;
        let fork = json!({ "step": "ship", "definition": ASKS });
        let second = post(&house, ANN, &format!("/executions/{first}/fork"), fork).await;
        assert_eq!(second["workflow"]["revision"], json!(null));
        check(&house, id(&second), [ANN, BOB]).await;
        house.check().await;
    }
}
