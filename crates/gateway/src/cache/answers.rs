//! The memory of one kind of answers, bounded in size and age.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use base::{Clock, Timestamp, VirtualKeyId};
use llm::door::Failure;
use moka::sync::Cache;

use super::flight::{End, Flight, Lead};
use super::given::{Unshared, Weigh};
use super::key::Key;

/// The memory. Cheap to clone.
pub(crate) struct Answers<T: Weigh + Send + Sync + 'static>(Arc<Inner<T>>);

struct Inner<T> {
    /// Each answer, and until when it is given again.
    known: Cache<Key, (Timestamp, Arc<T>)>,
    /// The questions that are under way.
    flights: Mutex<HashMap<Key, Flight<T>>>,
    life: Duration,
    clock: Arc<dyn Clock>,
}

/// What somebody finds who comes with a question.
enum Found<T: Weigh + Send + Sync + 'static> {
    Known(Arc<T>),
    /// Nobody asks, so they do.
    Free(Lead<T>),
    UnderWay(Flight<T>),
}

/// What is to be done with a question.
pub(crate) enum Turn<T: Weigh + Send + Sync + 'static> {
    /// It is answered.
    Given(Arc<T>),
    /// Who came has to ask, and to say how it ended.
    Ask(Lead<T>),
}

impl<T: Weigh + Send + Sync + 'static> Clone for Answers<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T: Weigh + Send + Sync + 'static> Answers<T> {
    /// Remembers nothing yet, and never more than so many bytes, each answer for `life`.
    pub(super) fn new(bytes: u64, life: Duration, clock: Arc<dyn Clock>) -> Self {
        let weight = |answer: &Arc<T>| u32::try_from(answer.weight()).unwrap_or(u32::MAX);
        let known = Cache::builder()
            .max_capacity(bytes)
            .weigher(move |_: &Key, (_, answer): &(Timestamp, Arc<T>)| weight(answer))
            .time_to_live(life)
            .build();
        Self(Arc::new(Inner { known, flights: Mutex::default(), life, clock }))
    }

    /// Whether answers of this kind are remembered at all.
    pub(crate) fn is_on(&self) -> bool {
        !self.0.life.is_zero()
    }

    /// What was answered before.
    pub(crate) fn find(&self, key: &Key) -> Option<Arc<T>> {
        let (until, answer) = self.0.known.get(key)?;
        (self.0.clock.now() < until).then_some(answer)
    }

    /// Remembers an answer.
    pub(crate) fn keep(&self, key: Key, answer: Arc<T>) {
        let until = answer.until().unwrap_or_else(|| self.0.clock.now().plus(self.0.life));
        self.0.known.insert(key, (until, answer));
    }

    /// What was answered before, or leave to ask now. Whoever comes while somebody asks waits
    /// for that answer. Where there is none for others, for want of money or because the one
    /// who asked has left, the next one asks: money and limits are each key's own. Where a
    /// stream breaks, or its client takes nothing of it for longer than `patience`, those who
    /// waited ask for themselves.
    pub(crate) async fn turn(
        &self,
        key: Key,
        who: VirtualKeyId,
        patience: Duration,
    ) -> Result<Turn<T>, Failure> {
        loop {
            let flight = match self.look(key, who) {
                Found::Known(answer) => return Ok(Turn::Given(answer)),
                Found::Free(lead) => return Ok(Turn::Ask(lead)),
                Found::UnderWay(flight) => flight,
            };
            match &*flight.end(patience).await {
                End::Given(answer) => return Ok(Turn::Given(answer.clone())),
                End::Failed(failure) => return Err(failure.clone()),
                End::Refused(other, failure) if *other == who => return Err(failure.clone()),
                End::Broke => return Ok(Turn::Ask(Lead::alone(self.clone(), key, who))),
                // the next one asks, and the others wait again
                End::Refused(..) | End::Own => {}
            }
        }
    }

