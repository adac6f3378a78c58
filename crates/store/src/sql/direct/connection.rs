//! One connection, used where it is.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rusqlite::types::{FromSql, ToSqlOutput, Value as Stored, ValueRef};
use rusqlite::{OpenFlags, Statement, ToSql};

use super::refusal::refused;
use super::row::DirectRow;
use crate::sql::value::storable;
use crate::sql::{Row, Value};

/// How many prepared statements are kept.
const PREPARED: usize = 512;
/// How long a statement waits for a lock that another program holds.
const BUSY: Duration = Duration::from_secs(10);

/// A connection.
#[derive(Debug)]
pub(in crate::sql) struct Connection(rusqlite::Connection);

impl Connection {
    /// Opens the file, which is made when absent, and runs the pragmas.
    pub(in crate::sql) fn open(path: &Path, pragmas: &str) -> Result<Self, sqlx::Error> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = rusqlite::Connection::open_with_flags(path, flags).map_err(refused)?;
        connection.busy_timeout(BUSY).map_err(refused)?;
        connection.set_prepared_statement_cache_capacity(PREPARED);
        connection.execute_batch(pragmas).map_err(refused)?;
        Ok(Self(connection))
    }

    /// The only value of a pragma.
    pub(in crate::sql) fn pragma<T: FromSql>(&mut self, name: &str) -> Result<T, sqlx::Error> {
        self.0.pragma_query_value(None, name, |row| row.get(0)).map_err(refused)
    }

    /// Runs a pragma that looks at the log or moves it: the log's length in pages, and how
    /// many of them are in the database file.
    pub(in crate::sql) fn checkpoint(&mut self, pragma: &str) -> Result<(i64, i64), sqlx::Error> {
        let numbers = |row: &rusqlite::Row<'_>| Ok((row.get("log")?, row.get("checkpointed")?));
        self.0.query_row(pragma, [], numbers).map_err(refused)
    }

    /// Runs a statement and says how many rows it changed.
    pub(in crate::sql) fn execute(
        &mut self,
        text: &str,
        params: Vec<Value>,
    ) -> Result<u64, sqlx::Error> {
        self.fetch(text, params).map(|_| self.0.changes())
    }

    /// All rows of a statement, which is kept prepared.
    pub(in crate::sql) fn fetch(
        &mut self,
        text: &str,
        params: Vec<Value>,
    ) -> Result<Vec<Row>, sqlx::Error> {
        let mut statement = self.0.prepare_cached(text).map_err(refused)?;
        rows(&mut statement, params).map_err(refused)
    }

    /// All rows of a statement that does not come again.
    pub(in crate::sql) fn fetch_once(
        &mut self,
        text: &str,
        params: Vec<Value>,
    ) -> Result<Vec<Row>, sqlx::Error> {
        let mut statement = self.0.prepare(text).map_err(refused)?;
        rows(&mut statement, params).map_err(refused)
    }

    /// Runs a text of many statements.
    pub(in crate::sql) fn batch(&mut self, text: &str) -> Result<(), sqlx::Error> {
        self.0.execute_batch(text).map_err(refused)
    }

    /// Closes it.
    pub(in crate::sql) fn close(self) -> Result<(), sqlx::Error> {
        self.0.close().map_err(|(_, error)| refused(error))
    }
}

fn rows(statement: &mut Statement<'_>, params: Vec<Value>) -> rusqlite::Result<Vec<Row>> {
    bind(statement, params)?;
    let width = statement.column_count();
    let names: Arc<[String]> = statement.column_names().into_iter().map(str::to_owned).collect();
    let mut found = Vec::new();
    let mut rows = statement.raw_query();
    while let Some(row) = rows.next()? {
        let values = (0..width).map(|column| row.get::<_, Stored>(column));
        let values = values.collect::<rusqlite::Result<_>>()?;
        found.push(Row::Direct(DirectRow { names: names.clone(), values }));
    }
    Ok(found)
}

/// Binds the values in their order: `$3` is the third, and what has no number is the next.
fn bind(statement: &mut Statement<'_>, params: Vec<Value>) -> rusqlite::Result<()> {
    let count = statement.parameter_count();
    let mut places = Vec::with_capacity(count);
    for index in 1..=count {
        let numbered = statement.parameter_name(index).and_then(|name| name[1..].parse().ok());
        places.push(numbered.unwrap_or(index));
    }
    let mut params: Vec<Option<Value>> = params.into_iter().map(Some).collect();
    for (place, index) in places.into_iter().zip(1..) {
        let value = params.get_mut(place - 1).and_then(Option::take);
        let Some(value) = value else {
            return Err(rusqlite::Error::InvalidParameterCount(params.len(), count));
        };
        statement.raw_bind_parameter(index, Bound(value))?;
    }
    Ok(())
}

/// A value as SQLite stores it.
struct Bound(Value);

impl ToSql for Bound {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let null = ToSqlOutput::Borrowed(ValueRef::Null);
        Ok(match &self.0 {
            Value::Text(Some(text)) if text.contains('\0') => storable(text.clone()).into(),
            Value::Text(Some(text)) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
            Value::Integer(Some(number)) => (*number).into(),
            Value::Double(Some(number)) => (*number).into(),
            Value::Boolean(Some(flag)) => i64::from(*flag).into(),
            Value::Bytes(Some(bytes)) => ToSqlOutput::Borrowed(ValueRef::Blob(bytes)),
            Value::Text(None)
            | Value::Integer(None)
            | Value::Double(None)
            | Value::Boolean(None)
            | Value::Bytes(None) => null,
        })
    }
}
