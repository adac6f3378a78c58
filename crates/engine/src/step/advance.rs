//! What all inputs share: recording facts, working off what follows from them, ending what
//! is done, and saying when to look again.

use std::collections::VecDeque;

use base::Timestamp;

use super::Outcome;
use crate::definition::{OnError, OnFailure};
use crate::{Effect, Event, Failure, InstanceStatus, Parking, Plan, State, Status, StepStatus};

/// The most facts that an execution may have; one that needs more goes in circles.
pub(super) const MOST_EVENTS: u64 = 50_000;
/// The most bytes that they may hold together: all of them are in memory while it runs.
pub(super) const MOST_BYTES: usize = 64 * 1024 * 1024;
/// The most bytes that the orders may hold which follow from one input.
const MOST_ORDERED: usize = 16 * 1024 * 1024;

/// One input being worked in.
pub(super) struct Advance<'a> {
    pub(super) plan: &'a Plan,
    pub(super) state: &'a mut State,
    pub(super) now: Timestamp,
    pub(super) effects: Vec<Effect>,
    events: Vec<Event>,
    /// The first failed step that fails the whole execution.
    pub(super) fatal: Option<usize>,
    /// Steps whose needs may be met now. A queue and not recursion, so that a long chain of
    /// skipped steps needs no deep stack.
    hopeful: VecDeque<usize>,
    /// How many bytes the orders hold so far.
    ordered: usize,
}

impl<'a> Advance<'a> {
    pub(super) fn new(plan: &'a Plan, state: &'a mut State, now: Timestamp) -> Self {
        let fatal = (0..plan.len()).find(|step| is_fatal(plan, state, *step));
        let (effects, events, hopeful) = (Vec::new(), Vec::new(), VecDeque::new());
        Self { plan, state, now, effects, events, fatal, hopeful, ordered: 0 }
    }

    /// Starts what has become ready, ends the execution if everything is done, and says when
    /// to look again.
    pub(super) fn finish(mut self) -> Outcome {
        // News that nobody waits for changes nothing, not even by working in what is overdue:
        // the wake-up call for that is on its way.
        if !self.events.is_empty() || !self.hopeful.is_empty() {
            self.use_places();
        }
        loop {
            let before = self.events.len();
            while let Some(step) = self.hopeful.pop_front() {
                self.start_if_ready(step);
            }
            if self.events.len() > before {
                self.use_places();
            }
            self.end_if_done();
            if self.state.status == Status::RollingBack {
                self.undo_next();
            }
            if self.hopeful.is_empty() {
                break;
            }
        }
        if let Some(what) = self.too_long().filter(|_| !self.state.status.is_final()) {
            let message = format!("its history {what}; split the work into several workflows");
            self.end_badly(None, Failure::permanent("history_too_long", message));
        }
        if let Some(at) = self.next_wake() {
            self.effects.push(Effect::WakeAt(at));
        }
        Outcome { events: self.events, effects: self.effects }
    }

    fn too_long(&self) -> Option<String> {
        if self.state.events > MOST_EVENTS {
            return Some(format!("has more than {MOST_EVENTS} events"));
        }
        let mib = MOST_BYTES / 1024 / 1024;
        (self.state.bytes > MOST_BYTES).then(|| format!("holds more than {mib} MiB"))
    }

    /// Whether an order of so many bytes still fits beside those that were made already.
    pub(super) fn has_room_for(&mut self, bytes: usize) -> bool {
        self.ordered = self.ordered.saturating_add(bytes);
        self.ordered <= MOST_ORDERED
    }

    /// Forgets what was ordered: what ran at the same time before may do so again.
    pub(super) fn forget_orders(&mut self) {
        self.ordered = 0;
    }

    /// Where attempts share places, one that has become free may be used by any step: one
    /// that has not started, or one with further instances or retries.
    fn use_places(&mut self) {
        if self.plan.definition().max_parallel.is_none() || self.state.status != Status::Running {
            return;
        }
        for step in self.running_steps() {
            self.settle(step);
        }
        self.start_ready();
    }

