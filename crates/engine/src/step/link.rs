//! What has ended stays ended: a retry, a resume, a fork and a rollback asked for later are
//! executions of their own, which begin with the results that the ended one had.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use crate::definition::Action;
use crate::execution::{Origin, SkipCause};
use crate::{
    Event, Failure, InstanceState, InstanceStatus, LinkMode, Plan, State, StepState, StepStatus,
};

/// An ended execution to be continued.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// Its id.
    pub execution: &'a str,
    /// Its plan.
    pub plan: &'a Plan,
    /// Where it ended.
    pub state: &'a State,
}

/// Why an execution cannot be continued as wanted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// It has not ended.
    #[error("the execution is {0}; wait for its end or cancel it first")]
    NotEnded(crate::Status),
    /// Everything went well.
    #[error("every step ended well, so there is nothing to retry; resume from a step instead")]
    NothingToRetry,
    /// There is no such step.
    #[error("there is no step \"{0}\" in this workflow")]
    UnknownStep(String),
    /// It is undone already, or did nothing.
    #[error("nothing that it did can be undone; give steps a \"compensate\"")]
    NothingToUndo,
}

/// The first facts of an execution that continues an ended one, and the state after them.
/// `from` is the step to go on from; without it, everything that did not end well is done
/// again.
pub fn link(
    plan: &Plan,
    source: Source<'_>,
    mode: LinkMode,
    from: Option<&str>,
    inputs: Json,
    seed: u64,
) -> Result<(State, Vec<Event>), LinkError> {
    if !source.state.status.is_final() {
        return Err(LinkError::NotEnded(source.state.shown()));
    }
    let again = done_again(plan, source, mode, from, &inputs)?;
    let keeps = kept_steps(plan, source, mode, &again)?;
    let origin = Some(Origin { execution: source.execution.to_owned(), mode });
    let mut events = vec![Event::ExecutionCreated { inputs, seed, origin }];
    // In the order in which they ended, so that a rollback undoes the last one first.
    let ended = source.state.done.iter().copied();
    let others = (0..source.plan.len()).filter(|step| !source.state.done.contains(step));
    for step in ended.chain(others).filter(|step| *step < source.plan.len()) {
        let Some(target) = plan.position(&source.plan.step(step).id) else { continue };
        let stands = standing(source, step);
        events.extend(if keeps.get(target) == Some(&true) {
            kept(target, &stands, plan, mode)
        } else {
            to_undo(target, &stands, plan, mode)
        });
    }
    let mut state = State::new(plan);
    for event in &events {
        state.apply(event);
    }
    if mode == LinkMode::Rollback && !state.done.iter().any(|step| plan.undone_by(*step).is_some())
    {
        return Err(LinkError::NothingToUndo);
    }
    Ok((state, events))
}

/// The steps that are done again because that is wanted, and those that may not be kept.
fn done_again(
    plan: &Plan,
    source: Source<'_>,
    mode: LinkMode,
    from: Option<&str>,
    inputs: &Json,
) -> Result<BTreeSet<usize>, LinkError> {
    let mut again: BTreeSet<usize> = match from {
        Some(id) => {
            let step = plan.position(id).filter(|step| *step < plan.len());
            let step = step.ok_or_else(|| LinkError::UnknownStep(id.to_owned()))?;
            plan.from(step).into_iter().collect()
        }
        // A fork from nowhere is the same work with other inputs.
        None if mode == LinkMode::Fork => (0..plan.len()).collect(),
        None => BTreeSet::new(),
    };
    // What people said yes to was other work, so they are asked again.
    let is_other_work =
        source.state.inputs != *inputs || source.plan.definition() != plan.definition();
    if mode == LinkMode::Fork && is_other_work {
        let asking = (0..plan.len()).filter(|step| asks_people(plan, *step));
        again.extend(asking.flat_map(|step| plan.from(step)).collect::<Vec<_>>());
    }
    Ok(again)
}

fn asks_people(plan: &Plan, step: usize) -> bool {
    match &plan.step(step).action {
        Action::Approval(_) => true,
        Action::Gate(gate) => gate.back.as_ref().is_some_and(|back| back.ask.is_some()),
        Action::Agent { .. } | Action::Tool { .. } | Action::Workflow { .. } | Action::Wait(_) => {
            false
        }
    }
}

/// For each step of the new plan, whether what it gave is kept.
fn kept_steps(
    plan: &Plan,
    source: Source<'_>,
    mode: LinkMode,
    again: &BTreeSet<usize>,
) -> Result<Vec<bool>, LinkError> {
    let mut keeps = vec![true; plan.len()];
    for step in again {
        keeps[*step] = false;
    }
    if mode == LinkMode::Rollback {
        return Ok(keeps);
    }
    let mut is_anything_open = !again.is_empty();
    for step in 0..plan.len() {
        let old = source.plan.position(&plan.step(step).id);
        // A list is no substitute for one value, nor one value for a list.
        let old = old.filter(|old| {
            *old < source.plan.len()
                && source.plan.step(*old).is_fan_out() == plan.step(step).is_fan_out()
        });
        let ended_well = old.is_some_and(|old| ended_well(source, old));
        // What needs something that is done again is done again, too.
        let needs_kept = plan.step(step).needs.iter().all(|need| keeps[*need]);
        if keeps[step] && !(ended_well && needs_kept) {
            let is_partly_kept = needs_kept && old.is_some_and(|old| is_partly_done(source, old));
            if !is_partly_kept {
                keeps[step] = false;
            }
            is_anything_open = true;
            for after in plan.from(step).into_iter().skip_while(|after| *after == step) {
                if after != step {
                    keeps[after] = false;
                }
            }
        }
    }
    if is_anything_open { Ok(keeps) } else { Err(LinkError::NothingToRetry) }
}

