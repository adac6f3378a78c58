//! Section `database`.

use std::path::Path;

use store::Target;

use super::reader::{Key, Reader};
use crate::failure::{Exit, Failure, Result};

const URL: Key = Key { name: "database.url", variable: "HISHAMOS_DATABASE", flag: "--database" };

pub(super) const KEYS: [Key; 1] = [URL];

/// Which database to use.
#[derive(Debug, Clone)]
pub struct Database {
    /// Where it is.
    pub target: Target,
}

impl Database {
    pub(super) fn read(reader: &mut Reader<'_>, flag: Option<&str>, folder: &Path) -> Result<Self> {
        let Some(url) = reader.find_text(URL, flag) else {
            let path = folder.join("hishamos.db");
            reader.note(URL.name, format!("sqlite:{}", path.display()), "default");
            return Ok(Self { target: Target::Sqlite { path } });
        };
        let target = url.text.parse::<Target>().map_err(|error| {
            let exit = if flag.is_some() { Exit::Usage } else { Exit::Invalid };
            Failure::new(exit, format!("{error} ({})", url.origin))
        })?;
        reader.note(URL.name, Target::shown(&url.text), url.origin);
        Ok(Self { target })
    }
}
