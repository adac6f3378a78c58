//! A call's way through its targets: retries and fail-over, and nowhere else in the product
//! is a model call made again.
//!
//! A target whose breaker is shut is passed by. A failure moves on to the next target at
//! once; when all have failed, the round begins again after a wait. Every call after the
//! first takes from the [`RetryBudget`](crate::route::RetryBudget), so that a storm is not
//! answered with more calls than were asked for. A try whose cost nobody knows is paid for
//! before the next one begins, or there is no next one.

use std::sync::Arc;
use std::time::Duration;

use agent::port::OnLost;
use llm::{Error, Phase};
use tokio::time::sleep;

use super::Gateway;
use super::ticket::Ticket;
use crate::platform::{Picture, Plan, Target};
use crate::route::{Gate, order};

/// How a call on one target ended.
enum End<T> {
    Done(T),
    Failed(Error),
    /// The platform takes no calls.
    Shut,
}

/// How often a call waits for platforms that asked to be left alone.
const WAITS: u32 = 2;

impl Gateway {
    /// Makes a call on the first target that answers; `ask` makes it on one target, with
    /// the ticket for it.
    pub(super) async fn travel<T, F, A>(
        &self,
        picture: &Arc<Picture>,
        plan: &Plan,
        on_lost: Option<&OnLost>,
        ask: F,
    ) -> Result<(T, Target), Error>
    where
        F: Fn(Target, Ticket) -> A + Sync,
        A: Future<Output = Result<T, Error>> + Send,
        T: Send,
    {
        let mut way = Way::new(self, picture, plan, on_lost);
        loop {
            let Some(index) = way.next() else {
                way.pause().await?;
                continue;
            };
            if !way.may_go_on() || !way.is_paid_for().await {
                return Err(way.give_up());
            }
            way.begins(index);
            let (end, index) = match plan.hedge_after {
                Some(after) => self.hedged(&mut way, index, after, &ask).await,
                None => (self.once(&plan.targets[index], &ask).await, index),
            };
            match end {
                End::Done(done) => return Ok((done, plan.targets[index].clone())),
                End::Failed(error) => way.failed(index, error)?,
                End::Shut => {}
            }
        }
    }

    async fn once<T, F, A>(&self, target: &Target, ask: &F) -> End<T>
    where
        F: Fn(Target, Ticket) -> A + Sync,
        A: Future<Output = Result<T, Error>> + Send,
    {
        let ticket = Ticket::get(&target.platform, self.clock(), self.uptime()).await;
        let Ok(ticket) = ticket else { return End::Shut };
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
        let mut one = Box::pin(self.once(&targets[first], ask));
        tokio::select! {
            end = &mut one => return (end, first),
            () = sleep(after) => {}
        }
        let second = way.next().filter(|_| self.may_call_again());
        let Some(second) = second else { return (one.await, first) };
        // one of the two will be hung up on, and nobody will know what it has counted
        way.has_lost = true;
        if !way.is_paid_for().await {
            return (one.await, first);
        }
        way.begins(second);
        let mut two = Box::pin(self.once(&targets[second], ask));
        let (end, index) = tokio::select! {
            end = &mut one => (end, first),
            end = &mut two => (end, second),
        };
        match end {
            End::Done(_) => (end, index),
            // one has failed: the other one decides
            End::Failed(error) => {
                if way.failed(index, error.clone()).is_err() {
                    return (End::Failed(error), index);
                }
                if index == first { (two.await, second) } else { (one.await, first) }
            }
            End::Shut => {
                if index == first {
                    (two.await, second)
                } else {
                    (one.await, first)
                }
            }
        }
    }
}

/// How far a call has come.
struct Way<'a> {
    gateway: &'a Gateway,
    plan: &'a Plan,
    /// The targets in the order in which they are asked.
    order: Vec<usize>,
    /// Which were asked in this round.
    asked: Vec<bool>,
    /// Which are not asked again: their error is final.
    is_out: Vec<bool>,
    rounds: u32,
    waits: u32,
    calls: u32,
    /// Whether the next call was taken from the budget already.
    is_paid: bool,
    /// Whether a try was given up whose cost nobody knows and nobody has paid.
    has_lost: bool,
    on_lost: Option<&'a OnLost>,
    last: Option<Error>,
}

impl<'a> Way<'a> {
    fn new(
        gateway: &'a Gateway,
        picture: &Picture,
        plan: &'a Plan,
        on_lost: Option<&'a OnLost>,
    ) -> Self {
        let count = plan.targets.len();
        let order = if count == 1 {
            vec![0]
        } else {
            let candidates = picture.candidates(plan, gateway.clock().now());
            order(plan.strategy, &candidates, gateway.luck())
        };
        gateway.call_was_asked();
        Self {
            gateway,
            plan,
            order,
            asked: vec![false; count],
            is_out: vec![false; count],
            rounds: 0,
            waits: 0,
            calls: 0,
            is_paid: true,
            has_lost: false,
            on_lost,
            last: None,
        }
    }

