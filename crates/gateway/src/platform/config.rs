//! What the gateway is made from, as plain values.

use std::path::PathBuf;
use std::time::Duration;

use base::Secret;
use llm::Timeouts;

use crate::{LocalConfig, RetryPolicy, Shared};

/// What the gateway is made from.
#[derive(Debug, Clone)]
pub struct GatewayConfig {
    /// The data folder; the local model lives in its folder `models`.
    pub data_folder: PathBuf,
    /// The providers that an admin has set up.
    pub providers: Vec<ProviderConfig>,
    /// The model that answers when nobody names one, such as `openai/gpt-4.1-mini`.
    pub default_model: Option<String>,
    /// The script of the scripted model, which exists only when one is given.
    pub script: Option<serde_json::Value>,
    /// The local model.
    pub local: LocalConfig,
    /// Where to look for servers that the user already runs.
    pub running_servers: Vec<RunningServer>,
    /// When a failed call is made again.
    pub retry: RetryPolicy,
    /// Where several servers count their limits together.
    pub shared: Option<Shared>,
    /// How long a platform's list of its models is good for; zero to ask each time.
    pub model_lists: Duration,
    /// Whether the spans of executions' calls tell what was said.
    pub capture_content: bool,
}

/// A provider that speaks OpenAI's chat API.
#[derive(Debug, Clone)]
pub struct ProviderConfig {
    /// The part of a model's name before the slash.
    pub name: String,
    /// The address up to and without `/chat/completions`.
    pub base_url: String,
    /// The key, if it wants one.
    pub api_key: Option<Secret<String>>,
    /// The models to offer; when empty, every model that it serves.
    pub models: Vec<String>,
    /// How long the phases of a call may take.
    pub timeouts: Timeouts,
    /// How many calls may run at once; the others wait in order.
    pub max_concurrent: usize,
}

/// A server that the user may run on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunningServer {
    /// The part of a model's name before the slash.
    pub name: String,
    /// The address up to and without `/chat/completions`.
    pub base_url: String,
}

/// Why a configuration cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// A provider's name is not usable.
    #[error(
        "provider \"{0}\" needs a name of letters, digits, `-`, `_` or `.`, since the name stands before the slash of `provider/model`"
    )]
    Name(String),
    /// Two providers have one name, or one takes a name of ours.
    #[error("provider \"{0}\" is taken; give this one another name")]
    Taken(String),
    /// A provider allows no calls at all.
    #[error("provider \"{0}\" has max_concurrent 0; allow at least 1 call")]
    NoCalls(String),
    /// The address or the script cannot be used.
    #[error("{what}: {reason}")]
    Unusable {
        /// What.
        what: String,
        /// Why.
        reason: String,
    },
}

impl GatewayConfig {
    /// Nothing but a data folder: no providers, no script, the usual places for servers.
    pub fn new(data_folder: impl Into<PathBuf>) -> Self {
        Self {
            data_folder: data_folder.into(),
            providers: Vec::new(),
            default_model: None,
            script: None,
            local: LocalConfig::default(),
            running_servers: RunningServer::usual(),
            retry: RetryPolicy::default(),
            shared: None,
            model_lists: Duration::from_secs(10),
            capture_content: false,
        }
    }
}

impl ProviderConfig {
    /// A provider without a key that offers all its models, with the usual limits.
    pub fn new(name: impl Into<String>, base_url: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            base_url: base_url.into(),
            api_key: None,
            models: Vec::new(),
            timeouts: Timeouts::default(),
            max_concurrent: 8,
        }
    }
}

impl RunningServer {
    /// Where Ollama, LM Studio and llama.cpp's server listen unless told otherwise.
    pub fn usual() -> Vec<Self> {
        let server = |name: &str, port: u16| Self {
            name: name.to_owned(),
            base_url: format!("http://127.0.0.1:{port}/v1"),
        };
        vec![server("ollama", 11_434), server("lmstudio", 1_234), server("llama-server", 8_080)]
    }
}
