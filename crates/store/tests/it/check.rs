//! `check::run`: a sound database has no findings, and each planted fault is found.

use base::{CallId, ExecutionId, OrganisationId, OsRandom, ProjectId, ResultId, WorkItemId};
use sqlx::{AssertSqlSafe, Connection as _};
use store::check::{self, Finding};
use store::{Db, Error, Kind, Target};

use super::same;

/// A small sound database, as SQL, with the ids put in for their names.
pub(super) const SOUND: &str = "
insert into organisations (id, name, created_at, updated_at) values ('ORG', 'Acme', 1, 1);
insert into roles (organisation_id, id, name, description, permissions, is_system, created_at, updated_at) values ('ORG', 'rol_00000000000000000000000001', 'admin', '', '[\"*\"]', true, 1, 1);
insert into users (organisation_id, id, email, name, role_id, locale, theme, is_active, created_at, updated_at) values ('ORG', 'usr_00000000000000000000000001', 'a@example.com', 'Ada', 'rol_00000000000000000000000001', 'en', 'dark', true, 1, 1);
insert into projects (organisation_id, id, key, name, description, status, columns, next_item_number, created_by, created_at, updated_at) values ('ORG', 'PRJ', 'SHOP', 'Shop', '', 'active', '[]', 3, 'ada', 1, 1);
insert into executions (organisation_id, id, workflow_slug, workflow_name, definition, title, status, is_final, inputs, total_steps, completed_steps, failed_steps, percent, running, priority, scripted, recovered, model_calls, input_tokens, output_tokens, cost_micros, started_by_kind, started_by_id, started_by_name, last_seq, created_at, started_at, finished_at) values ('ORG', 'DONE', 'w', 'W', '', 't', 'completed', true, '{}', 1, 1, 0, 100, '[]', 'normal', false, 0, 1, 10, 20, 30, 'user', 'u', 'Ada', 3, 1, 2, 3);
insert into executions (organisation_id, id, workflow_slug, workflow_name, definition, title, status, is_final, inputs, total_steps, completed_steps, failed_steps, percent, running, priority, scripted, recovered, model_calls, input_tokens, output_tokens, cost_micros, started_by_kind, started_by_id, started_by_name, last_seq, created_at, started_at) values ('ORG', 'OPEN', 'w', 'W', '', 't', 'running', false, '{}', 1, 0, 0, 0, '[]', 'normal', false, 0, 0, 0, 0, 0, 'user', 'u', 'Ada', 1, 1, 2);
insert into execution_events (organisation_id, execution_id, seq, kind, body, at) values ('ORG', 'DONE', 1, 'execution_created', '{}', 1), ('ORG', 'DONE', 2, 'attempt_completed', '{}', 2), ('ORG', 'DONE', 3, 'execution_completed', '{}', 3), ('ORG', 'OPEN', 1, 'execution_created', '{}', 1);
insert into attempts (organisation_id, execution_id, step, instance, number, label, status, result_id, started_at, finished_at) values ('ORG', 'DONE', 's', 0, 1, '', 'completed', 'RES', 1, 2);
insert into results (organisation_id, id, execution_id, step, instance, attempt, summary, output, scripted, model_calls, input_tokens, output_tokens, cost_micros, created_at) values ('ORG', 'RES', 'DONE', 's', 0, 1, 'fine', '{}', false, 1, 10, 20, 30, 2);
insert into model_calls (organisation_id, id, execution_id, step, instance, attempt, nth, is_repair, model, provider, scripted, outcome, input_tokens, output_tokens, cost_micros, estimated, duration_ms, started_at, finished_at) values ('ORG', 'CALL', 'DONE', 's', 0, 1, 1, false, 'm', 'p', false, 'ok', 10, 20, 30, false, 5, 1, 2);
insert into work_items (organisation_id, id, project_id, key, number, kind, title, description, user_role, feature, benefit, acceptance_criteria, priority, board_column, rank, labels, version, origin_execution_id, origin_result_id, origin_scripted, created_by, created_at, updated_at) values ('ORG', 'EPIC', 'PRJ', 'SHOP-1', 1, 'epic', 'E', '', '', '', '', '[]', 'medium', 'backlog', 'a', '[]', 1, 'DONE', 'RES', false, 'ba', 1, 1);
insert into work_items (organisation_id, id, project_id, key, number, kind, title, description, user_role, feature, benefit, acceptance_criteria, priority, board_column, rank, parent_id, labels, version, origin_scripted, created_by, created_at, updated_at) values ('ORG', 'ITEM', 'PRJ', 'SHOP-2', 2, 'story', 'S', '', '', '', '', '[]', 'medium', 'backlog', 'b', 'EPIC', '[]', 1, false, 'ada', 1, 1);
update counters set value = 2 where name = 'outbox';
insert into outbox (organisation_id, number, topic, kind, body, created_at) values ('ORG', 1, 't', 'k', '{}', 1), ('ORG', 2, 't', 'k', '{}', 1);
";

