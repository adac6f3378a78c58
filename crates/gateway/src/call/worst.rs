//! The most that a call may come to, before it is made.

use base::{Micros, OrganisationId, Timestamp, UserId};
use llm::ProviderKind;
use llm::chat::TokenUsage;

use super::Gateway;

/// A platform that a call may ask, and the most that it may cost there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WorstAt {
    /// The platform's name.
    pub(crate) provider: String,
    /// The most; `None` when a price is not known.
    pub(crate) cost: Option<Micros>,
}

/// Where a call may go, and the most that it may come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Worst {
    /// The platforms, the first one of the plan first; never empty.
    pub(crate) places: Vec<WorstAt>,
    /// The most tokens that a model may write.
    pub(crate) output: u64,
}

impl Worst {
    /// The platform that is asked first.
    pub(crate) fn provider(&self) -> &str {
        self.places.first().map_or("", |place| &place.provider)
    }

    /// The most that it may cost wherever it goes; `None` when a price is not known.
    pub(crate) fn cost(&self) -> Option<Micros> {
        let most = |most: Micros, place: &WorstAt| Some(most.max(place.cost?));
        self.places.iter().try_fold(Micros::ZERO, most)
    }

    fn add(&mut self, provider: &str, cost: Option<Micros>) {
        match self.places.iter_mut().find(|place| place.provider == provider) {
            Some(place) => place.cost = place.cost.zip(cost).map(|(one, other)| one.max(other)),
            None => self.places.push(WorstAt { provider: provider.to_owned(), cost }),
        }
    }
}

impl Gateway {
    /// The most that a person's call for this model, group or alias may cost, by the prices of
    /// the organisation, when it uses at each target at most what `most` says. A name that leads
    /// nowhere is priced as it is written: its call will fail and come to nothing.
    pub(crate) fn worst(
        &self,
        (organisation, user): (OrganisationId, Option<UserId>),
        (provider, wanted): (&str, &str),
        most: impl Fn(ProviderKind, &str) -> TokenUsage,
        at: Timestamp,
    ) -> Worst {
        let picture = self.picture(organisation);
        let mut worst = Worst { places: Vec::new(), output: 0 };
        let Ok(plan) = picture.plan_for(user, wanted) else {
            let model = wanted.strip_prefix(provider).and_then(|rest| rest.strip_prefix('/'));
            let model = model.unwrap_or(wanted);
            let usage = most(ProviderKind::OpenAi, model);
            worst.output = usage.output;
            worst.add(provider, picture.cost(provider, model, &usage, at).micros());
            return worst;
        };
        for target in &plan.targets {
            let (platform, model) = (&target.platform, target.model.as_str());
            let usage = most(platform.kind.speaks(), model);
            worst.output = worst.output.max(usage.output);
            worst.add(&platform.name, picture.cost(&platform.name, model, &usage, at).micros());
        }
        worst
    }
}
