//! The statements of the check.

use super::finding::{Finding, RESTORE};
use super::run::LIMIT;
use super::tables::{Key, Table};
use crate::{Result, Row, Sql, Tx, Value, params, sql};

/// How many rows a page of a scan has.
const PAGE: i64 = 100;

/// What only a look at the journal can mend.
const REPORT: &str =
    "restore the latest backup; if it is the same there, report it with the execution's journal";

/// A promise that spans rows, and the statement that finds who breaks it. The statement
/// gives a column `key`, at most `$1` rows.
#[derive(Debug)]
pub(super) struct Rule {
    pub(super) table: &'static str,
    pub(super) problem: &'static str,
    pub(super) fix: &'static str,
    pub(super) sql: Sql,
}

/// Every promise.
pub(super) const RULES: &[Rule] = &[
    Rule {
        table: "execution_events",
        problem: "the journal is not numbered 1, 2, 3 … without gaps",
        fix: REPORT,
        sql: sql!(
            "select organisation_id || ' ' || execution_id as key from execution_events group by organisation_id, execution_id having min(seq) <> 1 or max(seq) <> count(*) order by 1 limit $1"
        ),
    },
    Rule {
        table: "execution_events",
        problem: "the journal belongs to no execution",
        fix: RESTORE,
        sql: sql!(
            "select distinct e.organisation_id || ' ' || e.execution_id as key from execution_events e where not exists (select 1 from executions x where x.organisation_id = e.organisation_id and x.id = e.execution_id) order by 1 limit $1"
        ),
    },
    Rule {
        table: "executions",
        problem: "last_seq is not the number of the newest journal event",
        fix: REPORT,
        sql: sql!(
            "select x.organisation_id || ' ' || x.id as key from executions x where x.last_seq <> (select coalesce(max(e.seq), 0) from execution_events e where e.organisation_id = x.organisation_id and e.execution_id = x.id) order by 1 limit $1"
        ),
    },
    Rule {
        table: "executions",
        problem: "it is final, but the journal has no terminal event or more than one",
        fix: REPORT,
        sql: sql!(
            "select x.organisation_id || ' ' || x.id as key from executions x where x.is_final and 1 <> (select count(*) from execution_events e where e.organisation_id = x.organisation_id and e.execution_id = x.id and e.kind in ('execution_completed', 'execution_failed', 'execution_cancelled', 'execution_rolled_back')) order by 1 limit $1"
        ),
    },
    Rule {
        table: "executions",
        problem: "it is not final, but the journal has a terminal event",
        fix: REPORT,
        sql: sql!(
            "select x.organisation_id || ' ' || x.id as key from executions x where not x.is_final and exists (select 1 from execution_events e where e.organisation_id = x.organisation_id and e.execution_id = x.id and e.kind in ('execution_completed', 'execution_failed', 'execution_cancelled', 'execution_rolled_back')) order by 1 limit $1"
        ),
    },
    Rule {
        table: "executions",
        problem: "the terminal event is not the last of the journal",
        fix: REPORT,
        sql: sql!(
            "select x.organisation_id || ' ' || x.id as key from executions x where exists (select 1 from execution_events e where e.organisation_id = x.organisation_id and e.execution_id = x.id and e.seq < x.last_seq and e.kind in ('execution_completed', 'execution_failed', 'execution_cancelled', 'execution_rolled_back')) order by 1 limit $1"
        ),
    },
    Rule {
        table: "executions",
        problem: "final executions have a finished_at and others have none; this one breaks it",
        fix: REPORT,
        sql: sql!(
            "select organisation_id || ' ' || id as key from executions where is_final <> (finished_at is not null) order by 1 limit $1"
        ),
    },
    Rule {
        table: "executions",
        problem: "is_final contradicts the status",
        fix: REPORT,
        sql: sql!(
            "select organisation_id || ' ' || id as key from executions where is_final <> (status in ('completed', 'failed', 'cancelled', 'rolled_back')) order by 1 limit $1"
        ),
    },
    Rule {
        table: "executions",
        problem: "its usage is not the sum of its finished model calls",
        fix: "trust the model calls: they are what the providers charge",
        sql: sql!(
            "select x.organisation_id || ' ' || x.id as key from executions x left join (select organisation_id, execution_id, count(*) as calls, sum(input_tokens) as input, sum(output_tokens) as output, sum(cost_micros) as cost from model_calls where outcome <> 'running' group by organisation_id, execution_id) m on m.organisation_id = x.organisation_id and m.execution_id = x.id where x.model_calls <> coalesce(m.calls, 0) or x.input_tokens <> coalesce(m.input, 0) or x.output_tokens <> coalesce(m.output, 0) or x.cost_micros <> coalesce(m.cost, 0) order by 1 limit $1"
        ),
    },
    Rule {
        table: "model_calls",
        problem: "its execution does not exist",
        fix: RESTORE,
        sql: sql!(
            "select m.organisation_id || ' ' || m.id as key from model_calls m where m.execution_id is not null and not exists (select 1 from executions x where x.organisation_id = m.organisation_id and x.id = m.execution_id) order by 1 limit $1"
        ),
    },
    Rule {
        table: "results",
        problem: "its execution does not exist",
        fix: RESTORE,
        sql: sql!(
            "select r.organisation_id || ' ' || r.id as key from results r where not exists (select 1 from executions x where x.organisation_id = r.organisation_id and x.id = r.execution_id) order by 1 limit $1"
        ),
    },
    Rule {
        table: "results",
        problem: "no completed attempt recorded it",
        fix: REPORT,
        sql: sql!(
            "select r.organisation_id || ' ' || r.id as key from results r where not exists (select 1 from attempts a where a.organisation_id = r.organisation_id and a.execution_id = r.execution_id and a.step = r.step and a.instance = r.instance and a.status = 'completed' and a.result_id = r.id) order by 1 limit $1"
        ),
    },
    Rule {
        table: "attempts",
        problem: "the result that it recorded does not exist",
        fix: RESTORE,
        sql: sql!(
            "select a.organisation_id || ' ' || a.execution_id || ' ' || a.step || ' ' || cast(a.instance as TEXT) || ' ' || cast(a.number as TEXT) as key from attempts a where a.result_id is not null and not exists (select 1 from results r where r.organisation_id = a.organisation_id and r.id = a.result_id) order by 1 limit $1"
        ),
    },
    Rule {
        table: "work_items",
        problem: "the execution that made it does not exist",
        fix: RESTORE,
        sql: sql!(
            "select w.organisation_id || ' ' || w.id as key from work_items w where w.origin_execution_id is not null and not exists (select 1 from executions x where x.organisation_id = w.organisation_id and x.id = w.origin_execution_id) order by 1 limit $1"
        ),
    },
    Rule {
        table: "work_items",
        problem: "the result that it was made from does not exist",
        fix: RESTORE,
        sql: sql!(
            "select w.organisation_id || ' ' || w.id as key from work_items w where w.origin_result_id is not null and not exists (select 1 from results r where r.organisation_id = w.organisation_id and r.id = w.origin_result_id) order by 1 limit $1"
        ),
    },
    Rule {
        table: "work_items",
        problem: "its parent does not exist in its project",
        fix: "give it another parent, or none",
        sql: sql!(
            "select w.organisation_id || ' ' || w.id as key from work_items w where w.parent_id is not null and not exists (select 1 from work_items p where p.organisation_id = w.organisation_id and p.id = w.parent_id and p.project_id = w.project_id) order by 1 limit $1"
        ),
    },
    Rule {
        table: "work_items",
        problem: "its number is not below the project's next number, which will be given again",
        fix: "set projects.next_item_number above the highest number of its items",
        sql: sql!(
            "select w.organisation_id || ' ' || w.id as key from work_items w join projects p on p.organisation_id = w.organisation_id and p.id = w.project_id where w.number >= p.next_item_number order by 1 limit $1"
        ),
    },
    Rule {
        table: "work_items",
        problem: "several items of the project have this number",
        fix: RESTORE,
        sql: sql!(
            "select organisation_id || ' ' || project_id || ' ' || cast(number as TEXT) as key from work_items group by organisation_id, project_id, number having count(*) > 1 order by 1 limit $1"
        ),
    },
    Rule {
        table: "outbox",
        problem: "several events have this number",
        fix: RESTORE,
        sql: sql!(
            "select cast(number as TEXT) as key from outbox group by number having count(*) > 1 order by 1 limit $1"
        ),
    },
    Rule {
        table: "outbox",
        problem: "its number is above the counter, which will give it again",
        fix: "set counters.value of 'outbox' to the highest number in the outbox",
        sql: sql!(
            "select organisation_id || ' ' || cast(number as TEXT) as key from outbox where number > coalesce((select value from counters where name = 'outbox'), 0) order by 1 limit $1"
        ),
    },
    Rule {
        table: "login_attempts",
        problem: "column at is a negative time",
        fix: "delete the row",
        sql: sql!("select subject as key from login_attempts where at < 0 order by 1 limit $1"),
    },
];

