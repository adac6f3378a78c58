//! What a call costs, in whole micro-dollars, rounded up.
//!
//! The bundled price table works offline and knows effective dates, tiers and cached
//! tokens. What an admin sets as an [`Override`] wins over it, and what the provider itself
//! stated for a call wins over both. A model without a price is [`Price::Unknown`], never
//! free: the caller refuses or flags it.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base::{Micros, Timestamp};
use genai_prices::{Calculator, PriceRequest, Usage, UsageKey};
use serde::{Deserialize, Serialize};

use crate::chat::TokenUsage;

mod remembered;

/// Providers whose calls cost nothing by nature: our own machine and the scripted model.
pub const FREE_PROVIDERS: [&str; 2] = ["local", "scripted"];

/// What a call costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "micros", rename_all = "snake_case")]
pub enum Price {
    /// This much.
    Known(Micros),
    /// Nothing, by nature.
    Free,
    /// Nobody knows.
    Unknown,
}

/// A price that an admin has set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Override {
    /// The provider that it is for.
    pub provider: String,
    /// The model that it is for, or every model of the provider.
    pub model: Option<String>,
    /// The price.
    pub rate: Rate,
}

/// What tokens cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Rate {
    /// Nothing.
    Free,
    /// Micro-dollars per million tokens; that is dollars per million, times a million.
    PerMillion {
        /// For tokens that the model reads.
        input: Micros,
        /// For tokens that the model reads from the provider's cache; `input` if unset.
        cached_input: Option<Micros>,
        /// For tokens that the provider puts into its cache; `input` if unset.
        #[serde(default)]
        cache_write: Option<Micros>,
        /// For those of them that it keeps for an hour; `cache_write` if unset.
        #[serde(default)]
        cache_write_1h: Option<Micros>,
        /// For tokens that the model writes.
        output: Micros,
        /// For those of them that are reasoning; `output` if unset.
        #[serde(default)]
        reasoning: Option<Micros>,
    },
}

impl Price {
    /// The amount to put in the ledger; nothing for [`Price::Unknown`], which must be
    /// flagged beside it.
    pub const fn micros(self) -> Option<Micros> {
        match self {
            Self::Known(micros) => Some(micros),
            Self::Free => Some(Micros::ZERO),
            Self::Unknown => None,
        }
    }
}

/// What `usage` costs on `model` of `provider` at `at`. `provider` is a name of the price
/// table (`openai`, `anthropic`, `openrouter` …), one of [`FREE_PROVIDERS`], or one that
/// `overrides` know; in `overrides` a model's own price wins over its provider's.
pub fn cost(
    overrides: &[Override],
    (provider, model): (&str, &str),
    usage: &TokenUsage,
    at: Timestamp,
) -> Price {
    if let Some(stated) = usage.stated_cost {
        return Price::Known(stated);
    }
    if let Some(rate) = overriding(overrides, provider, model) {
        return rate.cost(usage);
    }
    if FREE_PROVIDERS.contains(&provider) {
        return Price::Free;
    }
    remembered::cost(provider, model, usage, at)
}

fn overriding<'a>(overrides: &'a [Override], provider: &str, model: &str) -> Option<&'a Rate> {
    let of_provider = || overrides.iter().filter(|candidate| candidate.provider == provider);
    of_provider()
        .find(|candidate| candidate.model.as_deref() == Some(model))
        .or_else(|| of_provider().find(|candidate| candidate.model.is_none()))
        .map(|found| &found.rate)
}

impl Rate {
    fn cost(&self, usage: &TokenUsage) -> Price {
        match self {
            Self::Free => Price::Free,
            Self::PerMillion {
                input,
                cached_input,
                cache_write,
                cache_write_1h,
                output,
                reasoning,
            } => {
                // parts of a whole, whatever a provider reports
                let read = usage.cached_input.min(usage.input);
                let written = usage.cache_write.min(usage.input - read);
                let kept = usage.cache_write_1h.min(written);
                let thought = usage.reasoning.min(usage.output);
                let write = cache_write.unwrap_or(*input);
                let amount = |tokens: u64, rate: Micros| i128::from(tokens) * i128::from(rate.0);
                let total = amount(usage.input - read - written, *input)
                    + amount(read, cached_input.unwrap_or(*input))
                    + amount(written - kept, write)
                    + amount(kept, cache_write_1h.unwrap_or(write))
                    + amount(usage.output - thought, *output)
                    + amount(thought, reasoning.unwrap_or(*output));
                let rounded_up = (total + 999_999).div_euclid(1_000_000);
                Price::Known(Micros(i64::try_from(rounded_up).unwrap_or(i64::MAX)))
            }
        }
    }
}

