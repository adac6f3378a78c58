//! The life of an attempt: it starts, ends well or fails, and is tried again.

use std::time::Duration;

use serde_json::Value as Json;

use super::advance::Advance;
use crate::definition::{Action, AgentChoice, OnBudget};
use crate::expression::{LARGEST_VALUE, size};
use crate::{AttemptKey, Effect, Event, Failure, InstanceStatus, Status};

/// The longest wait that the other side of an attempt can ask for; without an end, it could
/// park an execution for ever.
const LONGEST_ASKED: Duration = Duration::from_secs(24 * 60 * 60);
/// The failure of a call that would have passed a budget.
const BUDGET_EXCEEDED: &str = "budget_exceeded";

impl Advance<'_> {
    /// Starts an attempt; one whose parameters cannot be evaluated fails at once.
    pub(super) fn start_attempt(&mut self, key: AttemptKey) {
        let deadline = self.now.plus(self.plan.step(key.step).timeout);
        // What the attempt does is worked out before it exists, so that a failure is its own.
        self.record(Event::AttemptStarted { key, deadline });
        self.perform(key);
    }

    /// Does, or orders, what an attempt that counts as running is about.
    pub(super) fn perform(&mut self, key: AttemptKey) {
        let plan = self.plan.clone();
        let done = match &plan.step(key.step).action {
            Action::Wait(wait) => self.park(key, wait),
            Action::Approval(approval) => self.ask(key, approval),
            Action::Gate(gate) => self.pass(key, gate),
            Action::Agent { agent: AgentChoice::Capable { .. }, .. } if !self.is_chosen(key) => {
                self.choose(key);
                Ok(())
            }
            Action::Agent { .. } | Action::Tool { .. } | Action::Workflow { .. } => self.begin(key),
        };
        if let Err(failure) = done {
            self.fail_attempt(key, failure);
        }
    }

    fn begin(&mut self, key: AttemptKey) -> Result<(), Failure> {
        let order = self.order(key)?;
        if !self.has_room_for(order.payload()) {
            let message = "what the steps are given that start together is too large; give them less, or let fewer start at once with max-parallel";
            return Err(Failure::permanent("too_large", message));
        }
        self.effects.push(Effect::StartAttempt { key, order });
        Ok(())
    }

    fn is_chosen(&self, key: AttemptKey) -> bool {
        let instance = self.state.instance(key.step, key.instance);
        instance.is_some_and(|instance| instance.chosen().is_some())
    }

    fn choose(&mut self, key: AttemptKey) {
        let Action::Agent {
            agent: AgentChoice::Capable { capabilities, strategy, exclude }, ..
        } = &self.plan.step(key.step).action
        else {
            return;
        };
        let tried = &self.state.steps[key.step].instances[key.instance].agents;
        let exclude = exclude.iter().chain(tried).cloned().collect();
        self.effects.push(Effect::ChooseAgent {
            key,
            capabilities: capabilities.clone(),
            strategy: *strategy,
            exclude,
        });
    }

    /// An attempt ended well, if its output is good enough; a loop may go into another round.
    pub(super) fn complete_attempt(&mut self, key: AttemptKey, output: Json) {
        if size(&output) > LARGEST_VALUE {
            let mib = LARGEST_VALUE / 1024 / 1024;
            let message = format!(
                "its output has more than {mib} MiB; keep it elsewhere and put out where it is"
            );
            return self.fail_attempt(key, Failure::permanent("output_too_large", message));
        }
        let step = self.plan.step(key.step);
        if let Some(least) = step.min_quality
            && let Some(failure) = too_low(&output, least)
        {
            return self.fail_attempt(key, failure);
        }
        let repeat = step.repeat.clone();
        let again = repeat.map_or(Ok(false), |repeat| self.goes_on(key, &repeat, &output));
        match again {
            Ok(again) => {
                let last = again.then(|| output.clone());
                self.record(Event::AttemptCompleted { key, output });
                if let Some(last) = last {
                    self.record(Event::LoopContinued { step: key.step, last });
                }
            }
            Err(failure) => self.fail_attempt(key, failure),
        }
    }

    /// A failed attempt: another one is scheduled if that may help.
    pub(super) fn fail_attempt(&mut self, key: AttemptKey, failure: Failure) {
        self.record(Event::AttemptFailed { key, failure: failure.clone() });
        if !self.waits_for_budget(key, &failure) && self.may_retry(key, &failure) {
            self.schedule_retry(key, failure.retry_after_ms);
        }
    }

    /// After a failure for want of money: the attempt is made again once somebody resumes
    /// the execution, which is paused until then. Says whether it is so.
    pub(super) fn waits_for_budget(&mut self, key: AttemptKey, failure: &Failure) -> bool {
        if failure.code != BUDGET_EXCEEDED || !self.pauses_over_budget(key) {
            return false;
        }
        self.record(Event::RetryScheduled { key, at: self.now });
        if self.state.status == Status::Running {
            let reason = Some(failure.message.clone());
            self.record(Event::ExecutionPaused { by: "budget".to_owned(), reason });
        }
        true
    }

    fn pauses_over_budget(&self, key: AttemptKey) -> bool {
        let definition = self.plan.definition();
        let budget = self.plan.step(key.step).budget.or(definition.budget);
        let pauses = budget.is_none_or(|budget| budget.on_exceeded == OnBudget::Pause);
        let goes_on = matches!(self.state.status, Status::Running | Status::Paused);
        pauses && goes_on && self.fatal.is_none()
    }

    /// Whether another attempt may help, and the step is still worth it.
    pub(super) fn may_retry(&self, key: AttemptKey, failure: &Failure) -> bool {
        let retry = &self.plan.step(key.step).retry;
        let state = &self.state.steps[key.step];
        let instance = &state.instances[key.instance];
        let is_failed = matches!(instance.status, InstanceStatus::Failed { .. });
        let others = state.failed - usize::from(is_failed);
        let is_lost = || others > 0 && self.fails_fast(key.step);
        let is_meant = retry.on.is_empty() || retry.on.contains(&failure.code);
        failure.is_retryable
            && is_meant
            && instance.tries() < retry.max_attempts
            && (self.fatal.is_none() || self.plan.undoes(key.step).is_some())
            && !is_lost()
    }

    pub(super) fn schedule_retry(&mut self, key: AttemptKey, retry_after_ms: Option<u64>) {
        let tries = self.state.steps[key.step].instances[key.instance].tries();
        let wait = self.plan.step(key.step).retry.wait(tries, luck(self.state.seed, key));
        let asked = retry_after_ms.map_or(Duration::ZERO, Duration::from_millis);
        let at = self.now.plus(wait.max(asked.min(LONGEST_ASKED)));
        self.record(Event::RetryScheduled { key, at });
    }
}

/// The failure of an output whose quality is known and too low.
fn too_low(output: &Json, least: f64) -> Option<Failure> {
    let score = output.get("quality_score").or_else(|| output.get("score"))?.as_f64()?;
    (score < least).then(|| {
        let message = format!("its quality is {score}, and at least {least} is wanted");
        Failure::passing("quality_too_low", message)
    })
}

/// A number in 0..1000 that depends on nothing but the attempt and the execution's seed
/// (the finaliser of splitmix64).
fn luck(seed: u64, key: AttemptKey) -> u32 {
    let mut word = seed
        .wrapping_add((key.step as u64) << 40)
        .wrapping_add((key.instance as u64) << 16)
        .wrapping_add(u64::from(key.attempt));
    word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((word ^ (word >> 31)) % 1000) as u32
}
