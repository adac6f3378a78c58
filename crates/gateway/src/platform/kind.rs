//! The kinds of platforms and what each of them begins with.

use std::fmt;
use std::str::FromStr;

use llm::ProviderKind;
use serde::{Deserialize, Serialize};

/// What a platform speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PlatformKind {
    /// OpenAI's chat API, at OpenAI or anywhere else.
    #[serde(rename = "openai")]
    OpenAi,
    /// OpenAI's responses API.
    #[serde(rename = "openai_responses")]
    OpenAiResponses,
    /// Anthropic's messages API.
    #[serde(alias = "claude")]
    Anthropic,
    /// Google's Gemini API.
    Gemini,
    /// Ollama's own API.
    Ollama,
    /// OpenRouter, which states the cost of each call.
    #[serde(rename = "openrouter")]
    OpenRouter,
    /// OpenAI's models at Azure.
    #[serde(rename = "azure_openai")]
    AzureOpenAi,
    /// Any other server with OpenAI's chat API.
    Custom,
    /// Our own server on this machine.
    Local,
    /// A script; no model at all.
    Scripted,
}

/// What a kind begins with; an admin may change all of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Defaults {
    /// The address, where there is a usual one.
    pub(crate) base_url: Option<&'static str>,
    /// Whether it wants a key.
    pub(crate) wants_key: bool,
    /// How many requests a minute it usually takes.
    pub(crate) requests_per_minute: Option<i64>,
    /// How many tokens a minute.
    pub(crate) tokens_per_minute: Option<i64>,
}

impl PlatformKind {
    /// All kinds.
    pub const ALL: [Self; 10] = [
        Self::OpenAi,
        Self::OpenAiResponses,
        Self::Anthropic,
        Self::Gemini,
        Self::Ollama,
        Self::OpenRouter,
        Self::AzureOpenAi,
        Self::Custom,
        Self::Local,
        Self::Scripted,
    ];

    /// Its word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OpenAi => "openai",
            Self::OpenAiResponses => "openai_responses",
            Self::Anthropic => "anthropic",
            Self::Gemini => "gemini",
            Self::Ollama => "ollama",
            Self::OpenRouter => "openrouter",
            Self::AzureOpenAi => "azure_openai",
            Self::Custom => "custom",
            Self::Local => "local",
            Self::Scripted => "scripted",
        }
    }

    /// Whether an admin can add one; the local and the scripted model come by themselves.
    pub const fn can_be_added(self) -> bool {
        !matches!(self, Self::Local | Self::Scripted)
    }

    /// Whether anyone's server may be behind it, which may leave tool calls or schemas to us.
    pub(crate) const fn may_leave_things_undone(self) -> bool {
        match self {
            Self::OpenAi
            | Self::OpenAiResponses
            | Self::Anthropic
            | Self::Ollama
            | Self::Custom
            | Self::Local => true,
            Self::Gemini | Self::OpenRouter | Self::AzureOpenAi | Self::Scripted => false,
        }
    }

    /// What it speaks, as far as it shapes what a call may come to.
    pub(crate) const fn speaks(self) -> ProviderKind {
        match self {
            Self::OpenAi | Self::Custom | Self::Local => ProviderKind::OpenAi,
            Self::OpenAiResponses => ProviderKind::OpenAiResponses,
            Self::Anthropic => ProviderKind::Anthropic,
            Self::Gemini => ProviderKind::Gemini,
            Self::Ollama => ProviderKind::Ollama,
            Self::OpenRouter => ProviderKind::OpenRouter,
            Self::AzureOpenAi => ProviderKind::AzureOpenAi,
            Self::Scripted => ProviderKind::Scripted,
        }
    }

    /// The name under which the bundled table has its prices; `None` when only the
    /// platform's own name can say.
    pub(crate) const fn price_table(self) -> Option<&'static str> {
        match self {
            Self::OpenAi | Self::OpenAiResponses => Some("openai"),
            Self::Anthropic => Some("anthropic"),
            Self::Gemini => Some("google"),
            Self::OpenRouter => Some("openrouter"),
            Self::AzureOpenAi => Some("azure"),
            Self::Ollama | Self::Local => Some("local"),
            Self::Scripted => Some("scripted"),
            Self::Custom => None,
        }
    }

    /// What it begins with.
    pub(crate) const fn defaults(self) -> Defaults {
        let none = Defaults {
            base_url: None,
            wants_key: false,
            requests_per_minute: None,
            tokens_per_minute: None,
        };
        match self {
            Self::OpenAi | Self::OpenAiResponses => {
                remote("https://api.openai.com/v1", Some(3_500), Some(90_000))
            }
            Self::Anthropic => remote("https://api.anthropic.com/v1", Some(1_000), Some(40_000)),
            Self::Gemini => {
                remote("https://generativelanguage.googleapis.com/v1beta", Some(60), Some(32_000))
            }
            Self::OpenRouter => remote("https://openrouter.ai/api/v1", None, None),
            Self::Ollama => Defaults { base_url: Some("http://127.0.0.1:11434"), ..none },
            Self::AzureOpenAi => Defaults { wants_key: true, ..none },
            Self::Custom | Self::Local | Self::Scripted => none,
        }
    }
}

const fn remote(
    base_url: &'static str,
    requests_per_minute: Option<i64>,
    tokens_per_minute: Option<i64>,
) -> Defaults {
    Defaults { base_url: Some(base_url), wants_key: true, requests_per_minute, tokens_per_minute }
}

impl fmt::Display for PlatformKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for PlatformKind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        // people know the models better than the house
        let text = if text == "claude" { "anthropic" } else { text };
        let mut all = Self::ALL.into_iter();
        all.find(|kind| kind.as_str() == text)
            .ok_or_else(|| format!("unknown kind of platform \"{text}\""))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn words_are_the_same_everywhere() {
        for kind in PlatformKind::ALL {
            assert_eq!(kind.as_str().parse(), Ok(kind));
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
        }
        assert_eq!("claude".parse(), Ok(PlatformKind::Anthropic));
        let read = serde_json::from_value::<PlatformKind>("claude".into());
        assert_eq!(read.unwrap(), PlatformKind::Anthropic);
        assert!("claude3".parse::<PlatformKind>().is_err());
    }
}
