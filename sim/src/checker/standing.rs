//! The engine's state against the books.

use engine::{AttemptKey, Event, InstanceStatus, State, StepState, replay};

use super::Checker;
use crate::violation::{Violation, must};

impl Checker<'_> {
    /// The state agrees with the facts, and the facts with the books.
    pub fn agrees(&self, state: &State) -> Result<(), Violation> {
        must("replay", &self.replayed == state, || {
            format!("replay gives\n{:?}\nwhat lived is\n{state:?}", self.replayed)
        })?;
        must("final", state.status.is_final() == self.ended, || {
            format!(
                "it is {} although it has {}ended",
                state.status,
                if self.ended { "" } else { "not " }
            )
        })?;
        let running: Vec<AttemptKey> = self.running.keys().copied().collect();
        must("running", state.running() == running, || {
            format!("{:?} run, should {running:?}", state.running())
        })?;
        for (position, step) in state.steps.iter().enumerate() {
            if let Some(status) = self.steps_ended.get(&position) {
                must("final", step.status == *status, || {
                    format!("step {position} was {status} and is {}", step.status)
                })?;
            }
            let is_open = step.instances.iter().any(|instance| !instance.status.is_final());
            must("final", !(step.status.is_final() && is_open), || {
                format!("step {position} has ended, and some of it has not")
            })?;
            let main = position < self.plan.len();
            must("final", !main || !self.ended || step.status.is_final(), || {
                format!("step {position} is open after the end")
            })?;
            self.results_stand(position, step)?;
        }
        Ok(())
    }

    /// A result that was stored is there, and is what was stored.
    fn results_stand(&self, position: usize, step: &StepState) -> Result<(), Violation> {
        for ((_, instance), output) in self.results.range((position, 0)..(position + 1, 0)) {
            let found = step.instances.get(*instance).map(|instance| &instance.status);
            let stands =
                matches!(found, Some(InstanceStatus::Completed { output: kept }) if kept == output);
            must("results", stands, || {
                format!("{position}[{instance}] gave {output}, and is {found:?}")
            })?;
        }
        Ok(())
    }

    /// The whole journal, read back from what is stored, gives the same state.
    pub fn replays(&self, journal: &[Event]) -> Result<(), Violation> {
        let lines: Result<Vec<Event>, _> =
            self.stored.iter().map(|line| serde_json::from_str(line)).collect();
        let read = lines.map_err(|error| Violation { rule: "storage", what: error.to_string() })?;
        must("storage", read == journal, || "what is stored is not the journal".to_owned())?;
        must("replay", replay(self.plan, &read) == self.replayed, || {
            "the whole journal gives another state".to_owned()
        })
    }
}

/// How far an execution is, in 0 to 1; within one round of rework it only rises.
pub fn progress(state: &State, steps: usize) -> f64 {
    let all = state.steps.iter().take(steps);
    all.map(StepState::progress).sum::<f64>() / steps.max(1) as f64
}
