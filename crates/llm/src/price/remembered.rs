//! What the bundled table says of a model, remembered for a minute: finding a model in it
//! means matching its name against hundreds of patterns.
//!
//! A model whose price is the same for each token is remembered as a [`Rate`], which gives
//! what the table gives. One with tiers, or with a price finer than a micro-dollar for a
//! million tokens, is asked of the table each time.

use std::collections::HashMap;
use std::sync::{LazyLock, PoisonError, RwLock};

use base::{Micros, Timestamp};

use super::{Price, Rate, table};
use crate::chat::TokenUsage;

/// Some prices change by the time of day.
const REMEMBERED_MS: i64 = 60_000;
/// Names come from outside: beyond so many everything is forgotten.
const MODELS: usize = 4_096;
/// What so many cost is exact where it is no fraction of a micro-dollar.
const MILLION: u64 = 1_000_000;
/// Beyond the start of every tier.
const MANY: u64 = 20_000_000;

/// What the table says of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Said {
    /// It has no price.
    Nothing,
    /// Each token costs the same.
    Rate(Rate),
    /// It depends.
    Varies,
}

/// By provider, then by model: what was said, and in which minute.
type Memory = HashMap<String, HashMap<String, (i64, Said)>>;

static MEMORY: LazyLock<RwLock<Memory>> = LazyLock::new(RwLock::default);

/// What the table prices `usage` at, at this moment.
pub(super) fn cost(provider: &str, model: &str, usage: &TokenUsage, at: Timestamp) -> Price {
    let minute = at.as_millis().div_euclid(REMEMBERED_MS);
    match remembered(provider, model, minute) {
        Said::Nothing => Price::Unknown,
        Said::Rate(rate) => {
            // an entry without numbers sums to nothing, which is not the same as free
            let is_asked = usage.input > 0 || usage.output > 0 || usage.audio_ms > 0;
            match rate.cost(usage) {
                Price::Known(Micros::ZERO) if is_asked => Price::Unknown,
                price => price,
            }
        }
        Said::Varies => table(provider, model, usage, at).map_or(Price::Unknown, Price::Known),
    }
}

fn remembered(provider: &str, model: &str, minute: i64) -> Said {
    {
        let memory = MEMORY.read().unwrap_or_else(PoisonError::into_inner);
        let known = memory.get(provider).and_then(|models| models.get(model));
        if let Some((_, said)) = known.filter(|(of, _)| *of == minute) {
            return *said;
        }
    }
    let said = ask(provider, model, Timestamp::from_millis(minute * REMEMBERED_MS));
    let mut memory = MEMORY.write().unwrap_or_else(PoisonError::into_inner);
    if memory.values().map(HashMap::len).sum::<usize>() >= MODELS {
        memory.clear();
    }
    memory.entry(provider.to_owned()).or_default().insert(model.to_owned(), (minute, said));
    said
}

