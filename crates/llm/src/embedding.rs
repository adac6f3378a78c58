//! Texts as vectors: the canonical question and answer.

use serde::{Deserialize, Serialize};

use crate::chat::TokenUsage;
use crate::{Error, Result};

/// Texts to be turned into vectors by one model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmbedRequest {
    /// The model's name at its provider.
    pub model: String,
    /// What to turn into vectors, one each.
    pub input: EmbedInput,
    /// How long the vectors should be, where that can be chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dimensions: Option<u32>,
    /// Who asks, as an opaque word for the provider's watch over abuse.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
}

/// What is turned into vectors.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EmbedInput {
    /// Texts.
    Texts(Vec<String>),
    /// Texts that the client has cut into the model's own tokens; few providers take them.
    Tokens(Vec<Vec<u32>>),
}

/// Vectors, in the order of the input.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Embeddings {
    /// The model that answered, as the provider names it.
    pub model: String,
    /// One for each input.
    pub vectors: Vec<Vec<f32>>,
    /// What it used.
    pub usage: TokenUsage,
}

impl EmbedInput {
    /// How many vectors are asked for.
    pub const fn len(&self) -> usize {
        match self {
            Self::Texts(texts) => texts.len(),
            Self::Tokens(tokens) => tokens.len(),
        }
    }

    /// Whether nothing is asked for.
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Embeddings {
    /// The vectors, if there are as many as were asked for.
    pub(crate) fn checked(
        model: String,
        vectors: Vec<Vec<f32>>,
        request: &EmbedRequest,
        usage: TokenUsage,
    ) -> Result<Self> {
        let (got, wanted) = (vectors.len(), request.input.len());
        if got != wanted || vectors.iter().any(Vec::is_empty) {
            let message = format!("it has {got} vectors for {wanted} inputs, or empty ones");
            return Err(Error::invalid_reply(message));
        }
        Ok(Self { model, vectors, usage: usage.believable() })
    }
}
