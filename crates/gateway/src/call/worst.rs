//! The most that a call may come to, before it is made.

use base::{Micros, OrganisationId, Timestamp};
use llm::chat::TokenUsage;
use llm::price::Price;

use super::Gateway;

/// Where a call will go first, and the most that it may cost wherever it goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Worst {
    /// The platform that is asked first.
    pub(crate) provider: String,
    /// The most; `None` when a price is not known.
    pub(crate) cost: Option<Micros>,
}

impl Gateway {
    /// The most that a call for this model, group or alias may cost with so many tokens, by
    /// the prices of the organisation. A name that leads nowhere is priced as it is written:
    /// its call will fail and come to nothing.
    pub(crate) fn worst(
        &self,
        organisation: OrganisationId,
        (provider, wanted): (&str, &str),
        usage: &TokenUsage,
        at: Timestamp,
    ) -> Worst {
        let picture = self.picture(organisation);
        let Ok(plan) = picture.plan(wanted) else {
            let model = wanted.strip_prefix(provider).and_then(|rest| rest.strip_prefix('/'));
            let price = picture.cost(provider, model.unwrap_or(wanted), usage, at);
            return Worst { provider: provider.to_owned(), cost: price.micros() };
        };
        let mut cost = Some(Micros::ZERO);
        for target in &plan.targets {
            match picture.cost(&target.platform.name, &target.model, usage, at) {
                Price::Known(price) => cost = cost.map(|most| most.max(price)),
                Price::Free => {}
                Price::Unknown => cost = None,
            }
        }
        Worst { provider: plan.targets[0].platform.name.to_string(), cost }
    }
}
