//! Many rows as PostgreSQL gets them: one array a column, taken apart by `unnest`. The
//! statement's text is the same for any number of rows, so it is prepared once, and a commit
//! sends it once: a repeated list has to be sent in pieces of which each is prepared alone.

use std::fmt::Write as _;

use super::{Value, rows};

/// The values of one column. They are of the type that its first row has; a row that differs
/// is a mistake in the code that made it, and ends its write.
#[derive(Debug, PartialEq)]
pub(super) enum Column {
    Text(Vec<Option<String>>),
    Integer(Vec<Option<i64>>),
    Double(Vec<Option<f64>>),
    Boolean(Vec<Option<bool>>),
    Bytes(Vec<Option<Vec<u8>>>),
}

impl Column {
    fn like(value: &Value, rows: usize) -> Self {
        match value {
            Value::Text(_) => Self::Text(Vec::with_capacity(rows)),
            Value::Integer(_) => Self::Integer(Vec::with_capacity(rows)),
            Value::Double(_) => Self::Double(Vec::with_capacity(rows)),
            Value::Boolean(_) => Self::Boolean(Vec::with_capacity(rows)),
            Value::Bytes(_) => Self::Bytes(Vec::with_capacity(rows)),
        }
    }

    fn push(&mut self, value: Value) {
        match (self, value) {
            (Self::Text(column), Value::Text(value)) => {
                column.push(value.map(super::value::storable));
            }
            (Self::Integer(column), Value::Integer(value)) => column.push(value),
            (Self::Double(column), Value::Double(value)) => column.push(value),
            (Self::Boolean(column), Value::Boolean(value)) => column.push(value),
            (Self::Bytes(column), Value::Bytes(value)) => column.push(value),
            (column, value) => panic!("{value:?} in a column of {}", column.array()),
        }
    }

    /// The array's type.
    fn array(&self) -> &'static str {
        match self {
            Self::Text(_) => "text[]",
            Self::Integer(_) => "bigint[]",
            Self::Double(_) => "double precision[]",
            Self::Boolean(_) => "boolean[]",
            Self::Bytes(_) => "bytea[]",
        }
    }
}

/// The columns of rows that stand one after the other.
pub(super) fn of(values: Vec<Value>, width: usize) -> Vec<Column> {
    let rows = values.len().checked_div(width).unwrap_or(0);
    let mut columns: Vec<Column> =
        values.iter().take(width).map(|value| Column::like(value, rows)).collect();
    let mut values = values.into_iter();
    for _ in 0..rows {
        for (column, value) in columns.iter_mut().zip(&mut values) {
            column.push(value);
        }
    }
    columns
}

/// Puts a selection from arrays in the place of the list after `values`. Its columns are
/// called as PostgreSQL calls those of `values`: `column1`, `column2`, …
pub(super) fn text(one: &str, columns: &[Column]) -> String {
    selected(one, columns, 1, "")
}

/// The same as a part of a longer statement: the arrays are its parameters from `first` on, and
/// nothing is selected unless `only` holds.
pub(super) fn selected(one: &str, columns: &[Column], first: usize, only: &str) -> String {
    let (before, list, after) = rows::parts(one);
    let before = before.strip_suffix("values ").unwrap_or(before);
    let inside = list.strip_prefix('(').and_then(|list| list.strip_suffix(')')).unwrap_or(list);
    let mut text = format!("{before}select ");
    for (position, item) in items(inside).into_iter().enumerate() {
        let comma = if position > 0 { ", " } else { "" };
        // Writing to a text cannot fail.
        let _ = write!(text, "{comma}{} as column{}", item.replace('$', "a"), position + 1);
    }
    let arrays = columns.iter().enumerate();
    let arrays = arrays.map(|(at, column)| format!("cast(${} as {})", at + first, column.array()));
    let names = (1..=columns.len()).map(|number| format!("a{number}"));
    let (arrays, names) = (joined(arrays), joined(names));
    let _ = write!(text, " from unnest({arrays}) as given ({names}){only}{after}");
    text
}

fn joined(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(", ")
}

/// What stands between the commas that are in no brackets.
fn items(list: &str) -> Vec<&str> {
    let mut depth = 0;
    let is_between = |letter: char| {
        depth += i32::from(letter == '(') - i32::from(letter == ')');
        letter == ',' && depth == 0
    };
    list.split(is_between).map(str::trim).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::params;

    #[test]
    fn selects_from_one_array_a_column() {
        let check = |one: &str, row: Vec<Value>, expected: &str| {
            let width = row.len();
            assert_eq!(text(one, &of(row, width)), expected);
        };
        check(
            "insert into t (a, b, c) values ($1, 'x', $2) on conflict do nothing returning a",
            params!["text", 1],
            "insert into t (a, b, c) select a1 as column1, 'x' as column2, a2 as column3 from unnest(cast($1 as text[]), cast($2 as bigint[])) as given (a1, a2) on conflict do nothing returning a",
        );
        check(
            "update t set b = v.column2 from (values ($1, cast($2 as boolean))) as v where a = v.column1",
            params!["text", true],
            "update t set b = v.column2 from (select a1 as column1, cast(a2 as boolean) as column2 from unnest(cast($1 as text[]), cast($2 as boolean[])) as given (a1, a2)) as v where a = v.column1",
        );
    }

    #[test]
    fn turns_rows_into_columns() {
        let rows = [params!["a\0", 1], params![None::<String>, 2]].concat();
        let text = vec![Some("a\u{fffd}".to_owned()), None];
        let expected = [Column::Text(text), Column::Integer(vec![Some(1), Some(2)])];
        assert_eq!(of(rows, 2), expected);
        assert_eq!(of(Vec::new(), 0), []);
    }
}
