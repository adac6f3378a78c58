//! One attempt of an agent: ask the turn what to do, do it, journal what came of it.

use std::sync::Arc;

use agent::Command;
use agent::port::{ModelCall, OnDelta};
use agent::turn::{Effect, Input, ModelError, Outcome, TurnSpec};
use base::CallId;
use engine::{AgentTask, Failure};
use llm::chat::Delta;
use serde_json::{Map, Value as Json, json};
use store::Signal;

use super::journal::{CallRecord, Intended, Intent, Journal, record_of};
use super::last_try::LastTry;
use super::stopped::{Stopped, until_ended};
use super::{Assignment, Desk, tools};
use crate::runner::handle::{Message, ResultNote};
use crate::runner::points::Point;
use crate::text;

/// Carries an attempt to its end and tells the runner. When the database is lost on the way,
/// it goes on from its journal once the database is back.
pub(in crate::runner) async fn agent(desk: &Desk, assignment: &Assignment) {
    let (id, key) = (assignment.execution, assignment.key);
    let ended = until_ended(id, &assignment.step, || attempt(desk, assignment)).await;
    let message = match ended {
        Ok((output, note)) => Message::Completed { id, key, output, note: Box::new(note) },
        Err(failure) => Message::Failed { id, key, failure },
    };
    desk.handle.tell(message).await;
}

async fn attempt(desk: &Desk, assignment: &Assignment) -> Result<(Json, ResultNote), Stopped> {
    let spec = spec(desk, assignment).map_err(Stopped::Failed)?;
    let assignment = Arc::new(assignment.clone());
    let mut journal = Journal::open(desk, &assignment, spec).await?;
    loop {
        match journal.turn.next() {
            Effect::CallModel { request, nth, repair } => {
                call_model(desk, &assignment, &mut journal, *request, nth, repair).await?;
            }
            Effect::CallTools { calls } => {
                tools::call(desk, &assignment, &mut journal, calls).await?;
            }
            Effect::Finish(Outcome::Completed { output, summary }) => {
                let spec = journal.turn.spec();
                let last = journal.calls.last();
                let note = ResultNote {
                    id: None,
                    agent: Some(spec.agent.slug.clone()),
                    command: Some(spec.command.slug.clone()),
                    prompt_hash: Some(spec.command.hash.clone()),
                    summary: text::line(&summary),
                    scripted: journal.calls.iter().any(|call| call.scripted),
                    usage: journal.usage(),
                    model: last.map(|call| call.model.clone()),
                };
                return Ok((output, note));
            }
            Effect::Finish(Outcome::Failed { code, message, retryable }) => {
                return Err(Stopped::Failed(Failure {
                    code,
                    message,
                    is_retryable: retryable,
                    retry_after_ms: journal.calls.last().and_then(|call| call.retry_after_ms),
                }));
            }
        }
    }
}

/// What the attempt starts from, by today's library.
fn spec(desk: &Desk, assignment: &Assignment) -> Result<TurnSpec, Failure> {
    let library = &desk.dependencies.library;
    let missing = |kind: &str, name: &str| {
        Failure::permanent("not_found", format!("there is no {kind} \"{name}\""))
    };
    let agent = library
        .agent(&assignment.agent)
        .ok_or_else(|| missing("agent", &assignment.agent))?
        .clone();
    let (command, params) = match &assignment.task {
        AgentTask::Command { command, params } => {
            let found = library.command(command).ok_or_else(|| missing("command", command))?;
            let params = match params {
                Json::Object(params) => params.clone(),
                Json::Null => Map::new(),
                _ => {
                    return Err(Failure::permanent(
                        "invalid_params",
                        "params have to be an object",
                    ));
                }
            };
            (found.clone(), params)
        }
        AgentTask::Prompt(text) => {
            let params = Map::from_iter([("prompt".to_owned(), json!(text))]);
            (Command::of_prompt(&agent.slug), params)
        }
    };
    let offered = desk.dependencies.tools.offer(&agent);
    let mut tools =
        offered.map_err(|error| Failure::permanent("unknown_tool", error.to_string()))?;
    if let Some(wanted) = &assignment.tools {
        tools.retain(|tool| wanted.contains(&tool.name));
    }
    let model = assignment.model.clone().or_else(|| agent.model.prefer.first().cloned());
    let limits = agent.limits.clone();
    Ok(TurnSpec { agent, command, params, model, tools, limits })
}

