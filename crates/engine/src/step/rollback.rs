//! Undoing what was done: the compensations of steps, the last step first.

use serde_json::json;

use super::advance::Advance;
use crate::definition::Action;
use crate::{Event, Failure, Item, Plan, State, StepStatus};

impl Advance<'_> {
    /// Goes on with a rollback: the next compensation starts, or the rollback ends.
    pub(super) fn undo_next(&mut self) {
        loop {
            if let Some(step) = self.failed_compensation() {
                return self.give_up_rollback(step);
            }
            let is_open = |step: &usize| self.state.steps[*step].status == StepStatus::Running;
            if (self.plan.len()..self.plan.total()).any(|step| is_open(&step)) {
                return;
            }
            let Some(step) = self.next_to_undo() else {
                let not_reversible = not_reversible(self.plan, self.state);
                return self.record(Event::ExecutionRolledBack { not_reversible });
            };
            self.start_undoing(step);
        }
    }

    /// The compensation of the last step that did something and is not undone.
    fn next_to_undo(&self) -> Option<usize> {
        let undone_by = self.state.done.iter().rev().filter_map(|step| self.plan.undone_by(*step));
        undone_by.into_iter().find(|step| self.state.steps[*step].status == StepStatus::Pending)
    }

    fn start_undoing(&mut self, step: usize) {
        let Some(main) = self.plan.undoes(step) else { return };
        if !self.plan.step(main).is_fan_out() {
            return self.start_step(step);
        }
        // Only instances that ended well are undone, the last one first.
        let done = self.state.steps[main].standing().rev();
        let items = done.map(|instance| Item {
            label: instance.label.clone(),
            value: json!({ "item": instance.item, "output": instance.output() }),
        });
        let items = items.collect();
        self.record(Event::StepExpanded { step, items });
        self.settle(step);
    }

    fn failed_compensation(&self) -> Option<usize> {
        let mut steps = self.plan.len()..self.plan.total();
        steps.find(|step| self.state.steps[*step].status == StepStatus::Failed)
    }

    fn give_up_rollback(&mut self, step: usize) {
        let why = self.state.steps[step].failure.as_ref().map_or("", |it| it.message.as_str());
        let id = self.plan.undoes(step).map_or("", |main| self.plan.step(main).id.as_str());
        let message = format!("step \"{id}\" could not be undone: {why}");
        let failure = Failure::permanent("rollback_failed", message);
        self.record(Event::ExecutionFailed { step: Some(id.to_owned()), failure });
    }
}

/// The steps that did something and say nothing about how to undo it.
fn not_reversible(plan: &Plan, state: &State) -> Vec<String> {
    let acts = |step: &usize| match plan.step(*step).action {
        Action::Agent { .. } | Action::Tool { .. } | Action::Workflow { .. } => true,
        Action::Wait(_) | Action::Approval(_) | Action::Gate(_) => false,
    };
    let main = state.done.iter().filter(|step| **step < plan.len());
    let done = main.filter(|step| acts(step) && plan.undone_by(**step).is_none());
    done.map(|step| plan.step(*step).id.clone()).collect()
}