/// Whether a step's end is to be kept: it ended well, or was skipped by its condition, or
/// its failure was handled.
fn ended_well(source: Source<'_>, step: usize) -> bool {
    let state = &source.state.steps[step];
    match state.status {
        StepStatus::Completed => !is_touched_by_undoing(source, step),
        // An execution that ends skips what it never reached; only its condition counts.
        StepStatus::Skipped => source.state.status == crate::Status::Completed && !state.is_lost,
        StepStatus::Failed | StepStatus::Cancelled | StepStatus::Pending | StepStatus::Running => {
            false
        }
    }
}

/// Whether some instances of a fan-out ended well.
fn is_partly_done(source: Source<'_>, step: usize) -> bool {
    source.plan.step(step).is_fan_out() && standing(source, step).did_something()
}

/// Whether some of what a step did has been undone.
fn is_touched_by_undoing(source: Source<'_>, step: usize) -> bool {
    let undoing = source.plan.undone_by(step).map(|undoing| &source.state.steps[undoing]);
    undoing.is_some_and(StepState::did_something)
}

/// What of a step still stands: what has been undone counts as never done.
fn standing(source: Source<'_>, step: usize) -> StepState {
    let mut state = source.state.steps[step].clone();
    state.earlier.retain(InstanceState::ended_well);
    let is_fan_out = source.plan.step(step).is_fan_out();
    if state.status == StepStatus::Completed && !is_fan_out {
        // Rounds of a loop may be fewer than before; the step is done again nevertheless.
        state.earlier.clear();
    }
    if !is_touched_by_undoing(source, step) {
        return state;
    }
    let undoing = source.plan.undone_by(step).map(|undoing| &source.state.steps[undoing]);
    let undone: Vec<bool> = undoing.map_or_else(Vec::new, |undoing| {
        undoing.instances.iter().map(InstanceState::ended_well).collect()
    });
    // Instances are undone in reverse order.
    let done = state.earlier.iter_mut().chain(&mut state.instances).rev();
    for (place, instance) in done.filter(|instance| instance.ended_well()).enumerate() {
        if !is_fan_out || undone.get(place) == Some(&true) {
            instance.status = InstanceStatus::Cancelled;
        }
    }
    state.earlier.retain(InstanceState::ended_well);
    if state.status == StepStatus::Completed {
        state.status = StepStatus::Cancelled;
    }
    state
}

/// The fact that takes over what a step gave.
fn kept(target: usize, step: &StepState, plan: &Plan, mode: LinkMode) -> Option<Event> {
    let keeps = |status: Option<StepStatus>, failure: Option<Failure>| Event::StepKept {
        step: target,
        status,
        instances: step.instances.iter().map(InstanceState::to_keep).collect(),
        failure,
        earlier: step.earlier.iter().map(InstanceState::to_keep).collect(),
    };
    let did_something = step.did_something() || !step.earlier.is_empty();
    match step.status {
        StepStatus::Completed => Some(keeps(Some(StepStatus::Completed), None)),
        StepStatus::Skipped if step.earlier.is_empty() => {
            let cause = if step.is_lost { SkipCause::NeedFailed } else { SkipCause::Condition };
            Some(Event::StepSkipped { step: target, cause })
        }
        StepStatus::Skipped => Some(keeps(Some(StepStatus::Skipped), None)),
        StepStatus::Failed | StepStatus::Cancelled if did_something => {
            if mode == LinkMode::Rollback {
                return Some(keeps(Some(step.status), step.failure.clone()));
            }
            plan.step(target).is_fan_out().then(|| keeps(None, None))
        }
        StepStatus::Failed | StepStatus::Cancelled | StepStatus::Pending | StepStatus::Running => {
            None
        }
    }
}

/// The fact that takes over what is left to undo of a step that a gate sent back, and that is
/// done again. A fork is other work, and leaves what was done alone.
fn to_undo(target: usize, step: &StepState, plan: &Plan, mode: LinkMode) -> Option<Event> {
    let is_undone =
        mode != LinkMode::Fork && plan.undone_by(target).is_some() && !step.earlier.is_empty();
    is_undone.then(|| Event::StepKept {
        step: target,
        status: None,
        instances: Vec::new(),
        failure: None,
        earlier: step.standing().map(InstanceState::to_keep).collect(),
    })
}
