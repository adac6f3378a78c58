//! Section `data`: the folder. It has no key in the file, since the file is inside it.

use std::path::{Path, PathBuf};

use super::Environment;
use super::reader::Reader;

/// Where everything is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Data {
    /// The folder.
    pub folder: PathBuf,
}

/// The folder and where its name came from.
pub(super) fn folder(flag: Option<&Path>, environment: &Environment) -> (PathBuf, &'static str) {
    if let Some(folder) = flag {
        return (folder.to_owned(), "flag --data");
    }
    if let Some(folder) = environment.get("HISHAMOS_DATA") {
        return (PathBuf::from(folder), "environment HISHAMOS_DATA");
    }
    (default_folder(environment), "default")
}

/// The folder when nobody names one: in the user's data home (XDG), else here.
pub fn default_folder(environment: &Environment) -> PathBuf {
    let home = environment.get("XDG_DATA_HOME").map(PathBuf::from);
    let home =
        home.or_else(|| environment.get("HOME").map(|home| Path::new(home).join(".local/share")));
    home.map_or_else(|| PathBuf::from("hishamos-data"), |home| home.join("hishamos"))
}

impl Data {
    pub(super) fn read(reader: &mut Reader<'_>, folder: PathBuf, origin: &str) -> Self {
        reader.note("data.folder", folder.display().to_string(), origin);
        Self { folder }
    }
}
