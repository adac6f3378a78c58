//! From the configuration to the platforms.

use std::collections::BTreeSet;
use std::sync::Arc;

use llm::{Endpoint, Provider, Scripted, Timeouts, Transport};
use tokio::sync::Semaphore;

use super::record::{Settings, Source, ToolCalls};
use super::{
    Backend, ConfigError, GatewayConfig, Limits, Platform, PlatformKind, ProviderConfig,
    RunningServer,
};
use crate::RetryPolicy;
use crate::health::PlatformState;
use crate::local::Local;

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
        platforms.push(configured(provider, config.retry)?);
        if !names.insert(provider.name.clone()) {
            return Err(ConfigError::Taken(provider.name.clone()));
        }
    }
    if let Some(script) = &config.script {
        platforms.push(scripted(script.clone(), config.retry)?);
    }
    platforms.push(local_platform(local, config.retry)?);
    for server in &config.running_servers {
        // whoever configures a provider of that name means their own
        if names.insert(server.name.clone()) {
            platforms.push(running(server, config.retry)?);
        }
    }
    Ok(platforms)
}

fn configured(config: &ProviderConfig, retry: RetryPolicy) -> Result<Platform, ConfigError> {
    let is_letter = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    if config.name.is_empty() || !config.name.chars().all(is_letter) {
        return Err(ConfigError::Name(config.name.clone()));
    }
    if config.max_concurrent == 0 {
        return Err(ConfigError::NoCalls(config.name.clone()));
    }
    check_address(config)?;
    let endpoint = Endpoint { api_key: config.api_key.clone(), ..Endpoint::new(&config.base_url) };
    let backend = Backend::Fixed(Provider::OpenAi(endpoint));
    let most = config.max_concurrent.min(Semaphore::MAX_PERMITS);
    Ok(Platform {
        source: Source::Configuration,
        models: config.models.clone(),
        base_url: config.base_url.clone(),
        permits: Arc::new(Semaphore::new(most)),
        capacity: u32::try_from(most).unwrap_or(u32::MAX),
        ..plain(&config.name, PlatformKind::OpenAi, backend, config.timeouts, retry)?
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

fn scripted(script: serde_json::Value, retry: RetryPolicy) -> Result<Platform, ConfigError> {
    let scripted = Scripted::new(script).map_err(|error| ConfigError::Unusable {
        what: "the script of the scripted model".to_owned(),
        reason: error.to_string(),
    })?;
    let backend = Backend::Fixed(Provider::Scripted(scripted));
    Ok(Platform {
        models: vec![SCRIPTED_MODEL.to_owned()],
        ..plain(SCRIPTED, PlatformKind::Scripted, backend, Timeouts::default(), retry)?
    })
}

fn local_platform(local: Local, retry: RetryPolicy) -> Result<Platform, ConfigError> {
    let (permits, timeouts) = (local.permits(), local.timeouts());
    let backend = Backend::Local(local);
    Ok(Platform {
        permits,
        capacity: 1,
        // its server looks for marks that small models do not write
        settings: Settings { tool_calls: ToolCalls::Written, ..Settings::default() },
        ..plain(LOCAL, PlatformKind::Local, backend, timeouts, retry)?
    })
}

fn running(server: &RunningServer, retry: RetryPolicy) -> Result<Platform, ConfigError> {
    let backend = Backend::Fixed(Provider::OpenAi(Endpoint::new(&server.base_url)));
    Ok(Platform {
        is_detected: true,
        base_url: server.base_url.clone(),
        // somebody's own machine, like the local model
        permits: Arc::new(Semaphore::new(1)),
        capacity: 1,
        ..plain(&server.name, PlatformKind::OpenAi, backend, crate::local::PATIENT, retry)?
    })
}

/// A platform that comes by nature, without limits.
fn plain(
    name: &str,
    kind: PlatformKind,
    backend: Backend,
    timeouts: Timeouts,
    retry: RetryPolicy,
) -> Result<Platform, ConfigError> {
    Ok(Platform {
        stored: None,
        source: Source::BuiltIn,
        name: name.into(),
        kind,
        base_url: String::new(),
        models: Vec::new(),
        default_model: None,
        is_detected: false,
        lacks_key: false,
        backend,
        transport: transport(name, timeouts)?,
        permits: Arc::new(Semaphore::new(Semaphore::MAX_PERMITS)),
        capacity: u32::MAX,
        retry,
        fallback_order: 0,
        limits: Limits::default(),
        daily_budget: None,
        settings: Settings::default(),
        state: Arc::new(PlatformState::default()),
    })
}

fn transport(name: &str, timeouts: Timeouts) -> Result<Transport, ConfigError> {
    Transport::new(timeouts).map_err(|error| ConfigError::Unusable {
        what: format!("the connections of provider \"{name}\""),
        reason: error.to_string(),
    })
}
