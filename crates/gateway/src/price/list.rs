//! The prices of an organisation: what an admin set, from its day on, before the bundled
//! table.

use base::{Micros, Timestamp};
use llm::chat::TokenUsage;
use llm::price::{Override, Price, Rate};

/// A price that an admin set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Dated {
    /// The platform.
    pub(crate) platform: String,
    /// The model; `None` for every model of the platform.
    pub(crate) model: Option<String>,
    /// From when it counts.
    pub(crate) valid_from: Timestamp,
    /// The price.
    pub(crate) rate: Rate,
}

/// All prices that an admin set.
#[derive(Debug, Clone, Default)]
pub(crate) struct Prices {
    /// The newest first, so that the first that counts is the right one.
    dated: Vec<Dated>,
}

impl Prices {
    /// A list of prices, in any order.
    pub(crate) fn new(mut dated: Vec<Dated>) -> Self {
        dated.sort_by_key(|one| std::cmp::Reverse(one.valid_from));
        Self { dated }
    }

    /// What `usage` costs on `model` of `platform`, whose prices stand under `table` in the
    /// bundled table.
    pub(crate) fn cost(
        &self,
        (platform, table): (&str, &str),
        model: &str,
        usage: &TokenUsage,
        at: Timestamp,
    ) -> Price {
        match self.rate(platform, model, at) {
            Some(rate) => {
                let set = Override { provider: table.to_owned(), model: None, rate };
                llm::price::cost(&[set], (table, model), usage, at)
            }
            None => llm::price::cost(&[], (table, model), usage, at),
        }
    }

    /// The price that counts at this moment: the model's own before the platform's.
    fn rate(&self, platform: &str, model: &str, at: Timestamp) -> Option<Rate> {
        let counts = |one: &&Dated| one.platform == platform && one.valid_from <= at;
        let of = |wanted: Option<&str>| {
            let mut counting = self.dated.iter().filter(counts);
            counting.find(|one| one.model.as_deref() == wanted).map(|one| one.rate)
        };
        of(Some(model)).or_else(|| of(None))
    }
}

/// What a million tokens to read and a quarter million to write cost: one number to compare
/// models by.
pub(crate) fn comparable(
    prices: &Prices,
    of: (&str, &str),
    model: &str,
    at: Timestamp,
) -> Option<i64> {
    let usage = TokenUsage { input: 1_000_000, output: 250_000, ..TokenUsage::default() };
    prices.cost(of, model, &usage, at).micros().map(|Micros(micros)| micros)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millis(ms)
    }

    fn rate(input: i64) -> Rate {
        // only what every version of the rate has
        serde_json::from_value(serde_json::json!({
            "kind": "per_million", "input": input, "output": 0, "cached_input": null,
        }))
        .expect("a rate")
    }

    #[test]
    fn newest_price_that_counts_wins_and_a_models_own_before_its_platforms() {
        let one = |model: Option<&str>, from, input| Dated {
            platform: "acme".to_owned(),
            model: model.map(str::to_owned),
            valid_from: at(from),
            rate: rate(input),
        };
        let prices = Prices::new(vec![
            one(Some("large"), 100, 1_000_000),
            one(Some("large"), 200, 2_000_000),
            one(None, 150, 9_000_000),
        ]);
        let usage = TokenUsage { input: 1, ..TokenUsage::default() };
        let check = |model: &str, when, expected: Option<i64>| {
            let cost = prices.cost(("acme", "acme"), model, &usage, at(when));
            assert_eq!(cost.micros().map(|micros| micros.0), expected, "{model} at {when}");
        };
        check("large", 99, None);
        check("large", 100, Some(1));
        check("large", 199, Some(1));
        check("large", 200, Some(2));
        check("small", 149, None);
        check("small", 150, Some(9));
    }

    #[test]
    fn platform_of_any_name_has_the_prices_of_its_kind() {
        let usage = TokenUsage { input: 1_000_000, ..TokenUsage::default() };
        let now = at(1_795_219_200_000);
        let cost = |table| Prices::default().cost(("mine", table), "gpt-4o-mini", &usage, now);
        assert_eq!(cost("openai"), Price::Known(Micros(150_000)));
        assert_eq!(cost("mine"), Price::Unknown);
        assert_eq!(cost("local"), Price::Free);
    }
}
