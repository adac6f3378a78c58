//! After a start: everything that has not ended is rebuilt from its journal and goes on.

use engine::{Plan, definition, replay};
use store::Error;

use super::live::{Author, Live};
use super::machine::Machine;
use super::sql;

/// How many executions are read at a time.
const PAGE: i64 = 200;

/// Reads every unfinished execution and puts it back to work.
pub(super) async fn recover(machine: &mut Machine) -> Result<(), Error> {
    let mut after = String::new();
    let mut count = 0_usize;
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
                    tracing::error!(execution.id = %row.id, "cannot go on: its definition is not understood any more: {first}");
                    continue;
                }
            };
            let plan = Plan::new(definition);
            let state = replay(&plan, &events);
            let mut live = Live::new(row.organisation, row.id, plan, state, events.len() as i64);
            live.author = Author { agent: None, model: row.model.clone(), scripted: row.scripted };
            live.model = row.model;
            live.percent = row.percent;
            let now = machine.app.now();
            live.author.agent = first_agent(&live);
            machine.adopt(live, &row.priority, now);
            count += 1;
        }
        drop(tx);
        // Many executions are made durable in portions, so that memory stays bounded.
        machine.commit().await?;
    }
    if count > 0 {
        tracing::info!("took up {count} unfinished executions");
    }
    Ok(())
}

/// The agent whose work the execution's results are, as far as it has got.
fn first_agent(live: &Live) -> Option<String> {
    let steps = live.plan.definition().steps.iter();
    steps.rev().find_map(|step| match &step.action {
        definition::Action::Agent { agent, .. } => Some(agent.clone()),
        definition::Action::Tool { .. } => None,
    })
}
