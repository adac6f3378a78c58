//! What is known about a call besides what is asked.

use std::sync::Arc;
use std::time::Duration;

use agent::port::OnLost;
use base::{OrganisationId, UserId};

use super::Departure;

/// How long a call waits for its platform's limits unless somebody says otherwise.
const PATIENCE: Duration = Duration::from_secs(10);

/// What is known about a call besides what is asked.
#[derive(Clone)]
pub struct CallMeta {
    /// The tenant, whose platforms, groups and prices count.
    pub organisation: OrganisationId,
    /// The model, group or `platform/model` that is wanted; `None` asks for the default.
    pub model: Option<String>,
    /// On whose account it is: routing leaves out what they may not use.
    pub user: Option<UserId>,
    /// The platforms that must not be asked: no money is set aside for them.
    pub without: Vec<Arc<str>>,
    /// Who pays for tries that were given up with an unknown cost.
    pub on_lost: Option<OnLost>,
    /// How long it waits at most until its platform's limits let it pass.
    pub patience: Duration,
    /// Whether anything of it has gone out, for those who pay.
    pub(crate) departure: Departure,
}

impl CallMeta {
    /// A call of this organisation for this model.
    pub fn new(organisation: OrganisationId, model: impl Into<String>) -> Self {
        Self {
            organisation,
            model: Some(model.into()),
            user: None,
            without: Vec::new(),
            on_lost: None,
            patience: PATIENCE,
            departure: Departure::default(),
        }
    }

    /// The same on a person's account.
    #[must_use]
    pub fn on_account_of(self, user: UserId) -> Self {
        Self { user: Some(user), ..self }
    }

    /// The same with somebody who pays for tries that were given up.
    #[must_use]
    pub fn paid_by(self, on_lost: Option<OnLost>) -> Self {
        Self { on_lost, ..self }
    }

    /// The same without these platforms.
    #[must_use]
    pub fn without(self, without: Vec<Arc<str>>) -> Self {
        Self { without, ..self }
    }

    /// The same with somebody who hears whether anything has gone out.
    #[must_use]
    pub(crate) fn departing(self, departure: Departure) -> Self {
        Self { departure, ..self }
    }

    /// The same with another patience.
    #[must_use]
    pub fn patient_for(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }
}

impl std::fmt::Debug for CallMeta {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CallMeta")
            .field("organisation", &self.organisation)
            .field("model", &self.model)
            .finish_non_exhaustive()
    }
}
