//! What is given again, and how much room it takes.

use base::Timestamp;
use llm::TokenCount;
use llm::chat::Reply;
use llm::door::Failure;
use llm::embedding::Embeddings;

/// What an answer takes beside its texts and numbers.
const OVERHEAD: usize = 512;

/// An answer and who gave it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Given<A> {
    pub(crate) answer: A,
    pub(crate) provider: String,
    pub(crate) model: String,
    /// It was given to another question of the same meaning.
    pub(crate) alike: Option<Alike>,
}

/// How a question got the answer to another one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Alike {
    /// How much the two are alike, at most 1.
    pub(crate) similarity: f32,
    /// Until when that answer is given again.
    pub(crate) until: Timestamp,
}

/// Why an answer is not one for everybody who asks the same.
#[derive(Debug, Clone)]
pub(crate) enum Unshared<T> {
    /// There is none: who asked was refused, for reasons of its own.
    Refused(Failure),
    /// There is none for anybody.
    Failed(Failure),
    /// It is what the money of who asked sufficed for: by another model, or cut short.
    Given(Box<T>),
}

impl<T> Unshared<T> {
    /// What there is for the one who asked.
    pub(crate) fn own(self) -> Result<T, Failure> {
        match self {
            Self::Refused(failure) | Self::Failed(failure) => Err(failure),
            Self::Given(given) => Ok(*given),
        }
    }
}

/// What can be given again.
pub(crate) trait Weigh {
    /// About how many bytes it takes.
    fn weight(&self) -> usize;

    /// Until when it is given again, when that was settled before.
    fn until(&self) -> Option<Timestamp> {
        None
    }
}

impl Weigh for Given<Reply> {
    fn weight(&self) -> usize {
        let reply = &self.answer;
        let calls = reply.tool_calls.iter().map(|call| call.name.len() + call.arguments.len());
        let thoughts = reply.thoughts.iter().map(|thought| thought.text.len() + thought.seal.len());
        let spoken = reply.content.len() + reply.refusal.len() + reply.reasoning.len();
        spoken + calls.chain(thoughts).sum::<usize>() + OVERHEAD
    }

    fn until(&self) -> Option<Timestamp> {
        self.alike.map(|alike| alike.until)
    }
}

impl Weigh for Given<Embeddings> {
    fn weight(&self) -> usize {
        let numbers: usize = self.answer.vectors.iter().map(Vec::len).sum();
        numbers * size_of::<f32>() + OVERHEAD
    }
}

impl Weigh for TokenCount {
    fn weight(&self) -> usize {
        size_of::<Self>() + OVERHEAD
    }
}
