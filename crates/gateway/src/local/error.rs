//! Why the local model cannot be installed or used.

use std::path::{Path, PathBuf};

/// An operation on the local model.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why the local model cannot be installed or used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no model of this name.
    #[error("there is no local model \"{name}\"; use one of {known}")]
    Unknown {
        /// The name that was given.
        name: String,
        /// The names that exist.
        known: String,
    },
    /// The model is in the catalogue but not on this machine.
    #[error("model \"{0}\" is not installed; run `hishamos model install {0}` first")]
    NotInstalled(String),
    /// The disk has too little space.
    #[error(
        "installing \"{name}\" needs {} free in {}, but only {} are free; free some space or choose a smaller model", mebibytes(*.need), .folder.display(), mebibytes(*.free)
    )]
    NoSpace {
        /// The model.
        name: String,
        /// How many bytes must be free.
        need: u64,
        /// How many are.
        free: u64,
        /// Where.
        folder: PathBuf,
    },
    /// Another process installs the same model.
    #[error("another process is installing \"{0}\"; wait for it or stop it")]
    Busy(String),
    /// Python is missing or cannot do what is needed.
    #[error("{0}")]
    Python(String),
    /// No source gave the right file.
    #[error("\"{name}\" could not be had from any source:{}", listed(.reasons))]
    NoSource {
        /// The model.
        name: String,
        /// What went wrong with each source.
        reasons: Vec<String>,
    },
    /// A download failed in a way that trying again may mend.
    #[error("{0}")]
    Download(String),
    /// What was downloaded is not the file that it should be.
    #[error("the file has SHA-256 {found} and not {expected}; it was deleted")]
    Checksum {
        /// What it has.
        found: String,
        /// What it should have.
        expected: String,
    },
    /// A file could not be read or written.
    #[error("{}: {source}", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

impl Error {
    /// Names the file that an operation failed on.
    pub(super) fn file(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File { path, source }
    }

    /// Whether another source may do better.
    pub(super) const fn is_of_source(&self) -> bool {
        match self {
            Self::Download(_) | Self::Checksum { .. } | Self::Python(_) => true,
            Self::Unknown { .. }
            | Self::NotInstalled(_)
            | Self::NoSpace { .. }
            | Self::Busy(_)
            | Self::NoSource { .. }
            | Self::File { .. } => false,
        }
    }
}

fn mebibytes(bytes: u64) -> String {
    format!("{} MiB", bytes.div_ceil(1 << 20))
}

fn listed(reasons: &[String]) -> String {
    reasons.iter().flat_map(|reason| ["\n  - ", reason]).collect()
}
