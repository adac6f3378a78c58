//! The memory of answers, bounded in size and age.

use std::sync::Arc;
use std::time::Duration;

use llm::chat::Reply;
use moka::future::Cache;

use super::Key;

/// How long an answer of a chat is given again.
const CHAT: Duration = Duration::from_hours(1);
/// The most that answers may take together.
const BYTES: u64 = 24 * 1024 * 1024;
/// What an answer takes beside its texts.
const OVERHEAD: usize = 512;

/// An answer and who gave it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Given {
    pub(crate) reply: Reply,
    pub(crate) provider: String,
    pub(crate) model: String,
}

/// The memory. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Answers(Cache<Key, Arc<Given>>);

impl Answers {
    /// Remembers nothing yet.
    pub(crate) fn new() -> Self {
        let cache = Cache::builder()
            .max_capacity(BYTES)
            .weigher(|_: &Key, given: &Arc<Given>| weight(given))
            .time_to_live(CHAT)
            .build();
        Self(cache)
    }

    /// What was answered before.
    pub(crate) async fn find(&self, key: &Key) -> Option<Arc<Given>> {
        self.0.get(key).await
    }

    /// Remembers an answer.
    pub(crate) async fn keep(&self, key: Key, given: Given) {
        self.0.insert(key, Arc::new(given)).await;
    }

    /// What was answered before, or what `ask` answers now, and whether it was asked now.
    /// Whoever comes while somebody asks waits for that answer; an error is not remembered,
    /// and when the one who asks leaves, the next one asks.
    pub(crate) async fn find_or_ask<E: Clone + Send + Sync + 'static>(
        &self,
        key: Key,
        ask: impl Future<Output = Result<Given, E>>,
    ) -> Result<(Arc<Given>, bool), E> {
        let found = self.0.entry(key).or_try_insert_with(async { ask.await.map(Arc::new) }).await;
        match found {
            Ok(entry) => {
                let is_fresh = entry.is_fresh();
                Ok((entry.into_value(), is_fresh))
            }
            Err(error) => Err((*error).clone()),
        }
    }
}

fn weight(given: &Given) -> u32 {
    let reply = &given.reply;
    let calls: usize =
        reply.tool_calls.iter().map(|call| call.name.len() + call.arguments.len()).sum();
    let bytes = reply.content.len() + reply.reasoning.len() + calls + OVERHEAD;
    u32::try_from(bytes).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures::future::join_all;
    use llm::Error;
    use llm::chat::{Accumulator, Delta, Finish};

    use super::*;

    fn given(text: &str) -> Given {
        let mut accumulator = Accumulator::default();
        accumulator.push(Delta::Text { text: text.to_owned() }).unwrap();
        accumulator.push(Delta::Finish { reason: Finish::Stop }).unwrap();
        let reply = accumulator.finish().unwrap();
        Given { reply, provider: "p".to_owned(), model: "m".to_owned() }
    }

    #[tokio::test]
    async fn those_who_ask_the_same_at_once_get_one_answer() {
        let (answers, asked) = (Answers::new(), AtomicUsize::new(0));
        let gate = tokio::sync::Semaphore::new(0);
        let one = || {
            answers.find_or_ask([1; 32], async {
                asked.fetch_add(1, Ordering::SeqCst);
                let _permit = gate.acquire().await.unwrap();
                Ok::<_, Error>(given("hi"))
            })
        };
        let all = join_all((0..50).map(|_| one()));
        let open = async {
            tokio::task::yield_now().await;
            gate.add_permits(1);
        };
        let (all, ()) = tokio::join!(all, open);
        assert_eq!(asked.load(Ordering::SeqCst), 1);
        let fresh = all.iter().filter(|one| one.as_ref().unwrap().1).count();
        assert_eq!(fresh, 1);
    }

    #[tokio::test]
    async fn errors_are_not_remembered() {
        let answers = Answers::new();
        let failed =
            answers.find_or_ask([2; 32], async { Err::<Given, _>(Error::StreamCut) }).await;
        assert_eq!(failed.map(drop), Err(Error::StreamCut));
        assert!(
            answers.find_or_ask([2; 32], async { Ok::<_, Error>(given("hi")) }).await.unwrap().1
        );
        assert!(answers.find(&[2; 32]).await.is_some());
    }
}
