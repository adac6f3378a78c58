//! A transaction on either database.

use sqlx::pool::PoolConnection;
use sqlx::{AssertSqlSafe, Database, Postgres, Sqlite, Transaction};

use super::dialect::{RELEASE, ROLLBACK_TO};
use super::lane::Writing;
use super::{Kind, Row, Rows, Sql, Value, rows};
use crate::trouble::Trouble;
use crate::{Error, Result};

/// A transaction. Dropping it without [`Tx::commit`] takes everything back.
#[derive(Debug)]
pub struct Tx {
    inner: Inner,
    /// Set when the transaction cannot go on; then no statement runs any more.
    trouble: Option<Trouble>,
    /// The statement that failed. PostgreSQL then refuses all others and turns the commit
    /// into a silent rollback; on SQLite we keep the same rule ourselves, so that code
    /// which overlooks an error fails on both.
    failed: Option<String>,
}

#[derive(Debug)]
enum Inner {
    Sqlite(Held<Sqlite>),
    Postgres(Held<Postgres>),
}

/// A transaction that only reads comes from a pool, one that writes from its lane. Who only
/// glances has a connection of the pool and no transaction.
#[derive(Debug)]
enum Held<DB: Database> {
    Glancing(PoolConnection<DB>),
    Reading(Transaction<'static, DB>),
    Writing(Writing<DB>),
}

macro_rules! held {
    ($database:ty) => {
        impl Held<$database> {
            fn connection(
                &mut self,
            ) -> Result<&mut <$database as Database>::Connection, sqlx::Error> {
                match self {
                    Self::Glancing(connection) => Ok(&mut **connection),
                    Self::Reading(tx) => Ok(&mut **tx),
                    Self::Writing(writing) => writing.connection(),
                }
            }

            async fn commit(self) -> Result<(), sqlx::Error> {
                match self {
                    Self::Glancing(_) => Ok(()),
                    Self::Reading(tx) => tx.commit().await,
                    Self::Writing(writing) => writing.commit().await,
                }
            }

            async fn rollback(self) -> Result<(), sqlx::Error> {
                match self {
                    Self::Glancing(_) => Ok(()),
                    Self::Reading(tx) => tx.rollback().await,
                    Self::Writing(writing) => writing.rollback().await,
                }
            }
        }
    };
}

held!(Sqlite);
held!(Postgres);

macro_rules! bind {
    ($query:expr, $params:expr) => {{
        let mut query = $query;
        for value in $params {
            query = match value {
                Value::Text(value) => query.bind(value.map(super::value::storable)),
                Value::Integer(value) => query.bind(value),
                Value::Double(value) => query.bind(value),
                Value::Boolean(value) => query.bind(value),
                Value::Bytes(value) => query.bind(value),
            };
        }
        query
    }};
}

/// Runs `$call` on the inner transaction and remembers trouble.
macro_rules! run {
    ($self:ident, $sqlite:ident => $on_sqlite:expr, $postgres:ident => $on_postgres:expr) => {{
        if let Some(trouble) = &$self.trouble {
            return Err(trouble.clone().into_error());
        }
        if let Some(reason) = &$self.failed {
            return Err(overlooked(reason));
        }
        let answer = match &mut $self.inner {
            Inner::Sqlite($sqlite) => $on_sqlite.await,
            Inner::Postgres($postgres) => $on_postgres.await,
        };
        answer.map_err(|error| {
            $self.note(&error);
            Error::from_driver(error)
        })
    }};
}

fn overlooked(reason: &str) -> Error {
    Error::Database(sqlx::Error::Protocol(format!(
        "a statement of this transaction failed before, so nothing more can be done in it: {reason}"
    )))
}

impl Tx {
    pub(super) fn sqlite(tx: Transaction<'static, Sqlite>) -> Self {
        Self::over(Inner::Sqlite(Held::Reading(tx)))
    }

    pub(super) fn sqlite_glancing(connection: PoolConnection<Sqlite>) -> Self {
        Self::over(Inner::Sqlite(Held::Glancing(connection)))
    }

    pub(super) fn sqlite_writing(writing: Writing<Sqlite>) -> Self {
        Self::over(Inner::Sqlite(Held::Writing(writing)))
    }

    pub(super) fn postgres(tx: Transaction<'static, Postgres>) -> Self {
        Self::over(Inner::Postgres(Held::Reading(tx)))
    }

    pub(super) fn postgres_glancing(connection: PoolConnection<Postgres>) -> Self {
        Self::over(Inner::Postgres(Held::Glancing(connection)))
    }

    pub(super) fn postgres_writing(writing: Writing<Postgres>) -> Self {
        Self::over(Inner::Postgres(Held::Writing(writing)))
    }

    fn over(inner: Inner) -> Self {
        Self { inner, trouble: None, failed: None }
    }

    /// Which database this is on.
    pub fn kind(&self) -> Kind {
        match self.inner {
            Inner::Sqlite(_) => Kind::Sqlite,
            Inner::Postgres(_) => Kind::Postgres,
        }
    }

    /// Runs a statement and says how many rows it changed.
    pub async fn execute(&mut self, sql: Sql, params: Vec<Value>) -> Result<u64> {
        run!(self,
            tx => async { bind!(sqlx::query(sql.sqlite), params).execute(tx.connection()?).await.map(|done| done.rows_affected()) },
            tx => async { bind!(sqlx::query(sql.postgres), params).execute(tx.connection()?).await.map(|done| done.rows_affected()) }
        )
    }

