//! The model port: the runner calls it, the gateway implements it.

use std::fmt;
use std::sync::Arc;

use base::{CallId, ExecutionId, Micros, OrganisationId};
use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};

/// The one way to a model: access, budget, routing, cost and failover lie behind it.
pub trait Models: Send + Sync {
    /// Makes one call. Retrying and failing over is this side's business; an error is final.
    fn call(&self, call: ModelCall) -> BoxFuture<'_, Result<CallOutcome, llm::Error>>;

    /// The model that answers when nobody names one, if there is any.
    fn default_model(&self) -> Option<String>;
}

/// Hears each piece of an answer as it arrives; must return at once.
pub type OnDelta = Arc<dyn Fn(&llm::chat::Delta) + Send + Sync>;

/// One call and what it is for. Organisation, execution, step, instance, attempt and
/// `nth` together are its idempotency key.
#[derive(Clone)]
pub struct ModelCall {
    /// Who pays.
    pub organisation: OrganisationId,
    /// The execution that it belongs to.
    pub execution: ExecutionId,
    /// The step's id.
    pub step: String,
    /// Which instance of a fanned-out step, from 0.
    pub instance: u32,
    /// Which attempt of the instance.
    pub attempt: u32,
    /// Which model call of the attempt, from 1.
    pub nth: u32,
    /// The id of this call in the ledger and the event stream.
    pub call_id: CallId,
    /// The model or alias wanted; `None` asks for the default.
    pub model: Option<String>,
    /// What is asked; its `model` is settled by the other side.
    pub request: llm::chat::Request,
    /// Who listens to the answer as it arrives.
    pub on_delta: Option<OnDelta>,
}

impl fmt::Debug for ModelCall {
    /// Everything but the conversation, which has no place in a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ModelCall")
            .field("call_id", &self.call_id)
            .field("execution", &self.execution)
            .field("step", &self.step)
            .field("instance", &self.instance)
            .field("attempt", &self.attempt)
            .field("nth", &self.nth)
            .field("model", &self.model)
            .finish_non_exhaustive()
    }
}

/// What a call brought back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CallOutcome {
    /// The answer.
    pub reply: llm::chat::Reply,
    /// The model that answered, as people name it.
    pub model: String,
    /// The provider that served it.
    pub provider: String,
    /// What it cost.
    pub cost: Micros,
    /// Whether `cost` rests on a known price.
    pub cost_known: bool,
    /// How long it took.
    pub duration_ms: i64,
    /// Whether the scripted model answered.
    pub scripted: bool,
}