    /// Takes a fact in.
    pub(super) fn record(&mut self, event: Event) {
        self.state.apply(&event);
        if let Event::StepFailed { step, .. } = event
            && is_fatal(self.plan, self.state, step)
        {
            self.fatal = Some(self.fatal.map_or(step, |first| first.min(step)));
        }
        self.events.push(event);
    }

    /// Whether anything new of this step may start.
    pub(super) fn may_start(&self, step: usize) -> bool {
        match self.state.status {
            Status::Running => self.fatal.is_none() && self.plan.undoes(step).is_none(),
            Status::RollingBack => self.plan.undoes(step).is_some(),
            _ => false,
        }
    }

    /// The steps that have started and not ended.
    pub(super) fn running_steps(&self) -> Vec<usize> {
        let is_running = |step: &usize| self.state.steps[*step].status == StepStatus::Running;
        (0..self.plan.total()).filter(is_running).collect()
    }

    /// Looks at every step that may be ready.
    pub(super) fn start_ready(&mut self) {
        self.hopeful.extend(0..self.plan.len());
    }

    /// Looks at the steps that wait for this one.
    pub(super) fn start_dependants(&mut self, step: usize) {
        self.hopeful.extend(self.plan.dependants(step));
    }

    /// Stops what runs and ends the execution, after undoing what was done if it wants that.
    pub(super) fn end_badly(&mut self, step: Option<String>, failure: Failure) {
        let running = self.state.running();
        let undoes = self.plan.definition().on_failure == OnFailure::Rollback
            && self.state.status != Status::RollingBack
            && failure.code != "history_too_long";
        if undoes {
            self.record(Event::RollbackStarted { by: None, step, failure: Some(failure) });
        } else {
            self.record(Event::ExecutionFailed { step, failure });
        }
        self.effects.extend(running.into_iter().map(|key| Effect::CancelAttempt { key }));
    }

    fn end_if_done(&mut self) {
        // What was kept from another execution ends nothing before its turn has come.
        if !self.state.is_started || !matches!(self.state.status, Status::Running | Status::Paused)
        {
            return;
        }
        if let Some(position) = self.fatal {
            if self.state.running().is_empty() {
                let failure = self.state.steps[position].failure.clone();
                let failure =
                    failure.unwrap_or_else(|| Failure::permanent("step_failed", "a step failed"));
                let step = Some(self.plan.step(position).id.clone());
                self.end_badly(step, failure);
            }
            return;
        }
        if self.state.steps[..self.plan.len()].iter().all(|step| step.status.is_final()) {
            match self.outputs() {
                Ok(outputs) => self.record(Event::ExecutionCompleted { outputs }),
                Err(failure) => self.end_badly(None, failure),
            }
        }
    }

    /// The earliest time at which something will be due. A backoff that is over already
    /// waits for something else, a free place or a resume; or for nothing, when other news
    /// came before the wake-up call.
    fn next_wake(&self) -> Option<Timestamp> {
        if self.state.status.is_final() {
            return None;
        }
        let steps = self.state.steps.iter().enumerate();
        let steps = steps.filter(|(_, step)| step.status == StepStatus::Running);
        let instances =
            steps.flat_map(|(step, state)| state.active().map(move |(_, it)| (step, it)));
        let due = instances.filter_map(|(step, instance)| match &instance.status {
            InstanceStatus::Running { deadline } => Some(*deadline),
            InstanceStatus::Backoff { until } if *until > self.now || self.has_room(step) => {
                Some(*until)
            }
            InstanceStatus::Parked { until, on } => {
                let escalates = match on {
                    Parking::People(approval) if !approval.is_escalated => {
                        approval.request.escalates_at
                    }
                    _ => None,
                };
                until.iter().chain(&escalates).min().copied()
            }
            _ => None,
        });
        // Rolling back takes the time it needs.
        let deadline = self.state.deadline.filter(|_| self.state.status != Status::RollingBack);
        due.chain(deadline).min()
    }
}

fn is_fatal(plan: &Plan, state: &State, step: usize) -> bool {
    state.steps[step].status == StepStatus::Failed
        && step < plan.len()
        && plan.step(step).on_error == OnError::Stop
}