/// Puts ids in for the names of [`SOUND`] and of the faults.
pub(super) fn with_ids(text: &str) -> String {
    [
        ("'ORG'", OrganisationId::from_u128(1).to_string()),
        ("'PRJ'", ProjectId::from_u128(2).to_string()),
        ("'DONE'", ExecutionId::from_u128(3).to_string()),
        ("'OPEN'", ExecutionId::from_u128(4).to_string()),
        ("'RES'", ResultId::from_u128(5).to_string()),
        ("'CALL'", CallId::from_u128(6).to_string()),
        ("'EPIC'", WorkItemId::from_u128(7).to_string()),
        ("'ITEM'", WorkItemId::from_u128(8).to_string()),
        ("'GONE'", ExecutionId::from_u128(9).to_string()),
        ("'NO_RESULT'", ResultId::from_u128(9).to_string()),
        ("'NO_ITEM'", WorkItemId::from_u128(9).to_string()),
    ]
    .iter()
    .fold(text.to_owned(), |text, (name, id)| text.replace(name, &format!("'{id}'")))
}

/// Runs statements as somebody would who goes round the product.
pub(super) async fn by_hand(db: &Db, text: &str) {
    let statements: Vec<&'static str> = with_ids(text)
        .leak()
        .split(';')
        .map(str::trim)
        .filter(|statement| !statement.is_empty())
        .collect();
    db.write::<_, Error, _>(move |tx| {
        Box::pin(async move {
            for statement in statements {
                tx.execute(same(statement), Vec::new()).await?;
            }
            Ok(())
        })
    })
    .await
    .unwrap();
}

/// Takes away what guards recorded facts, as a fault of the database itself would go round it.
async fn without_guards(db: &Db) {
    let text = match db.kind() {
        Kind::Sqlite => {
            let triggers = same("select name from sqlite_master where type = 'trigger'");
            let rows = db.read().await.unwrap().fetch_all(triggers, Vec::new()).await.unwrap();
            let names = rows.iter().map(|row| row.get::<String>("name").unwrap());
            names.map(|name| format!("drop trigger {name};")).collect::<Vec<_>>().concat()
        }
        Kind::Postgres => {
            TABLES.map(|one| format!("alter table {one} disable trigger user;")).concat()
        }
    };
    by_hand(db, &text).await;
}