    fn gate(&self, index: usize) -> Gate {
        self.plan.targets[index].platform.state.look(self.gateway.uptime().ms())
    }

    /// The next target that takes calls and was not asked in this round.
    fn next(&self) -> Option<usize> {
        let is_next = |index: &&usize| {
            !self.asked[**index]
                && !self.is_out[**index]
                && !matches!(self.gate(**index), Gate::Shut(_))
        };
        self.order.iter().find(is_next).copied()
    }

    fn begins(&mut self, index: usize) {
        self.asked[index] = true;
        self.is_paid = false;
        self.calls += 1;
    }

    /// Whether another call may be made: the first always, the others from the budget.
    fn may_go_on(&mut self) -> bool {
        self.is_paid = self.is_paid || self.last.is_none() || self.gateway.may_call_again();
        self.is_paid
    }

    /// Whether the tries that were given up are paid for, and another one is.
    async fn is_paid_for(&mut self) -> bool {
        if !std::mem::take(&mut self.has_lost) {
            return true;
        }
        match self.on_lost {
            Some(on_lost) => on_lost().await,
            None => true,
        }
    }

    fn give_up(&mut self) -> Error {
        self.last.take().unwrap_or(Error::Cancelled)
    }

    /// A target has failed; an error that no other target can mend ends the way.
    fn failed(&mut self, index: usize, error: Error) -> Result<(), Error> {
        if !may_fail_over(&error) {
            return Err(error);
        }
        let target = &self.plan.targets[index];
        tracing::info!(
            provider = &*target.platform.name,
            error.code = error.code(),
            "model call {} failed before its first token",
            self.calls
        );
        self.is_out[index] = !error.is_retryable();
        self.has_lost |= !error.used_nothing();
        self.last = Some(error);
        Ok(())
    }

    /// Every target was asked or takes no calls: waits before the next round, or ends.
    async fn pause(&mut self) -> Result<(), Error> {
        let Some(error) = self.last.clone() else { return self.wait_for_a_gate().await };
        let retry = &self.plan.targets[self.order[0]].platform.retry;
        self.rounds += 1;
        let wait = retry.wait(self.rounds, &error, self.gateway.random());
        let wait = wait.filter(|_| self.is_out.iter().any(|is_out| !is_out));
        let Some(wait) = wait else { return Err(error) };
        if !self.is_paid {
            self.is_paid = self.gateway.may_call_again();
        }
        if !self.is_paid {
            return Err(error);
        }
        sleep(wait).await;
        self.asked.fill(false);
        if self.next().is_none() {
            return Err(error);
        }
        Ok(())
    }

    /// No target takes calls. One that asked to be left alone for a moment is waited for;
    /// one that fails again and again is not.
    async fn wait_for_a_gate(&mut self) -> Result<(), Error> {
        let now = self.gateway.uptime().ms();
        let shut = self.order.iter().filter_map(|&index| {
            let platform = &self.plan.targets[index].platform;
            let (_, is_held) = platform.state.shut(now);
            match self.gate(index) {
                Gate::Shut(wait) => Some((wait, is_held, index)),
                Gate::Free | Gate::Probe => None,
            }
        });
        let Some((wait, is_held, index)) = shut.min() else {
            // it opened this very moment
            self.asked.fill(false);
            return Ok(());
        };
        let platform = &self.plan.targets[index].platform;
        let wait = Duration::from_millis(wait);
        self.waits += 1;
        if is_held && self.waits <= WAITS && wait <= platform.retry.longest_wait {
            // not everybody at the same instant
            sleep(wait + Duration::from_millis(self.gateway.luck() % 250)).await;
            self.asked.fill(false);
            return Ok(());
        }
        let last = platform.state.last();
        let why = last.failed.map_or_else(String::new, |(_, _, message)| message);
        let name = &platform.name;
        Err(if is_held {
            let message = format!("\"{name}\" asked for no calls for a while: {why}");
            Error::RateLimited { retry_after: Some(wait), message }
        } else {
            let message = format!(
                "\"{name}\" failed {} times in a row and rests until it is tried again: {why}",
                crate::route::FAILURES
            );
            Error::Overloaded { retry_after: Some(wait), message }
        })
    }
}

/// Whether another platform may do better. A wrong request is wrong everywhere, and the
/// total timeout is the caller's patience: it is used up.
fn may_fail_over(error: &Error) -> bool {
    match error {
        Error::BadRequest { .. }
        | Error::ContextTooLong { .. }
        | Error::ContentFiltered { .. }
        | Error::Cancelled
        | Error::Timeout { which: Phase::Total, .. } => false,
        Error::RateLimited { .. }
        | Error::Overloaded { .. }
        | Error::Timeout { .. }
        | Error::Connection { .. }
        | Error::Unauthenticated { .. }
        | Error::OutOfCredit { .. }
        | Error::InvalidReply { .. }
        | Error::WrongAddress { .. }
        | Error::StreamCut
        | Error::ModelUnavailable { .. }
        | Error::Unsupported { .. } => true,
    }
}
