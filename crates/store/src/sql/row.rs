//! Rows of an answer, read by column name.

use base::{Micros, Timestamp};
use sqlx::Row as _;
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;

use super::direct::DirectRow;
use crate::{Error, Result};

/// One row of an answer.
#[derive(Debug)]
pub enum Row {
    /// From SQLite.
    Sqlite(SqliteRow),
    /// From SQLite, in a transaction of the writer.
    Direct(DirectRow),
    /// From PostgreSQL.
    Postgres(PgRow),
}

impl Row {
    /// The value of a column.
    pub fn get<T: Column>(&self, column: &str) -> Result<T> {
        T::read(self, column)
    }

    /// A JSON column as the type it holds.
    pub fn json<T: serde::de::DeserializeOwned>(&self, column: &str) -> Result<T> {
        let text: String = self.get(column)?;
        serde_json::from_str(&text).map_err(|error| corrupt(column, &text, &error))
    }

    /// A nullable JSON column.
    pub fn json_option<T: serde::de::DeserializeOwned>(&self, column: &str) -> Result<Option<T>> {
        let Some(text) = self.get::<Option<String>>(column)? else { return Ok(None) };
        serde_json::from_str(&text).map(Some).map_err(|error| corrupt(column, &text, &error))
    }

    /// A column whose text the type can parse (our enums).
    pub fn parse<T>(&self, column: &str) -> Result<T>
    where
        T: std::str::FromStr,
        T::Err: std::fmt::Display,
    {
        let text: String = self.get(column)?;
        text.parse().map_err(|error: T::Err| corrupt(column, &text, &error))
    }
}

fn corrupt(column: &str, value: &str, reason: &dyn std::fmt::Display) -> Error {
    let value = value.chars().take(120).collect();
    Error::Corrupt { column: column.to_owned(), value, reason: reason.to_string() }
}

/// A type that a column can be read as.
pub trait Column: Sized {
    /// Reads the column; a null is an error unless the type is an `Option`.
    fn read(row: &Row, column: &str) -> Result<Self>;
}

macro_rules! columns {
    ($($type:ty),*) => {$(
        impl Column for $type {
            fn read(row: &Row, column: &str) -> Result<Self> {
                Ok(match row {
                    Row::Sqlite(row) => row.try_get(column)?,
                    Row::Direct(row) => row.required(column)?,
                    Row::Postgres(row) => row.try_get(column)?,
                })
            }
        }
        impl Column for Option<$type> {
            fn read(row: &Row, column: &str) -> Result<Self> {
                Ok(match row {
                    Row::Sqlite(row) => row.try_get(column)?,
                    Row::Direct(row) => row.get(column)?,
                    Row::Postgres(row) => row.try_get(column)?,
                })
            }
        }
    )*};
}

columns!(String, i64, f64, bool, Vec<u8>);

macro_rules! numbers {
    ($($type:ty => $convert:expr;)*) => {$(
        impl Column for $type {
            fn read(row: &Row, column: &str) -> Result<Self> {
                Ok($convert(row.get::<i64>(column)?))
            }
        }
        impl Column for Option<$type> {
            fn read(row: &Row, column: &str) -> Result<Self> {
                Ok(row.get::<Option<i64>>(column)?.map($convert))
            }
        }
    )*};
}

numbers! {
    Timestamp => Timestamp::from_millis;
    Micros => Micros;
}

macro_rules! ids {
    ($($id:ident),*) => {$(
        impl Column for base::$id {
            fn read(row: &Row, column: &str) -> Result<Self> {
                row.parse(column)
            }
        }
        impl Column for Option<base::$id> {
            fn read(row: &Row, column: &str) -> Result<Self> {
                let Some(text) = row.get::<Option<String>>(column)? else { return Ok(None) };
                text.parse().map(Some).map_err(|error| corrupt(column, &text, &error))
            }
        }
    )*};
}

every_id!(ids);
