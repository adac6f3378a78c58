//! A definition as it is written, before it is checked. Unknown keys are refused.

use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::Value as Json;
use serde_saphyr::Spanned;

use super::InputType;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawDefinition {
    pub name: Option<Spanned<String>>,
    #[serde(default)]
    pub description: String,
    #[serde(default)]
    pub inputs: IndexMap<String, Spanned<RawInput>>,
    pub env: Option<Spanned<IndexMap<String, Json>>>,
    #[serde(default)]
    pub defaults: RawDefaults,
    #[serde(default)]
    pub steps: Vec<Spanned<RawStep>>,
    pub outputs: Option<Spanned<Json>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct RawDefaults {
    pub retry: Option<RawRetry>,
    pub timeout_minutes: Option<f64>,
    pub model: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawInput {
    #[serde(default, rename = "type")]
    pub kind: InputType,
    #[serde(default)]
    pub description: String,
    #[serde(default)]
    pub required: bool,
    pub default: Option<Json>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct RawStep {
    pub id: Option<Spanned<String>>,
    pub name: Option<String>,
    pub needs: Option<Spanned<Json>>,
    #[serde(rename = "if")]
    pub when: Option<Spanned<Json>>,
    pub strategy: Option<RawStrategy>,
    pub agent: Option<Spanned<String>>,
    pub command: Option<Spanned<String>>,
    pub params: Option<Spanned<Json>>,
    pub model: Option<String>,
    pub tool: Option<Spanned<String>>,
    pub with: Option<Spanned<Json>>,
    pub retry: Option<RawRetry>,
    pub timeout_minutes: Option<f64>,
    #[serde(default)]
    pub continue_on_error: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct RawStrategy {
    pub matrix: Spanned<IndexMap<String, Json>>,
    pub max_parallel: Option<usize>,
    pub fail_fast: Option<bool>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct RawRetry {
    pub max_attempts: Option<u32>,
    pub first_wait_seconds: Option<f64>,
    pub multiplier: Option<f64>,
    pub max_wait_seconds: Option<f64>,
    pub jitter: Option<bool>,
}
