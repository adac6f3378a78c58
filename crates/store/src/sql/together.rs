//! Rows of several tables in one statement of PostgreSQL, which costs one round trip where as
//! many as there are tables would be needed. A row elsewhere is locked and looked at first:
//! unless it holds what is expected, nothing is written.
//!
//! `{before}` in a statement stands for the rows that the statement before it returns.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::{Arc, PoisonError, RwLock};

use super::columns::{self, Column};
use super::{Rows, Sql};

/// A statement for one row with its rows, see [`super::Tx::execute_rows`].
pub(crate) type Part = (Sql, Rows);

/// Texts by the guard and the statements in them. Which tables a commit is about are few
/// combinations.
type Texts = HashMap<Vec<&'static str>, Arc<str>>;

static TEXTS: RwLock<Option<Texts>> = RwLock::new(None);

/// The next statement and its parameters after the first one, which is what the guard's
/// `value` has to be; `None` when nothing is left. Each table is written by one part only.
pub(super) fn take(guard: &'static str, parts: &mut [Part]) -> Option<(Arc<str>, Vec<Column>)> {
    let mut texts = vec![guard];
    let mut given = Vec::new();
    for (sql, rows) in parts {
        if let Some(columns) = rows.take_columns() {
            texts.push(sql.postgres);
            given.push(columns);
        }
    }
    if given.is_empty() {
        return None;
    }
    let text = known(texts, &given);
    Some((text, given.into_iter().flatten().collect()))
}

fn known(key: Vec<&'static str>, given: &[Vec<Column>]) -> Arc<str> {
    let texts = TEXTS.read().unwrap_or_else(PoisonError::into_inner);
    if let Some(text) = texts.as_ref().and_then(|texts| texts.get(&key)) {
        return text.clone();
    }
    drop(texts);
    let text: Arc<str> = text(&key, given).into();
    let mut texts = TEXTS.write().unwrap_or_else(PoisonError::into_inner);
    texts.get_or_insert_default().insert(key, text.clone());
    text
}

fn text(key: &[&'static str], given: &[Vec<Column>]) -> String {
    let (guard, statements) = key.split_first().unwrap_or((&"", &[]));
    let mut text = format!("with guard as materialized ({guard})");
    let mut first = 2;
    for (number, (one, columns)) in statements.iter().zip(given).enumerate() {
        let only = " where (select value from guard) = $1";
        let before = format!("part{}", number.saturating_sub(1));
        let one = one.replace("{before}", &before);
        let part = columns::selected(&one, columns, first, only);
        // Writing to a text cannot fail.
        let _ = write!(text, ", part{number} as ({part})");
        first += columns.len();
    }
    text.push_str(" select value from guard");
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Value, params};

    #[test]
    fn one_statement_writes_all_tables_behind_the_guard() {
        let part = |text, rows: &[Vec<Value>]| {
            let mut all = Rows::default();
            for row in rows {
                all.push(row.clone());
            }
            (Sql { sqlite: text, postgres: text }, all)
        };
        let mut parts = [
            part("insert into t (a, b) values ($1, $2) on conflict do nothing", &[params!["x", 1]]),
            part("insert into n (a) values ($1)", &[]),
            part(
                "update u set b = v.column2 from (values ($1, $2)) as v where a = v.column1 returning b",
                &[params![1, "y"], params![2, "z"]],
            ),
            part("insert into m (a) values ((select b from {before}) + $1)", &[params![3]]),
        ];
        let (text, columns) = take("select n as value from one for share", &mut parts).unwrap();
        assert_eq!(
            &*text,
            "with guard as materialized (select n as value from one for share), part0 as (insert into t (a, b) select a1 as column1, a2 as column2 from unnest(cast($2 as text[]), cast($3 as bigint[])) as given (a1, a2) where (select value from guard) = $1 on conflict do nothing), part1 as (update u set b = v.column2 from (select a1 as column1, a2 as column2 from unnest(cast($4 as bigint[]), cast($5 as text[])) as given (a1, a2) where (select value from guard) = $1) as v where a = v.column1 returning b), part2 as (insert into m (a) select (select b from part1) + a1 as column1 from unnest(cast($6 as bigint[])) as given (a1) where (select value from guard) = $1) select value from guard"
        );
        assert_eq!(columns.len(), 5);
        assert!(take("select n as value from one for share", &mut parts).is_none());
    }
}
