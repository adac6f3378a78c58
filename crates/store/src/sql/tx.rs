//! A transaction on either database.

use sqlx::pool::PoolConnection;
use sqlx::{AssertSqlSafe, PgConnection, Postgres, Sqlite, SqliteConnection, Transaction};

use super::columns::Column;
use super::dialect::{RELEASE, ROLLBACK_TO};
use super::together::{self, Part};
use super::{Kind, Row, Rows, Sql, Value, direct, lane, rows};
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
    Sqlite(Transaction<'static, Sqlite>),
    SqliteGlancing(direct::Glancing),
    SqliteWriting(direct::Writing),
    Postgres(Transaction<'static, Postgres>),
    /// A connection of the pool, and no transaction.
    PostgresGlancing(PoolConnection<Postgres>),
    PostgresWriting(lane::Writing),
}

/// What statements are run on.
enum Link<'a> {
    Sqlite(&'a mut SqliteConnection),
    Direct(&'a mut direct::Connection),
    Postgres(&'a mut PgConnection),
    PostgresWriting(&'a mut PgConnection),
}

impl Inner {
    async fn link(&mut self) -> Result<Link<'_>, sqlx::Error> {
        Ok(match self {
            Self::Sqlite(tx) => Link::Sqlite(tx),
            Self::SqliteGlancing(glancing) => Link::Direct(glancing.connection()?),
            Self::SqliteWriting(writing) => Link::Direct(writing.connection()?),
            Self::Postgres(tx) => Link::Postgres(tx),
            Self::PostgresGlancing(connection) => Link::Postgres(connection),
            Self::PostgresWriting(writing) => Link::PostgresWriting(writing.connection().await?),
        })
    }

    async fn commit(self) -> Result<(), sqlx::Error> {
        match self {
            Self::SqliteGlancing(_) | Self::PostgresGlancing(_) => Ok(()),
            Self::Sqlite(tx) => tx.commit().await,
            Self::SqliteWriting(writing) => writing.commit(),
            Self::Postgres(tx) => tx.commit().await,
            Self::PostgresWriting(writing) => writing.commit().await,
        }
    }

    async fn rollback(self) -> Result<(), sqlx::Error> {
        match self {
            Self::SqliteGlancing(_) | Self::PostgresGlancing(_) => Ok(()),
            Self::Sqlite(tx) => tx.rollback().await,
            Self::SqliteWriting(writing) => writing.rollback(),
            Self::Postgres(tx) => tx.rollback().await,
            Self::PostgresWriting(writing) => writing.rollback().await,
        }
    }
}

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

macro_rules! bind_columns {
    ($query:expr, $columns:expr) => {{
        let mut query = $query;
        for column in $columns {
            query = match column {
                Column::Text(values) => query.bind(values),
                Column::Integer(values) => query.bind(values),
                Column::Double(values) => query.bind(values),
                Column::Boolean(values) => query.bind(values),
                Column::Bytes(values) => query.bind(values),
            };
        }
        query
    }};
}

/// Runs the statement on the inner transaction and remembers trouble. The connection that
/// writes to PostgreSQL waits for its answer no longer than `$within` says.
macro_rules! run {
    ($self:ident, $direct:ident => $($rest:tt)*) => {
        run!($self, within lane::in_time, $direct => $($rest)*)
    };
    ($self:ident, within $within:path, $direct:ident => $on_direct:expr, $sqlite:ident => $on_sqlite:expr, $postgres:ident => $on_postgres:expr) => {{
        if let Some(trouble) = &$self.trouble {
            return Err(trouble.clone().into_error());
        }
        if let Some(reason) = &$self.failed {
            return Err(overlooked(reason));
        }
        let answer = match $self.inner.link().await {
            Ok(Link::Direct($direct)) => $on_direct,
            Ok(Link::Sqlite($sqlite)) => $on_sqlite.await,
            Ok(Link::Postgres($postgres)) => $on_postgres.await,
            Ok(Link::PostgresWriting($postgres)) => $within($on_postgres).await,
            Err(error) => Err(error),
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

fn not_postgres() -> sqlx::Error {
    sqlx::Error::Protocol("this statement is PostgreSQL's".to_owned())
}

impl Tx {
    pub(super) fn sqlite(tx: Transaction<'static, Sqlite>) -> Self {
        Self::over(Inner::Sqlite(tx))
    }

    pub(super) fn sqlite_glancing(glancing: direct::Glancing) -> Self {
        Self::over(Inner::SqliteGlancing(glancing))
    }

    pub(super) fn sqlite_writing(writing: direct::Writing) -> Self {
        Self::over(Inner::SqliteWriting(writing))
    }

    pub(super) fn postgres(tx: Transaction<'static, Postgres>) -> Self {
        Self::over(Inner::Postgres(tx))
    }

    pub(super) fn postgres_glancing(connection: PoolConnection<Postgres>) -> Self {
        Self::over(Inner::PostgresGlancing(connection))
    }

    pub(super) fn postgres_writing(writing: lane::Writing) -> Self {
        Self::over(Inner::PostgresWriting(writing))
    }

    fn over(inner: Inner) -> Self {
        Self { inner, trouble: None, failed: None }
    }

    /// Which database this is on.
    pub fn kind(&self) -> Kind {
        match self.inner {
            Inner::Sqlite(_) | Inner::SqliteGlancing(_) | Inner::SqliteWriting(_) => Kind::Sqlite,
            Inner::Postgres(_) | Inner::PostgresGlancing(_) | Inner::PostgresWriting(_) => {
                Kind::Postgres
            }
        }
    }

    /// Runs a statement and says how many rows it changed.
    pub async fn execute(&mut self, sql: Sql, params: Vec<Value>) -> Result<u64> {
        run!(self,
            tx => tx.execute(sql.sqlite, params),
            tx => async { bind!(sqlx::query(sql.sqlite), params).execute(tx).await.map(|done| done.rows_affected()) },
            tx => async { bind!(sqlx::query(sql.postgres), params).execute(tx).await.map(|done| done.rows_affected()) }
        )
    }

    /// Runs a statement that is written for one row, with `values ($1, $2, …)`, for many,
    /// and says how many it changed. On PostgreSQL no two rows may change the same one.
    pub async fn execute_rows(&mut self, sql: Sql, mut rows: Rows) -> Result<u64> {
        let mut changed = 0;
        while !rows.is_empty() {
            changed += run!(self,
                tx => rows.take().map_or(Ok(0), |(count, values)| tx.execute(&rows::repeated(sql.sqlite, count), values)),
                tx => async {
                    let Some((count, values)) = rows.take() else { return Ok(0) };
                    let text = rows::repeated(sql.sqlite, count);
                    bind!(sqlx::query(AssertSqlSafe(text)), values).execute(tx).await.map(|done| done.rows_affected())
                },
                tx => async {
                    let Some(columns) = rows.take_columns() else { return Ok(0) };
                    let text = rows::unnested(sql.postgres, &columns);
                    bind_columns!(sqlx::query(AssertSqlSafe(text)), columns).execute(tx).await.map(|done| done.rows_affected())
                }
            )?;
        }
        Ok(changed)
    }

    /// The same for a statement with `returning`: all rows that it gives back.
    pub async fn fetch_rows(&mut self, sql: Sql, mut rows: Rows) -> Result<Vec<Row>> {
        let mut found = Vec::new();
        while !rows.is_empty() {
            let part: Result<Vec<Row>> = run!(self,
                tx => rows.take().map_or(Ok(Vec::new()), |(count, values)| tx.fetch(&rows::repeated(sql.sqlite, count), values)),
                tx => async {
                    let Some((count, values)) = rows.take() else { return Ok(Vec::new()) };
                    let text = rows::repeated(sql.sqlite, count);
                    let rows = bind!(sqlx::query(AssertSqlSafe(text)), values).fetch_all(tx).await?;
                    Ok(rows.into_iter().map(Row::Sqlite).collect())
                },
                tx => async {
                    let Some(columns) = rows.take_columns() else { return Ok(Vec::new()) };
                    let text = rows::unnested(sql.postgres, &columns);
                    let rows = bind_columns!(sqlx::query(AssertSqlSafe(text)), columns).fetch_all(tx).await?;
                    Ok(rows.into_iter().map(Row::Postgres).collect())
                }
            );
            found.extend(part?);
        }
        Ok(found)
    }

    /// Writes rows of several tables, each by a statement for one row, in as few statements as
    /// PostgreSQL needs: one. Nothing is written unless `guard`, which locks a row, selects
    /// `expected` as its `value`. Gives what it selected.
    ///
    /// `is_last` says that its job does nothing after it. Where it is one statement, and nothing
    /// went before it in the transaction, PostgreSQL then gets that statement by itself, which is
    /// durable when it is answered; an answer that is lost is that of a commit.
    pub(crate) async fn execute_together(
        &mut self,
        guard: Sql,
        expected: i64,
        mut parts: Vec<Part>,
        is_last: bool,
    ) -> Result<i64> {
        if self.kind() == Kind::Sqlite {
            let value = self.fetch_one(guard, Vec::new()).await?.get("value")?;
            if value == expected {
                for (sql, rows) in parts {
                    self.execute_rows(sql, rows).await?;
                }
            }
            return Ok(value);
        }
        let mut value = None;
        while value.is_none_or(|value| value == expected)
            && let Some((text, columns)) = together::take(guard.postgres, &mut parts)
        {
            let is_single =
                is_last && parts.iter().all(|(_, rows)| rows.is_empty()) && self.expect_single();
            let row: Result<Row> = run!(self,
                _tx => Err(not_postgres()),
                _tx => async { Err(not_postgres()) },
                tx => async {
                    let query = sqlx::query(AssertSqlSafe(text)).bind(expected);
                    bind_columns!(query, columns).fetch_one(tx).await.map(Row::Postgres)
                }
            );
            let row = if is_single { self.sent_alone(row) } else { row };
            value = Some(row?.get("value")?);
        }
        match value {
            Some(value) => Ok(value),
            None => self.fetch_one(guard, Vec::new()).await?.get("value"),
        }
    }

    /// All rows of a query.
    pub async fn fetch_all(&mut self, sql: Sql, params: Vec<Value>) -> Result<Vec<Row>> {
        run!(self,
            tx => tx.fetch(sql.sqlite, params),
            tx => async {
                let rows = bind!(sqlx::query(sql.sqlite), params).fetch_all(tx).await?;
                Ok(rows.into_iter().map(Row::Sqlite).collect())
            },
            tx => async {
                let rows = bind!(sqlx::query(sql.postgres), params).fetch_all(tx).await?;
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
        run!(self,
            tx => tx.fetch_once(&text, params),
            tx => async {
                let rows = bind!(sqlx::query(AssertSqlSafe(text)).persistent(false), params).fetch_all(tx).await?;
                Ok(rows.into_iter().map(Row::Sqlite).collect())
            },
            tx => async {
                let rows = bind!(sqlx::query(AssertSqlSafe(text)).persistent(false), params).fetch_all(tx).await?;
                Ok(rows.into_iter().map(Row::Postgres).collect())
            }
        )
    }

    /// Runs a text of many statements without parameters: a migration file, which may take
    /// its time.
    pub(crate) async fn batch(&mut self, text: String) -> Result<()> {
        run!(self, within std::convert::identity,
            tx => tx.batch(&text),
            tx => async { sqlx::raw_sql(AssertSqlSafe(text)).execute(tx).await.map(drop) },
            tx => async { sqlx::raw_sql(AssertSqlSafe(text)).execute(tx).await.map(drop) }
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
        self.inner.rollback().await.map_err(Error::from_driver)
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
        self.inner.commit().await
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

    /// Whether the next statement is sent by itself: it is where nothing went before it.
    fn expect_single(&mut self) -> bool {
        match &mut self.inner {
            Inner::PostgresWriting(writing) => writing.expect_single(),
            Inner::Sqlite(_)
            | Inner::SqliteGlancing(_)
            | Inner::SqliteWriting(_)
            | Inner::Postgres(_)
            | Inner::PostgresGlancing(_) => false,
        }
    }

    /// What came of a statement that was sent by itself: its error is that of its commit.
    fn sent_alone<T>(&mut self, answer: Result<T>) -> Result<T> {
        match answer {
            Ok(answer) => {
                if let Inner::PostgresWriting(writing) = &mut self.inner {
                    writing.keep();
                }
                Ok(answer)
            }
            Err(error) => {
                let Some(trouble) = self.trouble.take() else { return Err(error) };
                let trouble = self.trouble.insert(trouble.of_commit());
                Err(trouble.clone().into_error())
            }
        }
    }

    /// Leaves the connection exactly as it is, for ever: neither a rollback nor a closing
    /// checkpoint may touch a disk that failed. The program is about to end.
    pub(crate) fn abandon(self) {
        std::mem::forget(self);
    }
}
