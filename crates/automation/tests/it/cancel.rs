use std::time::Duration;

use base::{Random as _, SeededRandom};
use futures::future::join_all;
use serde_json::{Value as Json, json};
use store::{Db, both_databases, params, sql};

use crate::house::{House, ONE, of_instances, step};
use crate::tools::counter;

/// A model, an effect and a last word.
const RACE: &str = r#"
name: Race
steps:
  - {id: text, needs: [], agent: tester, command: write_text, params: {topic: life}}
  - {id: count, needs: [text], tool: increment, with: {name: raced}}
  - {id: last, needs: [count], tool: set, with: {is: done}}
outputs: { last: "${{ steps.last.outputs.is }}" }
"#;
/// How many of them are raced at a time.
const AT_ONCE: usize = 16;

/// How many races there are, unless the environment asks for more.
fn races() -> usize {
    let asked = std::env::vars_os().find(|(name, _)| name == "PROOF_RACES");
    asked.map_or(160, |(_, races)| races.to_str().unwrap().parse().unwrap())
}

/// A number below `end`.
fn roll(dice: &SeededRandom, end: u64) -> u64 {
    let mut bytes = [0; 8];
    dice.fill(&mut bytes);
    u64::from_le_bytes(bytes) % end
}

async fn rows(db: &Db, id: &str) -> Vec<i64> {
    let mut tx = db.read().await.unwrap();
    let row = tx
        .fetch_one(
            sql!("select (select count(*) from execution_events where execution_id = $1) as events, (select count(*) from turn_events where execution_id = $1) as turns, (select count(*) from results where execution_id = $1) as results, (select count(*) from model_calls where execution_id = $1 and outcome = 'running') as running"),
            params![id],
        )
        .await
        .unwrap();
    ["events", "turns", "results", "running"].map(|name| row.get(name).unwrap()).to_vec()
}

both_databases! {
    async fn cancelling_drops_the_call_in_flight(db: Db) {
        let house = House::new(db.clone()).await;
        house.models.hold("write_text");
        let id = house.write().await;
        house.models.begun(3).await;
        let body = json!({"reason": "changed my mind"});
        let path = format!("/executions/{id}/cancel");
        let asked = house.post(&path, body);
        let cancelled = tokio::time::timeout(Duration::from_secs(2), asked).await.unwrap().expect(200);
        assert_eq!(cancelled["status"], "cancelled");
        house.models.dropped(2).await;
        let before = rows(&db, &id).await;
        house.models.open("write_text");
        let detail = house.detail(&id).await;
        let statuses: Vec<&Json> = ["topics", "texts", "count"].map(|id| &step(&detail, id)["status"]).to_vec();
        assert_eq!(statuses, ["completed", "cancelled", "skipped"]);
        assert_eq!(of_instances(&detail, "texts", "status"), ["cancelled", "cancelled"]);
        assert_eq!(detail["progress"]["running"], json!([]));
        assert!(detail["finished_at"].is_string());
        let last = house.journal(&id).await.pop().unwrap();
        assert_eq!((&last["kind"], &last["body"]["by"], &last["body"]["reason"]), (&json!("execution_cancelled"), &json!("Test"), &json!("changed my mind")));
        // Another execution passes through the same runner; nothing more comes of the first.
        let other = house.write().await;
        house.status(&other, "completed").await;
        assert_eq!(rows(&db, &id).await, before);
        assert_eq!(before[3], 0, "no call stays open in the ledger");
        assert_eq!(counter(&db, "written").await, 1);
        house.check().await;
    }

    async fn what_has_ended_stays_ended(db: Db) {
        let house = House::new(db).await;
        let id = house.execute(ONE, json!({})).await;
        house.status(&id, "completed").await;
        let before = house.journal(&id).await;
        for verb in ["cancel", "pause", "resume"] {
            let refused = house.post(&format!("/executions/{id}/{verb}"), json!({})).await.expect(409);
            assert_eq!(refused["code"], "invalid_state", "{verb}");
        }
        assert_eq!(house.journal(&id).await, before);
    }

    async fn a_queued_execution_can_be_cancelled(db: Db) {
        let house = House::open(db, crate::house::Setup { max_running: 1, ..Default::default() }).await;
        house.models.hold("write_text");
        let first = house.execute(ONE, json!({})).await;
        house.models.begun(1).await;
        let second = house.execute(ONE, json!({})).await;
        let third = house.execute(ONE, json!({})).await;
        let cancelled = house.post(&format!("/executions/{second}/cancel"), json!({})).await.expect(200);
        assert_eq!((&cancelled["status"], &cancelled["started_at"]), (&json!("cancelled"), &json!(null)));
        house.models.open("write_text");
        house.status(&first, "completed").await;
        house.status(&third, "completed").await;
        assert_eq!(house.models.counts().begun, 2);
        assert_eq!(house.kinds(&second).await, ["execution_created", "execution_cancelled"]);
    }

    /// R11: each of many executions is cancelled at a random moment of its three steps.
    async fn cancel_and_completion_have_one_winner(db: Db) {
        let house = House::new(db.clone()).await;
        let dice = SeededRandom::new(11);
        let (mut cancelled, mut completed, mut counted) = (0, 0, 0);
        // how late a cancel comes at most: later when they all come first, on a slow machine
        let mut latest_ms = 40;
        while cancelled + completed < races() || cancelled == 0 || completed == 0 {
            assert!(latest_ms < 60_000, "{cancelled} cancelled, {completed} completed");
            let before = (cancelled, completed);
            house.models.hold("write_text");
            let begun = house.models.counts().begun;
            let made = (0..AT_ONCE).map(|_| house.execute(RACE, json!({})));
            let ids = join_all(made).await;
            house.models.begun(begun + AT_ONCE).await;
            house.models.open("write_text");
            let answers = join_all(ids.iter().map(|id| {
                let moment = Duration::from_millis(roll(&dice, latest_ms));
                let (house, path) = (&house, format!("/executions/{id}/cancel"));
                async move {
                    tokio::time::sleep(moment).await;
                    house.post(&path, json!({})).await
                }
            }));
            for (id, answer) in ids.iter().zip(answers.await) {
                let status = answer.status.as_u16();
                assert!(matches!(status, 200 | 409), "{status}");
                let (wins, end) = match status {
                    200 => (&mut cancelled, "cancelled"),
                    _ => (&mut completed, "completed"),
                };
                *wins += 1;
                let ended = house.status(id, end).await;
                assert_eq!(ended["outputs"].is_null(), end == "cancelled");
                let facts = house.journal(id).await;
                let kinds: Vec<&str> = facts.iter().map(|fact| fact["kind"].as_str().unwrap()).collect();
                let ends = kinds.iter().filter(|kind| matches!(**kind, "execution_completed" | "execution_cancelled" | "execution_failed"));
                assert_eq!(ends.count(), 1, "{kinds:?}");
                // so nothing started after it
                assert_eq!(kinds.last().unwrap().strip_prefix("execution_"), Some(end));
                let counts = |fact: &&Json| fact["kind"] == "attempt_completed" && fact["body"]["step"] == 1;
                counted += facts.iter().filter(counts).count() as i64;
            }
            latest_ms = match (cancelled > before.0, completed > before.1) {
                (true, false) => latest_ms * 2,
                (false, true) => (latest_ms / 2).max(1),
                (true, true) | (false, false) => latest_ms,
            };
        }
        assert_eq!(counter(&db, "raced").await, counted, "each effect is recorded, also of those that were cancelled");
        house.check().await;
    }
}
