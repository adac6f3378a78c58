//! An execution with its steps, instances, attempts and calls, put together from rows.

use std::collections::HashMap;

use base::{ExecutionId, Micros, OrganisationId, Usage};
use engine::Plan;
use engine::definition;
use store::Tx;
use web::{Result, not_found};

use super::model::{Attempt, Call, ExecutionDetail, Instance, Step};
use super::sql::{self, AttemptRow, CallRow, StepRow};
use crate::step_kind::StepKind;

/// Reads all of an execution.
pub(super) async fn read(
    tx: &mut Tx,
    organisation: OrganisationId,
    id: ExecutionId,
) -> Result<ExecutionDetail> {
    let execution =
        sql::get(tx, organisation, id).await?.ok_or_else(|| not_found("execution", id))?;
    let text = sql::definition(tx, organisation, id).await?.unwrap_or_default();
    // What an older program accepted is shown even if this one does not understand it.
    let plan = definition::parse(&text).ok().map(Plan::new);
    let mut calls: HashMap<(String, i64, i64), Vec<Call>> = HashMap::new();
    for row in sql::calls(tx, organisation, id).await? {
        let key = (row.step.clone(), row.instance, row.attempt);
        calls.entry(key).or_default().push(call(row));
    }
    let mut attempts: HashMap<String, Vec<AttemptRow>> = HashMap::new();
    for row in sql::attempts(tx, organisation, id).await? {
        attempts.entry(row.step.clone()).or_default().push(row);
    }
    let rows = sql::steps(tx, organisation, id).await?;
    let steps = rows.into_iter().map(|row| {
        let attempts = attempts.remove(&row.step).unwrap_or_default();
        step(plan.as_ref(), row, attempts, &mut calls)
    });
    let timeout = plan.as_ref().and_then(|plan| plan.definition().timeout);
    Ok(ExecutionDetail {
        last_seq: execution.last_seq,
        steps: steps.collect(),
        deadline: timeout.and_then(|after| Some(execution.started_at?.plus(after))),
        children: sql::children(tx, organisation, id).await?,
        continued_by: sql::continuations(tx, organisation, id).await?,
        execution,
    })
}

fn step(
    plan: Option<&Plan>,
    row: StepRow,
    attempts: Vec<AttemptRow>,
    calls: &mut HashMap<(String, i64, i64), Vec<Call>>,
) -> Step {
    let known = plan.and_then(|plan| Some((plan, plan.position(&row.step)?)));
    let definition = known.map(|(plan, position)| plan.step(position));
    let id_of = |plan: &Plan, position: usize| plan.step(position).id.clone();
    let compensates = known.and_then(|(plan, position)| Some(id_of(plan, plan.undoes(position)?)));
    let undone_by = known.and_then(|(plan, position)| Some(id_of(plan, plan.undone_by(position)?)));
    let kind = definition.map(|step| StepKind::of(&step.action));
    let kind = kind.unwrap_or(StepKind { kind: "tool", agent: None, command: None, tool: None });
    let StepKind { kind, agent, command, tool } = kind;
    let mut instances: Vec<Instance> = Vec::new();
    let mut usage = Usage::default();
    for attempt in attempts {
        let key = (row.step.clone(), attempt.instance, attempt.number);
        let calls = calls.remove(&key).unwrap_or_default();
        let used = sum(&calls);
        usage += used;
        if instances.last().is_none_or(|last| last.index != attempt.instance) {
            instances.push(Instance {
                index: attempt.instance,
                label: attempt.label.clone(),
                status: String::new(),
                output: None,
                result_id: None,
                attempts: Vec::new(),
            });
        }
        let Some(instance) = instances.last_mut() else { continue };
        instance.status.clone_from(&attempt.status);
        instance.output = attempt.output;
        instance.result_id = attempt.result_id;
        instance.attempts.push(Attempt {
            number: attempt.number,
            status: attempt.status,
            started_at: attempt.started_at,
            finished_at: attempt.finished_at,
            error: attempt.error,
            agent: attempt.agent,
            result_id: attempt.result_id,
            wait_until: attempt.wait_until,
            deaths: attempt.deaths,
            usage: used,
            calls,
        });
    }
    Step {
        name: definition.map_or_else(|| row.step.clone(), |step| step.name.clone()),
        kind: if compensates.is_some() { "compensation" } else { kind }.to_owned(),
        compensates,
        undone_by,
        checkpoint: row.checkpoint,
        rounds: row.rounds,
        needs: known.map_or_else(Vec::new, |(plan, position)| {
            plan.step(position).needs.iter().map(|need| id_of(plan, *need)).collect()
        }),
        agent,
        command,
        tool,
        fan_out: definition.is_some_and(|step| step.matrix.is_some()),
        id: row.step,
        status: row.status,
        error: row.error,
        started_at: row.started_at,
        finished_at: row.finished_at,
        usage,
        instances,
    }
}

fn sum(calls: &[Call]) -> Usage {
    let mut usage = Usage::default();
    for call in calls {
        usage += Usage {
            model_calls: 1,
            input_tokens: call.input_tokens,
            output_tokens: call.output_tokens,
            cost_micros: Micros(call.cost_micros),
        };
    }
    usage
}

fn call(row: CallRow) -> Call {
    let body = row.body;
    let text = |key: &str| body[key].as_str().unwrap_or_default().to_owned();
    let number = |key: &str| body[key].as_i64().unwrap_or_default();
    let flag = |key: &str| body[key].as_bool().unwrap_or_default();
    let error = body["error"].as_str().map(str::to_owned);
    Call {
        id: text("call_id"),
        model: text("model"),
        provider: text("provider"),
        scripted: flag("scripted"),
        repair: flag("repair"),
        input_tokens: number("input_tokens"),
        output_tokens: number("output_tokens"),
        cost_micros: number("cost_micros"),
        estimated: flag("estimated"),
        duration_ms: number("duration_ms"),
        started_at: text("started_at").parse().unwrap_or(base::Timestamp::EPOCH),
        outcome: if error.is_none() { "ok" } else { "error" }.to_owned(),
        error,
    }
}
