//! How far a call has come on its way through its targets: whom it may ask next, what it
//! has to wait for, and when it gives up.

use std::sync::Arc;
use std::time::Duration;

use agent::port::{Lost, OnLost, Over};
use llm::{Error, Phase};
use tokio::time::sleep;

use super::ticket::Toll;
use super::{CallMeta, Gateway};
use crate::limit::TooMuch;
use crate::platform::{Picture, Plan};
use crate::route::{Gate, order};

/// How often a call waits for platforms that asked to be left alone.
const WAITS: u32 = 2;

/// How far a call has come.
pub(super) struct Way<'a> {
    gateway: &'a Gateway,
    pub(super) plan: &'a Plan,
    /// The targets in the order in which they are asked.
    order: Vec<usize>,
    /// Which were asked in this round.
    asked: Vec<bool>,
    /// Which are not asked again: their error is final.
    is_out: Vec<bool>,
    rounds: u32,
    waits: u32,
    calls: u32,
    /// Whether it has earned its share of another call.
    has_earned: bool,
    /// Whether the next call was taken from the budget already.
    is_paid: bool,
    /// The platform that may have counted a try that was given up and nobody has paid.
    pub(super) lost_at: Option<Arc<str>>,
    on_lost: Option<&'a OnLost>,
    last: Option<Error>,
    /// What a call takes of the limits of each target.
    toll: Toll<'a>,
    /// Whether it waits for the limits of a target, since none takes it at once.
    is_patient: bool,
    /// Whose limits were used up.
    full: Option<Error>,
}

impl<'a> Way<'a> {
    pub(super) fn new(
        gateway: &'a Gateway,
        picture: &Picture,
        plan: &'a Plan,
        meta: &'a CallMeta,
        tokens: i64,
    ) -> Self {
        let count = plan.targets.len();
        let mut order = if count == 1 {
            vec![0]
        } else {
            let candidates = picture.candidates(plan, gateway.clock().now());
            order(plan.strategy, &candidates, gateway.luck())
        };
        leave_out(&mut order, plan, &meta.without);
        gateway.call_is_wanted();
        Self {
            is_patient: order.len() == 1,
            gateway,
            plan,
            order,
            asked: vec![false; count],
            is_out: vec![false; count],
            rounds: 0,
            waits: 0,
            calls: 0,
            has_earned: false,
            is_paid: true,
            lost_at: None,
            on_lost: meta.on_lost.as_ref(),
            last: None,
            toll: Toll {
                turnstile: gateway.turnstile(),
                organisation: meta.organisation,
                tokens,
                patience: meta.patience,
                departure: &meta.departure,
            },
            full: None,
        }
    }

    fn gate(&self, index: usize) -> Gate {
        self.plan.targets[index].platform.state.look(self.gateway.uptime().ms())
    }

    /// The next target that takes calls and was not asked in this round.
    pub(super) fn next(&self) -> Option<usize> {
        let is_next = |index: &&usize| {
            !self.asked[**index]
                && !self.is_out[**index]
                && !matches!(self.gate(**index), Gate::Shut(_))
        };
        self.order.iter().find(is_next).copied()
    }

