//! What an admin sends about a platform, checked field by field.

use base::{Micros, Secret};
use serde::Deserialize;
use web::{Error, FieldError, Result};

use super::{Draft, PlatformKind, Settings};

/// A platform to be set up.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewPlatform {
    /// The part of a model's name before the slash: letters, digits, `-`, `_` and `.`.
    pub(super) name: String,
    /// What it speaks.
    pub(super) kind: PlatformKind,
    /// The address that paths are appended to; the usual one of its kind when absent.
    pub(super) base_url: Option<String>,
    /// The key; it can be written but never read.
    #[schema(value_type = Option<String>)]
    pub(super) api_key: Option<Secret<String>>,
    /// The models to offer; when empty, every model that it serves.
    #[serde(default)]
    pub(super) models: Vec<String>,
    /// The model that answers when nobody names one.
    pub(super) default_model: Option<String>,
    /// Whether calls may go there.
    #[serde(default = "yes")]
    pub(super) is_enabled: bool,
    /// How many requests a minute it takes; 0 sets no limit, the usual one when absent.
    pub(super) requests_per_minute: Option<i64>,
    /// How many tokens a minute it takes; 0 sets no limit, the usual one when absent.
    pub(super) tokens_per_minute: Option<i64>,
    /// What may be spent there in a day, in micro-dollars.
    pub(super) daily_budget_micros: Option<Micros>,
    /// Its place among those that step in for another one with the same model: 1 is
    /// first, 0 means that it never does.
    #[serde(default)]
    pub(super) fallback_order: i64,
    /// Its share of the calls of a weighted model group.
    #[serde(default = "one")]
    pub(super) weight: i64,
    /// The advanced settings.
    #[serde(default)]
    pub(super) settings: Settings,
}

/// What to change of a platform; what is absent stays. Its name and kind stay for good,
/// since models, prices and the ledger name it.
#[derive(Debug, Clone, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PlatformChange {
    /// The version that this changes.
    pub(super) version: i64,
    /// The address that paths are appended to.
    pub(super) base_url: Option<String>,
    /// A new key; an empty text removes the key.
    #[schema(value_type = Option<String>)]
    pub(super) api_key: Option<Secret<String>>,
    /// The models to offer; an empty list offers every model that it serves.
    pub(super) models: Option<Vec<String>>,
    /// The model that answers when nobody names one; an empty text removes it.
    pub(super) default_model: Option<String>,
    /// Whether calls may go there.
    pub(super) is_enabled: Option<bool>,
    /// How many requests a minute it takes; 0 removes the limit.
    pub(super) requests_per_minute: Option<i64>,
    /// How many tokens a minute it takes; 0 removes the limit.
    pub(super) tokens_per_minute: Option<i64>,
    /// What may be spent there in a day, in micro-dollars; 0 removes the budget.
    pub(super) daily_budget_micros: Option<Micros>,
    /// Its place among those that step in for another one; 0 means that it never does.
    pub(super) fallback_order: Option<i64>,
    /// Its share of the calls of a weighted model group.
    pub(super) weight: Option<i64>,
    /// The advanced settings, all of them.
    pub(super) settings: Option<Settings>,
}

const fn yes() -> bool {
    true
}

const fn one() -> i64 {
    1
}

impl NewPlatform {
    /// What is to be set up, with what its kind begins with.
    pub(super) fn draft(&self) -> Draft {
        let usual = self.kind.defaults();
        let limit = |given: Option<i64>, usual: Option<i64>| given.or(usual).filter(|n| *n != 0);
        let base_url = self.base_url.as_deref().or(usual.base_url).unwrap_or_default();
        Draft {
            name: self.name.trim().to_owned(),
            kind: self.kind,
            base_url: base_url.trim().trim_end_matches('/').to_owned(),
            models: names(&self.models),
            default_model: self.default_model.clone().filter(|model| !model.is_empty()),
            is_enabled: self.is_enabled,
            requests_per_minute: limit(self.requests_per_minute, usual.requests_per_minute),
            tokens_per_minute: limit(self.tokens_per_minute, usual.tokens_per_minute),
            daily_budget: self.daily_budget_micros.filter(|micros| micros.0 != 0),
            fallback_order: self.fallback_order,
            weight: self.weight,
            settings: self.settings.clone(),
        }
    }
}

impl PlatformChange {
    /// The platform as it should be.
    pub(super) fn apply(&self, old: &Draft) -> Draft {
        let mut draft = old.clone();
        let limit = |given: Option<i64>, old: Option<i64>| given.or(old).filter(|n| *n != 0);
        if let Some(base_url) = &self.base_url {
            base_url.trim().trim_end_matches('/').clone_into(&mut draft.base_url);
        }
        if let Some(models) = &self.models {
            draft.models = names(models);
        }
        if let Some(model) = &self.default_model {
            draft.default_model = Some(model.clone()).filter(|model| !model.is_empty());
        }
        draft.is_enabled = self.is_enabled.unwrap_or(draft.is_enabled);
        draft.requests_per_minute = limit(self.requests_per_minute, draft.requests_per_minute);
        draft.tokens_per_minute = limit(self.tokens_per_minute, draft.tokens_per_minute);
        draft.daily_budget =
            self.daily_budget_micros.or(draft.daily_budget).filter(|micros| micros.0 != 0);
        draft.fallback_order = self.fallback_order.unwrap_or(draft.fallback_order);
        draft.weight = self.weight.unwrap_or(draft.weight);
        if let Some(settings) = &self.settings {
            draft.settings.clone_from(settings);
        }
        draft
    }

