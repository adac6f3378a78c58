//! The local model as a whole: what is installed, which one is chosen, and its server.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use llm::{Endpoint, Timeouts};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use super::catalogue::{CatalogueModel, default_name, shipped};
use super::folder::Folder;
use super::install::Installer;
use super::server::{Launch, Server, ServerState};
use super::server_install::program;
use super::{Error, Progress, Result, chosen, file, memory};
use crate::model::ModelStatus;

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
    /// How many threads compute; two at most when absent.
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

/// The local model. Cheap to clone; all clones share the server.
#[derive(Debug, Clone)]
pub struct Local(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    folder: Folder,
    config: LocalConfig,
    server: Server,
    permits: Arc<Semaphore>,
}

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

impl Local {
    /// The local model of a data folder; nothing is started or made yet.
    pub fn new(data_folder: &Path, config: LocalConfig) -> Self {
        let folder = Folder::new(data_folder);
        let server = Server::new(folder.server_log(), config.ready_within, config.restart_wait);
        // the server has one slot: a second call would only wait inside it, out of order
        let permits = Arc::new(Semaphore::new(1));
        Self(Arc::new(Inner { folder, config, server, permits }))
    }

    /// Every model: what can be installed and what is.
    pub fn list(&self) -> Vec<LocalModel> {
        let found = self.0.folder.all_weights();
        let chosen = self.chosen();
        let state = self.0.server.state();
        let has_server = program(&self.0.config, &self.0.folder).is_some();
        let catalogue = &self.0.config.catalogue;
        let known = catalogue.iter().map(|model| {
            let is_there = found.contains(&(model.name.clone(), model.size_bytes));
            (model.name.clone(), model.size_bytes, is_there, Some(model))
        });
        let others = found
            .iter()
            .filter(|(name, _)| catalogue.iter().all(|model| model.name != *name))
            .map(|(name, size)| (name.clone(), *size, true, None));
        known
            .chain(others)
            .map(|(name, size_bytes, is_installed, model)| {
                let (status, status_detail) =
                    if is_installed { state.of(&name, has_server) } else { not_installed(&name) };
                let text =
                    |of: fn(&CatalogueModel) -> &str| model.map(of).unwrap_or_default().to_owned();
                LocalModel {
                    summary: text(|model| &model.summary),
                    licence: text(|model| &model.licence),
                    size_bytes,
                    is_tiny: model.map_or(size_bytes < 3 << 30, |model| model.is_tiny),
                    is_chosen: chosen.as_deref() == Some(format!("local/{name}").as_str()),
                    status,
                    status_detail,
                    name,
                }
            })
            .collect()
    }

    /// What there is and what runs.
    pub fn status(&self) -> LocalStatus {
        LocalStatus {
            chosen: self.chosen(),
            server: program(&self.0.config, &self.0.folder).map(|program| program.to_string()),
            process: self.0.server.process(),
            log: self.0.folder.server_log(),
            models: self.list(),
        }
    }

    /// Installs a model and, if need be, the server; gives the model's name. `default`
    /// stands for the better model that fits into the memory.
    pub async fn install(&self, name: &str, progress: &dyn Progress) -> Result<String> {
        let name = if name == "default" { default_name(memory::free()) } else { name };
        let model = self.catalogued(name)?;
        let folder = self.0.folder.path();
        std::fs::create_dir_all(folder).map_err(Error::file(folder))?;
        let installer = Installer { folder: &self.0.folder, config: &self.0.config, progress };
        installer.weights(model).await?;
        installer.server().await?;
        Ok(model.name.clone())
    }

    /// Makes a model the default; gives its full name. A name with a slash is taken as it
    /// is, so that a server that runs on this machine can be chosen, too.
    pub fn use_model(&self, name: &str) -> Result<String> {
        let full = match name.split_once('/') {
            Some(("local", name)) => self.installed_name(name)?,
            Some(_) => name.to_owned(),
            None => self.installed_name(name)?,
        };
        chosen::write(&self.0.folder.default_file(), &full)?;
        Ok(full)
    }

