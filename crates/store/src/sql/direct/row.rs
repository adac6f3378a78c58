//! A row that was read here.

use std::sync::Arc;

use rusqlite::types::Value;

use crate::{Error, Result};

/// One row of an answer, with the values that it had.
#[derive(Debug)]
pub struct DirectRow {
    pub(super) names: Arc<[String]>,
    pub(super) values: Vec<Value>,
}

impl DirectRow {
    /// The value of a column; nothing for a null.
    pub(in crate::sql) fn get<T: Plain>(&self, column: &str) -> Result<Option<T>> {
        let position = self.names.iter().position(|name| name == column);
        let value = position.and_then(|position| self.values.get(position));
        let Some(value) = value else {
            return Err(Error::Database(sqlx::Error::ColumnNotFound(column.to_owned())));
        };
        if *value == Value::Null {
            return Ok(None);
        }
        let read = T::of(value).ok_or_else(|| {
            let found = value.data_type();
            Error::Database(sqlx::Error::ColumnDecode {
                index: column.to_owned(),
                source: format!("it holds {found}, not {}", T::NAME).into(),
            })
        });
        read.map(Some)
    }

    /// The value of a column that cannot be null.
    pub(in crate::sql) fn required<T: Plain>(&self, column: &str) -> Result<T> {
        self.get(column)?.ok_or_else(|| {
            let source = Box::new(sqlx::error::UnexpectedNullError);
            Error::Database(sqlx::Error::ColumnDecode { index: column.to_owned(), source })
        })
    }
}

/// A type that SQLite's values can be read as.
pub(in crate::sql) trait Plain: Sized {
    /// What a reader of an error calls it.
    const NAME: &'static str;
    /// The value, when it is of this type.
    fn of(value: &Value) -> Option<Self>;
}

macro_rules! plain {
    ($($type:ty, $name:literal: $($pattern:pat => $value:expr),+;)*) => {$(
        impl Plain for $type {
            const NAME: &'static str = $name;
            fn of(value: &Value) -> Option<Self> {
                match value {
                    $($pattern => Some($value),)+
                    _ => None,
                }
            }
        }
    )*};
}

plain! {
    String, "a text": Value::Text(text) => text.clone();
    i64, "a whole number": Value::Integer(number) => *number;
    f64, "a number": Value::Real(number) => *number, Value::Integer(number) => *number as f64;
    bool, "true or false": Value::Integer(number) => *number != 0;
    Vec<u8>, "bytes": Value::Blob(bytes) => bytes.clone(), Value::Text(text) => text.clone().into_bytes();
}
