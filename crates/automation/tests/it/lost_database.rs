//! The database is away for a moment, or the engine has not read everything yet: the work on
//! an attempt waits, and goes on by itself.

use serde_json::json;
use store::{Db, Kind, both_databases, params, sql};

use crate::house::{House, ONE, Setup, step};
use crate::ledger;
use crate::process::Process;

const INNER: &str = "name: Inner work\nsteps: [{id: word, wait: {event: go}}]\n";
const OUTER: &str = "name: Outer work\nsteps: [{id: call, workflow: inner_work}]\n";

/// Every trace of the executions that are the work of a step, as if none had been made yet.
/// The guards of the journal go first.
async fn unmake_children(db: &Db) {
    let guard = match db.kind() {
        Kind::Sqlite => sql!("drop trigger journal_is_never_deleted"),
        Kind::Postgres => sql!("drop trigger journal_is_never_deleted on execution_events"),
    };
    let unmade = db.write(move |tx| {
        Box::pin(async move {
            tx.execute(guard, params![]).await?;
            for text in [
                sql!("delete from execution_events where execution_id in (select id from executions where parent_execution_id is not null)"),
                sql!("delete from execution_steps where execution_id in (select id from executions where parent_execution_id is not null)"),
                sql!("delete from attempts where execution_id in (select id from executions where parent_execution_id is not null)"),
                sql!("delete from executions where parent_execution_id is not null"),
            ] {
                tx.execute(text, params![]).await?;
            }
            Ok::<_, store::Error>(())
        })
    });
    unmade.await.unwrap();
}

both_databases! {
    async fn answer_that_was_paid_for_is_kept_until_it_is_durable(db: Db) {
        let house = House::new(db).await;
        house.models.hold("write_text");
        let id = house.execute(ONE, json!({})).await;
        house.models.begun(1).await;
        ledger::lose("record_call", &id);
        ledger::lose("record_call", &id);
        house.models.open("write_text");
        let done = house.status(&id, "completed").await;
        assert!(ledger::all_lost(&id));
        assert_eq!(house.models.counts().begun, 1);
        assert_eq!(step(&done, "text")["instances"][0]["attempts"].as_array().unwrap().len(), 1);
        assert_eq!(done["usage"]["model_calls"], 1);
        house.check().await;
    }

    async fn intent_waits_for_the_database(db: Db) {
        let house = House::new(db).await;
        house.models.hold("list_topics");
        let id = house.write().await;
        house.models.begun(1).await;
        ledger::lose("record_call_intent", &id);
        ledger::lose("record_call_intent", &id);
        house.models.open("list_topics");
        let done = house.status(&id, "completed").await;
        assert!(ledger::all_lost(&id));
        assert_eq!(done["usage"]["model_calls"], house.models.counts().begun);
        house.check().await;
    }

    async fn sub_workflows_are_made_while_others_are_still_read(test: TestDb) {
        const MANY: usize = 220;
        let setup = Setup { max_running: 500, ..Setup::default() };
        let process = Process::start(&test.target, setup.clone()).await;
        process.post("/workflows", json!({"definition": INNER})).await.expect(201);
        let made = (0..MANY).map(|_| process.execute(OUTER, json!({})));
        let ids = futures::future::join_all(made).await;
        for id in &ids {
            process.when(id, "has a child", |detail| detail["children"][0].is_object()).await;
        }
        process.kill().await;
        unmake_children(&test.db).await;
        let house = House::open(test.db.clone(), Setup { number: 1, ..setup }).await;
        for id in &ids {
            house.when(id, "has a child again", |detail| detail["children"][0].is_object()).await;
        }
        house.check().await;
    }
}
