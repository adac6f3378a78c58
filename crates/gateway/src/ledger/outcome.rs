//! A call has ended.

use base::{CallId, Micros, Timestamp, Usage};
use futures::future::BoxFuture;
use serde::Deserialize;
use serde_json::{Value as Json, json};
use store::procedure::Done;
use store::{CallContext, Procedure, ProcedureError, Tx};

use super::{CallOutcome, model, sql};
use crate::budget::{self, Spent};

/// `record_call`: completes the row of a call. Repeating it changes nothing and adds nothing.
#[derive(Debug, Clone, Copy)]
pub struct RecordCall;

/// What the runner says about a call after it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is a word of the runner")]
pub(super) struct Ended {
    pub(super) id: CallId,
    pub(super) outcome: Ending,
    #[serde(default)]
    pub(super) error: Option<String>,
    pub(super) model: String,
    pub(super) provider: String,
    #[serde(default)]
    pub(super) scripted: bool,
    #[serde(default)]
    pub(super) input_tokens: u32,
    #[serde(default)]
    pub(super) output_tokens: u32,
    #[serde(default)]
    pub(super) cost_micros: Micros,
    #[serde(default)]
    pub(super) estimated: bool,
    #[serde(default)]
    pub(super) duration_ms: i64,
    #[serde(default)]
    pub(super) cached_input_tokens: u32,
    #[serde(default = "known")]
    pub(super) cost_known: bool,
    /// Of a failed call: nobody knows what it cost, so it stays the most that it may be.
    #[serde(default)]
    cost_is_lost: bool,
    pub(super) at: Timestamp,
}

impl Ended {
    fn usage(&self) -> Usage {
        Usage {
            model_calls: 1,
            input_tokens: i64::from(self.input_tokens),
            output_tokens: i64::from(self.output_tokens),
            cost_micros: self.cost_micros,
        }
    }
}

const fn known() -> bool {
    true
}

/// How a call that was heard to its end can end.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Ending {
    Ok,
    Error,
}

impl Ending {
    pub(super) const fn outcome(self) -> CallOutcome {
        match self {
            Self::Ok => CallOutcome::Ok,
            Self::Error => CallOutcome::Error,
        }
    }
}

impl Procedure for RecordCall {
    fn name(&self) -> &'static str {
        "record_call"
    }

    fn is_tool(&self) -> bool {
        false
    }

    fn input_schema(&self) -> Json {
        let count = json!({"type": "integer", "minimum": 0});
        json!({
            "type": "object",
            "additionalProperties": false,
            "required": ["id", "outcome", "model", "provider", "at"],
            "properties": {
                "id": {"type": "string"},
                "outcome": {"enum": ["ok", "error"]},
                "error": {"type": ["string", "null"]},
                "model": {"type": "string"},
                "provider": {"type": "string"},
                "scripted": {"type": "boolean"},
                "input_tokens": count,
                "output_tokens": count,
                "cost_micros": {"type": "integer"},
                "estimated": {"type": "boolean"},
                "duration_ms": count,
                "cached_input_tokens": count,
                "cost_known": {"type": "boolean"},
                "cost_is_lost": {"type": "boolean"},
                "at": {"type": "string", "format": "date-time"},
            },
        })
    }

    fn call<'a>(
        &'a self,
        tx: &'a mut Tx,
        context: &'a CallContext,
        input: Json,
    ) -> BoxFuture<'a, Result<Done, ProcedureError>> {
        Box::pin(async move {
            let ended: Ended = model::parse(self.name(), input)?;
            let organisation = context.organisation;
            let completed = if ended.cost_is_lost {
                sql::give_up(tx, organisation, &ended).await?
            } else {
                sql::complete(tx, organisation, &ended).await?.then(|| ended.usage())
            };
            if let Some(usage) = completed {
                let is_known = !ended.provider.is_empty();
                let at = if is_known { std::slice::from_ref(&ended.provider) } else { &[] };
                let is_estimate = ended.cost_is_lost;
                let spent = Spent { cost: usage.cost_micros, at, is_estimate };
                budget::settle(tx, organisation, ended.id, spent, context.now).await?;
                return Ok(model::usage_output(usage));
            }
            if sql::exists(tx, organisation, ended.id).await? {
                return Ok(model::usage_output(Usage::default()));
            }
            let message = format!(
                "model call \"{}\" has no intent; record_call_intent comes first",
                ended.id
            );
            Err(ProcedureError::NotFound(message))
        })
    }
}