/// What is wrong, and the one finding (table and a piece of its problem) that says so.
/// Statements may lead to more findings; those must be of the same row's doing.
const FAULTS: &[(&str, &str, &str)] = &[
    (
        "delete from execution_events where execution_id = 'DONE' and seq = 2",
        "execution_events",
        "without gaps",
    ),
    (
        "update execution_events set seq = 0 where execution_id = 'OPEN'; update executions set last_seq = 0 where id = 'OPEN'",
        "execution_events",
        "without gaps",
    ),
    (
        "insert into execution_events (organisation_id, execution_id, seq, kind, body, at) values ('ORG', 'GONE', 1, 'execution_created', '{}', 1)",
        "execution_events",
        "belongs to no execution",
    ),
    ("update executions set last_seq = 2 where id = 'OPEN'", "executions", "last_seq"),
    ("delete from execution_events where execution_id = 'OPEN'", "executions", "last_seq"),
    (
        "update execution_events set kind = 'step_completed' where execution_id = 'DONE' and seq = 3",
        "executions",
        "no terminal event or more than one",
    ),
    (
        "update execution_events set kind = 'execution_failed' where execution_id = 'DONE' and seq = 2",
        "executions",
        "no terminal event or more than one",
    ),
    (
        "update execution_events set kind = 'execution_failed' where execution_id = 'OPEN' and seq = 1",
        "executions",
        "it is not final, but",
    ),
    (
        "insert into execution_events (organisation_id, execution_id, seq, kind, body, at) values ('ORG', 'DONE', 4, 'step_completed', '{}', 4); update executions set last_seq = 4 where id = 'DONE'",
        "executions",
        "not the last",
    ),
    ("update executions set finished_at = null where id = 'DONE'", "executions", "finished_at"),
    ("update executions set finished_at = 5 where id = 'OPEN'", "executions", "finished_at"),
    (
        "update executions set status = 'running' where id = 'DONE'",
        "executions",
        "contradicts the status",
    ),
    ("update executions set cost_micros = 31 where id = 'DONE'", "executions", "not the sum"),
    ("update executions set input_tokens = 1 where id = 'OPEN'", "executions", "not the sum"),
    (
        "update model_calls set execution_id = 'GONE'; update executions set model_calls = 0, input_tokens = 0, output_tokens = 0, cost_micros = 0",
        "model_calls",
        "execution does not exist",
    ),
    ("update results set execution_id = 'GONE'", "results", "execution does not exist"),
    ("update attempts set status = 'failed'", "results", "no completed attempt"),
    ("delete from attempts", "results", "no completed attempt"),
    ("update attempts set result_id = 'NO_RESULT'", "attempts", "does not exist"),
    (
        "update work_items set origin_execution_id = 'GONE' where id = 'EPIC'",
        "work_items",
        "the execution that made it",
    ),
    (
        "update work_items set origin_result_id = 'NO_RESULT' where id = 'EPIC'",
        "work_items",
        "the result that it was made from",
    ),
    ("update work_items set parent_id = 'NO_ITEM' where id = 'ITEM'", "work_items", "its parent"),
    (
        "update projects set next_item_number = 2",
        "work_items",
        "not below the project's next number",
    ),
    ("update work_items set number = 1 where id = 'ITEM'", "work_items", "several items"),
    (
        "insert into outbox (organisation_id, number, topic, kind, body, created_at) values ('org_00000000000000000000000009', 2, 't', 'k', '{}', 1)",
        "outbox",
        "several events",
    ),
    ("update counters set value = 1 where name = 'outbox'", "outbox", "above the counter"),
    ("delete from counters", "outbox", "above the counter"),
    ("insert into login_attempts (subject, at) values ('x', -1)", "login_attempts", "negative"),
    (
        "update projects set created_at = -5",
        "projects",
        "column created_at is the negative time -5",
    ),
    (
        "update work_items set id = 'itm_x' where id = 'ITEM'",
        "work_items",
        "column id: \"itm_x\" is not an id like itm_",
    ),
    (
        "update executions set parent_execution_id = 'no id' where id = 'OPEN'",
        "executions",
        "column parent_execution_id",
    ),
    (
        "update execution_events set body = '{' where execution_id = 'OPEN'",
        "execution_events",
        "column body is not JSON",
    ),
    ("update results set output = ''", "results", "column output is not JSON"),
];