    /// Whether the change decides how the platform is reached.
    pub(super) fn wants_test(&self, old: &Draft, new: &Draft) -> bool {
        self.api_key.is_some()
            || old.base_url != new.base_url
            || old.default_model != new.default_model
            || old.settings.api_version != new.settings.api_version
    }
}

/// Names without blanks around them and without repetitions.
fn names(given: &[String]) -> Vec<String> {
    let mut names: Vec<String> = Vec::with_capacity(given.len());
    for name in given {
        let name = name.trim().to_owned();
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// Refuses what cannot work; names every field that is wrong.
pub(super) fn check(draft: &Draft, key: Option<&Secret<String>>) -> Result<()> {
    let mut wrong: Vec<FieldError> = Vec::new();
    let mut refuse = |field: &str, message: String| {
        wrong.push(FieldError { field: field.to_owned(), message });
    };
    let is_letter = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    if draft.name.is_empty() || draft.name.len() > 64 || !draft.name.chars().all(is_letter) {
        refuse("name", "use 1 to 64 letters, digits, `-`, `_` or `.`, since it stands before the slash of a model's name".to_owned());
    }
    if !draft.kind.can_be_added() {
        refuse(
            "kind",
            format!(
                "a platform of the kind \"{}\" comes by itself and cannot be added",
                draft.kind
            ),
        );
    }
    match reqwest::Url::parse(&draft.base_url) {
        _ if draft.base_url.is_empty() => {
            refuse(
                "base_url",
                format!("a platform of the kind \"{}\" needs its address", draft.kind),
            );
        }
        Ok(url) if !matches!(url.scheme(), "http" | "https") => {
            refuse("base_url", "must begin with http:// or https://".to_owned());
        }
        Ok(url) if !url.username().is_empty() || url.password().is_some() => {
            refuse("base_url", "holds a password; put keys into api_key".to_owned());
        }
        Ok(_) => {}
        Err(error) => refuse("base_url", format!("is not an address: {error}")),
    }
    if draft.models.len() > 500 || draft.models.iter().any(|m| m.is_empty() || m.len() > 255) {
        refuse("models", "give at most 500 names of 1 to 255 characters".to_owned());
    }
    if let Some(model) = &draft.default_model
        && !draft.models.is_empty()
        && !draft.models.contains(model)
    {
        refuse("default_model", format!("\"{model}\" is not among the models; add it there"));
    }
    let limits = [
        ("requests_per_minute", draft.requests_per_minute),
        ("tokens_per_minute", draft.tokens_per_minute),
        ("daily_budget_micros", draft.daily_budget.map(|micros| micros.0)),
    ];
    for (field, limit) in limits {
        if limit.is_some_and(|limit| limit < 0) {
            refuse(field, "is negative; use 0 for no limit".to_owned());
        }
    }
    if !(0..=1_000).contains(&draft.fallback_order) {
        refuse("fallback_order", "is not between 0 and 1000".to_owned());
    }
    if !(0..=1_000).contains(&draft.weight) {
        refuse("weight", "is not between 0 and 1000".to_owned());
    }
    check_settings(draft, &mut refuse);
    let is_header = |key: &Secret<String>| {
        key.reveal().len() <= 4_096 && key.reveal().bytes().all(|byte| (33..127).contains(&byte))
    };
    if key.is_some_and(|key| !is_header(key)) {
        refuse("api_key", "has blanks or letters that no key has; copy it once more".to_owned());
    }
    if wrong.is_empty() { Ok(()) } else { Err(Error::invalid_fields(wrong)) }
}

fn check_settings(draft: &Draft, refuse: &mut impl FnMut(&str, String)) {
    let settings = &draft.settings;
    let times = [
        ("settings.connect_timeout_ms", settings.connect_timeout_ms),
        ("settings.headers_timeout_ms", settings.headers_timeout_ms),
        ("settings.idle_timeout_ms", settings.idle_timeout_ms),
        ("settings.total_timeout_ms", settings.total_timeout_ms),
    ];
    for (field, ms) in times {
        if !(10..=86_400_000).contains(&ms) {
            refuse(field, "is not between 10 ms and a day".to_owned());
        }
    }
    if !(1..=10_000).contains(&settings.max_concurrent) {
        refuse("settings.max_concurrent", "is not between 1 and 10000".to_owned());
    }
    if settings.retries > 10 {
        refuse("settings.retries", "is more than 10".to_owned());
    }
    if settings.retry_wait_ms > 60_000 {
        refuse("settings.retry_wait_ms", "is more than a minute".to_owned());
    }
    let is_usual = settings.abilities() == llm::Abilities::default();
    if !is_usual && !draft.kind.may_leave_things_undone() {
        refuse(
            "settings.tool_calls",
            format!(
                "a platform of the kind \"{}\" makes tool calls and JSON by itself; leave tool_calls \"native\" and schemas \"enforced\"",
                draft.kind
            ),
        );
    }
    let is_version = |text: &String| {
        !text.is_empty()
            && text.len() <= 64
            && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    };
    if settings.api_version.as_ref().is_some_and(|version| !is_version(version)) {
        refuse("settings.api_version", "use letters, digits and `-`".to_owned());
    }
}
