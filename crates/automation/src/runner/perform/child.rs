//! A step whose work is another workflow: makes that execution, once.

use base::{ExecutionId, OrganisationId};
use engine::{AttemptKey, Failure};
use serde_json::Value as Json;

use super::stopped::{Stopped, until_ended};
use super::{Desk, sql};
use crate::execution::group_of;
use crate::runner::children::end_of_child;
use crate::runner::handle::{Charge, Message, NewExecution, Parent, StartError, Starter};
use crate::runner::points::Point;
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
    pub charge: Charge,
    pub model: Option<String>,
    pub priority: String,
    pub starter: Starter,
}

/// Makes the execution, or finds it made; the runner hears of its end either way.
pub(in crate::runner) async fn child(desk: &Desk, order: ChildOrder) {
    let (id, key) = (order.parent, order.key);
    let message = match until_ended(id, &order.step, || make(desk, &order)).await {
        Ok(None) => return,
        Ok(Some(message)) => message,
        Err(failure) => Message::Failed { id, key, failure },
    };
    desk.handle.tell(message).await;
}

/// The news for the attempt, if the execution was made before and has ended.
async fn make(desk: &Desk, order: &ChildOrder) -> Result<Option<Message>, Stopped> {
    let failed = |code, message| Stopped::Failed(Failure::permanent(code, message));
    let mut tx = desk.app.db.read().await?;
    let workflows = &desk.dependencies.workflows;
    let found = find_plan(workflows, &mut tx, order.organisation, &order.workflow).await?;
    let source = found.ok_or_else(|| {
        failed("not_found", format!("there is no workflow \"{}\"", order.workflow))
    })?;
    // What was made before it was put away goes on.
    if source.is_archived && sql::end(&mut tx, order.organisation, order.child).await?.is_none() {
        let message = format!("the workflow \"{}\" is archived; activate it first", source.slug);
        return Err(failed("archived", message));
    }
    drop(tx);
    let inputs = source.plan.definition().accept_inputs(&order.inputs).map_err(|problems| {
        let all: Vec<String> = problems
            .iter()
            .map(|problem| format!("{} {}", problem.field, problem.message))
            .collect();
        let message =
            format!("workflow \"{}\" cannot take its inputs: {}", source.slug, all.join("; "));
        failed("invalid_inputs", message)
    })?;
    let group = group_of(&source.plan, &inputs).map_err(|message| failed("expression", message))?;
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
        project: order.project.clone(),
        charge: order.charge.clone(),
        inputs,
        model: order.model.clone(),
        priority: order.priority.clone(),
        starter: order.starter.clone(),
        seed: u64::from_le_bytes(seed),
        trigger: "workflow",
        parent: Some(Parent { execution: order.parent, step: order.step.clone(), key: order.key }),
        link: None,
        group,
        depth: order.depth,
        beside: None,
        audit: None,
        plan: source.plan,
    };
    Point::ChildDue.pass();
    let made = desk.handle.create_inside(new).await;
    Point::ChildMade.pass();
    match made {
        Ok(_) => Ok(None),
        Err(StartError::Exists) => end_of(desk, order).await,
        Err(error @ StartError::Circle(_)) => Err(failed("deadlock", error.to_string())),
        Err(error @ (StartError::Full(_) | StartError::Unavailable(_))) => {
            Err(Stopped::Lost(error.to_string()))
        }
    }
}

/// It was made before. If it has ended, its end was told to a runner that is no more.
async fn end_of(desk: &Desk, order: &ChildOrder) -> Result<Option<Message>, Stopped> {
    let mut tx = desk.app.db.read().await?;
    let Some(end) = sql::end(&mut tx, order.organisation, order.child).await? else {
        return Ok(None);
    };
    Ok(end_of_child(order.parent, order.key, order.child, end.status, |status| {
        let why = end.error.as_ref().and_then(|error| error["message"].as_str());
        let why = why.map_or_else(|| format!("it was {status}"), str::to_owned);
        (end.outputs.unwrap_or(Json::Null), why)
    }))
}
