//! A call is about to be made.

use base::{CallId, ExecutionId, Micros, OrganisationId, Timestamp, Usage, UserId, VirtualKeyId};
use futures::future::BoxFuture;
use llm::chat::TokenUsage;
use llm::{ProviderKind, most_output};
use serde::Deserialize;
use serde_json::{Value as Json, json};
use store::procedure::Done;
use store::{CallContext, Procedure, ProcedureError, Tx};

use super::afford::Afforded;
use super::{afford, close, model, sql};
use crate::Gateway;
use crate::ai_access::Asked;
use crate::budget::{Place, Scope, target};
use crate::call::Worst;

/// `record_call_intent`: writes the call's row before the call is made, with the most that
/// it may come to, and sets that much aside in every budget that it falls under. A row that
/// the same instance left running belongs to a process that died, since an instance makes
/// one call at a time, and a second one names the one that it runs beside; it is closed as
/// interrupted.
#[derive(Debug, Clone)]
pub struct RecordCallIntent {
    gateway: Gateway,
}

impl RecordCallIntent {
    /// The procedure with the platforms, groups and prices of a gateway.
    pub fn new(gateway: Gateway) -> Self {
        Self { gateway }
    }
}

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
    /// What no tokenizer exceeds; the estimate when nobody gives it.
    #[serde(default)]
    most_input_tokens: Option<u32>,
    #[serde(default)]
    pub(super) max_output_tokens: Option<u32>,
    #[serde(default)]
    pub(super) agent: Option<String>,
    #[serde(default)]
    pub(super) user: Option<UserId>,
    /// The virtual key with which an outside client began the execution.
    #[serde(default)]
    pub(super) key: Option<VirtualKeyId>,
    #[serde(default)]
    department: Option<String>,
    #[serde(default)]
    pub(super) project: Option<String>,
    #[serde(default)]
    sprint: Option<String>,
    #[serde(default)]
    epic: Option<String>,
    #[serde(default)]
    item: Option<String>,
    #[serde(default)]
    pub(super) caps: Caps,
    /// Of a call that is made again: the providers that may have counted the one before, when
    /// they are known.
    #[serde(default)]
    lost_at: Vec<String>,
    /// The call of the same instance that this one runs beside: it is left as it is.
    #[serde(default)]
    pub(super) beside: Option<CallId>,
}

/// The most that an execution and each of its steps may cost, where its definition says so.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Caps {
    pub(super) execution: Option<Micros>,
    pub(super) step: Option<Micros>,
}

impl Intent {
    /// The provider: the one named, else the one in the model's name.
    pub(super) fn provider(&self) -> &str {
        let named = || self.model.as_deref()?.split_once('/').map(|(provider, _)| provider);
        self.provider.as_deref().or_else(named).unwrap_or_default()
    }

    /// The most that the model may read.
    pub(super) fn input_tokens(&self) -> u32 {
        self.most_input_tokens.unwrap_or(self.estimated_input_tokens)
    }

    /// Where the call will go first and the most that it may cost anywhere.
    pub(super) fn worst(
        &self,
        gateway: &Gateway,
        organisation: OrganisationId,
        at: Timestamp,
    ) -> Worst {
        let input = u64::from(self.input_tokens());
        // agents say nothing about how much a model should think
        let most = |kind: ProviderKind, model: &str| TokenUsage {
            input,
            output: u64::from(most_output(kind, model, self.max_output_tokens, None)),
            ..TokenUsage::default()
        };
        let wanted = self.model.as_deref().unwrap_or_default();
        let named = (self.provider(), wanted);
        gateway.worst((organisation, self.user), named, most, at)
    }

    /// Fails when the person on whose account the call is may not make it.
    pub(super) fn may_be_made(
        &self,
        gateway: &Gateway,
        organisation: OrganisationId,
    ) -> Result<(), ProcedureError> {
        let (agent, wanted) = (self.agent.as_deref(), self.model.as_deref().unwrap_or_default());
        let asked = Asked { organisation, user: self.user, agent, wanted };
        let allowed = gateway.may_ask(asked, |kind, model| {
            let output = most_output(kind, model, self.max_output_tokens, None);
            i64::from(self.estimated_input_tokens) + i64::from(output)
        });
        allowed.map_err(|denied| ProcedureError::Refused {
            code: denied.code(),
            message: denied.to_string(),
        })
    }

    /// The same call of another model.
    pub(super) fn of(&self, model: &str) -> Self {
        Self { model: Some(model.to_owned()), provider: None, ..self.clone() }
    }

    /// The targets of the budgets that the call falls under, those of the providers that it may
    /// ask at the end.
    pub(super) fn targets(&self, places: &[Place]) -> Vec<String> {
        let step = format!("{}/{}", self.execution_id, self.step);
        let execution = self.execution_id.to_string();
        let user = self.user.map(|user| user.to_string());
        let key = self.key.map(|key| key.to_string());
        let scopes = [
            (Scope::Organisation, Some("")),
            (Scope::Department, self.department.as_deref()),
            (Scope::Project, self.project.as_deref()),
            (Scope::Sprint, self.sprint.as_deref()),
            (Scope::Epic, self.epic.as_deref()),
            (Scope::Item, self.item.as_deref()),
            (Scope::Execution, Some(execution.as_str())),
            (Scope::Step, Some(step.as_str())),
            (Scope::User, user.as_deref()),
            (Scope::Key, key.as_deref()),
        ];
        let providers = places
            .iter()
            .filter(|place| !place.provider.is_empty())
            .map(|place| (Scope::Provider, Some(place.provider.as_str())));
        let all = scopes.into_iter().chain(providers);
        all.filter_map(|(scope, id)| Some(target(scope, id?))).collect()
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
        let optional_count = json!({"type": ["integer", "null"], "minimum": 0});
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
                "most_input_tokens": optional_count,
                "max_output_tokens": optional_count,
                "agent": optional_text,
                "user": optional_text,
                "key": optional_text,
                "department": optional_text,
                "project": optional_text,
                "sprint": optional_text,
                "epic": optional_text,
                "item": optional_text,
                "lost_at": {"type": "array", "items": {"type": "string"}},
                "beside": optional_text,
                "caps": {
                    "type": "object",
                    "additionalProperties": false,
                    "properties": {"execution": optional_count, "step": optional_count},
                },
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
            let wanted: Intent = model::parse(self.name(), input)?;
            let organisation = context.organisation;
            let mut usage = Usage::default();
            if sql::exists(tx, organisation, wanted.id).await? {
                return Ok(model::usage_output(usage));
            }
            // what a process that died left behind is booked before new money is set aside
            let older = sql::Running::InstanceOf(&wanted);
            for left in sql::running(tx, organisation, older).await? {
                let (gateway, at) = (&self.gateway, &wanted.lost_at);
                let now = context.now;
                usage += close::interrupted(gateway, tx, organisation, &left, at, now).await?;
            }
            wanted.may_be_made(&self.gateway, organisation)?;
            let Afforded { intent, worst, without } =
                afford::afford(&self.gateway, tx, organisation, &wanted, context.now).await?;
            sql::insert(tx, organisation, &intent, &worst, context.now).await?;
            let mut done = model::usage_output(usage);
            if !without.is_empty() {
                done.output["without"] = json!(without);
            }
            if intent.model != wanted.model {
                done.output["fallback_model"] = json!(intent.model);
            }
            Ok(done)
        })
    }
}
