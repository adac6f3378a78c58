//! Opening a database, and refusing one that would not keep our promises.

use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Connection as _, Executor as _, PgPool, Row as _, SqlitePool};

use super::direct;
use crate::{Error, Result};

/// The oldest SQLite whose WAL we trust (fixes of 3.51.3).
const OLDEST_SQLITE: (u32, u32, u32) = (3, 51, 3);
/// The oldest PostgreSQL that we test on.
const OLDEST_POSTGRES: i32 = 14;

/// Where the database is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A SQLite file.
    Sqlite {
        /// The file; made when absent.
        path: PathBuf,
    },
    /// A PostgreSQL server.
    Postgres {
        /// `postgres://user:password@host:port/database`
        url: String,
    },
}

impl FromStr for Target {
    type Err = Error;

    /// `postgres://…`, `sqlite:PATH` or a path.
    fn from_str(text: &str) -> Result<Self> {
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Ok(Self::Postgres { url: text.to_owned() });
        }
        let path = text.strip_prefix("sqlite:");
        let path = path.map(|path| path.strip_prefix("//").unwrap_or(path));
        if path.unwrap_or(text).is_empty() {
            // SQLite would take it for a database that is forgotten when it is closed.
            return Err(Error::Address(
                "the database address names no file; use sqlite:PATH or postgres://user@host/name"
                    .to_owned(),
            ));
        }
        if let Some(path) = path {
            return Ok(Self::Sqlite { path: path.into() });
        }
        if text.contains("://") {
            return Err(Error::Address(format!(
                "database address \"{}\" is not known; use postgres://user@host/name or sqlite:PATH",
                Self::shown(text)
            )));
        }
        Ok(Self::Sqlite { path: text.into() })
    }
}

impl Target {
    /// The file of a SQLite database; none on PostgreSQL, and where SQLite means something else
    /// by the name.
    pub(crate) fn file(&self) -> Option<&Path> {
        match self {
            Self::Sqlite { path } => is_file(path).then_some(path.as_path()),
            Self::Postgres { .. } => None,
        }
    }

    /// An address as people may see it: without its password.
    pub fn shown(address: &str) -> String {
        let Some((scheme, rest)) = address.split_once("://") else { return address.to_owned() };
        let rest = match rest.rsplit_once('@') {
            Some((user, host)) => match user.split_once(':') {
                Some((name, _)) => format!("{name}:***@{host}"),
                None => rest.to_owned(),
            },
            None => rest.to_owned(),
        };
        let hidden = |part: &str| match part.split_once('=') {
            Some((name, value)) if name.contains("password") => {
                format!("{name}=***{}", if value.ends_with('&') { "&" } else { "" })
            }
            Some(_) | None => part.to_owned(),
        };
        let parts: Vec<String> = rest.split_inclusive(['?', '&']).map(hidden).collect();
        format!("{scheme}://{}", parts.concat())
    }
}

/// How the writing connection is set up; the pools have the same by their options. The log
/// is moved by `Checkpoint`: SQLite's own way would hide a failed fsync.
const WRITING: &str = "pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on; pragma cache_size = -2000; pragma wal_autocheckpoint = 0; pragma temp_store = memory";

/// How connections for a few rows are set up.
pub(super) const GLANCING: &str = "pragma query_only = on; pragma foreign_keys = on; pragma cache_size = -1000; pragma wal_autocheckpoint = 0; pragma temp_store = memory";

/// The pool for reading, the writing connection, and a pool whose only connection moves the
/// log.
pub(super) async fn sqlite(path: &Path) -> Result<(SqlitePool, direct::Lane, SqlitePool)> {
    let opened = |error| open_error(path, error);
    make_private(path);
    let write = direct::Lane::open(path, WRITING).map_err(opened)?;
    write.between(check_sqlite).map_err(opened)??;
    let options = SqliteConnectOptions::new()
        .filename(path)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(Duration::from_secs(10))
        .pragma("cache_size", "-8000")
        .pragma("wal_autocheckpoint", "0")
        .pragma("temp_store", "memory")
        .statement_cache_capacity(256);
    let checkpoint = SqlitePoolOptions::new()
        .max_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .connect_lazy_with(options.clone());
    let read = SqlitePoolOptions::new()
        .max_connections(4)
        // One stays open, so that a writing connection that is replaced is never the last
        // one: closing the last one checkpoints, which a failed disk must be spared.
        .min_connections(1)
        .idle_timeout(Duration::from_secs(60))
        // A file does not go away as a server does, and asking costs as much as reading.
        .test_before_acquire(false)
        .connect_with(options.pragma("query_only", "on"))
        .await
        .map_err(opened)?;
    Ok((read, write, checkpoint))
}

