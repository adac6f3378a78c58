//! The local model as a whole: what is installed, which one is chosen, and its server.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use llm::{Endpoint, Timeouts};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use super::catalogue::{CatalogueModel, default_name};
use super::folder::Folder;
use super::install::Installer;
use super::listed::not_installed;
use super::server::{Launch, Server};
use super::server_install::program;
use super::{
    Error, LocalConfig, LocalModel, LocalStatus, PATIENT, Progress, Result, chosen, file, memory,
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
    /// stands for the better model where it fits into the memory, else for the small one,
    /// with a word to `progress` on what that means.
    pub async fn install(&self, name: &str, progress: &dyn Progress) -> Result<String> {
        let name = match name {
            "default" => {
                let (name, remark) = default_name(memory::free());
                if let Some(remark) = remark {
                    progress.stage(&remark);
                }
                name
            }
            name => name,
        };
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
            threads: config.threads.unwrap_or_else(|| usual_threads(cores)),
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

/// One core stays for everybody else: the threads of a model wait for each other at every
/// layer, so a single one that has no core to itself slows all of them down many times over.
fn usual_threads(cores: usize) -> usize {
    cores.saturating_sub(1).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_core_stays_free() {
        let check = |cores, expected| assert_eq!(usual_threads(cores), expected, "{cores}");
        check(0, 1);
        check(1, 1);
        check(2, 1);
        check(8, 7);
    }
}
