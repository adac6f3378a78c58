//! The journal of one agent attempt: what it started from, each intent to call a model
//! (durable before the call) and each piece of news. A killed process finds it again and
//! pays for no token twice.

use std::sync::Arc;

use agent::port::CallOutcome;
use agent::turn::{Input, Turn, TurnSpec};
use base::{CallId, Random, Timestamp, Usage};
use engine::Failure;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use store::procedure::{CallContext, ProcedureError};
use store::{Error, Tx, lease};

use super::stopped::{Pause, Stopped};
use super::{Assignment, Desk, sql};
use crate::runner::points::Point;
use crate::runner::sql::add_usage;
use crate::text;

/// What is known of a call beside the answer itself; the API shows it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a field of the API's record")]
pub(crate) struct CallRecord {
    pub call_id: CallId,
    pub model: String,
    pub provider: String,
    pub scripted: bool,
    pub repair: bool,
    pub input_tokens: i64,
    pub output_tokens: i64,
    pub cost_micros: i64,
    /// Of a failed call: what it cost is not known, the ledger has the most that it may be.
    pub estimated: bool,
    /// Those of the input that the provider read from its cache.
    #[serde(default)]
    pub cached_input_tokens: i64,
    /// Whether the cost rests on a known price.
    #[serde(default = "known")]
    pub cost_known: bool,
    pub duration_ms: i64,
    pub started_at: Timestamp,
    pub error: Option<String>,
    /// The wait that the provider asked for when it refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
}

const fn known() -> bool {
    true
}

/// An attempt's turn and where its journal ends.
pub(super) struct Journal {
    pub turn: Turn,
    pub calls: Vec<CallRecord>,
    seq: i64,
}

/// The ledger's procedure for a call that is about to be made.
pub(super) const INTENT: &str = "record_call_intent";
/// The same for one that has ended.
pub(super) const ENDED: &str = "record_call";

impl Journal {
    /// The attempt as its journal has it, or a new one.
    pub(super) async fn open(
        desk: &Desk,
        assignment: &Assignment,
        spec: TurnSpec,
    ) -> Result<Self, Stopped> {
        let mut tx = desk.app.db.read().await?;
        let rows = sql::journal(&mut tx, assignment).await?;
        drop(tx);
        let mut spec = spec;
        let mut inputs: Vec<Input> = Vec::new();
        let mut calls = Vec::new();
        for row in &rows {
            match row.kind.as_str() {
                "turn_started" => {
                    spec = serde_json::from_value(row.body.clone()).map_err(broken)?;
                }
                "model_called" => {}
                _ => {
                    inputs.push(serde_json::from_value(row.body["input"].clone()).map_err(broken)?);
                    if !row.body["call"].is_null() {
                        calls.push(
                            serde_json::from_value(row.body["call"].clone()).map_err(broken)?,
                        );
                    }
                }
            }
        }
        let refused = |error: agent::turn::Error| {
            Stopped::Failed(Failure::permanent("invalid_params", error.to_string()))
        };
        let turn = Turn::replay(spec, inputs).map_err(refused)?;
        Ok(Self { turn, calls, seq: rows.len() as i64 })
    }

    /// What the attempt has used so far.
    pub(super) fn usage(&self) -> Usage {
        let mut usage = Usage::default();
        for call in &self.calls {
            usage += Usage {
                model_calls: 1,
                input_tokens: call.input_tokens,
                output_tokens: call.output_tokens,
                cost_micros: base::Micros(call.cost_micros),
            };
        }
        usage
    }

