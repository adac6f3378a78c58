//! What a virtual key is.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use base::{OrganisationId, Secret, Timestamp, UserId, VirtualKeyId};
use serde::{Deserialize, Serialize, Serializer};

use crate::budget::{Scope, target};

/// What a key may do.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum KeyScope {
    /// Chat with models, through any of the three dialects.
    Chat,
    /// Make embeddings.
    Embeddings,
    /// Write down what is said in a recording.
    Audio,
    /// Let an agent answer: `agent:` and its name in place of a model.
    Agents,
    /// Let a workflow answer: `workflow:` and its name in place of a model.
    Workflows,
}

impl KeyScope {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Chat, Self::Embeddings, Self::Audio, Self::Agents, Self::Workflows];

    /// Its word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Chat => "chat",
            Self::Embeddings => "embeddings",
            Self::Audio => "audio",
            Self::Agents => "agents",
            Self::Workflows => "workflows",
        }
    }
}

impl fmt::Display for KeyScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for KeyScope {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|scope| scope.as_str() == text)
            .ok_or_else(|| format!("unknown scope of a key \"{text}\""))
    }
}

/// A virtual key as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct VirtualKey {
    /// Its id; budgets of the scope `key` name it.
    pub id: VirtualKeyId,
    /// What its maker calls it.
    pub name: String,
    /// How it begins: `hk-` and 8 characters.
    pub prefix: String,
    /// On whose account it is used.
    pub user_id: UserId,
    /// The project that its calls are for, by key.
    pub project: Option<String>,
    /// The models that it may ask, as clients name them; empty for every model. `openai/*`
    /// stands for all models of a provider.
    pub models: Vec<String>,
    /// What it may do.
    pub scopes: Vec<KeyScope>,
    /// How many requests it may make in a minute.
    pub requests_per_minute: Option<i64>,
    /// How many tokens it may use in a minute.
    pub tokens_per_minute: Option<i64>,
    /// Grows with each change; send it with the next one.
    pub version: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// When it was last used, to the second.
    pub last_used_at: Option<Timestamp>,
    /// When it ends.
    pub expires_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

/// A key that was just made, with the key itself, which is never shown again.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub(super) struct CreatedVirtualKey {
    /// The key as lists will show it.
    #[serde(flatten)]
    pub(super) virtual_key: VirtualKey,
    /// The key itself; `null` when an `Idempotency-Key` is repeated, because it is shown once.
    #[serde(serialize_with = "reveal")]
    #[schema(value_type = Option<String>)]
    pub(super) key: Option<Secret<String>>,
}

/// The one place where a key is written out.
#[expect(clippy::ref_option, reason = "serde gives a reference to the field")]
fn reveal<S: Serializer>(key: &Option<Secret<String>>, serializer: S) -> Result<S::Ok, S::Error> {
    key.as_ref().map(Secret::reveal).serialize(serializer)
}

/// Who comes in with a key, and what every call of theirs needs to know.
#[derive(Debug, Clone)]
pub(crate) struct Holder(Arc<Inner>);

#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) organisation: OrganisationId,
    pub(crate) key: VirtualKey,
    /// The targets of budgets, except for the provider's.
    pub(crate) targets: Vec<String>,
    /// The user's id as a text, for limits.
    pub(crate) user_text: String,
}

impl std::ops::Deref for Holder {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl Holder {
    pub(super) fn new(organisation: OrganisationId, key: VirtualKey) -> Self {
        let (key_text, user_text) = (key.id.to_string(), key.user_id.to_string());
        let mut targets = vec![
            target(Scope::Organisation, ""),
            target(Scope::Key, &key_text),
            target(Scope::User, &user_text),
        ];
        targets.extend(key.project.as_deref().map(|project| target(Scope::Project, project)));
        Self(Arc::new(Inner { organisation, key, targets, user_text }))
    }

    /// Whether the key may do this.
    pub(crate) fn may(&self, scope: KeyScope) -> bool {
        self.key.scopes.contains(&scope)
    }

    /// Whether the key may ask a model under this name.
    pub(crate) fn may_ask(&self, model: &str) -> bool {
        self.key.models.is_empty() || self.key.models.iter().any(|pattern| fits(pattern, model))
    }

    /// Whether the key has ended.
    pub(crate) fn is_over(&self, now: Timestamp) -> bool {
        self.key.expires_at.is_some_and(|at| at <= now)
    }
}

/// Whether a pattern means a model: by its name, or its beginning and a `*`.
pub(crate) fn fits(pattern: &str, model: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => model.starts_with(start),
        None => pattern == model,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_name_models_or_their_beginnings() {
        let check = |pattern: &str, model: &str, expected: bool| {
            assert_eq!(fits(pattern, model), expected, "{pattern} {model}");
        };
        check("openai/gpt-4o", "openai/gpt-4o", true);
        check("openai/gpt-4o", "openai/gpt-4o-mini", false);
        check("openai/*", "openai/gpt-4o-mini", true);
        check("openai/*", "anthropic/claude", false);
        check("*", "agent:reviewer", true);
    }

    #[test]
    fn words_round_trip() {
        for scope in KeyScope::ALL {
            assert_eq!(scope.as_str().parse(), Ok(scope));
        }
    }
}
