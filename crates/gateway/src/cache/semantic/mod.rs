//! Answers by the meaning of their questions: off unless somebody names a model that turns
//! texts into vectors.
//!
//! Start with [`Semantic`]. Everything about two questions must be the same but the words of
//! the last message (`question.rs`); those are compared by their vectors (`direction.rs`) with
//! what is kept (`index.rs`). Nothing is asked here: the door brings the vectors.

mod direction;
mod index;
mod question;
mod settings;

pub(crate) use question::Question;
pub use settings::SemanticCache;

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use base::Clock;
use llm::chat::Reply;

use super::MIB;
use super::given::{Alike, Given, Weigh as _};
use super::key::Key;
use direction::Direction;
use index::{Entry, Index, Room};

/// What answers and their vectors take together at most.
const BYTES: u64 = 64 * MIB;
/// What is lost of a cosine when numbers are rounded.
const ROUNDING: f32 = 1e-5;

/// The memory. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Semantic(Arc<Inner>);

struct Inner {
    settings: SemanticCache,
    index: RwLock<Index<Given<Reply>>>,
    life: Duration,
    clock: Arc<dyn Clock>,
}

/// What there is for a question.
#[derive(Debug)]
pub(crate) enum Look {
    /// The answer to one of the same meaning.
    Found(Box<Given<Reply>>),
    /// Nothing; where its own answer goes, if it may be compared at all.
    Missed(Option<Spot>),
}

/// Where the answer to a question goes once there is one.
pub(crate) struct Spot {
    semantic: Semantic,
    bucket: Key,
    direction: Direction,
}

impl std::fmt::Debug for Spot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Spot")
    }
}

impl Semantic {
    /// Remembers nothing yet, and each answer for `life`.
    pub(super) fn new(settings: SemanticCache, life: Duration, clock: Arc<dyn Clock>) -> Self {
        let bytes = usize::try_from(BYTES).unwrap_or(usize::MAX);
        let room = Room { entries: settings.entries, bytes };
        let index = RwLock::new(Index::new(room));
        Self(Arc::new(Inner { settings, index, life, clock }))
    }

    /// The model that turns questions into vectors.
    pub(crate) fn model(&self) -> &str {
        &self.0.settings.model
    }

    /// What was answered in this bucket to the question that is most like this one, if it is
    /// like it enough. A vector without a direction is like no other.
    pub(crate) fn look(&self, bucket: Key, vector: &[f32]) -> Look {
        let Some(direction) = Direction::of(vector) else { return Look::Missed(None) };
        let index = self.0.index.read().unwrap_or_else(PoisonError::into_inner);
        let found = index
            .nearest(&bucket, &direction, self.0.clock.now())
            .filter(|(similarity, _)| similarity + ROUNDING >= self.0.settings.similarity)
            .map(|(similarity, entry)| (similarity, entry.until, entry.answer.clone()));
        drop(index);
        match found {
            Some((similarity, until, answer)) => {
                let alike = Some(Alike { similarity: similarity.min(1.0), until });
                Look::Found(Box::new(Given { alike, ..(*answer).clone() }))
            }
            None => Look::Missed(Some(Spot { semantic: self.clone(), bucket, direction })),
        }
    }
}

impl Spot {
    /// Remembers the answer.
    pub(crate) fn keep(self, answer: Arc<Given<Reply>>) {
        let Self { semantic, bucket, direction } = self;
        let Inner { index, life, clock, .. } = &*semantic.0;
        let now = clock.now();
        let bytes = direction.bytes() + answer.weight();
        let entry = Entry { direction, until: now.plus(*life), bytes, answer };
        index.write().unwrap_or_else(PoisonError::into_inner).keep(bucket, entry, now);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use base::{ManualClock, Timestamp};
    use llm::chat::{Finish, TokenUsage};

    use super::*;

    const LIFE: Duration = Duration::from_secs(60);

    fn answer(content: &str) -> Arc<Given<Reply>> {
        let reply = Reply {
            model: "m".to_owned(),
            content: content.to_owned(),
            refusal: String::new(),
            reasoning: String::new(),
            thoughts: Vec::new(),
            tool_calls: Vec::new(),
            finish: Finish::Stop,
            stop_sequence: None,
            usage: TokenUsage::default(),
            scripted: false,
        };
        let (provider, model) = ("p".to_owned(), "m".to_owned());
        Arc::new(Given { answer: reply, provider, model, alike: None })
    }

    #[test]
    fn what_is_alike_enough_is_found_for_the_time_of_the_first_answer() {
        let clock = Arc::new(ManualClock::new(Timestamp::from_millis(1_795_219_200_000)));
        let semantic = Semantic::new(SemanticCache::new("m"), LIFE, clock.clone());
        let found = |bucket: u8, vector: &[f32]| match semantic.look([bucket; 32], vector) {
            Look::Found(given) => Some(given),
            Look::Missed(_) => None,
        };
        let Look::Missed(Some(spot)) = semantic.look([1; 32], &[2.0, 0.0]) else {
            panic!("nothing was kept yet")
        };
        spot.keep(answer("yes"));
        // a cosine of 0.96, and one of 0.8
        let check = |bucket: u8, vector: &[f32], expected: bool| {
            assert_eq!(found(bucket, vector).is_some(), expected, "{bucket} {vector:?}");
        };
        check(1, &[4.0, 0.0], true);
        check(1, &[0.96, 0.28], true);
        check(1, &[0.8, 0.6], false);
        check(1, &[-1.0, 0.0], false);
        check(1, &[1.0, 0.0, 0.0], false);
        check(1, &[0.0, 0.0], false);
        check(2, &[1.0, 0.0], false);
        let given = found(1, &[0.96, 0.28]).unwrap();
        let alike = given.alike.unwrap();
        assert_eq!(given.answer.content, "yes");
        assert!((alike.similarity - 0.96).abs() < 0.001, "{alike:?}");
        assert_eq!(alike.until, clock.now().plus(LIFE));
        clock.advance(LIFE);
        check(1, &[1.0, 0.0], false);
        // whatever rounding does, a question is like itself
        let semantic = Semantic::new(
            SemanticCache { similarity: 1.0, ..SemanticCache::new("m") },
            LIFE,
            clock,
        );
        let vector: Vec<f32> = (1_u16..1_000).map(|number| 1.0 / f32::from(number)).collect();
        let Look::Missed(Some(spot)) = semantic.look([1; 32], &vector) else {
            panic!("nothing was kept yet")
        };
        spot.keep(answer("yes"));
        assert!(matches!(semantic.look([1; 32], &vector), Look::Found(_)));
    }
}
