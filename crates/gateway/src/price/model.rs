//! A price as an admin sets it and as it is shown.

use base::{Micros, Timestamp};
use llm::price::Rate;
use serde::{Deserialize, Serialize};

use super::Dated;

/// A price that wins over the bundled table from a moment on. Amounts are micro-dollars for
/// a million tokens: dollars a million, times a million.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ModelPrice {
    /// The platform's name.
    pub(crate) platform: String,
    /// The model; every model of the platform when absent.
    #[serde(default)]
    pub(crate) model: Option<String>,
    /// From when it counts.
    pub(crate) valid_from: Timestamp,
    /// Whether calls cost nothing.
    #[serde(default)]
    pub(crate) is_free: bool,
    /// For tokens that the model reads.
    #[serde(default)]
    pub(crate) input_micros: Micros,
    /// For tokens that the model writes.
    #[serde(default)]
    pub(crate) output_micros: Micros,
    /// For tokens that come from the provider's cache; as `input_micros` when absent.
    #[serde(default)]
    pub(crate) cached_input_micros: Option<Micros>,
    /// For tokens that go into the provider's cache; as `input_micros` when absent.
    #[serde(default)]
    pub(crate) cache_write_micros: Option<Micros>,
}

impl ModelPrice {
    /// What is wrong with it: the field and why.
    pub(crate) fn problem(&self) -> Option<(&'static str, &'static str)> {
        let amounts = [
            ("input_micros", Some(self.input_micros)),
            ("output_micros", Some(self.output_micros)),
            ("cached_input_micros", self.cached_input_micros),
            ("cache_write_micros", self.cache_write_micros),
        ];
        let is_wrong = |amount: &Option<Micros>| {
            amount.is_some_and(|amount| !(0..=1_000_000_000_000).contains(&amount.0))
        };
        if self.platform.trim().is_empty() || self.platform.len() > 255 {
            return Some(("platform", "name a platform"));
        }
        if self.model.as_ref().is_some_and(|model| model.is_empty() || model.len() > 255) {
            return Some(("model", "name a model, or leave it out for every model"));
        }
        if let Some((field, _)) = amounts.iter().find(|(_, amount)| is_wrong(amount)) {
            return Some((
                field,
                "is not between 0 and 1000000000000 micro-dollars a million tokens",
            ));
        }
        let has_amount = self.input_micros.0 > 0 || self.output_micros.0 > 0;
        match (self.is_free, has_amount) {
            (true, true) => Some(("is_free", "a free model has no amounts; remove them")),
            (false, false) => {
                Some(("input_micros", "give an amount, or say is_free when calls cost nothing"))
            }
            (true, false) | (false, true) => None,
        }
    }
}

impl From<ModelPrice> for Dated {
    fn from(price: ModelPrice) -> Self {
        let rate = if price.is_free {
            Rate::Free
        } else {
            Rate::PerMillion {
                input: price.input_micros,
                cached_input: price.cached_input_micros,
                cache_write: price.cache_write_micros,
                // who lets clients keep things for an hour sets the price of that
                cache_write_1h: None,
                output: price.output_micros,
                reasoning: None,
            }
        };
        Self { platform: price.platform, model: price.model, valid_from: price.valid_from, rate }
    }
}
