//! How the local model is run.

use std::path::PathBuf;
use std::time::Duration;

use llm::Timeouts;

use super::catalogue::{CatalogueModel, shipped};

/// How the local model is run; plain values.
#[derive(Debug, Clone)]
pub struct LocalConfig {
    /// A `llama-server` to use instead of the packaged one.
    pub server_path: Option<PathBuf>,
    /// The Python to use; `python3` when absent.
    pub python: Option<PathBuf>,
    /// Further arguments for pip, such as the address of a mirror.
    pub pip_arguments: Vec<String>,
    /// The package of the server.
    pub server_package: String,
    /// How many threads compute; all cores but one when absent.
    pub threads: Option<usize>,
    /// How long a conversation may be.
    pub context_tokens: u32,
    /// After how long without a call the server is stopped.
    pub idle: Duration,
    /// How long the server may take to load a model.
    pub ready_within: Duration,
    /// The wait before a server that died twice is started again; it doubles.
    pub restart_wait: Duration,
    /// The models that can be installed.
    pub catalogue: Vec<CatalogueModel>,
}

impl Default for LocalConfig {
    fn default() -> Self {
        Self {
            server_path: None,
            python: None,
            pip_arguments: Vec::new(),
            server_package: "xllamacpp==2026.10.11549".to_owned(),
            threads: None,
            context_tokens: 4_096,
            idle: Duration::from_mins(15),
            ready_within: Duration::from_mins(2),
            restart_wait: Duration::from_secs(1),
            catalogue: shipped(),
        }
    }
}

/// Timeouts for a model on somebody's own machine: reading a long prompt takes minutes
/// before the first byte comes.
pub const PATIENT: Timeouts = Timeouts {
    connect: Duration::from_secs(5),
    headers: Duration::from_mins(10),
    idle: Duration::from_mins(5),
    total: Duration::from_mins(30),
};
