//! Opening the database of a data folder from the command line.

use store::{DataFolder, DatabaseLock, Db, Error, FolderError, Target, migrate};

use crate::config::{self, Config, DataFlags, Environment, ServeFlags};
use crate::failure::{Exit, Failure, Result};
use crate::serve::open_database;

/// The configuration of a data folder.
pub fn configuration(flags: &DataFlags, environment: &Environment) -> Result<Config> {
    let flags = ServeFlags { data: flags.clone(), ..ServeFlags::default() };
    Ok(config::read_without_keys(&flags, environment, "warn")?.config)
}

/// A database that is there already. It takes no lock, so the server may run: SQLite lets
/// two processes write in turns.
pub async fn existing_database(config: &Config) -> Result<Db> {
    must_exist(config)?;
    open_database(config, false).await
}

/// What keeps servers from a data folder and from a SQLite file, wherever it is.
pub struct Locks {
    _folder: DataFolder,
    _database: Option<DatabaseLock>,
}

/// The database, made and brought up when absent; the locks are held as long as it is used,
/// unless a server holds one of them.
pub async fn database(config: &Config) -> Result<(Option<Locks>, Db)> {
    let folder = match DataFolder::open(&config.data.folder) {
        Ok(folder) => folder,
        // The server has brought the schema up.
        Err(FolderError::InUse { .. }) => return Ok((None, open_database(config, false).await?)),
        Err(error @ (FolderError::NotWritable { .. } | FolderError::Shared { .. })) => {
            return Err(error.into());
        }
    };
    match DatabaseLock::take(&config.database.target) {
        Ok(lock) => {
            let locks = Locks { _folder: folder, _database: lock };
            Ok((Some(locks), open_database(config, true).await?))
        }
        // So has the server of another folder.
        Err(Error::InUse { .. }) => Ok((None, open_database(config, false).await?)),
        Err(error) => Err(error.into()),
    }
}

/// The database of a stopped server, for a look at all of it.
pub async fn locked_database(config: &Config) -> Result<(Locks, Db)> {
    must_exist(config)?;
    let folder = DataFolder::open(&config.data.folder)?;
    let lock = DatabaseLock::take(&config.database.target)?;
    let db = Db::connect(&config.database.target).await?;
    let pending = migrate::status(&db).await?.pending;
    if pending.is_empty() {
        return Ok((Locks { _folder: folder, _database: lock }, db));
    }
    db.close().await;
    Err(Failure::failed(
        "the database's schema is older than this program; run \"hishamos-migrate upgrade\" first",
    ))
}

/// Opening a SQLite file makes it; who only looks must not leave an empty one behind.
fn must_exist(config: &Config) -> Result<()> {
    match &config.database.target {
        Target::Sqlite { path } if !path.exists() => Err(Failure::new(
            Exit::NotFound,
            format!(
                "there is no database {}; start the server once with \"hishamos serve\", or name its folder with --data",
                path.display()
            ),
        )),
        Target::Sqlite { .. } | Target::Postgres { .. } => Ok(()),
    }
}
