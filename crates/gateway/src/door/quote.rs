//! What a call may come to, before it is made.

use base::Micros;
use llm::chat::{Part as Piece, Request, TokenUsage};
use llm::door::Failure;
use llm::price::Price;
use llm::tokens::{bound_input, estimate_input};

use super::Doors;
use crate::budget::{Scope, target};
use crate::ledger::slices::Amount;
use crate::limit::Subject;
use crate::virtual_key::Holder;

/// What a model may write when neither the client nor a budget limits it.
const USUAL_OUTPUT: u32 = 4_096;

/// Where a call would go first, and what it may come to.
#[derive(Debug, Clone)]
pub(super) struct Quote {
    pub(super) provider: String,
    pub(super) model: String,
    /// The most that it may come to, wherever it goes.
    pub(super) most: Amount,
    /// Whether every price is known.
    pub(super) cost_known: bool,
    /// About how many tokens it takes, for limits.
    pub(super) tokens: i64,
    provider_target: String,
}

impl Doors {
    /// Looks where a call would go and what it may come to.
    pub(super) fn quote(
        &self,
        holder: &Holder,
        wanted: &str,
        request: &Request,
    ) -> Result<Quote, Failure> {
        let output = u64::from(request.max_output_tokens.unwrap_or(USUAL_OUTPUT));
        let input = bound_input(request);
        let tokens = estimate_input(request).saturating_add(output);
        let usages: Vec<TokenUsage> = worst(request, input, output).collect();
        self.quote_of(holder, wanted, &usages, tokens)
    }

    /// The same for a call that may use its tokens in one of these ways, the first of which
    /// says how many there are; `tokens` is about how many limits should count.
    pub(super) fn quote_of(
        &self,
        holder: &Holder,
        wanted: &str,
        usages: &[TokenUsage],
        tokens: u64,
    ) -> Result<Quote, Failure> {
        let picture = self.gateway.picture(holder.organisation);
        let plan = picture.plan(wanted).map_err(|error| Failure::from(&error))?;
        let first_usage = usages.first().copied().unwrap_or_default();
        let (input, output) = (first_usage.input, first_usage.output);
        let now = self.app.now();
        let mut most = Micros::ZERO;
        let mut cost_known = true;
        for target in &plan.targets {
            for usage in usages {
                match picture.cost(&target.platform.name, &target.model, usage, now) {
                    Price::Known(cost) => most = most.max(cost),
                    Price::Free => {}
                    Price::Unknown => cost_known = false,
                }
            }
        }
        let first = &plan.targets[0];
        let platform = &first.platform;
        Ok(Quote {
            provider: platform.name.to_string(),
            model: first.model.clone(),
            most: Amount::call(most, input, output),
            cost_known,
            tokens: i64::try_from(tokens).unwrap_or(i64::MAX),
            provider_target: target(Scope::Provider, &platform.name),
        })
    }
}

/// The dearest ways in which a call may use its tokens: writing to the provider's cache
/// costs more than reading where a client asks for it.
fn worst(request: &Request, input: u64, output: u64) -> impl Iterator<Item = TokenUsage> {
    let plain = TokenUsage { input, output, ..TokenUsage::default() };
    let caches = request
        .messages
        .iter()
        .any(|message| message.content.iter().any(|piece| matches!(piece, Piece::CachePoint)));
    let written = TokenUsage { cache_write: input, ..plain };
    std::iter::once(plain).chain(caches.then_some(written))
}

impl Quote {
    /// The targets of all budgets that the call falls under.
    pub(super) fn targets<'a>(&'a self, holder: &'a Holder) -> Vec<&'a str> {
        let mut targets: Vec<&str> = holder.targets.iter().map(String::as_str).collect();
        targets.push(&self.provider_target);
        targets
    }

    /// The most that a model may write, when nobody limits it but a budget.
    pub(super) const fn usual_output() -> u32 {
        USUAL_OUTPUT
    }
}

/// Whose limits a holder falls under, wherever the call goes; the gateway keeps those of
/// the platforms. Those of users and the organisation are given.
pub(super) fn subjects(holder: &Holder, set: &[crate::limit::Limit]) -> Vec<Subject> {
    let key = &holder.key;
    let own = subject("key", &key.prefix, key.requests_per_minute, key.tokens_per_minute);
    let is_ours = |limit: &&crate::limit::Limit| {
        limit.scope_id.is_empty() || limit.scope_id == holder.user_text
    };
    let of_others = set.iter().filter(is_ours).filter_map(|limit| {
        let kind = if limit.scope == "user" { "user" } else { "organisation" };
        subject(kind, &limit.scope_id, limit.requests_per_minute, limit.tokens_per_minute)
    });
    own.into_iter().chain(of_others).collect()
}

fn subject(
    kind: &'static str,
    id: &str,
    requests: Option<i64>,
    tokens: Option<i64>,
) -> Option<Subject> {
    let is_limited = requests.is_some() || tokens.is_some();
    is_limited.then(|| Subject { kind, id: id.to_owned(), requests, tokens })
}
