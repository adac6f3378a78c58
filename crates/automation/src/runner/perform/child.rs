//! A step whose work is another workflow: makes that execution, once.

use base::{ExecutionId, OrganisationId};
use engine::{AttemptKey, Failure};
use serde_json::Value as Json;

use super::{Desk, sql};
use crate::execution::group_of;
use crate::runner::children::end_of_child;
use crate::runner::handle::{Message, NewExecution, Parent, StartError, Starter};
use crate::workflow::find_plan;

/// The execution that an attempt makes.
pub(in crate::runner) struct ChildOrder {
    pub organisation: OrganisationId,
    pub parent: ExecutionId,
    pub child: ExecutionId,
    pub step: String,
    pub key: AttemptKey,
    pub depth: i64,
    pub workflow: String,
    pub inputs: Json,
    pub project: Option<String>,
    pub model: Option<String>,
    pub priority: String,
    pub starter: Starter,
}

/// Makes the execution, or finds it made; the runner hears of its end either way.
pub(in crate::runner) async fn child(desk: &Desk, order: ChildOrder) {
    let (id, key, child, organisation) = (order.parent, order.key, order.child, order.organisation);
    match make(desk, order).await {
        Ok(()) => {}
        Err(Trouble::Exists) => tell_if_ended(desk, organisation, id, key, child).await,
        Err(Trouble::Failed(failure)) => {
            desk.handle.tell(Message::Failed { id, key, failure }).await;
        }
    }
}

/// Why the execution was not made.
enum Trouble {
    Exists,
    Failed(Failure),
}

async fn make(desk: &Desk, order: ChildOrder) -> Result<(), Trouble> {
    let lost = |error: store::Error| {
        Trouble::Failed(Failure::passing(
            "database",
            format!("the workflow could not be read: {error}"),
        ))
    };
    let mut tx = desk.app.db.read().await.map_err(lost)?;
    let workflows = &desk.dependencies.workflows;
    let found = find_plan(workflows, &mut tx, order.organisation, &order.workflow);
    let source = found.await.map_err(lost)?.ok_or_else(|| {
        let message = format!("there is no workflow \"{}\"", order.workflow);
        Trouble::Failed(Failure::permanent("not_found", message))
    })?;
    drop(tx);
    let inputs = source.plan.definition().accept_inputs(&order.inputs).map_err(|problems| {
        let all: Vec<String> = problems
            .iter()
            .map(|problem| format!("{} {}", problem.field, problem.message))
            .collect();
        let message =
            format!("workflow \"{}\" cannot take its inputs: {}", source.slug, all.join("; "));
        Trouble::Failed(Failure::permanent("invalid_inputs", message))
    })?;
    let group = group_of(&source.plan, &inputs)
        .map_err(|message| Trouble::Failed(Failure::permanent("expression", message)))?;
    let mut seed = [0; 8];
    desk.app.random.fill(&mut seed);
    let new = NewExecution {
        organisation: order.organisation,
        id: order.child,
        definition: source.text,
        title: source.name.clone(),
        workflow_slug: source.slug,
        workflow_name: source.name,
        workflow_revision: source.revision,
        project: order.project,
        inputs,
        model: order.model,
        priority: order.priority,
        starter: order.starter,
        seed: u64::from_le_bytes(seed),
        trigger: "workflow",
        parent: Some(Parent { execution: order.parent, step: order.step, key: order.key }),
        link: None,
        group,
        depth: order.depth,
        beside: None,
        plan: source.plan,
    };
    match desk.handle.create(new).await {
        Ok(_) => Ok(()),
        Err(StartError::Exists) => Err(Trouble::Exists),
        // The attempt is found again when the engine is back.
        Err(StartError::Unavailable(why)) => {
            tracing::info!(execution.id = %order.parent, "a sub-workflow was not started: {why}");
            Ok(())
        }
    }
}

/// It was made before. If it has ended, its end was told to a runner that is no more.
async fn tell_if_ended(
    desk: &Desk,
    organisation: OrganisationId,
    parent: ExecutionId,
    key: AttemptKey,
    child: ExecutionId,
) {
    let read = async {
        let mut tx = desk.app.db.read().await?;
        sql::end(&mut tx, organisation, child).await
    };
    match read.await {
        Ok(Some(end)) => {
            let message = end_of_child(parent, key, child, end.status, |status| {
                let why = end.error.as_ref().and_then(|error| error["message"].as_str());
                let why = why.map_or_else(|| format!("it was {status}"), str::to_owned);
                (end.outputs.unwrap_or(Json::Null), why)
            });
            if let Some(message) = message {
                desk.handle.tell(message).await;
            }
        }
        Ok(None) => {}
        Err(error) => tracing::error!(execution.id = %child, "cannot read a sub-workflow: {error}"),
    }
}
