//! What is recorded stays: the database itself refuses to change it, whoever asks.

use store::{Db, Error, Sql};

use super::check::{SOUND, by_hand, with_ids};
use super::same;

/// Runs one statement; the message when it was refused.
async fn refused(db: &Db, text: &str) -> Option<String> {
    let statement: Sql = same(with_ids(text).leak());
    let done = db
        .write::<_, Error, _>(move |tx| {
            Box::pin(async move { tx.execute(statement, Vec::new()).await })
        })
        .await;
    done.err().map(|error| error.to_string())
}

/// Every row of what must not change, as text.
async fn facts(db: &Db) -> Vec<String> {
    let mut tx = db.read().await.unwrap();
    let mut found = Vec::new();
    for (text, columns) in [
        (
            "select execution_id as a, kind as b, body as c from execution_events order by execution_id, seq",
            ["a", "b", "c"],
        ),
        ("select id as a, output as b, summary as c from results order by id", ["a", "b", "c"]),
        ("select id as a, status as b, running as c from executions order by id", ["a", "b", "c"]),
    ] {
        for row in tx.fetch_all(same(text), Vec::new()).await.unwrap() {
            found.push(columns.map(|column| row.get::<String>(column).unwrap()).join(" "));
        }
    }
    found
}

store::both_databases! {
    async fn recorded_facts_are_never_changed(db: Db) {
        by_hand(&db, SOUND).await;
        let before = facts(&db).await;
        for (text, says) in [
            ("update execution_events set body = '{}' where seq = 1", "a recorded fact is never changed"),
            ("update execution_events set seq = 9 where execution_id = 'DONE' and seq = 3", "a recorded fact is never changed"),
            ("delete from execution_events where seq = 1", "a recorded fact is never deleted"),
            ("delete from execution_events", "a recorded fact is never deleted"),
            ("update results set output = '{\"other\":1}'", "a recorded result is never changed"),
            ("update results set id = 'res_00000000000000000000000009'", "a recorded result is never changed"),
            ("delete from results where id = 'RES'", "a recorded result is never deleted"),
            ("update executions set status = 'running', is_final = false where id = 'DONE'", "stays as it ended"),
            ("update executions set status = 'failed'", "stays as it ended"),
            ("update executions set outputs = '{}' where id = 'DONE'", "stays as it ended"),
            ("update executions set last_seq = 4 where id = 'DONE'", "stays as it ended"),
            ("update executions set finished_at = 9 where id = 'DONE'", "stays as it ended"),
        ] {
            let told = refused(&db, text).await.unwrap_or_else(|| panic!("it was done: {text}"));
            assert!(told.contains(says), "{text}: {told}");
            assert_eq!(facts(&db).await, before, "{text}");
        }
    }

    async fn what_may_change_still_does(db: Db) {
        by_hand(&db, SOUND).await;
        for text in [
            // The ledger closes calls of an execution in the commit that ends it, and after it.
            "update executions set model_calls = model_calls + 1 where id = 'DONE'",
            "update executions set status = 'paused' where id = 'OPEN'",
            "update executions set status = 'cancelled', is_final = true, finished_at = 9, last_seq = 2 where id = 'OPEN'",
            "insert into execution_events (organisation_id, execution_id, seq, kind, body, at) values ('ORG', 'OPEN', 2, 'execution_cancelled', '{}', 9)",
        ] {
            assert_eq!(refused(&db, text).await, None, "{text}");
        }
        let again = refused(&db, "update executions set status = 'running', is_final = false where id = 'OPEN'").await;
        assert!(again.is_some_and(|told| told.contains("stays as it ended")));
    }
}

#[tokio::test]
async fn postgres_does_not_empty_them_either() {
    let test = store::testing::postgres().await;
    by_hand(&test.db, SOUND).await;
    let before = facts(&test.db).await;
    for table in ["execution_events", "results"] {
        let told = refused(&test.db, &format!("truncate {table}")).await;
        assert!(told.is_some_and(|told| told.contains("is never deleted")), "{table}");
    }
    assert_eq!(facts(&test.db).await, before);
}