    pub(super) fn toll(&self) -> Toll<'a> {
        let patience = if self.is_patient { self.toll.patience } else { Duration::ZERO };
        Toll { patience, ..self.toll }
    }

    pub(super) fn begins(&mut self, index: usize) {
        self.asked[index] = true;
        self.is_paid = false;
        self.calls += 1;
    }

    /// A call was made: the first one earns a share of another.
    pub(super) fn was_made(&mut self) {
        if !std::mem::replace(&mut self.has_earned, true) {
            self.gateway.call_was_made();
        }
    }

    /// The call that began was not made after all, so it is paid for still.
    pub(super) fn was_not_made(&mut self) {
        self.is_paid = true;
        self.calls -= 1;
    }

    /// The limits of a target are used up.
    pub(super) fn full(&mut self, index: usize, reached: TooMuch) {
        self.was_not_made();
        let name = &self.plan.targets[index].platform.name;
        let TooMuch { what, limit, retry_after, .. } = reached;
        self.full = Some(match retry_after {
            Some(_) => Error::RateLimited {
                retry_after,
                message: format!(
                    "\"{name}\" has taken its {limit} {what} a minute; come again later"
                ),
            },
            None => Error::BadRequest {
                message: format!(
                    "\"{name}\" takes {limit} {what} a minute, fewer than this call may need; raise its limit or ask for fewer tokens"
                ),
            },
        });
    }

    /// Whether another call may be made: the first always, the others from the budget.
    pub(super) fn may_go_on(&mut self) -> bool {
        self.is_paid = self.is_paid || self.last.is_none() || self.gateway.may_call_again();
        self.is_paid
    }

    /// Whether a try that was given up is paid for, and another one is.
    pub(super) async fn is_paid_for(&mut self) -> bool {
        match self.lost_at.take() {
            Some(at) => {
                let may_begin = self.may_begin(Lost::At(at)).await;
                if may_begin {
                    self.toll.departure.loses_a_try();
                }
                may_begin
            }
            None => true,
        }
    }

    /// Whether a second try beside one that is silent is paid for.
    pub(super) async fn is_paid_beside(&mut self, second: usize) -> bool {
        self.may_begin(Lost::Beside(self.plan.targets[second].platform.name.clone())).await
    }

    async fn may_begin(&mut self, lost: Lost) -> bool {
        let Some(on_lost) = self.on_lost else { return true };
        match on_lost(lost).await {
            Some(another) => {
                leave_out(&mut self.order, self.plan, &another.without);
                true
            }
            None => false,
        }
    }

    /// One of two tries beside each other is over; `is_free` when its platform has counted
    /// nothing.
    pub(super) async fn is_over(&self, index: usize, is_second: bool, is_free: bool) {
        if !is_free {
            self.toll.departure.loses_a_try();
        }
        if let Some(on_lost) = self.on_lost {
            let at = self.plan.targets[index].platform.name.clone();
            drop(on_lost(Lost::Over(Over { is_second, at, is_free })).await);
        }
    }

    /// Whether there is still money for a call on this target.
    pub(super) fn has_money(&self, index: usize) -> bool {
        self.order.contains(&index)
    }

    pub(super) fn give_up(&mut self) -> Error {
        self.last.take().unwrap_or(Error::Cancelled)
    }

    /// A target has failed; an error that no other target can mend ends the way.
    pub(super) fn failed(&mut self, index: usize, error: Error) -> Result<(), Error> {
        self.was_made();
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
        if !error.used_nothing() {
            self.lost_at = Some(target.platform.name.clone());
        }
        self.last = Some(error);
        Ok(())
    }

    /// Every target was asked or takes no calls: waits before the next round, or ends.
    pub(super) async fn pause(&mut self) -> Result<(), Error> {
        if self.order.is_empty() {
            return Err(self.last.take().unwrap_or_else(nobody_left));
        }
        let Some(error) = self.last.clone() else {
            return match self.full.take() {
                Some(full) if self.is_patient => Err(full),
                Some(_) => {
                    self.is_patient = true;
                    self.asked.fill(false);
                    Ok(())
                }
                None => self.wait_for_a_gate().await,
            };
        };
        let retry = &self.plan.targets[self.order[0]].platform.retry;
        self.rounds += 1;
        let wait = retry.wait(self.rounds, &error, self.gateway.random());
        let wait = wait.filter(|_| self.order.iter().any(|index| !self.is_out[*index]));
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

/// Leaves out the targets on these platforms.
fn leave_out(order: &mut Vec<usize>, plan: &Plan, without: &[Arc<str>]) {
    if !without.is_empty() {
        order.retain(|index| !without.contains(&plan.targets[*index].platform.name));
    }
}

/// The platforms that may be asked changed after money was set aside for some of them.
fn nobody_left() -> Error {
    let message = "the platforms with room in their budgets cannot be asked; try again, or raise the budget of another one";
    Error::OutOfCredit { message: message.to_owned() }
}

/// Whether another platform may do better. A wrong request is wrong everywhere, and the
/// total timeout is the caller's patience: it is used up.
fn may_fail_over(error: &Error) -> bool {
    match error {
        Error::BadRequest { .. }
        | Error::ContextTooLong { .. }
        | Error::ContentFiltered { .. }
        | Error::Cancelled
        | Error::Denied { .. }
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
