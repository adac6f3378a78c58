//! What must hold after every input, whatever happened.

use std::collections::{HashMap, HashSet};

use engine::{AttemptKey, Event, InstanceStatus, Plan, State, StepStatus, replay};

use crate::scenario::Scenario;

/// Reads a journal as it grows and refuses what must never be in one.
pub struct Watch<'a> {
    scenario: &'a Scenario,
    plan: &'a Plan,
    ended: bool,
    paused: bool,
    /// A step failed that nobody allowed to fail.
    doomed: bool,
    started: HashMap<(usize, usize), u32>,
    running: HashSet<AttemptKey>,
    completed: HashSet<(usize, usize)>,
    steps_ended: HashMap<usize, StepStatus>,
    /// The state by the facts as they are read back.
    replayed: State,
}

impl<'a> Watch<'a> {
    pub fn new(scenario: &'a Scenario, plan: &'a Plan) -> Self {
        Self {
            scenario,
            plan,
            ended: false,
            paused: false,
            doomed: false,
            started: HashMap::new(),
            running: HashSet::new(),
            completed: HashSet::new(),
            steps_ended: HashMap::new(),
            replayed: State::new(plan),
        }
    }

    /// Takes in one more fact.
    pub fn see(&mut self, event: &Event) {
        assert!(!self.ended, "{event:?} comes after the end");
        self.ended = event.is_final();
        let stored = serde_json::to_string(event).unwrap();
        let read: Event = serde_json::from_str(&stored).unwrap();
        assert_eq!(&read, event, "a fact changes when it is stored as {stored}");
        self.replayed.apply(&read);
        match event {
            Event::ExecutionCreated { .. } | Event::ExecutionStarted => {}
            Event::ExecutionPaused { .. } => self.paused = true,
            Event::ExecutionResumed { .. } => self.paused = false,
            Event::StepExpanded { step, .. } => self.may_start(*step),
            Event::AttemptStarted { key, .. } => self.attempt_started(*key),
            Event::AttemptResumed { key, .. } => {
                assert!(self.running.contains(key), "{key:?} is resumed but does not run");
            }
            Event::AttemptCompleted { key, .. } => {
                assert!(self.running.remove(key), "{key:?} completes but does not run");
                assert!(self.completed.insert((key.step, key.instance)), "{key:?} completes twice");
            }
            Event::AttemptFailed { key, .. } => {
                assert!(self.running.remove(key), "{key:?} fails but does not run");
            }
            Event::RetryScheduled { key, .. } => {
                assert!(!self.doomed, "{key:?} would be tried again in an execution that fails");
                assert!(
                    key.attempt < self.scenario.steps[key.step].max_attempts,
                    "{key:?} is the last"
                );
            }
            Event::StepCompleted { step } => self.step_ended(*step, StepStatus::Completed),
            Event::StepFailed { step, .. } => self.step_ended(*step, StepStatus::Failed),
            Event::StepSkipped { step } => {
                self.may_start(*step);
                self.step_ended(*step, StepStatus::Skipped);
            }
            Event::ExecutionCompleted { .. } => {
                assert_eq!(self.steps_ended.len(), self.plan.len(), "completed before its steps");
                assert!(!self.doomed, "completed although a step failed for good");
            }
            Event::ExecutionFailed { .. } => {
                assert!(self.doomed, "failed although no step did");
                assert!(self.running.is_empty(), "failed while attempts still ran");
            }
            Event::ExecutionCancelled { .. } => self.running.clear(),
        }
    }

    fn may_start(&self, step: usize) {
        assert!(!self.paused, "step {step} starts while the execution is paused");
        assert!(!self.doomed, "step {step} starts although the execution fails");
        assert!(!self.steps_ended.contains_key(&step), "step {step} starts after its end");
        for need in &self.plan.step(step).needs {
            assert!(
                self.steps_ended.contains_key(need),
                "step {step} starts before step {need} ends"
            );
        }
    }

    fn attempt_started(&mut self, key: AttemptKey) {
        self.may_start(key.step);
        let before = self.started.insert((key.step, key.instance), key.attempt).unwrap_or(0);
        assert_eq!(key.attempt, before + 1, "{key:?} is not the next attempt");
        assert!(
            key.attempt <= self.scenario.steps[key.step].max_attempts,
            "{key:?} is one too many"
        );
        assert!(
            !self.completed.contains(&(key.step, key.instance)),
            "{key:?} has a result already"
        );
        assert!(self.running.insert(key), "{key:?} starts twice");
        let most = self.scenario.steps[key.step].fan.as_ref().map_or(1, |fan| fan.max_parallel);
        let now = self.running.iter().filter(|other| other.step == key.step).count();
        assert!(now <= most, "{now} instances of step {} run, {most} may", key.step);
    }

    fn step_ended(&mut self, step: usize, status: StepStatus) {
        assert!(self.steps_ended.insert(step, status).is_none(), "step {step} ends twice");
        assert!(!self.running.iter().any(|key| key.step == step), "step {step} ends while it runs");
        self.doomed |= status == StepStatus::Failed && !self.scenario.steps[step].continue_on_error;
    }

    /// The state agrees with the journal.
    pub fn check(&self, state: &State, journal: &[Event]) {
        assert_eq!(&replay(self.plan, journal), state, "replay differs from what lived");
        assert_eq!(&self.replayed, state, "replay from stored facts differs from what lived");
        assert_eq!(state.status.is_final(), self.ended);
        let mut running: Vec<AttemptKey> = self.running.iter().copied().collect();
        running.sort_unstable();
        assert_eq!(state.running(), running);
        for (position, step) in state.steps.iter().enumerate() {
            if let Some(status) = self.steps_ended.get(&position) {
                assert_eq!(step.status, *status, "step {position} left its final state");
            }
            if step.status.is_final() {
                let open: Vec<&InstanceStatus> = step
                    .instances
                    .iter()
                    .map(|instance| &instance.status)
                    .filter(|status| !status.is_final())
                    .collect();
                assert!(open.is_empty(), "step {position} has ended, but {open:?} has not");
            }
            assert!(step.status.is_final() || !self.ended, "step {position} is open after the end");
        }
    }
}
