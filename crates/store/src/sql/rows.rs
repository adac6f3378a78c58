//! Statements that write many rows at once. What is written down is the statement for one
//! row; its `values ($1, …)` list is repeated here, because a list of bound values costs
//! half of what the same rows cost as one JSON parameter (measured: 3.9 against 7 to 9 µs a
//! row), and one statement costs one round trip to the database, however many rows it has.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::{Arc, PoisonError, RwLock};

use super::{Kind, Sql, Value};

/// How many rows one statement takes at most.
const MOST_ROWS: usize = 512;
/// How much text one statement takes at most, unless a single row is larger.
const MOST_BYTES: usize = 64 << 20;

/// Rows for [`super::Tx::execute_rows`].
#[derive(Debug, Default)]
pub struct Rows {
    width: usize,
    values: Vec<Value>,
}

impl Rows {
    /// Adds a row, whose values are in the order of the statement's `$1, $2, …`.
    pub fn push(&mut self, row: Vec<Value>) {
        debug_assert!(self.width == 0 || self.width == row.len(), "rows of different lengths");
        self.width = row.len();
        self.values.extend(row);
    }

    /// Whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.values.len().checked_div(self.width).unwrap_or(0)
    }

    /// Takes the rows of the next statement: their number is a power of two, so that a
    /// statement is prepared in few sizes and found again.
    pub(super) fn take(&mut self) -> Option<(usize, Vec<Value>)> {
        let rows = self.len();
        if rows == 0 {
            return None;
        }
        let mut count = (1 << rows.ilog2()).min(MOST_ROWS);
        while count > 1 && bytes(&self.values[..count * self.width]) > MOST_BYTES {
            count /= 2;
        }
        let rest = self.values.split_off(count * self.width);
        Some((count, std::mem::replace(&mut self.values, rest)))
    }
}

fn bytes(values: &[Value]) -> usize {
    let size = |value: &Value| match value {
        Value::Text(Some(text)) => text.len(),
        Value::Bytes(Some(bytes)) => bytes.len(),
        Value::Text(None)
        | Value::Bytes(None)
        | Value::Integer(_)
        | Value::Double(_)
        | Value::Boolean(_) => 8,
    };
    values.iter().map(size).sum()
}

/// Texts by the statement for one row, the number of rows and the database.
type Texts = HashMap<(&'static str, usize, Kind), Arc<str>>;

/// Texts that were put together before. Statements are few and sizes are ten, so nothing has
/// to be thrown away.
static TEXTS: RwLock<Option<Texts>> = RwLock::new(None);

/// The statement's text for this many rows.
pub(super) fn text(sql: Sql, kind: Kind, rows: usize) -> Arc<str> {
    let one = match kind {
        Kind::Sqlite => sql.sqlite,
        Kind::Postgres => sql.postgres,
    };
    let key = (one, rows, kind);
    let known = TEXTS.read().unwrap_or_else(PoisonError::into_inner);
    if let Some(text) = known.as_ref().and_then(|texts| texts.get(&key)) {
        return text.clone();
    }
    drop(known);
    let text: Arc<str> = repeated(one, kind, rows).into();
    let mut known = TEXTS.write().unwrap_or_else(PoisonError::into_inner);
    known.get_or_insert_default().insert(key, text.clone());
    text
}

/// Repeats the list after `values`. SQLite's parameters lose their numbers, because it looks
/// numbered ones up one after the other; so they have to stand in order.
fn repeated(one: &str, kind: Kind, rows: usize) -> String {
    let (before, list, after) = parts(one);
    let width = list.matches('$').count();
    let mut text = before.to_owned();
    for row in 0..rows {
        if row > 0 {
            text.push_str(", ");
        }
        let mut pieces = list.split('$');
        text.push_str(pieces.next().unwrap_or_default());
        for (position, piece) in pieces.enumerate() {
            let rest = piece.trim_start_matches(|c: char| c.is_ascii_digit());
            match kind {
                Kind::Sqlite => text.push('?'),
                Kind::Postgres => {
                    // Writing to a text cannot fail.
                    let _ = write!(text, "${}", row * width + position + 1);
                }
            }
            text.push_str(rest);
        }
    }
    text.push_str(after);
    text
}

/// What stands before the list of values, the list, and what stands after it.
fn parts(one: &str) -> (&str, &str, &str) {
    let start = one.find("values (").map_or(one.len(), |at| at + "values ".len());
    let mut depth = 0;
    let end = one[start..].char_indices().find_map(|(at, letter)| {
        depth += i32::from(letter == '(') - i32::from(letter == ')');
        (depth == 0).then_some(start + at + 1)
    });
    let end = end.unwrap_or(one.len());
    (&one[..start], &one[start..end], &one[end..])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::params;

    #[test]
    fn repeats_the_list_for_every_row() {
        let check = |one: &str, kind: Kind, rows: usize, expected: &str| {
            assert_eq!(repeated(one, kind, rows), expected);
        };
        let insert = "insert into t (a, b) values ($1, 'x', $2) on conflict do nothing";
        check(
            insert,
            Kind::Sqlite,
            1,
            "insert into t (a, b) values (?, 'x', ?) on conflict do nothing",
        );
        check(
            insert,
            Kind::Postgres,
            2,
            "insert into t (a, b) values ($1, 'x', $2), ($3, 'x', $4) on conflict do nothing",
        );
        let update = "update t set b = v.column2 from (values ($1, cast($2 as boolean))) as v where a = v.column1";
        check(
            update,
            Kind::Sqlite,
            2,
            "update t set b = v.column2 from (values (?, cast(? as boolean)), (?, cast(? as boolean))) as v where a = v.column1",
        );
        let wide = format!("insert into t values ({})", ["$1", "$2"].join(", "));
        check(
            &wide,
            Kind::Postgres,
            6,
            "insert into t values ($1, $2), ($3, $4), ($5, $6), ($7, $8), ($9, $10), ($11, $12)",
        );
    }

    #[test]
    fn takes_rows_in_powers_of_two() {
        let check = |rows: usize, text: &str, expected: &[usize]| {
            let mut all = Rows::default();
            (0..rows).for_each(|row| all.push(params![row as i64, text]));
            let taken = std::iter::from_fn(|| all.take());
            let counts: Vec<usize> = taken
                .map(|(count, values)| {
                    assert_eq!(values.len(), count * 2);
                    count
                })
                .collect();
            assert_eq!(counts, expected, "{rows}");
        };
        check(0, "", &[]);
        check(1, "", &[1]);
        check(7, "", &[4, 2, 1]);
        check(1100, "", &[512, 512, 64, 8, 4]);
        check(3, &"x".repeat(MOST_BYTES), &[1, 1, 1]);
    }
}
