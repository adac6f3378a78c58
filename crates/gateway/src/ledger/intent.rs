//! A call is about to be made.

use base::{CallId, ExecutionId, Micros, Timestamp, Usage};
use futures::future::BoxFuture;
use llm::chat::TokenUsage;
use serde::Deserialize;
use serde_json::{Value as Json, json};
use store::procedure::Done;
use store::{CallContext, Procedure, ProcedureError, Tx};

use super::{model, sql};
use crate::platform::cost;

/// `record_call_intent`: writes the call's row before the call is made, with the most that
/// it may come to. A row that the same instance left running belongs to a process that
/// died, since an instance makes one call at a time; it is closed as interrupted.
#[derive(Debug, Clone, Copy)]
pub struct RecordCallIntent;

/// What the runner says about a call before it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Intent {
    pub(super) id: CallId,
    pub(super) execution_id: ExecutionId,
    pub(super) step: String,
    pub(super) instance: i64,
    pub(super) attempt: i64,
    pub(super) nth: i64,
    #[serde(default)]
    pub(super) is_repair: bool,
    #[serde(default)]
    pub(super) model: Option<String>,
    #[serde(default)]
    pub(super) provider: Option<String>,
    #[serde(default)]
    pub(super) estimated_input_tokens: u32,
    #[serde(default)]
    pub(super) max_output_tokens: Option<u32>,
}

impl Intent {
    /// The provider: the one named, else the one in the model's name.
    pub(super) fn provider(&self) -> &str {
        let named = || self.model.as_deref()?.split_once('/').map(|(provider, _)| provider);
        self.provider.as_deref().or_else(named).unwrap_or_default()
    }

    /// The most that the call may cost, as far as its price is known.
    pub(super) fn highest_cost(&self, at: Timestamp) -> Micros {
        let provider = self.provider();
        let model = self.model.as_deref().unwrap_or_default();
        let model =
            model.strip_prefix(provider).and_then(|rest| rest.strip_prefix('/')).unwrap_or(model);
        let usage = TokenUsage {
            input: u64::from(self.estimated_input_tokens),
            output: u64::from(self.max_output_tokens.unwrap_or(0)),
            ..TokenUsage::default()
        };
        cost(provider, model, &usage, at).micros().unwrap_or(Micros::ZERO)
    }
}

impl Procedure for RecordCallIntent {
    fn name(&self) -> &'static str {
        "record_call_intent"
    }

    fn is_tool(&self) -> bool {
        false
    }

    fn input_schema(&self) -> Json {
        let count = json!({"type": "integer", "minimum": 0});
        let optional_text = json!({"type": ["string", "null"]});
        json!({
            "type": "object",
            "additionalProperties": false,
            "required": ["id", "execution_id", "step", "instance", "attempt", "nth"],
            "properties": {
                "id": {"type": "string"},
                "execution_id": {"type": "string"},
                "step": {"type": "string"},
                "instance": count,
                "attempt": count,
                "nth": count,
                "is_repair": {"type": "boolean"},
                "model": optional_text,
                "provider": optional_text,
                "estimated_input_tokens": count,
                "max_output_tokens": {"type": ["integer", "null"], "minimum": 0},
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
            let intent: Intent = model::parse(self.name(), input)?;
            let organisation = context.organisation;
            let mut usage = Usage::default();
            if sql::insert(tx, organisation, &intent, context.now).await? {
                let older = sql::Running::InstanceOf(&intent);
                for left in sql::running(tx, organisation, older).await? {
                    usage += sql::interrupt(tx, organisation, left, context.now).await?;
                }
            }
            Ok(model::usage_output(usage))
        })
    }
}
