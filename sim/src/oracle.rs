//! What must come out of a scenario, worked out by plain recursion over the steps: no
//! events, no states, no time.

use engine::{AttemptKey, State, Status, StepStatus};
use serde_json::Value as Json;

use crate::scenario::{Condition, Elements, End, Handling, Kind, Scenario, Vote, value};
use crate::violation::{Violation, must};

/// What becomes of a step if nothing else stops the execution first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Completes,
    Fails,
    Skipped,
    /// Something that it needs failed, or was skipped for that reason.
    Lost,
    /// A step that it waits for ends the execution.
    NeverReached,
}

/// The answer.
#[derive(Debug)]
pub struct Oracle<'a> {
    scenario: &'a Scenario,
    fates: Vec<Fate>,
    /// How many elements each step fans out over.
    counts: Vec<usize>,
}

impl<'a> Oracle<'a> {
    /// Works it out.
    pub fn new(scenario: &'a Scenario) -> Self {
        let mut oracle = Self { scenario, fates: Vec::new(), counts: Vec::new() };
        for position in 0..scenario.steps.len() {
            let count = oracle.count(position);
            let fate = oracle.fate(position, count);
            let runs = matches!(fate, Fate::Completes | Fate::Fails);
            oracle.counts.push(if runs { count.unwrap_or(0) } else { 0 });
            oracle.fates.push(fate);
        }
        oracle
    }

    fn fate(&self, position: usize, count: Option<usize>) -> Fate {
        let step = &self.scenario.steps[position];
        let ends = |need: &usize| self.ends_everything(*need);
        let never = |need: &usize| self.fates[*need] == Fate::NeverReached;
        if step.needs.iter().any(|need| ends(need) || never(need)) {
            return Fate::NeverReached;
        }
        let failed = |source: &usize| self.fates[*source] == Fate::Fails;
        if !step.error_of.is_empty() && !step.error_of.iter().any(failed) {
            return Fate::Skipped;
        }
        let is_wanted = match step.condition {
            Condition::None => {
                // A branch that is taken mends what failed, whatever went with that.
                let is_branch = !step.error_of.is_empty();
                if !is_branch && step.needs.iter().any(|need| self.gives_nothing(*need)) {
                    return Fate::Lost;
                }
                true
            }
            Condition::Never => false,
            Condition::IfCompleted(need) => self.fates[need] == Fate::Completes,
        };
        if !is_wanted {
            return Fate::Skipped;
        }
        let ends_well = match step.kind {
            Kind::Pause(_) => true,
            Kind::Signal(comes) => comes,
            Kind::Approval(_, vote) => agrees(vote),
            Kind::Gate { takes, max, ask, .. } => takes <= max || ask.is_some_and(agrees),
            Kind::Tool | Kind::Capability | Kind::Workflow => {
                let Some(count) = count else { return Fate::Fails };
                (0..count).all(|instance| self.ends_well(position, instance))
            }
        };
        if ends_well { Fate::Completes } else { Fate::Fails }
    }

    fn gives_nothing(&self, need: usize) -> bool {
        match self.fates[need] {
            Fate::Lost => true,
            Fate::Fails => {
                matches!(self.scenario.steps[need].handling, Handling::Skip | Handling::Branch(_))
            }
            Fate::Completes | Fate::Skipped | Fate::NeverReached => false,
        }
    }

    /// How many instances it has; `None` when what it should fan out over is no list.
    fn count(&self, position: usize) -> Option<usize> {
        let step = &self.scenario.steps[position];
        match step.fan.as_ref().map(|fan| fan.elements) {
            None => Some(step.rounds.map_or(1, |(wants, most)| wants.min(most) as usize)),
            Some(Elements::Count(count)) => Some(count),
            Some(Elements::OutputsOf(need)) => {
                self.scenario.steps[need].fan.as_ref().map(|_| self.counts[need])
            }
        }
    }

    fn ends_well(&self, step: usize, instance: usize) -> bool {
        let definition = &self.scenario.steps[step];
        let has_params = definition.reads.is_none_or(|need| {
            self.fates[need] == Fate::Completes && self.scenario.steps[need].fan.is_none()
        });
        if !has_params {
            return false;
        }
        for attempt in 1.. {
            match self.scenario.end(AttemptKey { step, instance, attempt }) {
                End::Well => return true,
                End::Broken => return false,
                End::Flaky | End::Silent if attempt >= definition.max_attempts => return false,
                End::Flaky | End::Silent | End::Dear => {}
            }
        }
        false
    }