/// What the bundled table prices `usage` at.
fn table(provider: &str, model: &str, usage: &TokenUsage, at: Timestamp) -> Option<Micros> {
    let read = usage.cached_input.min(usage.input);
    let written = usage.cache_write.min(usage.input - read);
    let mut tokens = Usage::from([
        (UsageKey::INPUT_TOKENS, usage.input as f64),
        (UsageKey::CACHE_READ_TOKENS, read as f64),
        (UsageKey::CACHE_WRITE_TOKENS, written as f64),
        (UsageKey::OUTPUT_TOKENS, usage.output as f64),
    ]);
    let rare = [
        (UsageKey::CACHE_WRITE_1H_TOKENS, usage.cache_write_1h.min(written) as f64),
        (UsageKey::INPUT_AUDIO_TOKENS, usage.audio_input.min(usage.input) as f64),
        (UsageKey::AUDIO_SECONDS, usage.audio_ms as f64 / 1_000.0),
        (UsageKey::INPUT_AUDIO_SECONDS, usage.audio_ms as f64 / 1_000.0),
    ];
    for (key, count) in rare.into_iter().filter(|(_, count)| *count > 0.0) {
        tokens.insert(key, count);
    }
    let request = PriceRequest::new(model, &tokens)
        .with_provider_id(provider)
        .with_timestamp(system_time(at));
    let price = Calculator::bundled().calculate(&request).ok()?;
    // the table also guesses by parts of a name, so that "my-openai-proxy" would be priced as OpenAI
    let is_this_provider = price.provider_id.eq_ignore_ascii_case(provider.trim());
    // an entry without numbers sums to nothing, which is not the same as free
    let is_nothing = usage.input == 0 && usage.output == 0 && usage.audio_ms == 0;
    let has_numbers = price.total_price > 0.0 || is_nothing;
    (is_this_provider && has_numbers).then(|| micros_from_dollars(price.total_price))
}

fn system_time(at: Timestamp) -> SystemTime {
    UNIX_EPOCH + Duration::from_millis(u64::try_from(at.as_millis()).unwrap_or(0))
}

