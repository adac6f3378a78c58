//! Routes that look inside an execution: its graph with live states, its checkpoints, and
//! what one step was given and gave.

use std::collections::HashMap;

use base::{ExecutionId, OrganisationId};
use engine::{AttemptKey, Event, Plan, State, definition, given, replay};
use serde_json::Value;
use store::Tx;
use utoipa_axum::routes;
use web::{
    Access, Ctx, Error, Json, Path, Permission, Problem, Result, Routes, invalid_state, not_found,
};

use super::model::{Checkpoint, JournalEntry, StepData};
use super::sql;
use crate::Automation;
use crate::workflow::Graph;

/// The longest journal that there is (reliability R31).
const WHOLE: i64 = 50_001;

pub(super) fn routes() -> Routes<Automation> {
    let view = Access::Permission(Permission::ViewWorkflows);
    Routes::new().add(view, routes!(graph)).add(view, routes!(checkpoints)).add(view, routes!(step))
}

/// Get the graph of an execution: its steps with their states as they are now.
#[utoipa::path(get, path = "/api/v1/executions/{id}/graph", operation_id = "get_execution_graph", tag = "executions",
    params(("id" = ExecutionId, Path, description = "The execution's id")),
    responses((status = 200, description = "The graph", body = Graph),
        (status = 404, description = "There is no such execution", body = Problem)))]
async fn graph(ctx: Ctx, Path(id): Path<ExecutionId>) -> Result<Json<Graph>> {
    let organisation = ctx.organisation()?;
    let mut tx = ctx.read().await?;
    let plan = plan(&mut tx, organisation, id).await?;
    let rows = sql::steps(&mut tx, organisation, id).await?;
    drop(tx);
    let mut states: HashMap<String, String> =
        rows.into_iter().map(|row| (row.step, row.status)).collect();
    let mut graph = Graph::of(plan.definition());
    for node in &mut graph.nodes {
        node.status = Some(states.remove(&node.id).unwrap_or_else(|| "pending".to_owned()));
    }
    Ok(Json(graph))
}

/// List the checkpoints of an execution, the oldest first.
#[utoipa::path(get, path = "/api/v1/executions/{id}/checkpoints", operation_id = "list_checkpoints", tag = "executions",
    params(("id" = ExecutionId, Path, description = "The execution's id")),
    responses((status = 200, description = "The checkpoints", body = Vec<Checkpoint>),
        (status = 404, description = "There is no such execution", body = Problem)))]
async fn checkpoints(ctx: Ctx, Path(id): Path<ExecutionId>) -> Result<Json<Vec<Checkpoint>>> {
    let organisation = ctx.organisation()?;
    let mut tx = ctx.read().await?;
    let plan = plan(&mut tx, organisation, id).await?;
    let journal = sql::journal(&mut tx, organisation, id, 0, WHOLE).await?;
    drop(tx);
    let found = journal.into_iter().filter(|entry| entry.kind == "step_completed");
    let found = found.filter_map(|entry| {
        let name = entry.body["checkpoint"].as_str()?.to_owned();
        let step = plan.step(position(&entry)?).id.clone();
        Some(Checkpoint { seq: entry.seq, step, name: Some(name), at: entry.at })
    });
    Ok(Json(found.collect()))
}

/// Get what a step was given, what it gave, and the facts about it.
#[utoipa::path(get, path = "/api/v1/executions/{id}/steps/{step}", operation_id = "get_execution_step", tag = "executions",
    params(("id" = ExecutionId, Path, description = "The execution's id"), ("step" = String, Path, description = "The step's key")),
    responses((status = 200, description = "The step", body = StepData),
        (status = 404, description = "There is no such execution or step", body = Problem)))]
async fn step(ctx: Ctx, Path((id, step)): Path<(ExecutionId, String)>) -> Result<Json<StepData>> {
    let organisation = ctx.organisation()?;
    let mut tx = ctx.read().await?;
    let plan = plan(&mut tx, organisation, id).await?;
    let at = plan.position(&step).ok_or_else(|| not_found("step", &step))?;
    let journal = sql::journal(&mut tx, organisation, id, 0, WHOLE).await?;
    let results = sql::results(&mut tx, organisation, id, &step).await?;
    drop(tx);
    let facts = journal.iter().map(|entry| serde_json::from_value(entry.body.clone()));
    let facts: Vec<Event> = facts.collect::<Result<_, _>>().map_err(|error| {
        Error::internal(format!("the journal of execution {id} is not understood: {error}"))
    })?;
    let state = replay(&plan, &facts);
    let is_fan_out = plan.step(at).is_fan_out();
    let outputs = Some(state.steps[at].outputs(is_fan_out)).filter(|_| !results.is_empty());
    Ok(Json(StepData {
        inputs: inputs(&plan, &state, at, is_fan_out),
        outputs,
        results,
        events: journal.into_iter().filter(|entry| position(entry) == Some(at)).collect(),
        id: step,
    }))
}

/// What each instance of a step was given; what cannot be evaluated is told in its place.
fn inputs(plan: &Plan, state: &State, step: usize, is_fan_out: bool) -> Option<Value> {
    let of = |(instance, attempts): (usize, u32)| {
        let value = given(plan, state, AttemptKey { step, instance, attempt: attempts.max(1) })?;
        Some(value.unwrap_or_else(|error| Value::String(error.to_string())))
    };
    let instances = state.steps[step].instances.iter().map(|instance| instance.attempts);
    let mut all = instances.enumerate().filter_map(of);
    if is_fan_out {
        let all: Vec<Value> = all.collect();
        return (!all.is_empty()).then_some(Value::Array(all));
    }
    all.next()
}

fn position(entry: &JournalEntry) -> Option<usize> {
    usize::try_from(entry.body["step"].as_u64()?).ok()
}

async fn plan(tx: &mut Tx, organisation: OrganisationId, id: ExecutionId) -> Result<Plan> {
    let text = sql::definition(tx, organisation, id).await?;
    let text = text.ok_or_else(|| not_found("execution", id))?;
    let definition = definition::parse(&text).map_err(|problems| {
        let first = problems.first().map(ToString::to_string).unwrap_or_default();
        invalid_state(format!(
            "this version of the program does not understand the definition of execution {id}: {first}"
        ))
    })?;
    Ok(Plan::new(definition))
}
