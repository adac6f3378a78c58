//! A rollback: what was done is undone, last things first, each thing once.

use std::collections::BTreeMap;

use engine::{Item, StepStatus};
use serde_json::{Value as Json, json};

use super::Checker;
use crate::violation::{Violation, must};

/// What a rollback would undo: the elements and results of steps.
pub type Left = BTreeMap<usize, Vec<(Json, Json)>>;

/// Where a rollback stands.
#[derive(Debug)]
pub struct Undo {
    /// The compensations that are still to come, the next one first.
    open: Vec<usize>,
    /// What the instances undo of each of them that fans out.
    elements: Vec<(usize, Vec<Json>)>,
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
                done.retain(|other| *other != step);
                done.push(step);
            }
        }
        let compensations = done.iter().rev().filter_map(|step| self.plan.undone_by(*step));
        let elements = done.iter().filter_map(|step| {
            let undone = self.stands(*step).into_iter().rev();
            let undone = undone.map(|(item, output)| json!({ "item": item, "output": output }));
            Some((self.plan.undone_by(*step)?, undone.collect::<Vec<_>>()))
        });
        let is_work =
            |step: &&usize| self.scenario.steps.get(**step).is_none_or(|it| it.kind.is_work());
        let fixed =
            done.iter().filter(is_work).filter(|step| self.plan.undone_by(**step).is_none());
        self.undo = Some(Undo {
            open: compensations.collect(),
            elements: elements.collect(),
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

    /// What a step did that no later round has done again: elements and results, in order.
    pub(super) fn stands(&self, step: usize) -> Vec<(Json, Json)> {
        let mut stands = self.earlier.get(&step).cloned().unwrap_or_default();
        let now = self.results.range((step, 0)..(step + 1, 0));
        stands.extend(now.map(|(place, output)| {
            (self.elements.get(place).cloned().unwrap_or_default(), output.clone())
        }));
        stands
    }

    /// What a rollback would undo of each step, where none has begun; and what of that was done
    /// before the step was sent back.
    pub fn left_to_undo(&self) -> Option<[Left; 2]> {
        if self.undo.is_some() {
            return None;
        }
        let earlier = |step: usize| self.earlier.get(&step).cloned().unwrap_or_default();
        Some([self.left(|step| self.stands(step)), self.left(earlier)])
    }

    fn left(&self, of: impl Fn(usize) -> Vec<(Json, Json)>) -> Left {
        let steps = (0..self.plan.len()).filter(|step| self.plan.undone_by(*step).is_some());
        let left = steps.map(|step| {
            let mut stands = of(step);
            if !self.plan.step(step).is_fan_out() {
                // Only the last one is what it did, and it has no element.
                let last = stands.pop().map(|(_, output)| (Json::Null, output));
                stands = last.into_iter().collect();
            }
            (step, stands)
        });
        left.collect()
    }

    pub(super) fn expanded_to_undo(&self, step: usize, items: &[Item]) -> Result<(), Violation> {
        let Some(undo) = &self.undo else { return Ok(()) };
        let expected = undo.elements.iter().find(|(of, _)| *of == step).map(|(_, it)| it);
        let found: Vec<Json> = items.iter().map(|item| item.value.clone()).collect();
        must("undo", expected == Some(&found), || {
            format!("{found:?} instead of {expected:?} are undone")
        })
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
