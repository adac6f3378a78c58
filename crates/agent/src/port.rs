//! The model port, which the runner calls and the gateway implements, and the one the other
//! way round: agents and workflows that answer outside clients in place of a model.

use std::fmt;
use std::sync::Arc;

use base::{CallId, ExecutionId, Micros, OrganisationId, UserId, VirtualKeyId};
use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};

/// The one way to a model: access, budget, routing, cost and failover lie behind it.
pub trait Models: Send + Sync {
    /// Makes one call. Retrying and failing over is this side's business; an error is final.
    fn call(&self, call: ModelCall) -> BoxFuture<'_, Result<CallOutcome, llm::Error>>;

    /// The model that answers when nobody names one, if there is any.
    fn default_model(&self) -> Option<String>;

    /// The same for one organisation, which may have set up platforms of its own.
    fn default_model_of(&self, organisation: OrganisationId) -> Option<String> {
        let _ = organisation;
        self.default_model()
    }

    /// Whether every platform that might answer a call for this model (the default one when
    /// nobody names any) on the account of this person is down at the moment.
    fn is_down(
        &self,
        organisation: OrganisationId,
        user: Option<UserId>,
        model: Option<&str>,
    ) -> bool {
        let _ = (organisation, user, model);
        false
    }
}

/// Hears each piece of an answer as it arrives; must return at once.
pub type OnDelta = Arc<dyn Fn(&llm::chat::Delta) + Send + Sync>;

/// Hears what becomes of the tries of a call: it books those whose cost nobody knows and sets
/// money aside for others, or forbids them.
pub type OnLost = Arc<dyn Fn(Lost) -> BoxFuture<'static, Option<Another>> + Send + Sync>;

/// What becomes of a try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lost {
    /// It was given up and this provider may have counted it; another one is wanted.
    At(Arc<str>),
    /// It is silent, and a second one is wanted beside it at this provider. Without room for
    /// that there is none.
    Beside(Arc<str>),
    /// One of two that ran beside each other is over; the other one goes on, or has answered.
    Over(Over),
}

/// The one of two tries that is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Over {
    /// Whether it is the second one.
    pub is_second: bool,
    /// Its provider.
    pub at: Arc<str>,
    /// Whether the provider has counted nothing for it; else nobody knows.
    pub is_free: bool,
}

/// Leave to try again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Another {
    /// The providers that must not be asked any more: their budgets have no room.
    pub without: Vec<Arc<str>>,
}

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
    /// The agent that asks, by its slug.
    pub agent: String,
    /// On whose account it is, if on a person's: their limits hold for it, and what they may
    /// not use is refused.
    pub user: Option<UserId>,
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
    /// Providers that must not be asked, since their budgets have no room.
    pub without: Vec<Arc<str>>,
    /// What is asked; its `model` is settled by the other side.
    pub request: llm::chat::Request,
    /// Who listens to the answer as it arrives.
    pub on_delta: Option<OnDelta>,
    /// Who pays for tries that were given up; without one they are repeated and nobody
    /// hears of them.
    pub on_lost: Option<OnLost>,
}

impl fmt::Debug for ModelCall {
    /// Everything but the conversation, which has no place in a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ModelCall")
            .field("call_id", &self.call_id)
            .field("execution", &self.execution)
            .field("step", &self.step)
            .field("agent", &self.agent)
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

/// Agents and workflows that answer in place of a model: the gateway's doors call it, the
/// feature that runs them implements it. What their own calls cost is booked where they are made,
/// on the key of whoever asks.
pub trait Insiders: Send + Sync {
    /// Asks; the pieces of the answer end like those of a model. Dropping them cancels what
    /// was begun.
    fn ask(&self, question: Question) -> BoxFuture<'_, Result<llm::DeltaStream, llm::Error>>;

    /// The names under which an organisation's outside clients can ask: `agent:reviewer`.
    fn names(&self, organisation: OrganisationId) -> BoxFuture<'_, Vec<String>>;
}

/// Who answers in place of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Insider {
    /// An agent, without a command.
    Agent,
    /// A workflow; its answer is what it puts out.
    Workflow,
}

/// What an outside client asks an agent or a workflow.
#[derive(Debug, Clone)]
pub struct Question {
    /// Whose agent or workflow it is.
    pub organisation: OrganisationId,
    /// On whose account it works.
    pub user: UserId,
    /// The virtual key that was shown; its budgets pay with those of the user.
    pub key: VirtualKeyId,
    /// The project that it is for, by key.
    pub project: Option<String>,
    /// Who is asked.
    pub kind: Insider,
    /// The name of the agent or workflow.
    pub slug: String,
    /// What is asked; its `model` is the name that the client used.
    pub request: llm::chat::Request,
}
