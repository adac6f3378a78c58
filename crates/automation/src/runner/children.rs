//! Steps whose work is another workflow: the child is an execution of its own, made once
//! for each attempt, and its end is the attempt's end.

use base::ExecutionId;
use engine::definition::Action;
use engine::{AttemptKey, Failure, Input, Status};
use serde_json::Value as Json;
use sha2::{Digest as _, Sha256};

use super::change::Change;
use super::handle::{Message, NewExecution, ResultNote};
use super::live::Live;
use super::machine::Machine;
use super::perform::{self, ChildOrder};

/// How many executions may stand above one another.
const DEEPEST: i64 = 8;

/// How much room there is for children beside the executions that a server takes, for each of
/// those and at most. Without an end to it, workflows that start many of which each starts many
/// take all memory.
const ROOM: (usize, usize) = (16, 100_000);

/// The id of the execution that an attempt makes; always the same, so that it is made once.
pub(super) fn child_id(parent: ExecutionId, step: &str, key: AttemptKey) -> ExecutionId {
    let text = format!("{parent}\u{1f}{step}\u{1f}{}\u{1f}{}", key.instance, key.attempt);
    let digest = Sha256::digest(text.as_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    ExecutionId::from_u128(u128::from_be_bytes(bytes) >> 1)
}

impl Machine {
    pub(super) fn start_child(
        &mut self,
        id: ExecutionId,
        key: AttemptKey,
        workflow: String,
        inputs: Json,
    ) {
        let Some(live) = self.live.get(&id) else { return };
        if live.depth >= DEEPEST {
            let message = format!(
                "workflow \"{workflow}\" would be the {}th inside another; let fewer workflows start workflows",
                live.depth + 1
            );
            return self.fail(id, key, Failure::permanent("too_deep", message));
        }
        let step = live.step_id(key);
        let child = child_id(id, &step, key);
        // One that was made before finds its place again.
        if !self.live.contains_key(&child) && !self.has_room_inside() {
            let message = format!(
                "{} executions have not ended, so none begins inside another; let fewer start at once, or raise limits.open_executions",
                self.live.len()
            );
            return self.fail(id, key, Failure::passing("overloaded", message));
        }
        let order = ChildOrder {
            organisation: live.organisation,
            parent: id,
            child,
            step,
            key,
            depth: live.depth + 1,
            workflow,
            inputs,
            project: live.project.clone(),
            charge: live.charge.clone(),
            model: live.model.clone(),
            priority: live.priority.clone(),
            starter: live.starter.clone(),
        };
        let (desk, task) = (self.desk(), self.task(id, key));
        self.app.spawn(async move {
            tokio::select! {
                biased;
                () = task.cancelled() => {}
                () = perform::child(&desk, order) => {}
            }
        });
    }

    fn has_room_inside(&self) -> bool {
        let (each, most) = ROOM;
        let inside = self.max_open.saturating_mul(each).min(most);
        self.live.len() < self.max_open.saturating_add(inside)
    }

    /// Whether one that waits for this execution, directly or not, has a place in its group
    /// already. That place is for both of them: waiting for it would be waiting for oneself.
    pub(super) fn has_place_above(&self, new: &NewExecution) -> bool {
        let Some(group) = &new.group else { return false };
        let mut above = new.parent.as_ref().map(|parent| parent.execution);
        while let Some(live) = above.and_then(|id| self.live.get(&id)) {
            if live.group.as_ref().is_some_and(|own| own.name == group.name) {
                return true;
            }
            above = live.parent.as_ref().map(|waiter| waiter.execution);
        }
        false
    }

    /// The attempt is not wanted any more, and neither is the execution that it made.
    pub(super) fn cancel_child(&mut self, id: ExecutionId, key: AttemptKey) {
        if let Some(child) = self.live.get(&id).and_then(|live| child_of(live, key)) {
            self.stop_child(id, child);
        }
    }

    /// An execution that nobody waits for any more.
    pub(super) fn stop_child(&mut self, parent: ExecutionId, child: ExecutionId) {
        if self.live.contains_key(&child) {
            let by = format!("execution {parent}");
            let reason = Some("the step that waited for it is over".to_owned());
            let now = self.app.now();
            self.advance(child, Input::Cancel { by, reason }, None, now);
        }
    }

    /// An execution ended; the attempt that waits for it ends too.
    pub(super) fn tell_parent(&mut self, change: &Change) {
        let Some(live) = self.live.get(&change.id) else { return };
        let Some(waiter) = live.parent.clone() else { return };
        let Some(parent) = self.live.get(&waiter.execution) else { return };
        let Some(step) = parent.plan.position(&waiter.step) else { return };
        let (instance, attempt) = (waiter.instance, waiter.attempt);
        let (parent, key) = (waiter.execution, AttemptKey { step, instance, attempt });
        let message = end_of_child(parent, key, change.id, change.head.status, |status| {
            let outputs = change.head.outputs.clone().unwrap_or(Json::Null);
            let error = change.head.error.as_ref().and_then(|error| error["message"].as_str());
            (outputs, error.map_or_else(|| format!("it was {status}"), str::to_owned))
        });
        self.local.extend(message);
    }
}

/// The execution that an attempt made, if that is its work.
pub(super) fn child_of(live: &Live, key: AttemptKey) -> Option<ExecutionId> {
    let is_workflow = matches!(live.plan.step(key.step).action, Action::Workflow { .. });
    is_workflow.then(|| child_id(live.id, &live.step_id(key), key))
}

/// What the end of a child means to the attempt that waits for it.
pub(super) fn end_of_child(
    parent: ExecutionId,
    key: AttemptKey,
    child: ExecutionId,
    status: Status,
    told: impl FnOnce(Status) -> (Json, String),
) -> Option<Message> {
    if !status.is_final() {
        return None;
    }
    let (output, why) = told(status);
    if status == Status::Completed {
        let summary = format!("execution {child} completed");
        let note = Box::new(ResultNote { summary, ..ResultNote::default() });
        return Some(Message::Completed { id: parent, key, output, note });
    }
    let message = format!("execution {child} did not complete: {why}");
    let failure = Failure::permanent("workflow_failed", message);
    Some(Message::Failed { id: parent, key, failure })
}