/// A new file is for its owner only, wherever it is: it holds password hashes and everybody's
/// work. SQLite gives its log the rights of the file.
fn make_private(path: &Path) {
    if !is_file(path) {
        return;
    }
    let mut options = std::fs::OpenOptions::new();
    if let Err(error) = options.write(true).create_new(true).mode(0o600).open(path) {
        // It is there already, or SQLite says in a moment what is wrong with the place.
        tracing::debug!("{} is not made: {error}", path.display());
    }
}

/// Whether SQLite takes the name for that of a file.
fn is_file(path: &Path) -> bool {
    let name = path.to_string_lossy();
    !name.starts_with(':') && !name.starts_with("file:")
}

fn open_error(path: &Path, error: sqlx::Error) -> Error {
    let text = error.to_string();
    let path = path.display();
    if text.contains("readonly")
        || text.contains("unable to open")
        || text.contains("Permission denied")
    {
        return Error::Unsafe(format!(
            "cannot write the database file {path}; make its folder writable or pass --data"
        ));
    }
    if text.contains("not a database") {
        return Error::Unsafe(format!(
            "{path} is not a SQLite database; move it away or pass another --data"
        ));
    }
    if text.contains("malformed") {
        return Error::Unsafe(format!(
            "the database file {path} is damaged; keep a copy of it and restore the latest backup"
        ));
    }
    Error::from_driver(error)
}

fn check_sqlite(connection: &mut direct::Connection) -> Result<Result<()>, sqlx::Error> {
    let version = rusqlite::version();
    if parse_version(version) < OLDEST_SQLITE {
        return Ok(Err(Error::Unsafe(format!(
            "SQLite {version} is older than 3.51.3, whose WAL fixes we rely on"
        ))));
    }
    let mode: String = connection.pragma("journal_mode")?;
    if mode != "wal" {
        return Ok(Err(Error::Unsafe(format!(
            "the database's journal mode is \"{mode}\", not \"wal\"; put the data folder on a local disk"
        ))));
    }
    let synchronous: i64 = connection.pragma("synchronous")?;
    if synchronous < 2 {
        return Ok(Err(Error::Unsafe("SQLite runs with synchronous below FULL".to_owned())));
    }
    Ok(Ok(()))
}

fn parse_version(text: &str) -> (u32, u32, u32) {
    let mut parts = text.split('.').map(|part| part.parse().unwrap_or(0));
    let mut next = || parts.next().unwrap_or(0);
    (next(), next(), next())
}

/// What a reading connection may do, as `query_only` says it to SQLite.
const ONLY_READING: &str = "set default_transaction_read_only = on";

/// How the planner of a writing connection has to think: our writes find rows by their keys.
/// It would plan otherwise while the tables are small, and keep to that as they grow.
const BY_KEYS: &str = "set enable_seqscan = off; set enable_hashjoin = off; set enable_mergejoin = off; set jit = off";

/// A server that is cut off within a transaction must not hold its rows for longer than
/// another one waits for the engine role, whose row is among them.
const LETS_GO: &str = "set idle_in_transaction_session_timeout = '10s'";

