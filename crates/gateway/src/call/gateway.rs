//! The gateway itself: its parts and the port that it implements.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use agent::port::{CallOutcome, ModelCall, Models};
use arc_swap::ArcSwap;
use base::{CallId, Clock, OrganisationId, Random, Timestamp, UserId};
use futures::future::BoxFuture;
use llm::Error;
use store::Db;
use tokio_util::sync::CancellationToken;

use super::CallMeta;
use super::departure::Departures;
use super::stored::Stored;
use super::ticket::Uptime;
use crate::RetryPolicy;
use crate::ai_access::Hours;
use crate::health::is_down;
use crate::limit::{Limit, Limits, Turnstile};
use crate::local::Local;
use crate::model::{Lister, ModelList};
use crate::platform::{
    ConfigError, Directory, GatewayConfig, LOCAL, Picture, SCRIPTED, SCRIPTED_MODEL, platforms,
};
use crate::route::RetryBudget;
use crate::telemetry::Meters;

/// Every model behind one service. Cheap to clone; all clones share everything.
#[derive(Debug, Clone)]
pub struct Gateway(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    /// What calls see; replaced as a whole.
    directory: ArcSwap<Directory>,
    /// Where the platforms of organisations are, once the database is there.
    stored: OnceLock<Stored>,
    default_model: Option<String>,
    has_script: bool,
    local: Local,
    lister: Lister,
    retry: RetryPolicy,
    retry_budget: Mutex<RetryBudget>,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    uptime: Uptime,
    /// The limits of all calls.
    limits: Limits,
    /// What is counted of all calls.
    meters: Meters,
    /// Whether the spans of executions' calls tell what was said.
    captures_content: bool,
    /// The requests of people in the last hour.
    hours: Hours,
    /// Which calls of executions have gone out.
    departures: Departures,
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
        let lister = Lister::new(config.model_lists).map_err(|error| ConfigError::Unusable {
            what: "the connections for listing models".to_owned(),
            reason: error.to_string(),
        })?;
        let shared = Arc::new(Picture::new(0, platforms));
        Ok(Self(Arc::new(Inner {
            directory: ArcSwap::from_pointee(Directory {
                shared,
                organisations: foldhash::HashMap::default(),
            }),
            stored: OnceLock::new(),
            default_model: config.default_model,
            has_script: config.script.is_some(),
            local,
            lister,
            retry: config.retry,
            retry_budget: Mutex::default(),
            clock,
            random,
            uptime: Uptime::start(),
            hours: Hours::new(config.shared.clone()),
            limits: Limits::new(config.shared),
            meters: Meters::default(),
            captures_content: config.capture_content,
            departures: Departures::default(),
            without_price: Mutex::default(),
        })))
    }

    /// The local model: what `hishamos model …` and the settings page act on.
    pub fn local(&self) -> &Local {
        &self.0.local
    }

    /// Every model that the organisation can name, and the state it is in.
    pub async fn models(&self, organisation: OrganisationId) -> ModelList {
        let picture = self.picture(organisation);
        self.0.lister.list(&picture.platforms, self.default_of(organisation)).await
    }

    /// Stops the local model's server when nobody has used it for a while, and for good
    /// when the program ends. Spawn it once, on the program's task tracker.
    pub async fn watch(self, shutdown: CancellationToken) {
        self.0.local.watch(shutdown).await;
    }

    /// The model that answers in this organisation when nobody names one. A script was
    /// given on purpose, so it comes first; a server that merely runs on this machine is
    /// never taken without being chosen.
    pub fn default_of(&self, organisation: OrganisationId) -> Option<String> {
        if self.0.has_script {
            return Some(format!("{SCRIPTED}/{SCRIPTED_MODEL}"));
        }
        let of_platforms = || {
            let picture = self.picture(organisation);
            let with_default = picture.platforms.iter().filter_map(|platform| {
                let model = platform.default_model.as_ref()?;
                // 0 never steps in, but may be the only one
                let order = (platform.fallback_order == 0, platform.fallback_order);
                Some((order, format!("{}/{model}", platform.name)))
            });
            with_default.min().map(|(_, name)| name)
        };
        self.0
            .default_model
            .clone()
            .or_else(|| self.0.local.chosen())
            .or_else(of_platforms)
            .or_else(|| self.0.local.best_installed().map(|name| format!("{LOCAL}/{name}")))
    }

    /// The name that a call asks for.
    pub(super) fn wanted(&self, meta: &CallMeta) -> Result<String, Error> {
        let wanted = meta.model.clone().filter(|model| !model.is_empty());
        wanted.or_else(|| self.default_of(meta.organisation)).ok_or_else(no_model)
    }

    /// What the calls of this organisation can reach.
    pub(crate) fn picture(&self, organisation: OrganisationId) -> Arc<Picture> {
        self.0.directory.load().of(organisation).clone()
    }

    pub(crate) fn directory(&self) -> &ArcSwap<Directory> {
        &self.0.directory
    }

    pub(super) fn stored_once(&self) -> &OnceLock<Stored> {
        &self.0.stored
    }

    pub(super) fn retry(&self) -> RetryPolicy {
        self.0.retry
    }

    pub(crate) fn clock(&self) -> &Arc<dyn Clock> {
        &self.0.clock
    }

    pub(super) fn random(&self) -> &dyn Random {
        self.0.random.as_ref()
    }

    /// The limits of all calls, those of the doors too.
    pub(crate) fn limits(&self) -> &Limits {
        &self.0.limits
    }

    /// The limits that admins have set for the organisation and its users.
    pub(crate) async fn limits_of(
        &self,
        db: &Db,
        organisation: OrganisationId,
        now: Timestamp,
    ) -> store::Result<Arc<Vec<Limit>>> {
        self.limits().set(db, organisation, now, || self.departures().unsent()).await
    }

    pub(super) fn turnstile(&self) -> &Turnstile {
        self.0.limits.turnstile()
    }

    /// What is counted of all calls, those of the doors too.
    pub(crate) fn meters(&self) -> &Meters {
        &self.0.meters
    }

    pub(super) fn captures_content(&self) -> bool {
        self.0.captures_content
    }

    pub(crate) fn hours(&self) -> &Hours {
        &self.0.hours
    }

    pub(super) fn departures(&self) -> &Departures {
        &self.0.departures
    }

    /// Gives a call of an execution up, for good. `false` when something of it may have reached
    /// a provider.
    pub(crate) fn give_up(&self, id: CallId) -> bool {
        self.0.departures.give_up(id)
    }

    pub(super) fn uptime(&self) -> Uptime {
        self.0.uptime
    }

    /// Milliseconds since the gateway was made.
    pub(crate) fn uptime_ms(&self) -> u64 {
        self.0.uptime.ms()
    }

    /// A number by chance.
    pub(super) fn luck(&self) -> u64 {
        let mut bytes = [0; 8];
        self.0.random.fill(&mut bytes);
        u64::from_le_bytes(bytes)
    }

    /// Notes that somebody wants an answer.
    pub(super) fn call_is_wanted(&self) {
        self.retry_budget().wanted(self.0.uptime.ms());
    }

    /// Notes that the first call for an answer was made.
    pub(super) fn call_was_made(&self) {
        self.retry_budget().made(self.0.uptime.ms());
    }

    /// Whether a further call may be made for an answer that somebody wants.
    pub(super) fn may_call_again(&self) -> bool {
        self.retry_budget().take(self.0.uptime.ms())
    }

    fn retry_budget(&self) -> std::sync::MutexGuard<'_, RetryBudget> {
        self.0.retry_budget.lock().unwrap_or_else(PoisonError::into_inner)
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
        Box::pin(self.call_of_execution(call))
    }

    fn default_model(&self) -> Option<String> {
        // what one organisation set up is not told to another one
        self.default_of(OrganisationId::from_u128(0))
    }

    fn default_model_of(&self, organisation: OrganisationId) -> Option<String> {
        self.default_of(organisation)
    }

    fn is_down(
        &self,
        organisation: OrganisationId,
        user: Option<UserId>,
        model: Option<&str>,
    ) -> bool {
        let wanted = model.map(str::to_owned).or_else(|| self.default_of(organisation));
        let Some(wanted) = wanted else { return false };
        // a model that is nowhere, or that they may not use, is not down
        let plan = self.picture(organisation).plan_for(user, &wanted);
        plan.is_ok_and(|plan| {
            plan.targets.iter().all(|target| is_down(&target.platform, self.uptime_ms()))
        })
    }
}

fn no_model() -> Error {
    Error::ModelUnavailable {
        model: "default".to_owned(),
        message: "no model is set up: run `hishamos model install default`, or add a platform"
            .to_owned(),
    }
}
