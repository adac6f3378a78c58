//! A platform that is ready to be called.

use std::borrow::Cow;
use std::sync::Arc;

use base::{Micros, PlatformId};
use llm::{Error, Provider, Transport};
use tokio::sync::Semaphore;

use super::record::{Settings, Source};
use super::{Offer, PlatformKind};
use crate::RetryPolicy;
use crate::health::PlatformState;
use crate::limit::Subject;
use crate::local::Local;

/// A platform: where its calls go and how many may run at once.
#[derive(Debug)]
pub(crate) struct Platform {
    /// Its id and version, when an admin set it up in the database.
    pub(crate) stored: Option<(PlatformId, i64)>,
    /// Where it was set up.
    pub(crate) source: Source,
    /// The part of a model's name before the slash.
    pub(crate) name: Arc<str>,
    /// What it speaks.
    pub(crate) kind: PlatformKind,
    /// The address, for lists.
    pub(crate) base_url: String,
    /// The models that an admin listed, or that it has by nature.
    pub(crate) models: Vec<String>,
    /// The model that answers when nobody names one.
    pub(crate) default_model: Option<String>,
    /// Whether it was found on this machine and not set up by anybody.
    pub(crate) is_detected: bool,
    /// Whether its kind wants a key and there is none.
    pub(crate) lacks_key: bool,
    /// What answers.
    pub(crate) backend: Backend,
    /// The connections, with this platform's timeouts.
    pub(crate) transport: Transport,
    /// One permit for each call that may run; waiting is first come, first served.
    pub(crate) permits: Arc<Semaphore>,
    /// How many permits there are.
    pub(crate) capacity: u32,
    /// When a failed call is made again.
    pub(crate) retry: RetryPolicy,
    /// Its place among those that step in for another one; 0 never does.
    pub(crate) fallback_order: i64,
    /// Requests and tokens a minute that it takes.
    pub(crate) limits: Limits,
    /// What may be spent there in a day.
    pub(crate) daily_budget: Option<Micros>,
    /// The settings, for comparing.
    pub(crate) settings: Settings,
    /// What is known about it at this moment.
    pub(crate) state: Arc<PlatformState>,
}

/// Requests and tokens a minute.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Limits {
    /// Requests a minute; `None` sets no limit.
    pub requests_per_minute: Option<i64>,
    /// Tokens a minute; `None` sets no limit.
    pub tokens_per_minute: Option<i64>,
}

/// What answers a platform's calls.
#[derive(Debug, Clone)]
pub(crate) enum Backend {
    /// A provider that is there all the time.
    Fixed(Provider),
    /// The local model, whose server is started when it is needed.
    Local(Local),
    /// Nothing: its key cannot be read, and it is not called without.
    Broken(String),
}

impl Platform {
    /// What answers for `model`, started if need be. The caller holds a permit.
    pub(crate) async fn provider(&self, model: &str) -> Result<Cow<'_, Provider>, Error> {
        match &self.backend {
            Backend::Fixed(provider) => Ok(Cow::Borrowed(provider)),
            Backend::Local(local) => {
                let endpoint = local.start(model).await?;
                let endpoint = endpoint.with_abilities(self.settings.abilities());
                Ok(Cow::Owned(Provider::OpenAi(endpoint)))
            }
            Backend::Broken(reason) => Err(Error::Unauthenticated { message: reason.clone() }),
        }
    }

    /// Notes that a call has ended, so that an idle server can be told from a busy one.
    pub(crate) fn call_ended(&self) {
        if let Backend::Local(local) = &self.backend {
            local.touch();
        }
    }

    /// The name of its prices in the bundled table. What the configuration names has its
    /// prices by its name; what runs on this machine is free.
    pub(crate) fn price_table(&self) -> &str {
        if self.is_detected {
            return super::LOCAL;
        }
        match self.source {
            Source::Configuration => &self.name,
            Source::Database | Source::BuiltIn => self.kind.price_table().unwrap_or(&self.name),
        }
    }

    /// What its own limits count, if it has any.
    pub(crate) fn subject(&self) -> Option<Subject> {
        let Limits { requests_per_minute: requests, tokens_per_minute: tokens } = self.limits;
        let is_limited = requests.is_some() || tokens.is_some();
        is_limited.then(|| Subject {
            kind: "provider",
            id: self.name.to_string(),
            requests,
            tokens,
        })
    }

    /// Whether it may serve this model, without asking over the network.
    pub(crate) fn serves(&self, model: &str) -> bool {
        match &self.backend {
            Backend::Local(local) => local.installed().iter().any(|known| known == model),
            Backend::Fixed(_) | Backend::Broken(_) => {
                self.models.is_empty() || self.models.iter().any(|known| known == model)
            }
        }
    }

    /// What it offers at this moment, without asking over the network.
    pub(crate) fn offer(&self) -> Offer {
        let (models, serves_others) = match &self.backend {
            Backend::Local(local) => (local.installed(), false),
            Backend::Fixed(_) | Backend::Broken(_) => (self.models.clone(), self.models.is_empty()),
        };
        Offer { provider: self.name.to_string(), models, serves_others }
    }
}
