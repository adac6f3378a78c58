//! Local models as they stand in lists.

use std::path::PathBuf;

use super::server::ServerState;
use crate::model::ModelStatus;

/// A local model and the state it is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalModel {
    /// Its name behind `local/`.
    pub name: String,
    /// What it is good for; empty for a file that somebody put there.
    pub summary: String,
    /// Its licence; empty for a file that somebody put there.
    pub licence: String,
    /// The size of its file.
    pub size_bytes: u64,
    /// Whether it is so small that its answers are simple.
    pub is_tiny: bool,
    /// Whether people chose it as the default.
    pub is_chosen: bool,
    /// The state it is in.
    pub status: ModelStatus,
    /// The state in a sentence.
    pub status_detail: String,
}

/// What `hishamos model status` shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalStatus {
    /// The model that people chose as the default, as `provider/model`.
    pub chosen: Option<String>,
    /// The server that would be started, if there is one.
    pub server: Option<String>,
    /// The process of the server that this process runs, while it runs.
    pub process: Option<u32>,
    /// Where its log is.
    pub log: PathBuf,
    /// Every model.
    pub models: Vec<LocalModel>,
}

/// The state of a model that can be installed.
pub(super) fn not_installed(name: &str) -> (ModelStatus, String) {
    let detail = format!("run `hishamos model install {name}` to install it");
    (ModelStatus::NotInstalled, detail)
}

impl ServerState {
    /// The state of an installed model.
    pub(super) fn of(&self, name: &str, has_server: bool) -> (ModelStatus, String) {
        let stopped =
            (ModelStatus::Stopped, "installed; its server starts with the first call".to_owned());
        match self {
            Self::Running { model } if model == name => {
                (ModelStatus::Ready, "its server runs".to_owned())
            }
            Self::Loading { model } if model == name => {
                (ModelStatus::Loading, "its server is starting".to_owned())
            }
            Self::Failed { model, reason } if model == name => (ModelStatus::Error, reason.clone()),
            _ if !has_server => (
                ModelStatus::Error,
                format!("its server is missing; run `hishamos model install {name}`"),
            ),
            Self::Running { .. } | Self::Loading { .. } | Self::Failed { .. } | Self::Stopped => {
                stopped
            }
        }
    }
}
