//! The features' parts that need the configuration, or each other's procedures.

use std::sync::Arc;

use agent::tool::Registry;
use base::{Clock, Random};
use gateway::{Gateway, GatewayConfig, Local, LocalConfig};
use store::Procedures;

use crate::config::Config;
use crate::failure::{Failure, Result};

/// The gateway as configured.
pub fn gateway(config: &Config, clock: Arc<dyn Clock>, random: Arc<dyn Random>) -> Result<Gateway> {
    let mut parts = GatewayConfig::new(&config.data.folder);
    parts.providers.clone_from(&config.providers);
    parts.default_model.clone_from(&config.model.default);
    parts.script.clone_from(&config.model.script);
    parts.local = local(config);
    Gateway::new(parts, clock, random).map_err(Failure::invalid)
}

/// The local model of a data folder as configured, for `hishamos model …`.
pub fn local_model(config: &Config) -> Local {
    Local::new(&config.data.folder, local(config))
}

fn local(config: &Config) -> LocalConfig {
    LocalConfig {
        server_path: config.model.server_path.clone(),
        threads: config.model.threads,
        context_tokens: config.model.context_tokens,
        ..LocalConfig::default()
    }
}

/// The named writes of the features, for the runner: this is where they meet.
pub fn procedures() -> Procedures {
    gateway::procedures(projects::procedures(Procedures::default()))
}

/// The tools that agents may call. This release has none: its agents answer, they do not act.
pub fn tools() -> Registry {
    Registry::default()
}
