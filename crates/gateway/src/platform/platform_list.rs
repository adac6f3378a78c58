//! From the configuration to the platforms.

use std::collections::BTreeSet;
use std::sync::Arc;

use llm::{Endpoint, Provider, Scripted, Timeouts, Transport};
use tokio::sync::Semaphore;

use super::{Backend, ConfigError, GatewayConfig, Platform, ProviderConfig, RunningServer};
use crate::local::Local;
use crate::model::ModelKind;

/// The local model's platform.
pub(crate) const LOCAL: &str = "local";
/// The scripted model's platform.
pub(crate) const SCRIPTED: &str = "scripted";
/// The one model that a script plays.
pub(crate) const SCRIPTED_MODEL: &str = "rehearsal";

/// All platforms: the configured ones first, then ours, then what may run on this machine.
pub(crate) fn platforms(
    config: &GatewayConfig,
    local: Local,
) -> Result<Vec<Platform>, ConfigError> {
    let mut names: BTreeSet<String> = [LOCAL, SCRIPTED].map(str::to_owned).into();
    let mut platforms = Vec::new();
    for provider in &config.providers {
        platforms.push(configured(provider)?);
        if !names.insert(provider.name.clone()) {
            return Err(ConfigError::Taken(provider.name.clone()));
        }
    }
    if let Some(script) = &config.script {
        platforms.push(scripted(script.clone())?);
    }
    platforms.push(local_platform(local)?);
    for server in &config.running_servers {
        // whoever configures a provider of that name means their own
        if names.insert(server.name.clone()) {
            platforms.push(running(server)?);
        }
    }
    Ok(platforms)
}

fn configured(config: &ProviderConfig) -> Result<Platform, ConfigError> {
    let is_letter = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    if config.name.is_empty() || !config.name.chars().all(is_letter) {
        return Err(ConfigError::Name(config.name.clone()));
    }
    if config.max_concurrent == 0 {
        return Err(ConfigError::NoCalls(config.name.clone()));
    }
    check_address(config)?;
    let endpoint = Endpoint {
        base_url: config.base_url.clone(),
        api_key: config.api_key.clone(),
        headers: Vec::new(),
    };
    Ok(Platform {
        name: config.name.clone(),
        kind: ModelKind::OpenAi,
        models: config.models.clone(),
        is_detected: false,
        backend: Backend::Fixed(Provider::OpenAi(endpoint)),
        transport: transport(&config.name, config.timeouts)?,
        permits: Arc::new(Semaphore::new(config.max_concurrent.min(Semaphore::MAX_PERMITS))),
    })
}

fn check_address(config: &ProviderConfig) -> Result<(), ConfigError> {
    let problem = |reason: String| ConfigError::Unusable {
        what: format!("base_url of provider \"{}\"", config.name),
        reason,
    };
    let url = reqwest::Url::parse(&config.base_url).map_err(|error| problem(error.to_string()))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(problem("it must begin with http:// or https://".to_owned()));
    }
    Ok(())
}

fn scripted(script: serde_json::Value) -> Result<Platform, ConfigError> {
    let scripted = Scripted::new(script).map_err(|error| ConfigError::Unusable {
        what: "the script of the scripted model".to_owned(),
        reason: error.to_string(),
    })?;
    Ok(Platform {
        name: SCRIPTED.to_owned(),
        kind: ModelKind::Scripted,
        models: vec![SCRIPTED_MODEL.to_owned()],
        is_detected: false,
        backend: Backend::Fixed(Provider::Scripted(scripted)),
        transport: transport(SCRIPTED, Timeouts::default())?,
        permits: Arc::new(Semaphore::new(Semaphore::MAX_PERMITS)),
    })
}

fn local_platform(local: Local) -> Result<Platform, ConfigError> {
    let permits = local.permits();
    Ok(Platform {
        name: LOCAL.to_owned(),
        kind: ModelKind::Local,
        models: Vec::new(),
        is_detected: false,
        transport: transport(LOCAL, local.timeouts())?,
        backend: Backend::Local(local),
        permits,
    })
}

fn running(server: &RunningServer) -> Result<Platform, ConfigError> {
    let endpoint = Endpoint::new(&server.base_url);
    Ok(Platform {
        name: server.name.clone(),
        kind: ModelKind::OpenAi,
        models: Vec::new(),
        is_detected: true,
        backend: Backend::Fixed(Provider::OpenAi(endpoint)),
        transport: transport(&server.name, crate::local::PATIENT)?,
        // somebody's own machine, like the local model
        permits: Arc::new(Semaphore::new(1)),
    })
}

fn transport(name: &str, timeouts: Timeouts) -> Result<Transport, ConfigError> {
    Transport::new(timeouts).map_err(|error| ConfigError::Unusable {
        what: format!("the connections of provider \"{name}\""),
        reason: error.to_string(),
    })
}
