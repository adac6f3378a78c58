//! Carrying out the tools that an agent asked for. The model is an untrusted user: the
//! policy of its agent decides about every call.

use std::sync::Arc;

use agent::tool::{Error, Invocation, Policy};
use agent::turn::{Call, Input, ToolOutcome};

use super::journal::Journal;
use super::stopped::Stopped;
use super::{Assignment, Desk};

/// Carries out calls one after the other and journals each return.
pub(super) async fn call(
    desk: &Desk,
    assignment: &Arc<Assignment>,
    journal: &mut Journal,
    calls: Vec<Call>,
) -> Result<(), Stopped> {
    for call in calls {
        let outcome = one(desk, assignment, journal, &call).await;
        let input = Input::ToolReturned { call_id: call.id, outcome };
        journal.returned(desk, assignment, input).await?;
    }
    Ok(())
}

async fn one(desk: &Desk, assignment: &Assignment, journal: &Journal, call: &Call) -> ToolOutcome {
    let registry = &desk.dependencies.tools;
    let agent = &journal.turn.spec().agent;
    let Some(tool) = registry.get(&call.name) else {
        return ToolOutcome::Failed { message: format!("there is no tool \"{}\"", call.name) };
    };
    match registry.policy(agent, &call.name) {
        Policy::Allow => {}
        Policy::Ask => {
            return ToolOutcome::Denied {
                reason: format!("\"{}\" cannot be undone and no person has allowed it", call.name),
            };
        }
        Policy::Deny => {
            return ToolOutcome::Denied {
                reason: format!("this agent may not use \"{}\"", call.name),
            };
        }
    }
    let key = assignment.key;
    let invocation = Invocation {
        organisation: assignment.organisation,
        execution: assignment.execution,
        agent: agent.slug.clone(),
        idempotency_key: format!(
            "{}/{}/{}/{}/{}",
            assignment.execution, assignment.step, key.instance, key.attempt, call.id
        ),
        arguments: call.arguments.clone(),
    };
    let timeout = tool.spec().timeout;
    match tokio::time::timeout(timeout, tool.run(invocation)).await {
        Ok(result) => ToolOutcome::from(result),
        Err(_) => ToolOutcome::from(Err(Error::TimedOut { after: timeout })),
    }
}