pub(super) async fn postgres(url: &str) -> Result<(PgPool, PgPool)> {
    let options = PgConnectOptions::from_str(url)
        .map_err(|error| Error::Address(format!("PostgreSQL address cannot be read: {error}")))?
        .application_name("hishamos")
        .statement_cache_capacity(256);
    let pool = PgPoolOptions::new()
        .max_connections(10)
        .acquire_timeout(Duration::from_secs(10))
        .test_before_acquire(false)
        .before_acquire(|connection, meta| {
            Box::pin(async move {
                // One that has just been used is there; asking costs as much as reading.
                if meta.idle_for > Duration::from_secs(1) {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
        .after_connect(|connection, _| {
            Box::pin(async move { connection.execute(ONLY_READING).await.map(drop) })
        })
        .connect_with(options.clone())
        .await
        .map_err(|error| {
            Error::Unreachable(format!("PostgreSQL: {error}; check the --database address"))
        })?;
    let row = sqlx::query("select current_setting('server_version_num')::int / 10000 as version, current_setting('fsync') as fsync, current_setting('synchronous_commit') as durable")
        .fetch_one(&pool)
        .await?;
    let version: i32 = row.try_get("version")?;
    if version < OLDEST_POSTGRES {
        return Err(Error::Unsafe(format!(
            "PostgreSQL {version} is older than {OLDEST_POSTGRES}; upgrade the server"
        )));
    }
    for (setting, column) in [("fsync", "fsync"), ("synchronous_commit", "durable")] {
        let value: String = row.try_get(column)?;
        if value == "off" {
            return Err(Error::Unsafe(format!("PostgreSQL runs with {setting} = off; turn it on")));
        }
    }
    let write = PgPoolOptions::new()
        .max_connections(1)
        .acquire_timeout(Duration::from_secs(10))
        .idle_timeout(None)
        .max_lifetime(None)
        .after_connect(|connection, _| {
            Box::pin(async move {
                connection.execute(BY_KEYS).await?;
                connection.execute(LETS_GO).await.map(drop)
            })
        })
        .connect_with(options)
        .await
        .map_err(|error| Error::Unreachable(format!("PostgreSQL: {error}")))?;
    Ok((pool, write))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_addresses() {
        let check = |text: &str, expected: Option<Target>| {
            assert_eq!(text.parse::<Target>().ok(), expected, "{text}");
        };
        check("postgres://a@b/c", Some(Target::Postgres { url: "postgres://a@b/c".to_owned() }));
        check("sqlite:/tmp/x.db", Some(Target::Sqlite { path: "/tmp/x.db".into() }));
        check("sqlite:///tmp/x.db", Some(Target::Sqlite { path: "/tmp/x.db".into() }));
        check("sqlite:////tmp/x.db", Some(Target::Sqlite { path: "//tmp/x.db".into() }));
        check("sqlite://x.db", Some(Target::Sqlite { path: "x.db".into() }));
        check("/tmp/x.db", Some(Target::Sqlite { path: "/tmp/x.db".into() }));
        check("mysql://a", None);
        check("sqlite:", None);
        check("", None);
    }

    #[test]
    fn passwords_are_not_shown() {
        let check = |url: &str, expected: &str| assert_eq!(Target::shown(url), expected);
        check("postgres://u:p@h/d", "postgres://u:***@h/d");
        check("postgres://u:p@x@h/d", "postgres://u:***@h/d");
        check("postgres://u:p?w@h/d", "postgres://u:***@h/d");
        check("postgres://u@h/d", "postgres://u@h/d");
        check("postgres:///d?host=/run&user=u", "postgres:///d?host=/run&user=u");
        check("postgres://u@h/d?password=p@x&y=z", "postgres://u@h/d?password=***&y=z");
        check("sqlite:/x.db", "sqlite:/x.db");
        let refused = "postgresql+asyncpg://u:p-secret@h/d".parse::<Target>();
        let error = refused.expect_err("it is no address of ours").to_string();
        assert!(error.contains("postgresql+asyncpg://u:***@h/d"), "{error}");
    }

    #[tokio::test]
    async fn new_files_are_for_their_owner_only() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("x.db");
        let opened = sqlite(&path).await.expect("opens");
        assert!(path.exists());
        for file in std::fs::read_dir(folder.path()).expect("is there") {
            let file = file.expect("is there");
            let mode = file.metadata().expect("is there").permissions().mode();
            assert_eq!(mode & 0o077, 0, "{:?}", file.file_name());
        }
        drop(opened);
    }

    #[test]
    fn compares_versions_by_number() {
        assert!(parse_version("3.9.0") < OLDEST_SQLITE);
        assert!(parse_version("3.51.2") < OLDEST_SQLITE);
        assert!(parse_version("3.51.3") >= OLDEST_SQLITE);
        assert!(parse_version("3.100.0") >= OLDEST_SQLITE);
    }
}
