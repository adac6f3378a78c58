//! The gateway itself: its parts and the port that it implements.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use agent::port::{CallOutcome, ModelCall, Models};
use base::{Clock, Random};
use futures::future::BoxFuture;
use llm::Error;
use tokio_util::sync::CancellationToken;

use super::RetryPolicy;
use crate::local::Local;
use crate::model::{Lister, ModelList};
use crate::platform::{
    ConfigError, GatewayConfig, LOCAL, Offer, Platform, SCRIPTED, SCRIPTED_MODEL, platforms,
    resolve,
};

/// Every model behind one service. Cheap to clone; all clones share everything.
#[derive(Debug, Clone)]
pub struct Gateway(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    platforms: Vec<Arc<Platform>>,
    default_model: Option<String>,
    has_script: bool,
    local: Local,
    lister: Lister,
    retry: RetryPolicy,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    /// The models that were already reported to have no price.
    without_price: Mutex<BTreeSet<String>>,
}

impl Gateway {
    /// Puts the gateway together; nothing is connected or started yet.
    pub fn new(
        config: GatewayConfig,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
    ) -> Result<Self, ConfigError> {
        let local = Local::new(&config.data_folder, config.local.clone());
        let platforms = platforms(&config, local.clone())?.into_iter().map(Arc::new).collect();
        let lister = Lister::new().map_err(|error| ConfigError::Unusable {
            what: "the connections for listing models".to_owned(),
            reason: error.to_string(),
        })?;
        Ok(Self(Arc::new(Inner {
            platforms,
            default_model: config.default_model,
            has_script: config.script.is_some(),
            local,
            lister,
            retry: config.retry,
            clock,
            random,
            without_price: Mutex::default(),
        })))
    }

    /// The local model: what `hishamos model …` and the settings page act on.
    pub fn local(&self) -> &Local {
        &self.0.local
    }

    /// Every model that can be named, and the state it is in.
    pub async fn models(&self) -> ModelList {
        self.0.lister.list(&self.0.platforms, self.default_model()).await
    }

    /// Stops the local model's server when nobody has used it for a while, and for good
    /// when the program ends. Spawn it once, on the program's task tracker.
    pub async fn watch(self, shutdown: CancellationToken) {
        self.0.local.watch(shutdown).await;
    }

    /// The platform and its model that a name means.
    pub(super) fn resolve(&self, wanted: &str) -> Result<(Arc<Platform>, String), Error> {
        let offers: Vec<Offer> = self.0.platforms.iter().map(|platform| platform.offer()).collect();
        let (index, model) = resolve(wanted, &offers)?;
        Ok((self.0.platforms[index].clone(), model))
    }

    pub(super) fn retry(&self) -> &RetryPolicy {
        &self.0.retry
    }

    pub(super) fn clock(&self) -> &dyn Clock {
        self.0.clock.as_ref()
    }

    pub(super) fn random(&self) -> &dyn Random {
        self.0.random.as_ref()
    }

    /// Says in the log, once for each model, that its calls are counted without a price.
    pub(super) fn report_missing_price(&self, model: &str) {
        let mut reported = self.0.without_price.lock().unwrap_or_else(PoisonError::into_inner);
        if reported.insert(model.to_owned()) {
            tracing::warn!(
                model,
                "the price of model \"{model}\" is not known: its calls are recorded with cost 0 and flagged"
            );
        }
    }
}

impl Models for Gateway {
    fn call(&self, call: ModelCall) -> BoxFuture<'_, Result<CallOutcome, Error>> {
        Box::pin(self.perform(call))
    }

    /// A script was given on purpose, so it comes first; a server that merely runs on this
    /// machine is never taken without being chosen.
    fn default_model(&self) -> Option<String> {
        if self.0.has_script {
            return Some(format!("{SCRIPTED}/{SCRIPTED_MODEL}"));
        }
        self.0
            .default_model
            .clone()
            .or_else(|| self.0.local.chosen())
            .or_else(|| self.0.local.best_installed().map(|name| format!("{LOCAL}/{name}")))
    }
}