/// Makes all statements of the check see the same moment; SQLite's do already.
pub(super) async fn snapshot(tx: &mut Tx) -> Result<()> {
    tx.execute(
        sql!(sqlite: "select 1 as one", postgres: "set transaction isolation level repeatable read, read only"),
        params![],
    )
    .await?;
    Ok(())
}

/// Who breaks a rule.
pub(super) async fn broken(tx: &mut Tx, rule: &Rule) -> Result<Vec<Finding>> {
    let rows = tx.fetch_all(rule.sql, params![LIMIT]).await?;
    rows.iter()
        .map(|row| Ok(Finding::new(rule.table, row.get("key")?, rule.problem.to_owned(), rule.fix)))
        .collect()
}

/// SQLite's look at its own pages and indexes.
pub(super) async fn sqlite_integrity(tx: &mut Tx) -> Result<Vec<Finding>> {
    let rows = tx.fetch_composed(format!("pragma integrity_check({LIMIT})"), params![]).await?;
    let texts = rows.iter().map(|row| row.get::<String>("integrity_check"));
    let texts: Vec<String> = texts.collect::<Result<_>>()?;
    Ok(texts
        .into_iter()
        .filter(|text| text != "ok")
        .map(|text| Finding::new("database", String::new(), text, RESTORE))
        .collect())
}

