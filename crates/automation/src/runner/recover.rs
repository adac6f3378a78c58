//! After a start: everything that has not ended is rebuilt from its journal and goes on.

use std::collections::HashSet;

use base::Timestamp;
use engine::definition::{Action, AgentChoice};
use engine::{Plan, State, Status, definition, replay};
use store::Error;

use super::live::{Author, Live, Waiter};
use super::machine::Machine;
use super::points::Point;
use super::{sql, unreadable};

/// How many executions are read at a time.
const PAGE: i64 = 200;

/// Reads every unfinished execution and puts it back to work.
pub(super) async fn recover(machine: &mut Machine) -> Result<(), Error> {
    let mut after = String::new();
    let mut count = 0_usize;
    let (mut queued, mut ended) = (Vec::new(), HashSet::new());
    loop {
        let mut tx = machine.app.db.read().await?;
        let page = sql::unfinished(&mut tx, &after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = last.id.to_string();
        for row in page {
            let events = sql::journal(&mut tx, row.organisation, row.id).await?;
            let definition = match definition::parse(&row.definition) {
                Ok(definition) => definition,
                Err(problems) => {
                    // It was checked when it was accepted; a newer program may have become stricter.
                    let first = problems.first().map(ToString::to_string).unwrap_or_default();
                    ended.insert(row.id);
                    unreadable::end(machine, row, events.len() as i64, &first);
                    continue;
                }
            };
            let plan = Plan::new(definition);
            let state = replay(&plan, &events);
            let (mut live, since) = live(row, plan, state, events.len() as i64);
            count += 1;
            if live.state.status == Status::Queued {
                queued.push((since, live.id));
                machine.live.insert(live.id, live);
                continue;
            }
            machine.listen_again(&mut live, &events);
            let now = machine.app.now();
            machine.adopt(live, since, now);
        }
        drop(tx);
        // Many executions are made durable in portions, so that memory stays bounded.
        machine.commit().await?;
        Point::Recovered.pass();
    }
    // Not every id says when its execution came.
    queued.sort_unstable();
    for (since, id) in queued {
        if let Some(live) = machine.live.get(&id) {
            machine.queue.push(live.waiting(since), &live.priority);
        }
    }
    unreadable::stop_children(machine, &ended);
    if count > 0 {
        tracing::info!("took up {count} unfinished executions");
    }
    Ok(())
}

/// An execution as its row and its journal have it, and when it was accepted.
pub(super) fn live(row: sql::Unfinished, plan: Plan, state: State, seq: i64) -> (Live, Timestamp) {
    let mut live = Live::new(row.organisation, row.id, plan, state, seq);
    let model = row.answered_model.or_else(|| row.model.clone());
    live.author = Author { agent: first_agent(&live), model, scripted: row.scripted };
    live.model = row.model;
    live.percent = row.percent;
    live.project = row.project;
    live.charge = row.charge;
    live.workflow = row.workflow;
    live.title = row.title;
    live.priority = row.priority;
    live.starter = row.starter;
    live.group = row.group;
    live.parent = row.parent.map(|parent| Waiter {
        execution: parent.execution,
        step: parent.step,
        instance: parent.instance,
        attempt: parent.attempt,
    });
    live.depth = row.depth;
    (live, row.created_at)
}

/// The agent whose work the execution's results are, as far as it has got.
fn first_agent(live: &Live) -> Option<String> {
    let steps = live.plan.definition().steps.iter();
    steps.rev().find_map(|step| match &step.action {
        Action::Agent { agent: AgentChoice::Named(agent), .. } => Some(agent.clone()),
        _ => None,
    })
}