store::both_databases! {
    async fn sound_data_have_no_findings(db: Db) {
        assert_eq!(check::run(&db).await.unwrap(), []);
        by_hand(&db, SOUND).await;
        assert_eq!(check::run(&db).await.unwrap(), []);
    }

    async fn each_fault_is_found(test: TestDb) {
        by_hand(&test.db, SOUND).await;
        without_guards(&test.db).await;
        let kept = copy(&test.db, None).await;
        for (fault, table, problem) in FAULTS {
            by_hand(&test.db, fault).await;
            let findings = check::run(&test.db).await.unwrap();
            let hit = |one: &&Finding| one.table == *table && one.problem.contains(problem);
            assert!(findings.iter().any(|one| hit(&one)), "{fault}\nfound only {findings:#?}");
            assert!(findings.iter().filter(hit).all(|one| !one.key.is_empty() && !one.fix.is_empty()));
            copy(&test.db, Some(&kept)).await;
        }
        assert_eq!(check::run(&test.db).await.unwrap(), []);
    }

    async fn a_scan_reads_beyond_its_first_page_and_lists_a_hundred_at_most(db: Db) {
        by_hand(&db, SOUND).await;
        let rows: Vec<String> = (3..=250)
            .map(|n| format!("insert into outbox (organisation_id, number, topic, kind, body, created_at) values ('ORG', {n}, 't', 'k', '{}', 1);", if n == 250 { "broken" } else { "{}" }))
            .collect();
        by_hand(&db, &format!("{} update counters set value = 250", rows.join(""))).await;
        let findings = check::run(&db).await.unwrap();
        assert_eq!(findings.len(), 1, "{findings:#?}");
        assert!(findings[0].key.ends_with(" 250"), "{findings:?}");
        by_hand(&db, "update outbox set body = 'broken'").await;
        assert_eq!(check::run(&db).await.unwrap().len(), 100);
    }

    async fn a_broken_foreign_key_is_found(test: TestDb) {
        by_hand(&test.db, SOUND).await;
        let text = with_ids("update users set role_id = 'rol_00000000000000000000000007'");
        match &test.target {
            Target::Sqlite { path } => {
                let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path).foreign_keys(false);
                let mut connection = sqlx::SqliteConnection::connect_with(&options).await.unwrap();
                sqlx::raw_sql(AssertSqlSafe(text)).execute(&mut connection).await.unwrap();
            }
            Target::Postgres { url } => {
                let mut connection = sqlx::PgConnection::connect(url).await.unwrap();
                let text = format!("set session_replication_role = replica; {text}");
                sqlx::raw_sql(AssertSqlSafe(text)).execute(&mut connection).await.unwrap();
            }
        }
        let findings = check::run(&test.db).await.unwrap();
        assert_eq!(findings.len(), 1, "{findings:#?}");
        assert_eq!(findings[0].table, "users");
        assert_eq!(findings[0].problem, "it refers to a row of roles that does not exist");
    }
}

/// Tables that faults change, children first.
const TABLES: [&str; 11] = [
    "work_items",
    "projects",
    "model_calls",
    "results",
    "attempts",
    "execution_events",
    "executions",
    "outbox",
    "counters",
    "login_attempts",
    "turn_events",
];

/// Keeps copies of the tables, or puts them back.
async fn copy(db: &Db, kept: Option<&str>) -> String {
    let prefix = kept.map_or_else(|| "kept".to_owned(), str::to_owned);
    let each = |text: &dyn Fn(&str) -> String| TABLES.map(text).join(";");
    if kept.is_none() {
        by_hand(db, &each(&|one| format!("create table {prefix}_{one} as select * from {one}")))
            .await;
    } else {
        by_hand(db, &each(&|one| format!("delete from {one}"))).await;
        let mut back = TABLES.map(|one| format!("insert into {one} select * from {prefix}_{one}"));
        back.reverse();
        by_hand(db, &back.join(";")).await;
    }
    prefix
}

/// Overwrites pages of the file: an index's root page, or everything from the middle on.
async fn damage(test: &store::testing::TestDb, index: Option<&str>) {
    use std::os::unix::fs::FileExt as _;
    let Target::Sqlite { path } = &test.target else { panic!("not SQLite") };
    let mut pages = Vec::new();
    if let Some(index) = index {
        let mut tx = test.db.read().await.unwrap();
        let root = format!("select rootpage from sqlite_master where name = '{index}'");
        let row = tx.fetch_one(same(root.leak()), Vec::new()).await.unwrap();
        pages.push(row.get::<i64>("rootpage").unwrap() as u64 - 1);
    }
    test.db.close().await;
    let file = std::fs::OpenOptions::new().write(true).open(path).unwrap();
    if index.is_none() {
        let all = file.metadata().unwrap().len() / 4096;
        pages.extend(all / 2..all);
    }
    let mut noise = [0_u8; 4096];
    base::Random::fill(&OsRandom, &mut noise);
    for page in pages {
        file.write_all_at(&noise, page * 4096).unwrap();
    }
}

#[tokio::test]
async fn a_damaged_sqlite_index_is_found() {
    let test = store::testing::sqlite().await;
    by_hand(&test.db, SOUND).await;
    damage(&test, Some("outbox_topic")).await;
    let findings = check::run(&test.reopen().await).await.unwrap();
    assert!(findings.iter().any(|one| one.table == "database"), "{findings:#?}");
}

#[tokio::test]
async fn a_damaged_sqlite_file_is_refused_with_advice() {
    let test = store::testing::sqlite().await;
    by_hand(&test.db, SOUND).await;
    damage(&test, None).await;
    let refused = Db::connect(&test.target).await.unwrap_err().to_string();
    assert!(refused.contains("is damaged; keep a copy of it and restore"), "{refused}");
}