/// Learns a model's price from what single kinds of tokens cost, few and many of them.
fn ask(provider: &str, model: &str, at: Timestamp) -> Said {
    let cost = |usage: TokenUsage| table(provider, model, &usage, at);
    let of = |input, cached_input, cache_write, output| TokenUsage {
        input,
        output,
        cached_input,
        cache_write,
        ..TokenUsage::default()
    };
    // what listens has prices for it, which are asked of the table each time
    let heard = TokenUsage { audio_input: MILLION, ..of(MILLION, 0, 0, 0) };
    let hour = TokenUsage { audio_ms: 3_600_000, ..TokenUsage::default() };
    let listens = cost(hour).is_some_and(|price| price > Micros::ZERO)
        || cost(heard) != cost(of(MILLION, 0, 0, 0));
    if listens {
        return Said::Varies;
    }
    if cost(of(MANY, 0, 0, MANY)).is_none() {
        return Said::Nothing;
    }
    let kept = TokenUsage { cache_write_1h: MILLION, ..of(MILLION, 0, MILLION, 0) };
    let kinds = [
        of(MILLION, 0, 0, 0),
        of(MILLION, MILLION, 0, 0),
        of(MILLION, 0, MILLION, 0),
        kept,
        of(0, 0, 0, MILLION),
    ];
    let mut prices = [Micros::ZERO; 5];
    for (price, usage) in prices.iter_mut().zip(kinds) {
        // what has no price of its own adds nothing
        *price = cost(usage).unwrap_or_default();
    }
    let [input, cached_input, cache_write, cache_write_1h, output] = prices;
    let rate = Rate::PerMillion {
        input,
        cached_input: Some(cached_input),
        cache_write: Some(cache_write),
        cache_write_1h: Some(cache_write_1h),
        output,
        reasoning: None,
    };
    // a thousandth of it shows a fraction that was rounded, much of it a tier
    let parts = kinds.iter().flat_map(|kind| {
        let scale = |by: fn(u64) -> u64| TokenUsage {
            input: by(kind.input),
            output: by(kind.output),
            cached_input: by(kind.cached_input),
            cache_write: by(kind.cache_write),
            cache_write_1h: by(kind.cache_write_1h),
            ..TokenUsage::default()
        };
        [scale(|tokens| tokens / 1_000), scale(|tokens| tokens / 8), scale(|tokens| tokens * 20)]
    });
    let together =
        [of(MANY, MANY / 4, MANY / 4, MANY), of(1_000, 0, 0, MANY), of(MANY, 0, 0, 1_000)];
    let is_same =
        |usage: TokenUsage| Price::Known(cost(usage).unwrap_or_default()) == rate.cost(&usage);
    if parts.chain(together).all(is_same) { Said::Rate(rate) } else { Said::Varies }
}

#[cfg(test)]
mod tests {
    use genai_prices::Calculator;

    use super::*;

    /// 2026-11-21.
    const AT: Timestamp = Timestamp::from_millis(1_795_219_200_000);

    fn usages() -> Vec<TokenUsage> {
        let counts = [0, 1, 7, 999, 131_073, 262_145, 3_000_001];
        let mut usages = Vec::new();
        for (index, input) in counts.into_iter().enumerate() {
            for output in [counts[(index + 2) % 7], counts[(index + 5) % 7]] {
                for (cached_input, cache_write) in [(0, 0), (input / 3, 0), (input / 2, input / 4)]
                {
                    let rest = TokenUsage::default();
                    let cache_write_1h = cache_write / 3;
                    let usage = TokenUsage { input, output, cached_input, cache_write, ..rest };
                    usages.push(TokenUsage { cache_write_1h, ..usage });
                }
            }
        }
        usages
    }

    /// A table has thousands of models; each of those that are looked at is asked twice.
    #[test]
    fn what_is_remembered_is_what_the_table_says() {
        let usages = usages();
        let (mut rates, mut all) = (0, 0);
        for provider in Calculator::bundled().providers() {
            for model in provider.models().step_by(5) {
                let of = (provider.id(), model.id());
                for usage in &usages {
                    let expected =
                        table(of.0, of.1, usage, AT).map_or(Price::Unknown, Price::Known);
                    assert_eq!(cost(of.0, of.1, usage, AT), expected, "{of:?} {usage:?}");
                }
                all += 1;
                let said = remembered(of.0, of.1, AT.as_millis() / REMEMBERED_MS);
                rates += usize::from(matches!(said, Said::Rate(_)));
            }
        }
        assert!(rates * 2 > all, "of {all} only {rates} are remembered");
    }

    #[test]
    fn tiers_are_asked_of_the_table() {
        let minute = AT.as_millis() / REMEMBERED_MS;
        assert_eq!(remembered("google", "gemini-2.5-pro", minute), Said::Varies);
        assert!(matches!(remembered("openai", "gpt-4o-mini", minute), Said::Rate(_)));
        assert_eq!(remembered("openai", "no-such-model", minute), Said::Nothing);
    }
}