    /// Runs a statement that is written for one row, with `values ($1, $2, …)`, for many,
    /// and says how many it changed. On PostgreSQL no two rows may change the same one.
    pub async fn execute_rows(&mut self, sql: Sql, mut rows: Rows) -> Result<u64> {
        let mut changed = 0;
        while let Some((count, values)) = rows.take() {
            let text = AssertSqlSafe(rows::text(sql, self.kind(), count));
            changed += run!(self,
                tx => async { bind!(sqlx::query(text), values).execute(tx.connection()?).await.map(|done| done.rows_affected()) },
                tx => async { bind!(sqlx::query(text), values).execute(tx.connection()?).await.map(|done| done.rows_affected()) }
            )?;
        }
        Ok(changed)
    }

    /// The same for a statement with `returning`: all rows that it gives back.
    pub async fn fetch_rows(&mut self, sql: Sql, mut rows: Rows) -> Result<Vec<Row>> {
        let mut found = Vec::new();
        while let Some((count, values)) = rows.take() {
            let text = AssertSqlSafe(rows::text(sql, self.kind(), count));
            let part: Result<Vec<Row>> = run!(self,
                tx => async {
                    let rows = bind!(sqlx::query(text), values).fetch_all(tx.connection()?).await?;
                    Ok(rows.into_iter().map(Row::Sqlite).collect())
                },
                tx => async {
                    let rows = bind!(sqlx::query(text), values).fetch_all(tx.connection()?).await?;
                    Ok(rows.into_iter().map(Row::Postgres).collect())
                }
            );
            found.extend(part?);
        }
        Ok(found)
    }

    /// All rows of a query.
    pub async fn fetch_all(&mut self, sql: Sql, params: Vec<Value>) -> Result<Vec<Row>> {
        run!(self,
            tx => async {
                let rows = bind!(sqlx::query(sql.sqlite), params).fetch_all(tx.connection()?).await?;
                Ok(rows.into_iter().map(Row::Sqlite).collect())
            },
            tx => async {
                let rows = bind!(sqlx::query(sql.postgres), params).fetch_all(tx.connection()?).await?;
                Ok(rows.into_iter().map(Row::Postgres).collect())
            }
        )
    }

    /// The first row of a query, if there is one.
    pub async fn fetch_optional(&mut self, sql: Sql, params: Vec<Value>) -> Result<Option<Row>> {
        Ok(self.fetch_all(sql, params).await?.into_iter().next())
    }

    /// The only row of a query that always has one (counts, `returning`).
    pub async fn fetch_one(&mut self, sql: Sql, params: Vec<Value>) -> Result<Row> {
        self.fetch_optional(sql, params).await?.ok_or(Error::Database(sqlx::Error::RowNotFound))
    }

    /// All rows of a query whose text was put together at run time. The text must hold
    /// names that we wrote ourselves; values go into `params`.
    pub(crate) async fn fetch_composed(
        &mut self,
        text: String,
        params: Vec<Value>,
    ) -> Result<Vec<Row>> {
        let text = AssertSqlSafe(text);
        run!(self,
            tx => async {
                let rows = bind!(sqlx::query(text).persistent(false), params).fetch_all(tx.connection()?).await?;
                Ok(rows.into_iter().map(Row::Sqlite).collect())
            },
            tx => async {
                let rows = bind!(sqlx::query(text).persistent(false), params).fetch_all(tx.connection()?).await?;
                Ok(rows.into_iter().map(Row::Postgres).collect())
            }
        )
    }

    /// Runs a text of many statements without parameters: a migration file.
    pub(crate) async fn batch(&mut self, text: String) -> Result<()> {
        let text = AssertSqlSafe(text);
        run!(self,
            tx => async { sqlx::raw_sql(text).execute(tx.connection()?).await.map(drop) },
            tx => async { sqlx::raw_sql(text).execute(tx.connection()?).await.map(drop) }
        )
    }

    /// Makes everything durable.
    pub async fn commit(self) -> Result<()> {
        if let Some(trouble) = &self.trouble {
            return Err(trouble.clone().into_error());
        }
        if let Some(reason) = &self.failed {
            return Err(overlooked(reason));
        }
        self.finish().await.map_err(Error::from_driver)
    }

    /// Takes everything back.
    pub async fn rollback(self) -> Result<()> {
        match self.inner {
            Inner::Sqlite(tx) => tx.rollback().await,
            Inner::Postgres(tx) => tx.rollback().await,
        }
        .map_err(Error::from_driver)
    }

    /// Takes back to the savepoint and forgets that a statement failed.
    pub(crate) async fn rollback_to_savepoint(&mut self) -> Result<()> {
        self.failed = None;
        self.execute(ROLLBACK_TO, Vec::new()).await?;
        self.execute(RELEASE, Vec::new()).await?;
        Ok(())
    }

    /// Commits and gives the driver's own error.
    pub(crate) async fn finish(self) -> Result<(), sqlx::Error> {
        match self.inner {
            Inner::Sqlite(tx) => tx.commit().await,
            Inner::Postgres(tx) => tx.commit().await,
        }
    }

    /// Why this transaction cannot go on, when it cannot.
    pub(crate) fn trouble(&self) -> Option<&Trouble> {
        self.trouble.as_ref()
    }

    /// The statement that failed, when the work went on all the same.
    pub(crate) fn failed(&self) -> Option<&str> {
        self.failed.as_deref()
    }

    fn note(&mut self, error: &sqlx::Error) {
        self.trouble = Trouble::of(error);
        if matches!(error, sqlx::Error::Database(_)) {
            self.failed = Some(error.to_string());
        }
    }

    /// Leaves the connection exactly as it is, for ever: neither a rollback nor a closing
    /// checkpoint may touch a disk that failed. The program is about to end.
    pub(crate) fn abandon(self) {
        std::mem::forget(self);
    }
}