async fn call_model(
    desk: &Desk,
    assignment: &Arc<Assignment>,
    journal: &mut Journal,
    mut request: llm::chat::Request,
    nth: u32,
    repair: bool,
) -> Result<(), Stopped> {
    let started_at = desk.app.now();
    let call_id = CallId::new(started_at, desk.app.random.as_ref());
    // Never sent to a provider: the scripted model finds its answer by them.
    request.labels.insert("command".to_owned(), assignment.command().to_owned());
    request.labels.insert("step".to_owned(), assignment.step.clone());
    request.labels.insert("instance".to_owned(), assignment.key.instance.to_string());
    let (estimated_input_tokens, bound) = llm::tokens::measure_input(&request);
    let most_input_tokens = bound.anywhere();
    let max_output_tokens = request.max_output_tokens;
    let model = journal.turn.spec().model.clone();
    let default = || desk.dependencies.models.default_model_of(assignment.organisation);
    let model = model.or_else(default);
    let agent = journal.turn.spec().agent.slug.clone();
    let intent = Intent {
        call_id,
        nth,
        repair,
        agent: agent.clone(),
        model: model.clone(),
        estimated_input_tokens,
        most_input_tokens,
        max_output_tokens,
    };
    let (instead, without) = match journal.intend(desk, assignment, &intent).await? {
        Intended::Noted { model, without } => (model, without),
        Intended::Refused { code, message } => {
            // one word of the engine for whatever waits until somebody raises a budget
            let code = if code == "budget_paused" { "budget_exceeded" } else { code };
            let error = ModelError { code: code.to_owned(), message, retryable: false };
            return journal.refused(desk, assignment, Input::ModelFailed { error }).await;
        }
    };
    live(
        desk,
        assignment,
        "model_called",
        json!({ "call_id": call_id, "model": assignment.model }),
    );
    let (key, last) = (assignment.key, LastTry::new(call_id));
    let call = ModelCall {
        organisation: assignment.organisation,
        execution: assignment.execution,
        step: assignment.step.clone(),
        agent,
        user: assignment.payer.user,
        instance: u32::try_from(key.instance).unwrap_or(u32::MAX),
        attempt: key.attempt,
        nth,
        call_id,
        model: instead.or(model),
        without: without.into_iter().map(Into::into).collect(),
        request,
        on_delta: Some(on_delta(desk, assignment)),
        on_lost: Some(last.on_lost(desk, assignment, intent)),
    };
    Point::CallDue.pass();
    let result = desk.dependencies.models.call(call).await;
    Point::CallAnswered.pass();
    let ((call_id, over), now) = (last.ended(), desk.app.now());
    let (input, record) = match result {
        Ok(outcome) => {
            let record = record_of(call_id, repair, started_at, &outcome);
            (Input::ModelReplied { reply: outcome.reply }, record)
        }
        Err(error) => {
            let record = failed(call_id, repair, started_at, now, assignment, &error);
            (Input::ModelFailed { error: ModelError::from(&error) }, record)
        }
    };
    journal.called(desk, assignment, input, record.clone(), over, now).await?;
    live(desk, assignment, "model_replied", json!({ "call": record }));
    Ok(())
}

fn failed(
    call_id: CallId,
    repair: bool,
    started_at: base::Timestamp,
    now: base::Timestamp,
    assignment: &Assignment,
    error: &llm::Error,
) -> CallRecord {
    CallRecord {
        call_id,
        model: assignment.model.clone().unwrap_or_default(),
        provider: String::new(),
        scripted: false,
        repair,
        input_tokens: 0,
        output_tokens: 0,
        cost_micros: 0,
        estimated: !error.used_nothing(),
        cached_input_tokens: 0,
        cost_known: true,
        duration_ms: i64::try_from(now.since(started_at).as_millis()).unwrap_or(i64::MAX),
        started_at,
        error: Some(text::line(&error.to_string())),
        retry_after_ms: error.retry_after().map(|wait| wait.as_millis() as u64),
    }
}

/// Passes streamed text on to whoever watches.
fn on_delta(desk: &Desk, assignment: &Arc<Assignment>) -> OnDelta {
    let (bus, assignment) = (desk.app.bus.clone(), assignment.clone());
    Arc::new(move |delta| {
        if let Delta::Text { text } | Delta::Refusal { text } = delta {
            bus.send(signal(&assignment, "delta", json!({ "text": text })));
        }
    })
}

fn live(desk: &Desk, assignment: &Assignment, kind: &'static str, data: Json) {
    desk.app.bus.send(signal(assignment, kind, data));
}

fn signal(assignment: &Assignment, kind: &'static str, mut data: Json) -> Signal {
    let key = assignment.key;
    if let Json::Object(fields) = &mut data {
        fields.insert("step".to_owned(), json!(assignment.step));
        fields.insert("instance".to_owned(), json!(key.instance));
        fields.insert("attempt".to_owned(), json!(key.attempt));
    }
    Signal::Live {
        organisation: assignment.organisation,
        execution: assignment.execution,
        kind,
        data: Arc::new(data),
    }
}
