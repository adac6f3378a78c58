//! A call's way through its targets: retries and fail-over, and nowhere else in the product
//! is a model call made again.
//!
//! A target whose breaker is shut is passed by, and so is one whose limits are used up while
//! another one takes calls; when all are, the call waits for the first. A failure moves on to
//! the next target at once; when all have failed, the round begins again after a wait. Every
//! call after the first takes from the [`RetryBudget`](crate::route::RetryBudget), so that a storm is
//! not answered with more calls than were asked for. A try whose cost nobody knows is paid
//! for before the next one begins, or there is no next one.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use llm::Error;
use tokio::time::sleep;

use super::ticket::{Away, Ticket, Toll};
use super::way::Way;
use super::{CallMeta, Gateway};
use crate::limit::TooMuch;
use crate::platform::{Picture, Plan, Target};

/// How a call on one target ended.
enum End<T> {
    Done(T),
    Failed(Error),
    /// The platform takes no calls.
    Shut,
    /// Its limits are used up.
    Full(TooMuch),
}

impl Gateway {
    /// Makes a call on the first target that answers; `ask` makes it on one target, with
    /// the ticket for it.
    pub(super) async fn travel<T, F, A>(
        &self,
        meta: &CallMeta,
        picture: &Arc<Picture>,
        plan: &Plan,
        tokens: i64,
        ask: F,
    ) -> Result<(T, Target), Error>
    where
        F: Fn(Target, Ticket) -> A + Sync,
        A: Future<Output = Result<T, Error>> + Send,
        T: Send,
    {
        let mut way = Way::new(self, picture, plan, meta, tokens);
        loop {
            let Some(index) = way.next() else {
                way.pause().await?;
                continue;
            };
            if !way.may_go_on() || !way.is_paid_for().await {
                return Err(way.give_up());
            }
            if !way.has_money(index) {
                continue;
            }
            way.begins(index);
            let (end, index) = if let Some(after) = plan.hedge_after {
                Box::pin(self.hedged(&mut way, index, after, &ask)).await
            } else {
                let gone = AtomicBool::default();
                (self.once(&plan.targets[index], way.toll(), &gone, &ask).await, index)
            };
            match end {
                End::Done(done) => {
                    way.was_made();
                    return Ok((done, plan.targets[index].clone()));
                }
                End::Failed(error) => way.failed(index, error)?,
                End::Shut => way.was_not_made(),
                End::Full(reached) => way.full(index, reached),
            }
        }
    }

    /// `gone` hears that something goes out.
    async fn once<T, F, A>(
        &self,
        target: &Target,
        toll: Toll<'_>,
        gone: &AtomicBool,
        ask: &F,
    ) -> End<T>
    where
        F: Fn(Target, Ticket) -> A + Sync,
        A: Future<Output = Result<T, Error>> + Send,
    {
        let ticket = Ticket::get(&target.platform, self.clock(), self.uptime(), toll).await;
        let ticket = match ticket {
            Ok(ticket) => ticket,
            Err(Away::Shut) => return End::Shut,
            Err(Away::Full(reached)) => return End::Full(reached),
            Err(Away::GivenUp) => return End::Failed(Error::Cancelled),
        };
        gone.store(true, Ordering::Relaxed);
        match ask(target.clone(), ticket).await {
            Ok(done) => End::Done(done),
            Err(error) => End::Failed(error),
        }
    }

    /// Asks a second target too when the first is silent for long; the first that speaks
    /// goes on, the other one is hung up on.
    async fn hedged<T, F, A>(
        &self,
        way: &mut Way<'_>,
        first: usize,
        after: Duration,
        ask: &F,
    ) -> (End<T>, usize)
    where
        F: Fn(Target, Ticket) -> A + Sync,
        A: Future<Output = Result<T, Error>> + Send,
        T: Send,
    {
        let targets = &way.plan.targets;
        let toll = way.toll();
        let gone = [AtomicBool::default(), AtomicBool::default()];
        let mut one = Box::pin(self.once(&targets[first], toll, &gone[0], ask));
        tokio::select! {
            end = &mut one => return (end, first),
            () = sleep(after) => {}
        }
        let second = way.next().filter(|_| self.may_call_again());
        let Some(second) = second else { return (one.await, first) };
        if !way.is_paid_beside(second).await {
            return (one.await, first);
        }
        way.begins(second);
        let mut two = Box::pin(self.once(&targets[second], toll, &gone[1], ask));
        let (end, index) = tokio::select! {
            end = &mut one => (end, first),
            end = &mut two => (end, second),
        };
        let other = if index == first { second } else { first };
        // one that is hung up on has counted nobody knows what, unless nothing had gone out
        let is_unsent = !gone[usize::from(other == second)].load(Ordering::Relaxed);
        match end {
            End::Done(_) => {
                way.is_over(other, other == second, is_unsent).await;
                return (end, index);
            }
            End::Failed(error) => {
                if way.failed(index, error.clone()).is_err() {
                    way.is_over(other, other == second, is_unsent).await;
                    return (End::Failed(error), index);
                }
                way.lost_at = None;
                way.is_over(index, index == second, error.used_nothing()).await;
            }
            End::Shut | End::Full(_) => way.is_over(index, index == second, true).await,
        }
        // one is over: the other one decides
        if index == first { (two.await, second) } else { (one.await, first) }
    }
}