    fn ends_everything(&self, position: usize) -> bool {
        let stops = self.scenario.steps[position].handling == Handling::Stop;
        self.fates[position] == Fate::Fails && stops
    }

    /// Whether some step will fail the execution.
    fn fails(&self) -> bool {
        (0..self.fates.len()).any(|position| self.ends_everything(position))
    }

    /// Compares what came out; the order of events must not have mattered, except for what
    /// was still open when a failure ended it.
    pub fn check(&self, state: &State) -> Result<(), Violation> {
        if self.fails() {
            let is_undone = state.status == Status::RolledBack && self.scenario.rolls_back;
            let failed = state.status == Status::Failed;
            must("oracle", is_undone || failed, || {
                format!("a step fails for good, but the end is {}", state.status)
            })?;
            return self.check_failed(state);
        }
        must("oracle", state.status == Status::Completed, || {
            format!("it should have completed, but is {}: {:?}", state.status, state.failure)
        })?;
        for (position, fate) in self.fates.iter().enumerate() {
            let expected = match fate {
                Fate::Completes => StepStatus::Completed,
                Fate::Fails => StepStatus::Failed,
                Fate::Skipped | Fate::Lost | Fate::NeverReached => StepStatus::Skipped,
            };
            let found = state.steps[position].status;
            must("oracle", found == expected, || {
                format!("step {position} should be {expected}, but is {found}")
            })?;
        }
        self.check_outputs(state)
    }

    fn check_failed(&self, state: &State) -> Result<(), Violation> {
        if state.status == Status::Failed && self.scenario.rolls_back {
            let code = state.failure.as_ref().map(|(_, failure)| failure.code.as_str());
            must("oracle", code == Some("rollback_failed"), || format!("it ended by {code:?}"))?;
        }
        for (position, fate) in self.fates.iter().enumerate() {
            let definition = &self.scenario.steps[position];
            let found = state.steps[position].status;
            let is_possible = match (fate, found) {
                (Fate::Completes, StepStatus::Completed)
                | (Fate::Fails, StepStatus::Failed)
                | (_, StepStatus::Skipped)
                // It was in the middle when the end came.
                | (Fate::Completes | Fate::Fails, StepStatus::Cancelled) => true,
                // It would have been tried again, had it not been over.
                (Fate::Completes, StepStatus::Failed) => {
                    definition.max_attempts > 1 || definition.ends.contains(&End::Dear)
                }
                _ => false,
            };
            must("oracle", is_possible, || {
                format!("step {position} should be {fate:?}, but is {found}")
            })?;
        }
        Ok(())
    }

    fn check_outputs(&self, state: &State) -> Result<(), Violation> {
        for (position, definition) in self.scenario.steps.iter().enumerate() {
            let step = &state.steps[position];
            let fan = definition.fan.as_ref();
            let is_cut_short =
                fan.is_some_and(|fan| fan.fail_fast) && step.status == StepStatus::Failed;
            if is_cut_short || !definition.kind.is_work() {
                continue;
            }
            let found = values(&step.outputs(fan.is_some()));
            let expected = self.outputs(position);
            must("oracle", found == expected, || {
                format!("step {position} should give {expected}, but gave {found}")
            })?;
        }
        Ok(())
    }

    /// What a step gives.
    fn outputs(&self, position: usize) -> Json {
        let step = &self.scenario.steps[position];
        let one = |instance| {
            if self.ends_well(position, instance) { value(position, instance) } else { Json::Null }
        };
        let count = self.counts[position];
        if step.fan.is_some() {
            return Json::Array((0..count).map(one).collect());
        }
        let completes = self.fates[position] == Fate::Completes;
        if completes { one(count.saturating_sub(1)) } else { Json::Null }
    }
}

const fn agrees(vote: Vote) -> bool {
    match vote {
        Vote::Approve => true,
        Vote::Reject => false,
        Vote::Nobody(word) => word.as_bytes()[0] == b'a',
    }
}

/// An output without what depends on the attempt.
fn values(output: &Json) -> Json {
    match output {
        Json::Array(all) => Json::Array(all.iter().map(values).collect()),
        Json::Object(fields) => {
            let mut fields = fields.clone();
            fields.retain(|name, _| name == "v");
            Json::Object(fields)
        }
        other => other.clone(),
    }
}