    /// Makes the intent to call a model durable, in the turn's journal and the ledger,
    /// which sets the money aside or refuses; then nothing was written.
    pub(super) async fn intend(
        &mut self,
        desk: &Desk,
        assignment: &Arc<Assignment>,
        intent: &Intent,
    ) -> Result<Intended, Stopped> {
        let mut rows = Vec::new();
        if self.seq == 0 {
            let spec = serde_json::to_value(self.turn.spec()).map_err(broken)?;
            rows.push(("turn_started", spec));
        }
        rows.push(("model_called", json!({ "call_id": intent.call_id, "nth": intent.nth })));
        let written = rows.len() as i64;
        let entry = vec![(INTENT, intent.entry(assignment, intent.call_id))];
        match self.write(desk, assignment, rows, entry, None, false).await {
            Ok(told) => Ok(Intended::Noted { model: told.model, without: told.without }),
            Err(Unwritten::Refused { code, message }) => {
                self.seq -= written;
                Ok(Intended::Refused { code, message })
            }
            Err(Unwritten::Store(error)) => Err(error.into()),
        }
    }

    /// Makes it durable that a call was refused before it was made; then the turn takes it.
    pub(super) async fn refused(
        &mut self,
        desk: &Desk,
        assignment: &Arc<Assignment>,
        input: Input,
    ) -> Result<(), Stopped> {
        let mut rows = Vec::new();
        if self.seq == 0 {
            let spec = serde_json::to_value(self.turn.spec()).map_err(broken)?;
            rows.push(("turn_started", spec));
        }
        rows.push(("model_failed", json!({ "input": input, "call": null })));
        self.write(desk, assignment, rows, Vec::new(), None, false).await?;
        self.turn.accept(input).map_err(unfit)
    }

    /// Makes a call's outcome durable: the news for the turn, the ledger's lines (that of the
    /// call, and of tries beside it that are over) and the execution's usage, in one
    /// transaction; then the turn takes the news.
    pub(super) async fn called(
        &mut self,
        desk: &Desk,
        assignment: &Arc<Assignment>,
        input: Input,
        call: CallRecord,
        over: Vec<Json>,
        now: Timestamp,
    ) -> Result<(), Stopped> {
        let kind = if call.error.is_none() { "model_replied" } else { "model_failed" };
        let entry = json!({
            "id": call.call_id, "outcome": if call.error.is_none() { "ok" } else { "error" }, "error": call.error,
            "model": call.model, "provider": call.provider, "scripted": call.scripted, "input_tokens": call.input_tokens,
            "output_tokens": call.output_tokens, "cost_micros": call.cost_micros, "estimated": call.estimated,
            "duration_ms": call.duration_ms, "at": now, "cached_input_tokens": call.cached_input_tokens,
            "cost_known": call.cost_known, "cost_is_lost": call.error.is_some() && call.estimated,
        });
        let body = json!({ "input": input, "call": call });
        let model = call.error.is_none().then(|| call.model.clone());
        let ledger = over.into_iter().chain([entry]).map(|entry| (ENDED, entry)).collect();
        self.write(desk, assignment, vec![(kind, body)], ledger, model, call.scripted).await?;
        self.calls.push(call);
        self.turn.accept(input).map_err(unfit)
    }

    /// Makes a tool's return durable; then the turn takes it.
    pub(super) async fn returned(
        &mut self,
        desk: &Desk,
        assignment: &Arc<Assignment>,
        input: Input,
    ) -> Result<(), Stopped> {
        let body = json!({ "input": input, "call": null });
        let rows = vec![("tool_returned", body)];
        self.write(desk, assignment, rows, Vec::new(), None, false).await?;
        self.turn.accept(input).map_err(unfit)
    }

