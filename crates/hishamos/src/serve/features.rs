//! The features' parts that need the configuration, or each other's procedures.

use std::sync::Arc;

use agent::Library;
use agent::port::Insiders;
use agent::tool::Registry;
use base::{Clock, Random};
use gateway::secret::{SecretError, Secrets};
use gateway::{DoorOptions, Doors, Gateway, GatewayConfig, Local, LocalConfig, Shared};
use store::Procedures;
use web::{App, Things};

use crate::config::Config;
use crate::failure::{Exit, Failure, Result};

/// The Redis in which several servers count their limits together, where one is configured;
/// `node` is the name of this server.
pub fn shared(config: &Config, node: &str) -> Result<Option<Shared>> {
    let shared = config.doors.redis.as_ref().map(|url| Shared::new(url, node));
    shared
        .transpose()
        .map_err(|error| Failure::invalid(format!("doors.redis_url cannot be used: {error}")))
}

/// The gateway as configured.
pub fn gateway(
    config: &Config,
    shared: Option<Shared>,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
) -> Result<Gateway> {
    let mut parts = GatewayConfig::new(&config.data.folder);
    parts.providers.clone_from(&config.providers);
    parts.default_model.clone_from(&config.model.default);
    parts.script.clone_from(&config.model.script);
    parts.local = local(config);
    parts.shared = shared;
    parts.model_lists = config.cache.model_lists;
    parts.capture_content = config.telemetry.capture_content;
    Gateway::new(parts, clock, random).map_err(Failure::invalid)
}

/// The doors for outside clients as configured, to models and to agents and workflows;
/// `node` is the name of this server.
pub fn doors(
    config: &Config,
    app: &App,
    gateway: Gateway,
    insiders: Arc<dyn Insiders>,
    node: &str,
) -> Doors {
    let options = DoorOptions {
        deadline: config.doors.deadline,
        patience: config.doors.patience,
        cache: config.cache.answers,
        semantic: config.cache.semantic.clone(),
        without: config.doors.without.clone(),
        capture_content: config.telemetry.capture_content,
        ..DoorOptions::new(node)
    };
    Doors::new(app, gateway, Some(insiders), options)
}

/// Opens the secrets and reads what organisations set up. Without the right master key
/// nothing starts: there is no way around it.
pub async fn open_gateway(config: &Config, app: &App, gateway: &Gateway) -> Result<()> {
    let refused = |error: SecretError| Failure::new(Exit::Unsafe, error);
    let secrets = config.secrets.for_gateway(&config.data.folder);
    let (db, clock, random) = (app.db.clone(), app.clock.clone(), app.random.clone());
    let secrets = Secrets::open(secrets, db, clock, random).await.map_err(refused)?;
    gateway.attach(app.db.clone(), secrets).await.map_err(refused)?;
    app.spawn(gateway.clone().follow_changes(app.shutdown.clone()));
    app.spawn(gateway.clone().watch_health(app.shutdown.clone()));
    Ok(())
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
pub fn procedures(gateway: Gateway) -> Procedures {
    gateway::procedures(projects::procedures(Procedures::default()), gateway)
}

/// What the features keep, for others to name.
pub fn things(library: Arc<Library>) -> Things {
    automation::things(projects::things(identity::things(Things::default())), library)
}

/// The tools that agents may call. This release has none: its agents answer, they do not act.
pub fn tools() -> Registry {
    Registry::default()
}
