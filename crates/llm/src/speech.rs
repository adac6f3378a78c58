//! Speech as text: the canonical question and answer.

use serde::{Deserialize, Serialize};

use crate::chat::TokenUsage;

/// Speech to be written down by one model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TranscribeRequest {
    /// The model's name at its provider.
    pub model: String,
    /// The recording.
    pub audio: Vec<u8>,
    /// Its file name, whose end tells providers its format.
    pub file_name: String,
    /// Its media type, such as `audio/wav`.
    pub media_type: String,
    /// The language that is spoken, as two letters.
    pub language: Option<String>,
    /// Words that help with names and spelling.
    pub prompt: Option<String>,
    /// How freely the model chooses.
    pub temperature: Option<f64>,
    /// Whether to say when what was said.
    pub segments: bool,
}

/// What was said.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transcript {
    /// The model that listened.
    pub model: String,
    /// Everything.
    pub text: String,
    /// The language, where the provider says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// How long the recording is, where the provider says; many are paid by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<u64>,
    /// When what was said, if it was asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub segments: Vec<Segment>,
    /// The tokens used, of models that are paid by them.
    #[serde(default)]
    pub usage: TokenUsage,
}

/// Something that was said without a pause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Segment {
    /// When it begins.
    pub start_ms: u64,
    /// When it ends.
    pub end_ms: u64,
    /// What was said.
    pub text: String,
}
