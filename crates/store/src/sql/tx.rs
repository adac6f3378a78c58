//! A transaction on either database.

use sqlx::{Postgres, Sqlite, Transaction};

use super::{Kind, Row, Sql, Value};
use crate::{Error, Result};

/// A transaction. Dropping it without [`Tx::commit`] takes everything back.
#[derive(Debug)]
pub enum Tx {
    /// On SQLite.
    Sqlite(Transaction<'static, Sqlite>),
    /// On PostgreSQL.
    Postgres(Transaction<'static, Postgres>),
}

macro_rules! bind {
    ($query:expr, $params:expr) => {{
        let mut query = $query;
        for value in $params {
            query = match value {
                Value::Text(value) => query.bind(value),
                Value::Integer(value) => query.bind(value),
                Value::Double(value) => query.bind(value),
                Value::Boolean(value) => query.bind(value),
                Value::Bytes(value) => query.bind(value),
            };
        }
        query
    }};
}

impl Tx {
    /// Which database this is on.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Sqlite(_) => Kind::Sqlite,
            Self::Postgres(_) => Kind::Postgres,
        }
    }

    /// Runs a statement and says how many rows it changed.
    pub async fn execute(&mut self, sql: Sql, params: Vec<Value>) -> Result<u64> {
        match self {
            Self::Sqlite(tx) => bind!(sqlx::query(sql.sqlite), params)
                .execute(&mut **tx)
                .await
                .map(|done| done.rows_affected()),
            Self::Postgres(tx) => bind!(sqlx::query(sql.postgres), params)
                .execute(&mut **tx)
                .await
                .map(|done| done.rows_affected()),
        }
        .map_err(Error::from_driver)
    }

    /// All rows of a query.
    pub async fn fetch_all(&mut self, sql: Sql, params: Vec<Value>) -> Result<Vec<Row>> {
        Ok(match self {
            Self::Sqlite(tx) => bind!(sqlx::query(sql.sqlite), params)
                .fetch_all(&mut **tx)
                .await
                .map_err(Error::from_driver)?
                .into_iter()
                .map(Row::Sqlite)
                .collect(),
            Self::Postgres(tx) => bind!(sqlx::query(sql.postgres), params)
                .fetch_all(&mut **tx)
                .await
                .map_err(Error::from_driver)?
                .into_iter()
                .map(Row::Postgres)
                .collect(),
        })
    }

    /// The first row of a query, if there is one.
    pub async fn fetch_optional(&mut self, sql: Sql, params: Vec<Value>) -> Result<Option<Row>> {
        Ok(self.fetch_all(sql, params).await?.into_iter().next())
    }

    /// The only row of a query that always has one (counts, `returning`).
    pub async fn fetch_one(&mut self, sql: Sql, params: Vec<Value>) -> Result<Row> {
        self.fetch_optional(sql, params).await?.ok_or(Error::Database(sqlx::Error::RowNotFound))
    }

    /// Makes everything durable.
    pub async fn commit(self) -> Result<()> {
        match self {
            Self::Sqlite(tx) => tx.commit().await,
            Self::Postgres(tx) => tx.commit().await,
        }
        .map_err(Error::from_driver)
    }

    /// Takes everything back.
    pub async fn rollback(self) -> Result<()> {
        match self {
            Self::Sqlite(tx) => tx.rollback().await,
            Self::Postgres(tx) => tx.rollback().await,
        }
        .map_err(Error::from_driver)
    }
}
