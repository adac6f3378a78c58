//! What must come out of a scenario, worked out by plain recursion over the steps: no
//! events, no states, no time.

use engine::{AttemptKey, State, Status, StepStatus};
use serde_json::Value as Json;

use crate::scenario::{Condition, Elements, End, Scenario, output};

/// What becomes of a step if nothing else stops the execution first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    Completes,
    Fails,
    Skipped,
    /// A step that it waits for ends the execution.
    NeverReached,
}

pub struct Oracle<'a> {
    scenario: &'a Scenario,
    fates: Vec<Fate>,
    /// How many elements each step fans out over.
    counts: Vec<usize>,
}

impl<'a> Oracle<'a> {
    pub fn new(scenario: &'a Scenario) -> Self {
        let mut oracle = Self { scenario, fates: Vec::new(), counts: Vec::new() };
        for position in 0..scenario.steps.len() {
            let count = oracle.count(position);
            let fate = oracle.fate(position, count);
            oracle.counts.push(if fate == Fate::Skipped { 0 } else { count.unwrap_or(0) });
            oracle.fates.push(fate);
        }
        oracle
    }

    fn fate(&self, position: usize, count: Option<usize>) -> Fate {
        let step = &self.scenario.steps[position];
        if step
            .needs
            .iter()
            .any(|need| self.ends_everything(*need) || self.fates[*need] == Fate::NeverReached)
        {
            return Fate::NeverReached;
        }
        let is_wanted = match step.condition {
            Condition::Always => true,
            Condition::Never => false,
            Condition::IfCompleted(need) => self.fates[need] == Fate::Completes,
        };
        if !is_wanted {
            return Fate::Skipped;
        }
        let Some(count) = count else { return Fate::Fails };
        let has_params = step.reads.is_none_or(|need| {
            self.fates[need] == Fate::Completes && self.scenario.steps[need].fan.is_none()
        });
        let all_well = (0..count).all(|instance| has_params && self.ends_well(position, instance));
        if all_well { Fate::Completes } else { Fate::Fails }
    }

    /// How many instances it has; `None` when what it should fan out over is no list.
    fn count(&self, position: usize) -> Option<usize> {
        match self.scenario.steps[position].fan.as_ref().map(|fan| fan.elements) {
            None => Some(1),
            Some(Elements::Count(count)) => Some(count),
            Some(Elements::OutputsOf(need)) => {
                self.scenario.steps[need].fan.as_ref().map(|_| self.counts[need])
            }
        }
    }

    fn ends_well(&self, step: usize, instance: usize) -> bool {
        for attempt in 1..=self.scenario.steps[step].max_attempts {
            match self.scenario.end(AttemptKey { step, instance, attempt }) {
                End::Well => return true,
                End::Broken => return false,
                End::Flaky | End::Silent => {}
            }
        }
        false
    }

    fn ends_everything(&self, position: usize) -> bool {
        self.fates[position] == Fate::Fails && !self.scenario.steps[position].continue_on_error
    }

    /// Whether some step will fail the execution.
    pub fn fails(&self) -> bool {
        (0..self.fates.len()).any(|position| self.ends_everything(position))
    }

    /// Compares what came out; the order of events must not have mattered, except for what
    /// was still open when a failure ended it.
    pub fn check(&self, state: &State) {
        if self.fails() {
            assert_eq!(state.status, Status::Failed, "a step fails for good");
            self.check_failed(state);
        } else {
            assert_eq!(state.status, Status::Completed, "{:?}", state.failure);
            for (position, step) in state.steps.iter().enumerate() {
                let expected = match self.fates[position] {
                    Fate::Completes => StepStatus::Completed,
                    Fate::Fails => StepStatus::Failed,
                    Fate::Skipped => StepStatus::Skipped,
                    Fate::NeverReached => unreachable!("nothing ends everything"),
                };
                assert_eq!(step.status, expected, "step {position}");
            }
            self.check_outputs(state);
        }
    }

    fn check_failed(&self, state: &State) {
        let (culprit, _) = state.failure.as_ref().expect("a failed execution says why");
        let culprit: usize = culprit.as_ref().unwrap()[1..].parse().unwrap();
        assert_eq!(state.steps[culprit].status, StepStatus::Failed, "the culprit failed");
        assert!(!self.scenario.steps[culprit].continue_on_error, "the culprit is allowed to fail");
        for (position, step) in state.steps.iter().enumerate() {
            let is_possible = match (self.fates[position], step.status) {
                (Fate::Completes, StepStatus::Completed)
                | (Fate::Fails, StepStatus::Failed)
                | (_, StepStatus::Skipped) => true,
                // It was in the middle when the end came.
                (Fate::Completes | Fate::Fails, StepStatus::Cancelled) => true,
                // It would have been tried again, had it not been over.
                (Fate::Completes, StepStatus::Failed) => {
                    self.scenario.steps[position].max_attempts > 1
                }
                _ => false,
            };
            assert!(
                is_possible,
                "step {position} should be {:?}, is {}",
                self.fates[position], step.status
            );
        }
    }

    fn check_outputs(&self, state: &State) {
        for (position, step) in state.steps.iter().enumerate() {
            let fan = self.scenario.steps[position].fan.as_ref();
            let is_cut_short =
                fan.is_some_and(|fan| fan.fail_fast) && step.status == StepStatus::Failed;
            if is_cut_short {
                continue;
            }
            assert_eq!(
                step.outputs(fan.is_some()),
                self.outputs(position),
                "outputs of step {position}"
            );
        }
    }

    /// What a step gives.
    fn outputs(&self, position: usize) -> Json {
        let step = &self.scenario.steps[position];
        let ran = matches!(self.fates[position], Fate::Completes | Fate::Fails);
        let has_params = step.reads.is_none_or(|need| {
            self.fates[need] == Fate::Completes && self.scenario.steps[need].fan.is_none()
        });
        let one = |instance| {
            if ran && has_params && self.ends_well(position, instance) {
                output(position, instance)
            } else {
                Json::Null
            }
        };
        if step.fan.is_some() {
            let count = if ran { self.counts[position] } else { 0 };
            return Json::Array((0..count).map(one).collect());
        }
        one(0)
    }
}
