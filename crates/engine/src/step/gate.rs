//! Gates and loops: work that is done again, a bounded number of times.

use serde_json::{Value as Json, json};

use super::advance::Advance;
use super::order::expression_failure;
use crate::definition::{Gate, Repeat};
use crate::{AttemptKey, Effect, Event, Failure};

impl Advance<'_> {
    /// Lets work through, sends it back, or asks people when it was sent back too often.
    pub(super) fn pass(&mut self, key: AttemptKey, gate: &Gate) -> Result<(), Failure> {
        let round = self.state.steps[key.step].rounds;
        let holds = gate
            .condition
            .is_true(&self.scope(key))
            .map_err(|error| expression_failure("its condition", &error))?;
        if holds {
            self.complete_attempt(key, json!({ "passed": true, "round": round }));
            return Ok(());
        }
        let Some(back) = &gate.back else {
            return Err(Failure::permanent("gate_failed", "its condition does not hold"));
        };
        if round >= back.max {
            if let Some(approval) = &back.ask {
                return self.ask(key, approval);
            }
            let message = format!("its condition does not hold after {round} rounds of rework");
            return Err(Failure::permanent("gate_failed", message));
        }
        let feedback = match &back.feedback {
            Some(feedback) => feedback
                .eval(&self.scope(key))
                .map_err(|error| expression_failure("its feedback", &error))?,
            None => Json::Null,
        };
        self.send_back(key.step, back.goto, round + 1, feedback);
        Ok(())
    }

    /// Everything from a step on is done again; what runs of it is stopped.
    fn send_back(&mut self, gate: usize, goto: usize, round: u32, feedback: Json) {
        let steps = self.plan.from(goto);
        for step in &steps {
            let running = self.state.steps[*step].running_keys(*step);
            self.effects.extend(running.map(|key| Effect::CancelAttempt { key }));
        }
        self.record(Event::WorkSentBack { gate, round, steps, feedback });
        self.start_ready();
    }

    /// Whether a loop goes into another round after this output.
    pub(super) fn goes_on(
        &self,
        key: AttemptKey,
        repeat: &Repeat,
        output: &Json,
    ) -> Result<bool, Failure> {
        if key.instance + 1 >= repeat.max as usize {
            return Ok(false);
        }
        let mut scope = self.scope(key);
        scope.round = Some((key.instance, output));
        let holds = repeat
            .condition
            .is_true(&scope)
            .map_err(|error| expression_failure("its loop", &error))?;
        Ok(holds != repeat.until)
    }
}
