//! A model as it stands in lists.

use serde::Serialize;

use crate::platform::PlatformKind;

/// The models that can be named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ModelList {
    /// The model that answers when nobody names one.
    pub default: Option<String>,
    /// Every model, the configured ones first.
    pub items: Vec<ModelItem>,
    /// What people should know about the default.
    pub notice: Option<Notice>,
}

/// One model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ModelItem {
    /// `provider/model`.
    pub id: String,
    /// The provider.
    pub provider: String,
    /// The model's name at its provider.
    pub name: String,
    /// What serves it.
    pub kind: PlatformKind,
    /// The state it is in.
    pub status: ModelStatus,
    /// The state in a sentence.
    pub status_detail: String,
    /// Whether it is so small that its answers are simple.
    pub is_tiny: bool,
    /// The size of its file, where it has one.
    pub size_bytes: Option<u64>,
    /// How many tokens it can read and write in one conversation, where known.
    pub context_tokens: Option<u32>,
}

/// The state that a model is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ModelStatus {
    /// It answers.
    Ready,
    /// It can be installed.
    NotInstalled,
    /// It is installed; its server starts with the first call.
    Stopped,
    /// Its server is starting.
    Loading,
    /// It cannot be used; the detail says why.
    Error,
}

/// What people should know about the default model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Notice {
    /// It is tiny: its answers have the right form but are simple.
    TinyModel,
    /// There is none.
    NoModel,
    /// It is a script and not a model.
    ScriptedModel,
}