/// Dollars as whole micro-dollars, rounded up, except for the dust of binary fractions.
pub(crate) fn micros_from_dollars(dollars: f64) -> Micros {
    let micros = dollars * 1_000_000.0;
    let nearest = micros.round();
    let is_dust = (micros - nearest).abs() < 1e-6;
    Micros(if is_dust { nearest } else { micros.ceil() } as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-21.
    const AT: Timestamp = Timestamp::from_millis(1_795_219_200_000);

    fn usage(input: u64, cached_input: u64, output: u64) -> TokenUsage {
        TokenUsage { input, output, cached_input, ..TokenUsage::default() }
    }

    #[test]
    fn the_table_prices_known_models_and_no_others() {
        let check = |provider, model, usage: TokenUsage, expected| {
            assert_eq!(cost(&[], (provider, model), &usage, AT), expected, "{provider} {model}");
        };
        let dollars = |micros| Price::Known(Micros(micros));
        check("anthropic", "claude-sonnet-4-5", usage(1_000, 0, 100), dollars(4_500));
        check("anthropic", "claude-sonnet-4-5", usage(1_000, 1_000, 0), dollars(300));
        check("openai", "gpt-4o-mini", usage(1_000_000, 0, 0), dollars(150_000));
        check("openai", "gpt-4o-mini", usage(1, 0, 0), dollars(1));
        check("openai", "gpt-4o-mini", usage(0, 0, 0), dollars(0));
        check("openai", "no-such-model", usage(1, 0, 1), Price::Unknown);
        check("my-openai-proxy", "gpt-4o-mini", usage(1, 0, 1), Price::Unknown);
        check("nobody", "gpt-4o-mini", usage(1, 0, 1), Price::Unknown);
        check("local", "qwen2.5", usage(1_000, 0, 1_000), Price::Free);
        check("scripted", "scripted", usage(1_000, 0, 1_000), Price::Free);
    }

    #[test]
    fn overrides_win_over_the_table_and_the_stated_cost_over_both() {
        let per_million = |input, cached_input: Option<i64>, output| Rate::PerMillion {
            input: Micros(input),
            cached_input: cached_input.map(Micros),
            cache_write: None,
            cache_write_1h: None,
            output: Micros(output),
            reasoning: None,
        };
        let set = |provider: &str, model: Option<&str>, rate| Override {
            provider: provider.into(),
            model: model.map(str::to_owned),
            rate,
        };
        let overrides = [
            set("openai", None, per_million(1_000_000, None, 2_000_000)),
            set("openai", Some("gpt-4o"), per_million(3_000_000, Some(300_000), 5)),
            set("ollama", None, Rate::Free),
        ];
        let check = |provider, model, usage: TokenUsage, expected| {
            assert_eq!(cost(&overrides, (provider, model), &usage, AT), expected, "{model}");
        };
        check("openai", "any", usage(10, 0, 10), Price::Known(Micros(30)));
        check("openai", "gpt-4o", usage(20, 10, 0), Price::Known(Micros(33)));
        check("openai", "gpt-4o", usage(0, 0, 1), Price::Known(Micros(1)));
        check("ollama", "llama3", usage(20, 0, 10), Price::Free);
        let stated = TokenUsage { stated_cost: Some(Micros(77)), ..usage(10, 0, 10) };
        check("openai", "any", stated, Price::Known(Micros(77)));
        check("nobody", "any", stated, Price::Known(Micros(77)));
    }

    #[test]
    fn every_part_of_the_usage_has_its_own_price() {
        let rate = Rate::PerMillion {
            input: Micros(1_000_000),
            cached_input: Some(Micros(100_000)),
            cache_write: Some(Micros(2_000_000)),
            cache_write_1h: Some(Micros(3_000_000)),
            output: Micros(5_000_000),
            reasoning: Some(Micros(7_000_000)),
        };
        let check = |usage: TokenUsage, micros: i64| {
            assert_eq!(rate.cost(&usage), Price::Known(Micros(micros)), "{usage:?}");
        };
        let parts = TokenUsage { cache_write: 30, reasoning: 4, ..usage(100, 50, 10) };
        check(parts, 20 + 5 + 60 + 30 + 28);
        // ten of the thirty are kept for an hour, at a dollar more for a million
        check(TokenUsage { cache_write_1h: 10, ..parts }, 20 + 5 + 70 + 30 + 28);
        // parts larger than their whole are the whole
        check(TokenUsage { cache_write: 90, reasoning: 90, ..usage(100, 50, 10) }, 5 + 100 + 70);
        // the table knows what it costs to fill a cache as well
        let filled = TokenUsage { cache_write: 1_000, ..usage(1_000, 0, 0) };
        let price = cost(&[], ("anthropic", "claude-sonnet-4-5"), &filled, AT);
        assert_eq!(price, Price::Known(Micros(3_750)));
        let kept = TokenUsage { cache_write_1h: 1_000, ..filled };
        let price = cost(&[], ("anthropic", "claude-sonnet-4-5"), &kept, AT);
        assert_eq!(price, Price::Known(Micros(6_000)));
    }

    #[test]
    fn what_is_heard_is_paid_by_the_token_or_by_the_hour() {
        let check = |model: &str, usage: TokenUsage, expected: Price| {
            assert_eq!(cost(&[], ("openai", model), &usage, AT), expected, "{model} {usage:?}");
        };
        let heard = |input: u64, audio_input: u64| TokenUsage { audio_input, ..usage(input, 0, 0) };
        let lasting = |audio_ms: u64| TokenUsage { audio_ms, ..TokenUsage::default() };
        check("gpt-4o-transcribe", heard(1_000_000, 1_000_000), Price::Known(Micros(6_000_000)));
        check("gpt-4o-transcribe", heard(1_000_000, 0), Price::Known(Micros(2_500_000)));
        check("whisper-1", lasting(3_600_000), Price::Known(Micros(360_000)));
        check("whisper-1", lasting(1), Price::Known(Micros(1)));
        // it is not paid by tokens, so they say nothing
        check("whisper-1", heard(1_000, 1_000), Price::Unknown);
        check("gpt-4o-mini", lasting(3_600_000), Price::Unknown);
    }

    #[test]
    fn an_enormous_usage_does_not_overflow() {
        let rate = Rate::PerMillion {
            input: Micros(i64::MAX),
            cached_input: None,
            cache_write: None,
            cache_write_1h: None,
            output: Micros(i64::MAX),
            reasoning: None,
        };
        assert_eq!(rate.cost(&usage(u64::MAX, 0, 0)), Price::Known(Micros(i64::MAX)));
    }

    #[test]
    fn dollars_round_up_but_not_on_dust() {
        let check = |dollars, micros| assert_eq!(micros_from_dollars(dollars), Micros(micros));
        check(0.0045, 4_500);
        check(0.000_000_1, 1);
        check(0.1 + 0.2, 300_000);
        check(0.0, 0);
    }
}
