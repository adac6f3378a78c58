//! For how long each kind of answer is given again.

use std::time::Duration;

/// For how long an answer of a model is given again unless somebody says otherwise.
const USUAL: Duration = Duration::from_secs(7_200);

/// For how long answers are given again, by their kind; zero for those that are not kept.
/// What is said in a recording is never kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CacheTimes {
    /// What models said in a chat, through any of the three dialects.
    pub chat: Duration,
    /// Texts as vectors.
    pub embeddings: Duration,
    /// Numbers of tokens that a provider has counted.
    pub token_counts: Duration,
}

impl Default for CacheTimes {
    fn default() -> Self {
        Self { chat: USUAL, embeddings: USUAL, token_counts: USUAL }
    }
}
