//! A platform as an admin sets it up and as it is shown.

use base::{Micros, OrganisationId, PlatformId, Timestamp};
use llm::Timeouts;
use serde::{Deserialize, Serialize};

use super::PlatformKind;

/// A platform that an admin has set up.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Record {
    pub(crate) organisation: OrganisationId,
    pub(crate) id: PlatformId,
    pub(crate) draft: Draft,
    pub(crate) tested: Option<Tested>,
    pub(crate) version: i64,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
}

/// What an admin decides about a platform.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Draft {
    pub(crate) name: String,
    pub(crate) kind: PlatformKind,
    pub(crate) base_url: String,
    pub(crate) models: Vec<String>,
    pub(crate) default_model: Option<String>,
    pub(crate) is_enabled: bool,
    pub(crate) requests_per_minute: Option<i64>,
    pub(crate) tokens_per_minute: Option<i64>,
    pub(crate) daily_budget: Option<Micros>,
    pub(crate) fallback_order: i64,
    pub(crate) weight: i64,
    pub(crate) settings: Settings,
}

/// The last test of the connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = PlatformTested)]
pub(crate) struct Tested {
    /// When.
    pub(crate) at: Timestamp,
    /// How long the answer took.
    pub(crate) latency_ms: Option<i64>,
    /// What went wrong, in the provider's own words.
    pub(crate) error: Option<String>,
}

/// The advanced settings of a platform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = PlatformSettings)]
pub(crate) struct Settings {
    /// How long opening a connection may take.
    pub(crate) connect_timeout_ms: u32,
    /// How long it may take until the headers of the answer are there.
    pub(crate) headers_timeout_ms: u32,
    /// How long nothing may come in the middle of an answer.
    pub(crate) idle_timeout_ms: u32,
    /// How long a call may take as a whole.
    pub(crate) total_timeout_ms: u32,
    /// How many calls may run at once; the others wait in order.
    pub(crate) max_concurrent: u32,
    /// How often a failed call is made again.
    pub(crate) retries: u32,
    /// The wait before the first retry; each further one doubles it.
    pub(crate) retry_wait_ms: u32,
    /// The version of the API, where it is part of the address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) api_version: Option<String>,
    /// How the calls of tools come.
    pub(crate) tool_calls: ToolCalls,
    /// What becomes of an answer's JSON schema.
    pub(crate) schemas: Schemas,
}

/// How the calls of tools come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = PlatformToolCalls)]
pub(crate) enum ToolCalls {
    /// As the server's own tool calls.
    #[default]
    Native,
    /// As JSON in the text too, as small local models write them: a text that is exactly a
    /// call of an offered tool is that call, and a call that is demanded is asked for as an
    /// answer of its shape.
    Written,
}

/// What becomes of an answer's JSON schema.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = PlatformSchemas)]
pub(crate) enum Schemas {
    /// The server enforces it.
    #[default]
    Enforced,
    /// The server ignores it, so the model is asked for it in words; whether the answer fits
    /// is for the client to check.
    Asked,
}

impl Default for Settings {
    fn default() -> Self {
        let timeouts = Timeouts::default();
        let ms =
            |duration: std::time::Duration| u32::try_from(duration.as_millis()).unwrap_or(u32::MAX);
        Self {
            connect_timeout_ms: ms(timeouts.connect),
            headers_timeout_ms: ms(timeouts.headers),
            idle_timeout_ms: ms(timeouts.idle),
            total_timeout_ms: ms(timeouts.total),
            max_concurrent: 64,
            retries: 2,
            retry_wait_ms: 500,
            api_version: None,
            tool_calls: ToolCalls::Native,
            schemas: Schemas::Enforced,
        }
    }
}

impl Settings {
    /// What the server sees to by itself.
    pub(crate) const fn abilities(&self) -> llm::Abilities {
        llm::Abilities {
            tool_calls: match self.tool_calls {
                ToolCalls::Native => llm::ToolCalls::Native,
                ToolCalls::Written => llm::ToolCalls::Written,
            },
            schemas: match self.schemas {
                Schemas::Enforced => llm::Schemas::Enforced,
                Schemas::Asked => llm::Schemas::Asked,
            },
        }
    }

    /// The four timeouts.
    pub(crate) fn timeouts(&self) -> Timeouts {
        let ms = |ms: u32| std::time::Duration::from_millis(u64::from(ms));
        Timeouts {
            connect: ms(self.connect_timeout_ms),
            headers: ms(self.headers_timeout_ms),
            idle: ms(self.idle_timeout_ms),
            total: ms(self.total_timeout_ms),
        }
    }
}

/// Where a platform was set up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = PlatformSource)]
pub(crate) enum Source {
    /// In the API or the UI.
    Database,
    /// In the server's configuration; it cannot be changed here.
    Configuration,
    /// By nature: the local model, the scripted model, a server found on this machine.
    BuiltIn,
}

/// A platform as it is shown. The key itself is never shown.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
#[schema(as = Platform)]
pub(crate) struct Shown {
    /// Its id; absent when it was not set up here.
    pub(crate) id: Option<PlatformId>,
    /// Where it was set up.
    pub(crate) source: Source,
    /// The part of a model's name before the slash.
    pub(crate) name: String,
    /// What it speaks.
    pub(crate) kind: PlatformKind,
    /// The address that paths are appended to.
    pub(crate) base_url: String,
    /// The key as `…` and its last four letters; absent when there is none.
    pub(crate) api_key: Option<String>,
    /// The models to offer; when empty, every model that it serves.
    pub(crate) models: Vec<String>,
    /// The model that answers when nobody names one.
    pub(crate) default_model: Option<String>,
    /// Whether calls may go there.
    pub(crate) is_enabled: bool,
    /// How many requests a minute it takes.
    pub(crate) requests_per_minute: Option<i64>,
    /// How many tokens a minute it takes.
    pub(crate) tokens_per_minute: Option<i64>,
    /// What may be spent there in a day, in micro-dollars.
    pub(crate) daily_budget_micros: Option<Micros>,
    /// Its place among those that step in for another one with the same model: 1 is
    /// first, 0 means that it never does.
    pub(crate) fallback_order: i64,
    /// Its share of the calls of a weighted model group.
    pub(crate) weight: i64,
    /// The advanced settings.
    pub(crate) settings: Settings,
    /// The last test of the connection.
    pub(crate) tested: Option<Tested>,
    /// Grows with every change; an update names the one that it changes.
    pub(crate) version: i64,
    /// When it was set up.
    pub(crate) created_at: Option<Timestamp>,
    /// When it was last changed.
    pub(crate) updated_at: Option<Timestamp>,
}

impl Record {
    /// The platform as it is shown, given the last letters of its key.
    pub(crate) fn shown(self, hint: Option<&str>) -> Shown {
        let Self { id, draft, tested, version, created_at, updated_at, .. } = self;
        Shown {
            id: Some(id),
            source: Source::Database,
            name: draft.name,
            kind: draft.kind,
            base_url: draft.base_url,
            api_key: hint.map(|hint| format!("…{hint}")),
            models: draft.models,
            default_model: draft.default_model,
            is_enabled: draft.is_enabled,
            requests_per_minute: draft.requests_per_minute,
            tokens_per_minute: draft.tokens_per_minute,
            daily_budget_micros: draft.daily_budget,
            fallback_order: draft.fallback_order,
            weight: draft.weight,
            settings: draft.settings,
            tested,
            version,
            created_at: Some(created_at),
            updated_at: Some(updated_at),
        }
    }
}