pub(super) async fn sqlite_foreign_keys(tx: &mut Tx) -> Result<Vec<Finding>> {
    let text = format!(
        "select \"table\" as child, coalesce(cast(rowid as TEXT), '') as key, parent from pragma_foreign_key_check limit {LIMIT}"
    );
    let rows = tx.fetch_composed(text, params![]).await?;
    rows.iter()
        .map(|row| {
            let key = format!("rowid {}", row.get::<String>("key")?);
            Ok(missing(&row.get::<String>("child")?, key, &row.get::<String>("parent")?))
        })
        .collect()
}

fn missing(child: &str, key: String, parent: &str) -> Finding {
    Finding::new(child, key, format!("it refers to a row of {parent} that does not exist"), RESTORE)
}

/// What PostgreSQL knows of its own: damaged pages it met, indexes that were not finished.
pub(super) async fn postgres_integrity(tx: &mut Tx) -> Result<Vec<Finding>> {
    let rows = tx
        .fetch_composed(
            "select 'the server met ' || checksum_failures || ' damaged pages' as problem from pg_stat_database where datname = current_database() and checksum_failures > 0 union all select 'the index ' || indexrelid::regclass || ' is not valid' from pg_index where not indisvalid".to_owned(),
            params![],
        )
        .await?;
    rows.iter()
        .map(|row| Ok(Finding::new("database", String::new(), row.get("problem")?, RESTORE)))
        .collect()
}

/// PostgreSQL keeps its foreign keys, unless somebody loaded rows with them switched off.
pub(super) async fn postgres_foreign_keys(tx: &mut Tx) -> Result<Vec<Finding>> {
    let keys = tx
        .fetch_composed(
            "select conrelid::regclass::text as child, confrelid::regclass::text as parent, (select string_agg('c.' || attname, ', ' order by n) from unnest(conkey) with ordinality as k (number, n) join pg_attribute on attrelid = conrelid and attnum = k.number) as child_columns, (select string_agg('p.' || attname, ', ' order by n) from unnest(confkey) with ordinality as k (number, n) join pg_attribute on attrelid = confrelid and attnum = k.number) as parent_columns from pg_constraint where contype = 'f' and connamespace = current_schema()::regnamespace order by 1, 2".to_owned(),
            params![],
        )
        .await?;
    let mut findings = Vec::new();
    for key in &keys {
        let get = |column: &str| key.get::<String>(column);
        let (child, parent) = (get("child")?, get("parent")?);
        let (child_columns, parent_columns) = (get("child_columns")?, get("parent_columns")?);
        let text = format!(
            "select concat_ws(' ', {child_columns}) as key from {child} c where num_nulls({child_columns}) = 0 and not exists (select 1 from {parent} p where ({parent_columns}) = ({child_columns})) order by 1 limit {LIMIT}"
        );
        for row in tx.fetch_composed(text, params![]).await? {
            findings.push(missing(&child, row.get("key")?, &parent));
        }
    }
    Ok(findings)
}

/// The next rows of a table along its key, with every column that a scan reads.
pub(super) async fn page(
    tx: &mut Tx,
    table: &Table,
    after: Option<Vec<Value>>,
) -> Result<Vec<Row>> {
    let key: Vec<&str> = table.key.iter().copied().map(Key::column).collect();
    let mut columns = key.clone();
    let others = table.ids.iter().map(|(column, _)| *column);
    for column in others.chain(table.json.iter().copied()).chain(table.times.iter().copied()) {
        if !columns.contains(&column) {
            columns.push(column);
        }
    }
    let beyond = match &after {
        None => String::new(),
        Some(values) => {
            let places: Vec<String> = (1..=values.len()).map(|n| format!("${n}")).collect();
            format!("where ({}) > ({})", key.join(", "), places.join(", "))
        }
    };
    let text = format!(
        "select {} from {} {beyond} order by {} limit {PAGE}",
        columns.join(", "),
        table.name,
        key.join(", ")
    );
    tx.fetch_composed(text, after.unwrap_or_default()).await
}
