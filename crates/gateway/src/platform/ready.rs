//! A platform that is ready to be called.

use std::sync::Arc;

use llm::{Error, Provider, Transport};
use tokio::sync::Semaphore;

use super::Offer;
use crate::local::Local;
use crate::model::ModelKind;

/// A platform: where its calls go and how many may run at once.
#[derive(Debug)]
pub(crate) struct Platform {
    /// The part of a model's name before the slash.
    pub(crate) name: String,
    /// What it is, for lists.
    pub(crate) kind: ModelKind,
    /// The models that an admin listed, or that it has by nature.
    pub(crate) models: Vec<String>,
    /// Whether it was found on this machine and not set up by anybody.
    pub(crate) is_detected: bool,
    /// What answers.
    pub(crate) backend: Backend,
    /// The connections, with this platform's timeouts.
    pub(crate) transport: Transport,
    /// One permit for each call that may run; waiting is first come, first served.
    pub(crate) permits: Arc<Semaphore>,
}

/// What answers a platform's calls.
#[derive(Debug, Clone)]
pub(crate) enum Backend {
    /// A provider that is there all the time.
    Fixed(Provider),
    /// The local model, whose server is started when it is needed.
    Local(Local),
}

impl Platform {
    /// What answers for `model`, started if need be. The caller holds a permit.
    pub(crate) async fn provider(&self, model: &str) -> Result<Provider, Error> {
        match &self.backend {
            Backend::Fixed(provider) => Ok(provider.clone()),
            Backend::Local(local) => local.start(model).await.map(Provider::OpenAi),
        }
    }

    /// Notes that a call has ended, so that an idle server can be told from a busy one.
    pub(crate) fn call_ended(&self) {
        if let Backend::Local(local) = &self.backend {
            local.touch();
        }
    }

    /// What it offers at this moment, without asking over the network.
    pub(crate) fn offer(&self) -> Offer {
        let (models, serves_others) = match &self.backend {
            Backend::Local(local) => (local.installed(), false),
            Backend::Fixed(_) => (self.models.clone(), self.models.is_empty()),
        };
        Offer { provider: self.name.clone(), models, serves_others }
    }
}
