//! The memory of answers, bounded in size and age.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use base::VirtualKeyId;
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

/// Why an answer is not one for everybody who asks the same.
#[derive(Debug, Clone)]
pub(crate) enum Unshared<E> {
    /// There is none: who asked was refused, for reasons of its own.
    Refused(E),
    /// There is none for anybody.
    Failed(E),
    /// It is what the money of who asked sufficed for: by another model, or cut short.
    Given(Box<Given>),
}

impl<E> Unshared<E> {
    /// What there is for the one who asked.
    pub(crate) fn own(self) -> Result<Given, E> {
        match self {
            Self::Refused(error) | Self::Failed(error) => Err(error),
            Self::Given(given) => Ok(*given),
        }
    }
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
    /// and when the one who asks leaves, the next one asks. So it does when there is nothing
    /// for others in what `who` got: money and limits are each key's own.
    pub(crate) async fn find_or_ask<E: Clone + Send + Sync + 'static>(
        &self,
        key: Key,
        who: VirtualKeyId,
        ask: impl Future<Output = Result<Given, Unshared<E>>>,
    ) -> Result<(Arc<Given>, bool), E> {
        let mut ask = pin!(ask);
        loop {
            let mut has_asked = false;
            let asking = async {
                has_asked = true;
                ask.as_mut().await.map(Arc::new).map_err(|unshared| (who, unshared))
            };
            let error = match self.0.entry(key).or_try_insert_with(asking).await {
                Ok(entry) => {
                    let is_fresh = entry.is_fresh();
                    return Ok((entry.into_value(), is_fresh));
                }
                Err(error) => error,
            };
            match &*error {
                (_, Unshared::Failed(error)) => return Err(error.clone()),
                (other, Unshared::Refused(error)) if has_asked || *other == who => {
                    return Err(error.clone());
                }
                (_, Unshared::Given(given)) if has_asked => {
                    return Ok((Arc::new((**given).clone()), true));
                }
                // the next one asks, and the others wait again
                (_, Unshared::Refused(_) | Unshared::Given(_)) => {}
            }
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

    type Answered = Result<Given, Unshared<Error>>;

    const fn who(number: u128) -> VirtualKeyId {
        VirtualKeyId::from_u128(number)
    }

    #[tokio::test]
    async fn those_who_ask_the_same_at_once_get_one_answer() {
        let (answers, asked) = (Answers::new(), AtomicUsize::new(0));
        let gate = tokio::sync::Semaphore::new(0);
        let one = || {
            answers.find_or_ask([1; 32], who(1), async {
                asked.fetch_add(1, Ordering::SeqCst);
                let _permit = gate.acquire().await.unwrap();
                Ok::<_, Unshared<Error>>(given("hi"))
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
        let cut = async { Err::<Given, _>(Unshared::Failed(Error::StreamCut)) };
        let failed = answers.find_or_ask([2; 32], who(1), cut).await;
        assert_eq!(failed.map(drop), Err(Error::StreamCut));
        let good = async { Ok::<_, Unshared<Error>>(given("hi")) };
        assert!(answers.find_or_ask([2; 32], who(1), good).await.unwrap().1);
        assert!(answers.find(&[2; 32]).await.is_some());
    }

    #[tokio::test]
    async fn what_one_key_lacks_is_no_answer_for_another_one() {
        let refused = || Err(Unshared::Refused(Error::Cancelled));
        let cut_short = || Err(Unshared::Given(Box::new(given("h"))));
        let check =
            async |leader: fn() -> Answered, second: u128, expected: [Result<&str, Error>; 3]| {
                let (answers, asked) = (Answers::new(), AtomicUsize::new(0));
                let gate = tokio::sync::Semaphore::new(0);
                let one = async |who: VirtualKeyId, answer: Answered| {
                    let ask = async {
                        asked.fetch_add(1, Ordering::SeqCst);
                        let _permit = gate.acquire().await.unwrap();
                        answer
                    };
                    let (given, _) = answers.find_or_ask([3; 32], who, ask).await?;
                    Ok::<_, Error>(given.reply.content.clone())
                };
                let open = async {
                    tokio::task::yield_now().await;
                    gate.add_permits(1);
                };
                let first = one(who(1), leader());
                let (first, second, third, ()) = tokio::join!(
                    first,
                    one(who(second), Ok(given("hi"))),
                    one(who(3), Ok(given("hi"))),
                    open
                );
                assert_eq!([first, second, third], expected.map(|one| one.map(str::to_owned)));
                assert_eq!(asked.load(Ordering::SeqCst), 2, "the others share one answer");
            };
        check(refused, 2, [Err(Error::Cancelled), Ok("hi"), Ok("hi")]).await;
        // the same key has the same money
        check(refused, 1, [Err(Error::Cancelled), Err(Error::Cancelled), Ok("hi")]).await;
        check(cut_short, 2, [Ok("h"), Ok("hi"), Ok("hi")]).await;
    }
}