    /// What was answered before, or what `ask` answers now, and whether it was asked now.
    /// Who waited for somebody else's question gets its error too, but for a refusal of that
    /// one's key. An error is not remembered.
    pub(crate) async fn find_or_ask(
        &self,
        key: Key,
        (who, patience): (VirtualKeyId, Duration),
        ask: impl Future<Output = Result<T, Unshared<T>>>,
    ) -> Result<(Arc<T>, bool), Failure> {
        let lead = match self.turn(key, who, patience).await? {
            Turn::Given(answer) => return Ok((answer, false)),
            Turn::Ask(lead) => lead,
        };
        match ask.await {
            Ok(answer) => Ok((lead.give(answer), true)),
            Err(unshared) => {
                lead.end(&unshared);
                unshared.own().map(|answer| (Arc::new(answer), true))
            }
        }
    }

    /// A question is not under way any more.
    pub(super) fn landed(&self, key: &Key) {
        self.flights().remove(key);
    }

    fn look(&self, key: Key, who: VirtualKeyId) -> Found<T> {
        if let Some(answer) = self.find(&key) {
            return Found::Known(answer);
        }
        let mut flights = self.flights();
        if let Some(flight) = flights.get(&key) {
            return Found::UnderWay(flight.clone());
        }
        // whoever asked may have put it here since we looked
        if let Some(answer) = self.find(&key) {
            return Found::Known(answer);
        }
        let (lead, flight) = Lead::new(self.clone(), key, who);
        flights.insert(key, flight);
        Found::Free(lead)
    }

    fn flights(&self) -> MutexGuard<'_, HashMap<Key, Flight<T>>> {
        self.0.flights.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::sync::atomic::{AtomicUsize, Ordering};

    use base::ManualClock;
    use futures::FutureExt as _;
    use futures::future::join_all;
    use llm::TokenCount;
    use llm::door::Kind;

    use super::*;

    const LIFE: Duration = Duration::from_secs(60);
    const PATIENCE: Duration = Duration::from_secs(5);

    fn clock() -> Arc<ManualClock> {
        Arc::new(ManualClock::new(Timestamp::from_millis(1_795_219_200_000)))
    }

    fn answers() -> Answers<TokenCount> {
        Answers::new(100_000, LIFE, clock())
    }

    const fn given(input: u64) -> TokenCount {
        TokenCount { input, estimated: false }
    }

    fn failure(code: &str) -> Failure {
        Failure::new(Kind::BadGateway, code, "no")
    }

    type Answered = Result<TokenCount, Unshared<TokenCount>>;

    const fn who(number: u128) -> VirtualKeyId {
        VirtualKeyId::from_u128(number)
    }

    /// Asks by turns, as a stream does.
    async fn asked(answers: &Answers<TokenCount>, number: u128) -> Lead<TokenCount> {
        match answers.turn([1; 32], who(number), PATIENCE).await.unwrap() {
            Turn::Ask(lead) => lead,
            Turn::Given(_) => panic!("it is answered already"),
        }
    }

