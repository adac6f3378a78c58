//! One pass over every row of a table, page by page along its key.

use super::finding::{Finding, RESTORE};
use super::run::LIMIT;
use super::sql;
use super::tables::{Key, Table};
use crate::{Result, Row, Tx, Value};

/// Looks at every row of a table.
pub(super) async fn table(tx: &mut Tx, table: &Table, findings: &mut Vec<Finding>) -> Result<()> {
    let mut after: Option<Vec<Value>> = None;
    let most = findings.len() + LIMIT as usize;
    loop {
        let rows = sql::page(tx, table, after.take()).await?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = Some(key_values(table, last)?);
        for row in &rows {
            for problem in problems(table, row)? {
                if findings.len() < most {
                    findings.push(Finding::new(
                        table.name,
                        key_text(table, row)?,
                        problem,
                        RESTORE,
                    ));
                }
            }
        }
    }
}

fn key_values(table: &Table, row: &Row) -> Result<Vec<Value>> {
    table
        .key
        .iter()
        .map(|key| {
            Ok(match key {
                Key::Text(column) => Value::from(row.get::<String>(column)?),
                Key::Integer(column) => Value::from(row.get::<i64>(column)?),
            })
        })
        .collect()
}

fn key_text(table: &Table, row: &Row) -> Result<String> {
    let mut parts = Vec::with_capacity(table.key.len());
    for key in table.key {
        parts.push(match key {
            Key::Text(column) => row.get::<String>(column)?,
            Key::Integer(column) => row.get::<i64>(column)?.to_string(),
        });
    }
    Ok(parts.join(" "))
}

fn problems(table: &Table, row: &Row) -> Result<Vec<String>> {
    let mut problems = Vec::new();
    for (column, parse) in table.ids {
        if let Some(text) = row.get::<Option<String>>(column)?
            && let Err(reason) = parse(&text)
        {
            problems.push(format!("column {column}: {reason}"));
        }
    }
    for column in table.json {
        if let Some(text) = row.get::<Option<String>>(column)?
            && let Err(reason) = serde_json::from_str::<serde::de::IgnoredAny>(&text)
        {
            problems.push(format!("column {column} is not JSON: {reason}"));
        }
    }
    for column in table.times {
        if let Some(time) = row.get::<Option<i64>>(column)?
            && time < 0
        {
            problems.push(format!("column {column} is the negative time {time}"));
        }
    }
    Ok(problems)
}
