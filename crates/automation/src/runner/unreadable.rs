//! Executions whose definition this program does not understand, although an older one accepted
//! it: nobody can carry them on, so they end, and say why.

use std::collections::HashSet;

use base::ExecutionId;
use engine::{Event, Failure, Plan, create, definition};
use serde_json::Value as Json;

use super::change::Change;
use super::machine::Machine;
use super::recover;
use super::sql::Unfinished;

/// What stands for the definition at the end: its steps are those whose end concerns others,
/// calls in the ledger and questions to people.
const STAND_IN: &str = "
name: unreadable
steps:
  - { id: work, agent: nobody, command: nothing }
  - { id: ask, needs: work, approval: { title: Nothing } }
";

/// Ends an execution with so many facts, whose definition has this problem, in the coming commit.
pub(super) fn end(machine: &mut Machine, row: Unfinished, facts: i64, problem: &str) {
    let id = row.id;
    let message = format!(
        "this version of the program does not understand its definition: {problem}; mend the definition and start it anew"
    );
    tracing::error!(execution.id = %id, "an execution cannot go on: {message}");
    let plan = Plan::new(definition::parse(STAND_IN).expect("a test reads it"));
    let (mut state, _) = create(&plan, Json::Null, 0);
    let failure = Failure::permanent("unreadable_definition", message);
    let failed = Event::ExecutionFailed { step: None, failure };
    state.apply(&failed);
    let (completed, failed_steps) = row.ended_steps;
    let (mut live, _) = recover::live(row, plan, state, facts);
    let mut change = Change::new(&live);
    change.extend(&mut live, vec![failed]);
    // The steps that it has are not those of what stands for it.
    (change.head.completed_steps, change.head.failed_steps) = (completed, failed_steps);
    machine.live.insert(id, live);
    machine.changes.insert(id, change);
}

/// Stops the executions that steps of these have started: nobody waits for them any more.
pub(super) fn stop_children(machine: &mut Machine, ended: &HashSet<ExecutionId>) {
    let parents = machine.live.values().filter_map(|live| {
        let parent = live.parent.as_ref()?.execution;
        Some((parent, live.id))
    });
    let children: Vec<_> = parents.filter(|(parent, _)| ended.contains(parent)).collect();
    for (parent, child) in children {
        machine.stop_child(parent, child);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_for_a_definition_can_be_read() {
        assert_eq!(definition::parse(STAND_IN).map(|read| read.steps.len()), Ok(2));
    }
}
