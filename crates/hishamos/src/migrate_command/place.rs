//! Where the database is: the same rules as the server's configuration, in the same order:
//! flag, environment, `hishamos.toml` in the data folder, default.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use store::Target;

use super::arguments::Place;
use super::failure::Failure;

/// A data folder and the database that belongs to it.
#[derive(Debug)]
pub struct Found {
    /// The data folder.
    pub folder: PathBuf,
    /// The database.
    pub target: Target,
    /// Whether the database is the folder's own, by its configuration or by where the file is:
    /// then a server that uses it holds the folder's lock.
    pub is_own: bool,
}

impl Found {
    /// Whether there is a database; a server's is there unless connecting fails.
    pub fn exists(&self) -> bool {
        match &self.target {
            Target::Sqlite { path } => path.exists(),
            Target::Postgres { .. } => true,
        }
    }
}

/// Finds it; changes nothing.
pub fn find(place: &Place) -> Result<Found, Failure> {
    let folder = place.data.clone().or_else(|| variable("HISHAMOS_DATA").map(PathBuf::from));
    let folder = folder.unwrap_or_else(default_folder);
    let given = match &place.database {
        Some(address) => Some(address.clone()),
        None => variable("HISHAMOS_DATABASE").map(text).transpose()?,
    };
    let is_given = given.is_some();
    let address = if is_given { given } else { configured(&folder)? };
    let target = address.map_or_else(
        || Ok(Target::Sqlite { path: folder.join("hishamos.db") }),
        |address| address.parse::<Target>(),
    )?;
    let is_own = !is_given || is_in(&target, &folder);
    Ok(Found { folder, target, is_own })
}

/// Whether it is a file in this folder.
fn is_in(target: &Target, folder: &Path) -> bool {
    let Target::Sqlite { path } = target else { return false };
    match (fs::canonicalize(path), fs::canonicalize(folder)) {
        (Ok(path), Ok(folder)) => path.parent() == Some(folder.as_path()),
        (Ok(_) | Err(_), _) => false,
    }
}

/// A variable; an empty one counts as absent, as for the server.
fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

fn text(value: OsString) -> Result<String, Failure> {
    value
        .into_string()
        .map_err(|_| Failure::invalid("HISHAMOS_DATABASE is not text in UTF-8".to_owned()))
}

fn default_folder() -> PathBuf {
    let path = |name| variable(name).map(PathBuf::from);
    path("XDG_DATA_HOME")
        .or_else(|| path("HOME").map(|home| home.join(".local/share")))
        .map_or_else(|| PathBuf::from("hishamos-data"), |home| home.join("hishamos"))
}

/// `database.url` of the configuration file: without it, a team on PostgreSQL would
/// migrate an empty file and believe that all is well.
fn configured(folder: &Path) -> Result<Option<String>, Failure> {
    let path = folder.join("hishamos.toml");
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => {
            return Err(Failure::failed(format!("cannot read {}: {error}", path.display())));
        }
    };
    let table: toml::Table = text.parse().map_err(|error| {
        Failure::invalid(format!("{} is not valid TOML: {error}", path.display()))
    })?;
    let url = table.get("database").and_then(|database| database.get("url"));
    Ok(url.and_then(toml::Value::as_str).map(str::to_owned))
}
