//! What a call may come to, before it is made.

use std::sync::Arc;

use base::Micros;
use llm::chat::{Message, Part as Piece, Request, TokenUsage};
use llm::door::Failure;
use llm::most_output;
use llm::tokens::{InputBound, measure_input};

use super::Doors;
use crate::ledger::slices::{Amount, Place, Wanted};
use crate::limit::{self, Subject};
use crate::platform::{Picture, Plan, Platform, Target};
use crate::virtual_key::Holder;

/// What a model may write where a budget applies and the client says nothing; and about what
/// it writes then, for limits.
const USUAL_OUTPUT: u32 = 4_096;

/// Where a call would go, and what it may come to.
#[derive(Debug, Clone)]
pub(super) struct Quote {
    /// The most that it may come to, wherever it goes.
    most: Amount,
    /// The platforms that may be asked, and the most that it may cost at each; never empty.
    places: Vec<Place>,
    /// Who may answer, as the cache knows it.
    answered_by: Arc<str>,
    /// Whether every price is known.
    pub(super) cost_known: bool,
    /// About how many tokens it takes, for limits.
    pub(super) tokens: i64,
    /// The most tokens that it may take, read and written, for who may use only so many.
    pub(super) asks: i64,
    bound: InputBound,
}

impl Doors {
    /// Looks where a call would go and what it may come to, with the usual end where the client
    /// sets none.
    pub(super) fn quote(
        &self,
        holder: &Holder,
        wanted: &str,
        request: &Request,
    ) -> Result<Quote, Failure> {
        // most calls without a limit get one from a budget
        let limit = request.max_output_tokens.unwrap_or(USUAL_OUTPUT);
        let (input, bound) = measure_input(request);
        let tokens = input.saturating_add(u64::from(limit));
        let quote = self.priced(holder, wanted, request, Some(limit), (bound, tokens))?;
        let input = i64::try_from(input).unwrap_or(i64::MAX);
        Ok(Quote { asks: input.saturating_add(quote.most.output), ..quote })
    }

    /// The same for a call whose answer nobody limits.
    pub(super) fn unlimited(
        &self,
        holder: &Holder,
        wanted: &str,
        request: &Request,
        quote: &Quote,
    ) -> Result<Quote, Failure> {
        let tokens = u64::try_from(quote.tokens).unwrap_or(u64::MAX);
        self.priced(holder, wanted, request, None, (quote.bound, tokens))
    }

    fn priced(
        &self,
        holder: &Holder,
        wanted: &str,
        request: &Request,
        limit: Option<u32>,
        (bound, tokens): (InputBound, u64),
    ) -> Result<Quote, Failure> {
        let caches = caches(request);
        let most = |platform: &Platform, model: &str| {
            let kind = platform.kind.speaks();
            let input = bound.at(kind);
            let output = u64::from(most_output(kind, model, limit, request.thinking()));
            let plain = TokenUsage { input, output, ..TokenUsage::default() };
            let cache_write_1h = if request.cache.long { input } else { 0 };
            let written = TokenUsage { cache_write: input, cache_write_1h, ..plain };
            (plain, caches.then_some(written))
        };
        let quote = self.quote_of(holder, wanted, most, tokens)?;
        Ok(Quote { bound, ..quote })
    }

    /// The same for a call that uses at each target at most what `most` says, in one of two
    /// ways; `tokens` is about how many limits should count.
    pub(super) fn quote_of(
        &self,
        holder: &Holder,
        wanted: &str,
        most: impl Fn(&Platform, &str) -> (TokenUsage, Option<TokenUsage>),
        tokens: u64,
    ) -> Result<Quote, Failure> {
        let picture = self.gateway.picture(holder.organisation);
        let plan = picture.plan_for(Some(holder.key.user_id), wanted);
        let plan = plan.map_err(|error| Failure::from(&error))?;
        let now = self.app.now();
        let mut amount = Amount::default();
        let mut places: Vec<Place> = Vec::with_capacity(plan.targets.len());
        let mut cost_known = true;
        let answered_by = answered_by(&picture, holder, &plan);
        for target in plan.targets {
            let platform = target.platform.name.clone();
            let (plain, other) = most(&target.platform, &target.model);
            let mut most = Some(Micros::ZERO);
            for usage in std::iter::once(plain).chain(other) {
                let cost = picture.cost(&platform, &target.model, &usage, now).micros();
                most = most.zip(cost).map(|(one, other)| one.max(other));
                let cost = cost.unwrap_or(Micros::ZERO);
                amount = amount.or_more(Amount::call(cost, usage.input, usage.output));
            }
            cost_known &= most.is_some();
            match places.iter_mut().find(|place| place.platform == platform) {
                Some(place) => place.most = place.most.zip(most).map(|(one, other)| one.max(other)),
                None => places.push(Place { platform, model: target.model, most }),
            }
        }
        let tokens = i64::try_from(tokens).unwrap_or(i64::MAX);
        let (bound, asks) = (InputBound::default(), tokens.saturating_add(amount.output));
        Ok(Quote { most: amount, places, answered_by, cost_known, tokens, asks, bound })
    }
}

/// Who may answer, as the cache knows it: the platform that would be asked first. Another one may
/// have stepped in for it, so that people who may not use them all have answers of their own.
fn answered_by(picture: &Picture, holder: &Holder, plan: &Plan) -> Arc<str> {
    let profile = picture.profile(Some(holder.key.user_id));
    if profile.is_none_or(|profile| profile.platforms.is_none() && profile.models.is_none()) {
        return plan.targets[0].platform.name.clone();
    }
    let one = |target: &Target| format!("{}/{}", target.platform.name, target.model);
    let all: Vec<String> = plan.targets.iter().map(one).collect();
    // no platform is called like that
    format!("\n{}", all.join("\n")).into()
}

/// Whether a client asks the provider to keep what it reads, which costs more than reading.
fn caches(request: &Request) -> bool {
    let marks = |message: &Message| message.content.contains(&Piece::CachePoint);
    request.cache.tools || request.messages.iter().any(marks)
}

impl Quote {
    /// The platform that would be asked first.
    pub(super) fn provider(&self) -> &str {
        &self.places[0].platform
    }

    /// The model there.
    pub(super) fn model(&self) -> &str {
        &self.places[0].model
    }

    /// What its answers are remembered by: who may give them, and the model.
    pub(super) fn remembered_by(&self) -> (&str, &str) {
        (&self.answered_by, self.model())
    }

    /// This platform, if it may be asked.
    pub(super) fn place(&self, platform: &str) -> Option<&Place> {
        self.places.iter().find(|place| *place.platform == *platform)
    }

    /// What the call wants set aside.
    pub(super) fn wanted<'a>(&'a self, holder: &'a Holder) -> Wanted<'a> {
        Wanted { targets: &holder.targets, places: &self.places, amount: self.most }
    }

    /// What a model is told to write at most, when nobody limits it but a budget.
    pub(super) const fn usual_output() -> u32 {
        USUAL_OUTPUT
    }
}

/// Whose limits a holder falls under, wherever the call goes; the gateway keeps those of
/// the platforms. Those of users and the organisation are given.
pub(super) fn subjects(holder: &Holder, set: &[limit::Limit]) -> Vec<Subject> {
    of_key(holder).into_iter().chain(limit::subjects(set, Some(&holder.user_text))).collect()
}

/// The limits of a holder's key alone.
pub(super) fn of_key(holder: &Holder) -> Option<Subject> {
    let key = &holder.key;
    Subject::limited("key", &key.prefix, key.requests_per_minute, key.tokens_per_minute)
}
