//! The most that a call may come to, before it is made.

use base::{Micros, OrganisationId, Timestamp};
use llm::ProviderKind;
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
    /// The most tokens that a model may write.
    pub(crate) output: u64,
}

impl Gateway {
    /// The most that a call for this model, group or alias may cost, by the prices of the
    /// organisation, when it uses at each target at most what `most` says. A name that leads nowhere is priced as it is written:
    /// its call will fail and come to nothing.
    pub(crate) fn worst(
        &self,
        organisation: OrganisationId,
        (provider, wanted): (&str, &str),
        most: impl Fn(ProviderKind, &str) -> TokenUsage,
        at: Timestamp,
    ) -> Worst {
        let picture = self.picture(organisation);
        let Ok(plan) = picture.plan(wanted) else {
            let model = wanted.strip_prefix(provider).and_then(|rest| rest.strip_prefix('/'));
            let model = model.unwrap_or(wanted);
            let usage = most(ProviderKind::OpenAi, model);
            let cost = picture.cost(provider, model, &usage, at).micros();
            return Worst { provider: provider.to_owned(), cost, output: usage.output };
        };
        let mut cost = Some(Micros::ZERO);
        let mut output = 0;
        for target in &plan.targets {
            let usage = most(target.platform.kind.speaks(), &target.model);
            output = usage.output.max(output);
            match picture.cost(&target.platform.name, &target.model, &usage, at) {
                Price::Known(price) => cost = cost.map(|most| most.max(price)),
                Price::Free => {}
                Price::Unknown => cost = None,
            }
        }
        Worst { provider: plan.targets[0].platform.name.to_string(), cost, output }
    }
}
