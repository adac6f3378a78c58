//! What is asked of models.

/// What is asked of a model, as the conventions name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operation {
    /// An answer to a conversation.
    Chat,
    /// Vectors of texts.
    Embeddings,
    /// What is said in a recording; the conventions have no word for it.
    Transcription,
}

impl Operation {
    pub(super) const COUNT: usize = 3;

    /// Its word.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Chat => "chat",
            Self::Embeddings => "embeddings",
            Self::Transcription => "transcription",
        }
    }
}
