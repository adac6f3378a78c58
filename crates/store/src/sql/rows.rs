//! Statements that write many rows at once. What is written down is the statement for one
//! row, and one statement costs one round trip to the database, however many rows it has.
//!
//! SQLite gets the `values ($1, …)` list repeated, because a list of bound values costs half
//! of what the same rows cost as one JSON parameter (measured: 3.9 against 7 to 9 µs a row).
//! PostgreSQL gets one array a column, see [`columns`].

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, PoisonError, RwLock};

use super::{Value, columns};

/// How many rows one statement takes at most.
const MOST_ROWS: usize = 512;
/// The same on SQLite, as a power of two. A prepared statement keeps about 2 KB for a row of 22
/// values, in each of its sizes; a second statement costs no round trip there.
const MOST_REPEATED: u32 = 128;
/// How much text one statement takes at most, unless a single row is larger.
const MOST_BYTES: usize = 64 << 20;

/// Rows for [`super::Tx::execute_rows`].
#[derive(Debug, Default)]
pub struct Rows {
    width: usize,
    values: VecDeque<Value>,
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

    /// Whether one statement takes them all.
    pub(crate) fn is_one_statement(&self) -> bool {
        self.len() <= MOST_ROWS && bytes(self.values.iter()) <= MOST_BYTES
    }

    /// Takes the rows of SQLite's next statement: their number is a power of two, so that a
    /// statement is prepared in few sizes and found again.
    pub(super) fn take(&mut self) -> Option<(usize, Vec<Value>)> {
        let rows = self.len();
        if rows == 0 {
            return None;
        }
        self.take_up_to(1 << rows.ilog2().min(MOST_REPEATED.ilog2()))
    }

    /// Takes the rows of PostgreSQL's next statement, whose text is the same for any number.
    pub(super) fn take_columns(&mut self) -> Option<Vec<columns::Column>> {
        let width = self.width;
        let (_, values) = self.take_up_to(self.len())?;
        Some(columns::of(values, width))
    }

    fn take_up_to(&mut self, rows: usize) -> Option<(usize, Vec<Value>)> {
        if rows == 0 {
            return None;
        }
        let mut count = rows.min(MOST_ROWS);
        while count > 1 && bytes(self.values.range(..count * self.width)) > MOST_BYTES {
            count /= 2;
        }
        Some((count, self.values.drain(..count * self.width).collect()))
    }
}

fn bytes<'a>(values: impl Iterator<Item = &'a Value>) -> usize {
    let size = |value: &Value| match value {
        Value::Text(Some(text)) => text.len(),
        Value::Bytes(Some(bytes)) => bytes.len(),
        Value::Text(None)
        | Value::Bytes(None)
        | Value::Integer(_)
        | Value::Double(_)
        | Value::Boolean(_) => 8,
    };
    values.map(size).sum()
}

/// Texts by the statement for one row and the number of rows, which is 0 where it may be any.
type Texts = HashMap<(&'static str, usize), Arc<str>>;

/// Texts that were put together before. Statements are few and sizes are eight, so nothing has
/// to be thrown away.
static TEXTS: RwLock<Option<Texts>> = RwLock::new(None);

/// SQLite's text for this many rows.
pub(super) fn repeated(one: &'static str, rows: usize) -> Arc<str> {
    known((one, rows), || repeat(one, rows))
}

/// PostgreSQL's text for any number of rows.
pub(super) fn unnested(one: &'static str, columns: &[columns::Column]) -> Arc<str> {
    known((one, 0), || columns::text(one, columns))
}

fn known(key: (&'static str, usize), make: impl FnOnce() -> String) -> Arc<str> {
    let texts = TEXTS.read().unwrap_or_else(PoisonError::into_inner);
    if let Some(text) = texts.as_ref().and_then(|texts| texts.get(&key)) {
        return text.clone();
    }
    drop(texts);
    let text: Arc<str> = make().into();
    let mut texts = TEXTS.write().unwrap_or_else(PoisonError::into_inner);
    texts.get_or_insert_default().insert(key, text.clone());
    text
}

/// Repeats the list after `values`. Its parameters lose their numbers, because SQLite looks
/// numbered ones up one after the other; so they have to stand in order.
fn repeat(one: &str, rows: usize) -> String {
    let (before, list, after) = parts(one);
    let mut text = before.to_owned();
    for row in 0..rows {
        if row > 0 {
            text.push_str(", ");
        }
        let mut pieces = list.split('$');
        text.push_str(pieces.next().unwrap_or_default());
        for piece in pieces {
            text.push('?');
            text.push_str(piece.trim_start_matches(|c: char| c.is_ascii_digit()));
        }
    }
    text.push_str(after);
    text
}

/// What stands before the list of values, the list with its brackets, and what stands after.
pub(super) fn parts(one: &str) -> (&str, &str, &str) {
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
        let check = |one: &str, rows: usize, expected: &str| {
            assert_eq!(repeat(one, rows), expected);
        };
        let insert = "insert into t (a, b) values ($1, 'x', $2) on conflict do nothing";
        check(insert, 1, "insert into t (a, b) values (?, 'x', ?) on conflict do nothing");
        check(
            insert,
            2,
            "insert into t (a, b) values (?, 'x', ?), (?, 'x', ?) on conflict do nothing",
        );
        let update = "update t set b = v.column2 from (values ($1, cast($2 as boolean))) as v where a = v.column1";
        check(
            update,
            2,
            "update t set b = v.column2 from (values (?, cast(? as boolean)), (?, cast(? as boolean))) as v where a = v.column1",
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
        check(300, "", &[128, 128, 32, 8, 4]);
        check(3, &"x".repeat(MOST_BYTES), &[1, 1, 1]);
    }
}
