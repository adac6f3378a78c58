//! What a call may come to, before it is made.

use base::Micros;
use llm::chat::{Message, Part as Piece, Request, TokenUsage};
use llm::door::Failure;
use llm::most_output;
use llm::price::Price;
use llm::tokens::{bound_input, estimate_input};

use super::Doors;
use crate::budget::{Scope, target};
use crate::ledger::slices::Amount;
use crate::limit::Subject;
use crate::platform::Target;
use crate::virtual_key::Holder;

/// What a model may write where a budget applies and the client says nothing; and about what
/// it writes then, for limits.
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
        let limit = request.max_output_tokens;
        let (input, caches) = (bound_input(request), caches(request));
        let about = u64::from(limit.unwrap_or(USUAL_OUTPUT));
        let tokens = estimate_input(request).saturating_add(about);
        let most = |target: &Target| {
            let (kind, model) = (target.platform.kind.speaks(), target.model.as_str());
            let output = u64::from(most_output(kind, model, limit, request.reasoning));
            let plain = TokenUsage { input, output, ..TokenUsage::default() };
            (plain, caches.then_some(TokenUsage { cache_write: input, ..plain }))
        };
        self.quote_of(holder, wanted, most, tokens)
    }

    /// The same for a call that uses at each target at most what `most` says, in one of two
    /// ways; `tokens` is about how many limits should count.
    pub(super) fn quote_of(
        &self,
        holder: &Holder,
        wanted: &str,
        most: impl Fn(&Target) -> (TokenUsage, Option<TokenUsage>),
        tokens: u64,
    ) -> Result<Quote, Failure> {
        let picture = self.gateway.picture(holder.organisation);
        let plan = picture.plan(wanted).map_err(|error| Failure::from(&error))?;
        let now = self.app.now();
        let mut amount = Amount::default();
        let mut cost_known = true;
        for target in &plan.targets {
            let (plain, other) = most(target);
            for usage in std::iter::once(plain).chain(other) {
                let price = picture.cost(&target.platform.name, &target.model, &usage, now);
                cost_known &= price != Price::Unknown;
                let cost = price.micros().unwrap_or(Micros::ZERO);
                amount = amount.or_more(Amount::call(cost, usage.input, usage.output));
            }
        }
        let first = &plan.targets[0];
        let platform = &first.platform;
        Ok(Quote {
            provider: platform.name.to_string(),
            model: first.model.clone(),
            most: amount,
            cost_known,
            tokens: i64::try_from(tokens).unwrap_or(i64::MAX),
            provider_target: target(Scope::Provider, &platform.name),
        })
    }
}

/// Whether a client asks the provider to keep what it reads, which costs more than reading.
fn caches(request: &Request) -> bool {
    let marks = |message: &Message| message.content.iter().any(|part| *part == Piece::CachePoint);
    request.cache.tools || request.messages.iter().any(marks)
}

impl Quote {
    /// The targets of all budgets that the call falls under.
    pub(super) fn targets<'a>(&'a self, holder: &'a Holder) -> Vec<&'a str> {
        let mut targets: Vec<&str> = holder.targets.iter().map(String::as_str).collect();
        targets.push(&self.provider_target);
        targets
    }

    /// What a model is told to write at most, when nobody limits it but a budget.
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