    /// Writes, and again while the database is lost: an answer that was paid for is kept until
    /// it is durable.
    async fn write(
        &mut self,
        desk: &Desk,
        assignment: &Arc<Assignment>,
        rows: Vec<(&'static str, Json)>,
        ledger: Vec<(&'static str, Json)>,
        model: Option<String>,
        scripted: bool,
    ) -> Result<Told, Unwritten> {
        let page = Arc::new(Page { first: self.seq + 1, rows, ledger, model, scripted });
        self.seq += page.rows.len() as i64;
        let (mut pause, mut was_lost) = (Pause::default(), false);
        loop {
            match page.clone().write(desk, assignment.clone()).await {
                // It was durable after all, and the journal knows what else.
                Err(Unwritten::Store(Error::Duplicate(what))) if was_lost => {
                    let why = format!("{what} was written although its answer was lost");
                    return Err(Unwritten::Store(Error::Unreachable(why)));
                }
                Err(Unwritten::Store(error)) if !error.is_refusal() => {
                    was_lost = true;
                    pause.wait(assignment.execution, &assignment.step, &error.to_string()).await;
                }
                written => return written,
            }
        }
    }
}

/// What becomes durable in one transaction.
struct Page {
    /// The number of the first row.
    first: i64,
    rows: Vec<(&'static str, Json)>,
    /// Procedures of the ledger and what each is told.
    ledger: Vec<(&'static str, Json)>,
    /// The model that has answered.
    model: Option<String>,
    scripted: bool,
}

impl Page {
    /// What the ledger says to it.
    async fn write(
        self: Arc<Self>,
        desk: &Desk,
        assignment: Arc<Assignment>,
    ) -> Result<Told, Unwritten> {
        let procedures = desk.dependencies.procedures.clone();
        let (now, random) = (desk.app.now(), desk.app.random.clone());
        Point::TurnDue.pass();
        let job = desk.app.db.write(move |tx| {
            Box::pin(async move {
                lease::check(tx, &assignment.lease).await?;
                for (seq, (kind, body)) in (self.first..).zip(&self.rows) {
                    sql::append(tx, &assignment, seq, kind, body, now).await?;
                }
                if self.ledger.is_empty() {
                    return Ok(Told::default());
                }
                let scripted = self.scripted;
                let context = CallContext { scripted, ..context(&assignment, now, random) };
                let mut told = Told::default();
                for (name, entry) in &self.ledger {
                    let Some(procedure) = procedures.get(name) else { continue };
                    let before = told.usage;
                    told = record(tx, procedure.as_ref(), &context, entry.clone()).await?;
                    told.usage += before;
                }
                add_usage(tx, assignment.organisation, assignment.execution, told.usage).await?;
                if let Some(model) = &self.model {
                    sql::note_model(tx, &assignment, model, scripted).await?;
                }
                Point::TurnWritten.pass();
                Ok(told)
            })
        });
        let told: Result<Told, Unwritten> = job.await;
        if told.is_ok() {
            Point::TurnDurable.pass();
        }
        told
    }
}

/// An intent to call a model.
pub(super) struct Intent {
    pub call_id: CallId,
    pub nth: u32,
    pub repair: bool,
    /// The slug of the agent that asks.
    pub agent: String,
    /// The model that will be asked; the default one by its name.
    pub model: Option<String>,
    pub estimated_input_tokens: u64,
    pub most_input_tokens: u64,
    pub max_output_tokens: Option<u32>,
}

impl Intent {
    /// What the ledger is told before the call, under this id.
    pub(super) fn entry(&self, assignment: &Assignment, id: CallId) -> Json {
        let (key, payer) = (assignment.key, &assignment.payer);
        json!({
            "id": id, "execution_id": assignment.execution, "step": assignment.step, "instance": key.instance,
            "attempt": key.attempt, "nth": self.nth, "is_repair": self.repair, "model": self.model,
            "estimated_input_tokens": self.estimated_input_tokens, "most_input_tokens": self.most_input_tokens,
            "max_output_tokens": self.max_output_tokens, "agent": self.agent,
            "user": payer.user, "key": payer.key, "project": payer.project,
            "department": payer.department, "sprint": payer.charge.sprint, "epic": payer.charge.epic, "item": payer.charge.item,
            "caps": { "execution": payer.execution_cap, "step": payer.step_cap },
        })
    }
}

/// What the ledger says to an entry.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// What to add to the execution's usage.
    pub usage: Usage,
    /// The model that a budget falls back to, where one does.
    pub model: Option<String>,
    /// The providers whose budgets have no room for the call.
    pub without: Vec<String>,
}

/// What came of an intent.
pub(super) enum Intended {
    /// It stands; the call may be made, with this model in place of the wanted one, and without
    /// asking these providers.
    Noted { model: Option<String>, without: Vec<String> },
    /// A budget forbids it, or the person on whose account it is may not make it.
    Refused { code: &'static str, message: String },
}

/// Why nothing was written.
#[derive(Debug)]
pub(super) enum Unwritten {
    Refused { code: &'static str, message: String },
    Store(Error),
}

impl From<Error> for Unwritten {
    fn from(error: Error) -> Self {
        Self::Store(error)
    }
}

impl From<Unwritten> for Stopped {
    fn from(unwritten: Unwritten) -> Self {
        match unwritten {
            Unwritten::Refused { code, message } => Self::Failed(Failure::permanent(code, message)),
            Unwritten::Store(error) => error.into(),
        }
    }
}

fn broken(error: serde_json::Error) -> Stopped {
    Stopped::Failed(Failure::permanent("unreadable_journal", error.to_string()))
}

fn unfit(error: agent::turn::Error) -> Stopped {
    Stopped::Failed(Failure::permanent("turn", error.to_string()))
}

/// In whose name the ledger is written.
pub(super) fn context(
    assignment: &Assignment,
    now: Timestamp,
    random: Arc<dyn Random>,
) -> CallContext {
    CallContext {
        organisation: assignment.organisation,
        execution: Some(assignment.execution),
        step: Some(assignment.step.clone()),
        result: None,
        actor: assignment.agent.clone(),
        model: assignment.model.clone(),
        scripted: false,
        now,
        random,
    }
}

/// Performs a procedure of the ledger; gives what was used, and the model that a budget
/// falls back to.
pub(super) async fn record(
    tx: &mut Tx,
    procedure: &dyn store::Procedure,
    context: &CallContext,
    entry: Json,
) -> Result<Told, Unwritten> {
    match procedure.call(tx, context, entry).await {
        Ok(mut done) => Ok(Told {
            model: done.output["fallback_model"].as_str().map(str::to_owned),
            without: serde_json::from_value(done.output["without"].take()).unwrap_or_default(),
            usage: serde_json::from_value(done.output).unwrap_or_default(),
        }),
        Err(ProcedureError::Store(error)) => Err(error.into()),
        Err(ProcedureError::Refused { code, message }) => Err(Unwritten::Refused { code, message }),
        Err(ProcedureError::Invalid(message) | ProcedureError::NotFound(message)) => {
            // The ledger must never refuse what has happened; a refusal is a defect of ours.
            tracing::error!(execution.id = ?context.execution, "the ledger refused an entry: {message}");
            Ok(Told::default())
        }
    }
}

/// The record of a finished call.
pub(super) fn record_of(
    call_id: CallId,
    repair: bool,
    started_at: Timestamp,
    outcome: &CallOutcome,
) -> CallRecord {
    let usage = &outcome.reply.usage;
    CallRecord {
        call_id,
        model: text::line(&outcome.model),
        provider: text::line(&outcome.provider),
        scripted: outcome.scripted,
        repair,
        input_tokens: i64::try_from(usage.input).unwrap_or(i64::MAX),
        output_tokens: i64::try_from(usage.output).unwrap_or(i64::MAX),
        cost_micros: outcome.cost.0,
        estimated: usage.estimated || !outcome.cost_known,
        cached_input_tokens: i64::try_from(usage.cached_input).unwrap_or(i64::MAX),
        cost_known: outcome.cost_known,
        duration_ms: outcome.duration_ms,
        started_at,
        error: None,
        retry_after_ms: None,
    }
}
