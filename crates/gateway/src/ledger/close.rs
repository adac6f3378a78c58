//! An execution is over and no call of it will be heard to its end any more.

use base::{ExecutionId, OrganisationId, Timestamp, Usage};
use futures::future::BoxFuture;
use serde::Deserialize;
use serde_json::{Value as Json, json};
use store::procedure::Done;
use store::{CallContext, Procedure, ProcedureError, Tx};

use super::{model, sql};
use crate::Gateway;
use crate::budget::{self, Spent};

/// `close_calls`: closes every call that an execution left running as interrupted, for
/// executions that end (cancelled, failed) without asking again.
#[derive(Debug, Clone)]
pub struct CloseCalls {
    gateway: Gateway,
}

impl CloseCalls {
    /// The procedure with the gateway that makes the calls.
    pub fn new(gateway: Gateway) -> Self {
        Self { gateway }
    }
}

/// Closes one call that nobody will hear the end of: it is booked as the most that it may
/// have come to, at the providers that may have counted it; at all that it might ask when there
/// are none. One of which nothing has gone out, and nothing will, costs nothing. Gives what to
/// add to the execution's usage.
pub(super) async fn interrupted(
    gateway: &Gateway,
    tx: &mut Tx,
    organisation: OrganisationId,
    left: &sql::Left,
    at: &[String],
    now: Timestamp,
) -> store::Result<Usage> {
    let is_unsent = gateway.give_up(left.id());
    let usage = sql::interrupt(tx, organisation, left, is_unsent, now).await?;
    let spent = Spent { cost: usage.cost_micros, at, is_estimate: !is_unsent };
    budget::settle(tx, organisation, left.id(), spent, now).await?;
    Ok(usage)
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Closing {
    execution_id: ExecutionId,
}

impl Procedure for CloseCalls {
    fn name(&self) -> &'static str {
        "close_calls"
    }

    fn is_tool(&self) -> bool {
        false
    }

    fn input_schema(&self) -> Json {
        json!({
            "type": "object",
            "additionalProperties": false,
            "required": ["execution_id"],
            "properties": {"execution_id": {"type": "string"}},
        })
    }

    fn call<'a>(
        &'a self,
        tx: &'a mut Tx,
        context: &'a CallContext,
        input: Json,
    ) -> BoxFuture<'a, Result<Done, ProcedureError>> {
        Box::pin(async move {
            let closing: Closing = model::parse(self.name(), input)?;
            let organisation = context.organisation;
            let mut usage = Usage::default();
            let all = sql::Running::Execution(closing.execution_id);
            for left in sql::running(tx, organisation, all).await? {
                let gateway = &self.gateway;
                usage += interrupted(gateway, tx, organisation, &left, &[], context.now).await?;
            }
            Ok(model::usage_output(usage))
        })
    }
}
