//! Whether questions of the same meaning get the same answer.

/// How questions are compared.
#[derive(Debug, Clone, PartialEq)]
pub struct SemanticCache {
    /// The model or group that turns questions into vectors, as clients name it.
    pub model: String,
    /// How alike two questions must be: the cosine of the angle between their vectors.
    pub similarity: f32,
    /// How many answers are kept at most; the oldest go first.
    pub entries: usize,
}

impl SemanticCache {
    /// How alike two questions must be unless somebody says otherwise.
    pub const SIMILARITY: f32 = 0.95;
    /// How many answers are kept unless somebody says otherwise.
    pub const ENTRIES: usize = 10_000;

    /// The usual figures with this model.
    pub fn new(model: impl Into<String>) -> Self {
        Self { model: model.into(), similarity: Self::SIMILARITY, entries: Self::ENTRIES }
    }
}
