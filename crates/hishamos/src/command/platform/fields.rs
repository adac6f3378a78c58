//! What a platform is made of, as flags.

use clap::Args;
use serde_json::{Map, Value as Json};

use super::super::given::{micros_or_none, put};
use crate::config::Environment;
use crate::failure::{Failure, Result};

/// Under what the help lists them.
const HEADING: &str = "Advanced settings";

/// What can be said of a new platform and changed later.
#[derive(Debug, Args)]
pub(super) struct Fields {
    /// Its address; the usual one of its kind when absent
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
    /// The variable that holds its key, so that the key stands in no list of processes
    #[arg(long, value_name = "VARIABLE")]
    key_env: Option<String>,
    /// A model to offer; may be repeated; those that are named are all; every model when none is
    #[arg(long = "model", value_name = "MODEL")]
    models: Vec<String>,
    /// The model that answers when nobody names one; "" for none
    #[arg(long, value_name = "MODEL")]
    default_model: Option<String>,
    /// How many requests a minute it takes; 0 for any number
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true)]
    requests_per_minute: Option<i64>,
    /// How many tokens a minute it takes; 0 for any number
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true)]
    tokens_per_minute: Option<i64>,
    /// What may be spent there in a day; 0 for any amount
    #[arg(long, value_name = "DOLLARS", allow_negative_numbers = true)]
    daily_budget: Option<f64>,
    /// Its place among those that step in for another one with the same model; 0 for never
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true)]
    fallback_order: Option<i64>,
    /// Its share of the calls of a weighted model group
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true)]
    weight: Option<i64>,
    /// Save it even when its test fails
    #[arg(long)]
    pub(super) force: bool,
    #[command(flatten)]
    advanced: Advanced,
}

/// The advanced settings.
#[derive(Debug, Args)]
struct Advanced {
    /// How the calls of tools come: native, or written by models that put them into the text
    #[arg(long, help_heading = HEADING, value_name = "HOW")]
    tool_calls: Option<String>,
    /// What becomes of a JSON schema: enforced by the platform, or asked of the model in words
    #[arg(long, help_heading = HEADING, value_name = "HOW")]
    schemas: Option<String>,
    /// How long opening a connection may take
    #[arg(long, help_heading = HEADING, value_name = "NUMBER", allow_negative_numbers = true)]
    connect_timeout_ms: Option<i64>,
    /// How long it may take until the headers of the answer are there
    #[arg(long, help_heading = HEADING, value_name = "NUMBER", allow_negative_numbers = true)]
    headers_timeout_ms: Option<i64>,
    /// How long nothing may come in the middle of an answer
    #[arg(long, help_heading = HEADING, value_name = "NUMBER", allow_negative_numbers = true)]
    idle_timeout_ms: Option<i64>,
    /// How long a call may take as a whole
    #[arg(long, help_heading = HEADING, value_name = "NUMBER", allow_negative_numbers = true)]
    total_timeout_ms: Option<i64>,
    /// How many calls may run at once; the others wait in order
    #[arg(long, help_heading = HEADING, value_name = "NUMBER", allow_negative_numbers = true)]
    max_concurrent: Option<i64>,
    /// How often a failed call is made again
    #[arg(long, help_heading = HEADING, value_name = "NUMBER", allow_negative_numbers = true)]
    retries: Option<i64>,
    /// The wait before the first retry; each further one doubles it
    #[arg(long, help_heading = HEADING, value_name = "NUMBER", allow_negative_numbers = true)]
    retry_wait_ms: Option<i64>,
    /// The version of the API, where it is part of the address; "" for none
    #[arg(long, help_heading = HEADING, value_name = "VERSION")]
    api_version: Option<String>,
}

impl Fields {
    /// What was given, as the API takes it; `settings` holds only those that were given.
    pub(super) fn body(self, environment: &Environment) -> Result<Map<String, Json>> {
        let mut body = Map::new();
        put(&mut body, "base_url", self.base_url);
        if !self.models.is_empty() {
            put(&mut body, "models", Some(self.models));
        }
        put(&mut body, "default_model", self.default_model);
        put(&mut body, "requests_per_minute", self.requests_per_minute);
        put(&mut body, "tokens_per_minute", self.tokens_per_minute);
        let budget = self.daily_budget.map(|dollars| micros_or_none("--daily-budget", dollars));
        put(&mut body, "daily_budget_micros", budget.transpose()?);
        put(&mut body, "fallback_order", self.fallback_order);
        put(&mut body, "weight", self.weight);
        if let Some(variable) = self.key_env {
            let key = environment.get(&variable).map(str::trim).filter(|key| !key.is_empty());
            let key = key.ok_or_else(|| {
                Failure::invalid(format!("the variable {variable} holds no key; set it"))
            })?;
            put(&mut body, "api_key", Some(key));
        }
        let settings = self.advanced.settings();
        if !settings.is_empty() {
            put(&mut body, "settings", Some(settings));
        }
        Ok(body)
    }
}

impl Advanced {
    fn settings(self) -> Map<String, Json> {
        let mut settings = Map::new();
        put(&mut settings, "tool_calls", self.tool_calls);
        put(&mut settings, "schemas", self.schemas);
        put(&mut settings, "connect_timeout_ms", self.connect_timeout_ms);
        put(&mut settings, "headers_timeout_ms", self.headers_timeout_ms);
        put(&mut settings, "idle_timeout_ms", self.idle_timeout_ms);
        put(&mut settings, "total_timeout_ms", self.total_timeout_ms);
        put(&mut settings, "max_concurrent", self.max_concurrent);
        put(&mut settings, "retries", self.retries);
        put(&mut settings, "retry_wait_ms", self.retry_wait_ms);
        let version = self
            .api_version
            .map(|version| if version.is_empty() { Json::Null } else { Json::String(version) });
        put(&mut settings, "api_version", version);
        settings
    }
}
