//! A rollback: what was done is undone, last things first, each thing once.

use engine::StepStatus;

use super::Checker;
use crate::violation::{Violation, must};

/// Where a rollback stands.
#[derive(Debug)]
pub struct Undo {
    /// The compensations that are still to come, the next one first.
    open: Vec<usize>,
    /// How many instances each of them has.
    widths: Vec<(usize, usize)>,
    /// What cannot be undone, by the order in which it ended.
    not_reversible: Vec<String>,
    /// Whether a compensation failed for good.
    pub is_given_up: bool,
}

impl Checker<'_> {
    pub(super) fn rollback_started(&mut self) -> Result<(), Violation> {
        must("undo", self.undo.is_none(), || "it is rolled back twice".to_owned())?;
        self.running.clear();
        self.parked.clear();
        let mut done = self.done.clone();
        // What was in the middle has done something, too.
        for step in 0..self.plan.len() {
            let gave = self.results.keys().any(|(of, _)| *of == step);
            if gave && !self.steps_ended.contains_key(&step) {
                done.push(step);
            }
        }
        let compensations = done.iter().rev().filter_map(|step| self.plan.undone_by(*step));
        let widths = done.iter().filter_map(|step| {
            let gave = self.results.keys().filter(|(of, _)| of == step).count();
            let width = if self.plan.step(*step).is_fan_out() { gave } else { 1 };
            Some((self.plan.undone_by(*step)?, width))
        });
        let is_work =
            |step: &&usize| self.scenario.steps.get(**step).is_none_or(|it| it.kind.is_work());
        let fixed =
            done.iter().filter(is_work).filter(|step| self.plan.undone_by(**step).is_none());
        self.undo = Some(Undo {
            open: compensations.collect(),
            widths: widths.collect(),
            not_reversible: fixed.map(|step| self.plan.step(*step).id.clone()).collect(),
            is_given_up: false,
        });
        Ok(())
    }

    pub(super) fn may_undo(&self, step: usize) -> Result<(), Violation> {
        let next = self.undo.as_ref().and_then(|undo| undo.open.first().copied());
        must("undo", next == Some(step), || format!("{step} is undone instead of {next:?}"))?;
        must("undo", !self.steps_ended.contains_key(&step), || format!("{step} is undone twice"))
    }

    pub(super) fn expanded_to_undo(&self, step: usize, count: usize) -> Result<(), Violation> {
        let Some(undo) = &self.undo else { return Ok(()) };
        let width = undo.widths.iter().find(|(of, _)| *of == step).map(|(_, width)| *width);
        must("undo", width == Some(count), || format!("{count} instead of {width:?} are undone"))
    }

    pub(super) fn undone(&mut self, step: usize, status: StepStatus) -> Result<(), Violation> {
        let Some(undo) = &mut self.undo else {
            return must("undo", false, || format!("{step} is undone, but nothing is rolled back"));
        };
        must("undo", undo.open.first() == Some(&step), || format!("{step} is not the next"))?;
        match status {
            StepStatus::Completed => {
                undo.open.remove(0);
            }
            _ => undo.is_given_up = true,
        }
        Ok(())
    }

    pub(super) fn rolled_back(&self, not_reversible: &[String]) -> Result<(), Violation> {
        let Some(undo) = &self.undo else {
            return must("undo", false, || "it ends as rolled back without a rollback".to_owned());
        };
        must("undo", undo.open.is_empty(), || format!("{:?} were not undone", undo.open))?;
        must("undo", undo.not_reversible == not_reversible, || {
            format!("{not_reversible:?} should be {:?}", undo.not_reversible)
        })
    }
}