    /// Deletes a model's file and what was downloaded of it.
    pub fn remove(&self, name: &str) -> Result<()> {
        let name = name.strip_prefix("local/").unwrap_or(name);
        let download = self.0.folder.download(name);
        let weights = self.0.folder.weights(name);
        let is_known = self.0.config.catalogue.iter().any(|model| model.name == name);
        let is_there = self.0.folder.all_weights().iter().any(|(found, _)| found == name);
        if !is_known && !is_there {
            return Err(self.unknown(name));
        }
        if !is_there && !download.exists() {
            return Err(Error::NotInstalled(name.to_owned()));
        }
        file::remove_folder(&download).map_err(Error::file(&download))?;
        file::remove_file(&weights).map_err(Error::file(&weights))?;
        chosen::forget(&self.0.folder.default_file(), &format!("local/{name}"))
    }

    /// The model that people chose as the default.
    pub fn chosen(&self) -> Option<String> {
        chosen::read(&self.0.folder.default_file())
    }

    /// The names of the models that can be called.
    pub(crate) fn installed(&self) -> Vec<String> {
        let found = self.0.folder.all_weights();
        let is_whole = |name: &str, size: u64| {
            let known = self.0.config.catalogue.iter().find(|model| model.name == name);
            known.is_none_or(|model| model.size_bytes == size)
        };
        found
            .into_iter()
            .filter(|(name, size)| is_whole(name, *size))
            .map(|(name, _)| name)
            .collect()
    }

    /// The largest installed model.
    pub(crate) fn best_installed(&self) -> Option<String> {
        let installed = self.installed();
        let mut found = self.0.folder.all_weights();
        found.retain(|(name, _)| installed.contains(name));
        found.into_iter().max_by_key(|(_, size)| *size).map(|(name, _)| name)
    }

    /// The address of the server with this model loaded, started if need be. The caller
    /// holds the permit.
    pub(crate) async fn start(&self, model: &str) -> Result<Endpoint, llm::Error> {
        let unavailable = |message: &str| llm::Error::ModelUnavailable {
            model: format!("local/{model}"),
            message: message.to_owned(),
        };
        let program = program(&self.0.config, &self.0.folder).ok_or_else(|| {
            unavailable("its server is not installed; run `hishamos model install` once more")
        })?;
        let config = &self.0.config;
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let launch = Launch {
            program,
            weights: self.0.folder.weights(model),
            model: model.to_owned(),
            threads: config.threads.unwrap_or_else(|| cores.min(2)),
            context_tokens: config.context_tokens,
        };
        self.0.server.start(&launch).await
    }

    /// Notes that the server was used just now.
    pub(crate) fn touch(&self) {
        self.0.server.touch();
    }

    pub(crate) fn permits(&self) -> Arc<Semaphore> {
        self.0.permits.clone()
    }

    #[expect(clippy::unused_self, reason = "which timeouts fit is the local model's business")]
    pub(crate) fn timeouts(&self) -> Timeouts {
        PATIENT
    }

    pub(crate) fn context_tokens(&self) -> u32 {
        self.0.config.context_tokens
    }

    /// Stops the server when nobody has used it for a while, and when the program ends.
    pub(crate) async fn watch(&self, shutdown: CancellationToken) {
        let idle = self.0.config.idle;
        let pause = (idle / 4).clamp(Duration::from_millis(50), Duration::from_secs(30));
        while shutdown.run_until_cancelled(tokio::time::sleep(pause)).await.is_some() {
            // whoever holds the permit is using the server
            if let Ok(_permit) = self.0.permits.try_acquire() {
                self.0.server.stop_if_idle(idle).await;
            }
        }
        self.0.server.stop().await;
    }

    fn catalogued(&self, name: &str) -> Result<&CatalogueModel> {
        let name = name.strip_prefix("local/").unwrap_or(name);
        let mut models = self.0.config.catalogue.iter();
        models.find(|model| model.name == name).ok_or_else(|| self.unknown(name))
    }

    fn installed_name(&self, name: &str) -> Result<String> {
        if self.installed().iter().any(|installed| installed == name) {
            return Ok(format!("local/{name}"));
        }
        self.catalogued(name)?;
        Err(Error::NotInstalled(name.to_owned()))
    }

    fn unknown(&self, name: &str) -> Error {
        let known: Vec<String> = self.list().into_iter().map(|model| model.name).collect();
        Error::Unknown { name: name.to_owned(), known: known.join(", ") }
    }
}

fn not_installed(name: &str) -> (ModelStatus, String) {
    let detail = format!("run `hishamos model install {name}` to install it");
    (ModelStatus::NotInstalled, detail)
}

impl ServerState {
    /// The state of an installed model.
    fn of(&self, name: &str, has_server: bool) -> (ModelStatus, String) {
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