    #[tokio::test]
    async fn those_who_ask_the_same_at_once_get_one_answer() {
        let (answers, asked) = (answers(), AtomicUsize::new(0));
        let gate = tokio::sync::Semaphore::new(0);
        let one = || {
            answers.find_or_ask([1; 32], (who(1), PATIENCE), async {
                asked.fetch_add(1, Ordering::SeqCst);
                let _permit = gate.acquire().await.unwrap();
                Ok(given(1))
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
        let answers = answers();
        let cut = async { Err(Unshared::Failed(failure("cut"))) };
        let failed = answers.find_or_ask([2; 32], (who(1), PATIENCE), cut).await;
        assert_eq!(failed.unwrap_err(), failure("cut"));
        let good = async { Ok(given(1)) };
        assert!(answers.find_or_ask([2; 32], (who(1), PATIENCE), good).await.unwrap().1);
        assert!(answers.find(&[2; 32]).is_some());
    }

    #[tokio::test]
    async fn what_one_key_lacks_is_no_answer_for_another_one() {
        let refused = || Err(Unshared::Refused(failure("refused")));
        let cut_short = || Err(Unshared::Given(Box::new(given(1))));
        let check =
            async |leader: fn() -> Answered, second: u128, expected: [Result<u64, &str>; 3]| {
                let (answers, asked) = (answers(), AtomicUsize::new(0));
                let gate = tokio::sync::Semaphore::new(0);
                let one = async |who: VirtualKeyId, answer: Answered| {
                    let ask = async {
                        asked.fetch_add(1, Ordering::SeqCst);
                        let _permit = gate.acquire().await.unwrap();
                        answer
                    };
                    let (given, _) = answers.find_or_ask([3; 32], (who, PATIENCE), ask).await?;
                    Ok::<_, Failure>(given.input)
                };
                let open = async {
                    tokio::task::yield_now().await;
                    gate.add_permits(1);
                };
                let first = one(who(1), leader());
                let (first, second, third, ()) = tokio::join!(
                    first,
                    one(who(second), Ok(given(2))),
                    one(who(3), Ok(given(2))),
                    open
                );
                assert_eq!([first, second, third], expected.map(|one| one.map_err(failure)));
                assert_eq!(asked.load(Ordering::SeqCst), 2, "the others share one answer");
            };
        check(refused, 2, [Err("refused"), Ok(2), Ok(2)]).await;
        // the same key has the same money
        check(refused, 1, [Err("refused"), Err("refused"), Ok(2)]).await;
        check(cut_short, 2, [Ok(1), Ok(2), Ok(2)]).await;
    }

    #[tokio::test]
    async fn who_leaves_leaves_the_question_to_the_next_one() {
        let answers = answers();
        let first = asked(&answers, 1).await;
        let mut second = Box::pin(asked(&answers, 2));
        let mut third = Box::pin(answers.turn([1; 32], who(3), PATIENCE));
        assert!((&mut second).now_or_never().is_none() && (&mut third).now_or_never().is_none());
        drop(first);
        let second = second.await;
        assert!((&mut third).now_or_never().is_none(), "it waits for the second one now");
        second.give(given(7));
        assert!(matches!(third.await, Ok(Turn::Given(count)) if count.input == 7));
    }

    #[tokio::test]
    async fn who_stops_waiting_disturbs_nobody() {
        let answers = answers();
        let first = asked(&answers, 1).await;
        assert!(asked(&answers, 2).now_or_never().is_none());
        assert_eq!(first.give(given(7)).input, 7);
        assert_eq!(answers.find(&[1; 32]).unwrap().input, 7);
    }

    #[tokio::test]
    async fn those_who_waited_for_a_stream_that_broke_ask_for_themselves() {
        let answers = answers();
        let first = asked(&answers, 1).await;
        let (second, third) = (asked(&answers, 1), asked(&answers, 3));
        let (second, third, ()) = tokio::join!(second, third, async { first.broke() });
        // each has its own, and the later answer is the one that is kept
        second.give(given(2));
        third.give(given(3));
        assert_eq!(answers.find(&[1; 32]).unwrap().input, 3);
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_waits_for_a_client_that_takes_nothing() {
        let answers = answers();
        let first = asked(&answers, 1).await;
        let check = async |waits: bool| {
            let asking = answers.turn([1; 32], who(2), PATIENCE);
            let found = tokio::time::timeout(PATIENCE * 20, asking).await;
            assert_eq!(found.is_err(), waits);
        };
        // a model that thinks for long is waited for
        check(true).await;
        first.is_sent();
        check(false).await;
        first.is_taken();
        check(true).await;
    }

    #[tokio::test]
    async fn an_answer_is_given_again_for_its_time() {
        let clock = clock();
        let answers = Answers::new(100_000, LIFE, clock.clone());
        answers.keep([1; 32], Arc::new(given(1)));
        clock.advance(LIFE.checked_sub(Duration::from_millis(1)).unwrap());
        assert!(answers.find(&[1; 32]).is_some());
        clock.advance(Duration::from_millis(1));
        assert!(answers.find(&[1; 32]).is_none());
        assert!(Answers::<TokenCount>::new(1, LIFE, clock.clone()).is_on());
        assert!(!Answers::<TokenCount>::new(1, Duration::ZERO, clock).is_on());
    }
}
