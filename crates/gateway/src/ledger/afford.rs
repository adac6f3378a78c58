//! Whether an execution can afford a call: its own caps, then the budgets.

use base::{Micros, OrganisationId, Timestamp};
use store::{ProcedureError, Tx};

use super::intent::Intent;
use super::sql;
use crate::Gateway;
use crate::budget::{self, Exceeded, OnExceeded, Reserved};
use crate::call::Worst;

/// The period of what a definition caps: the execution's own life.
const OWN: &str = "own";

/// The call as it may be made, with its money set aside: as wanted, or with the model that
/// a budget falls back to.
pub(super) async fn afford(
    gateway: &Gateway,
    tx: &mut Tx,
    organisation: OrganisationId,
    wanted: &Intent,
    now: Timestamp,
) -> Result<(Intent, Worst), ProcedureError> {
    let quote = |intent: &Intent| intent.worst(gateway, organisation, now);
    let worst = quote(wanted);
    let short = match attempt(tx, organisation, wanted, &worst, now).await? {
        Reserved::Yes => return Ok((wanted.clone(), worst)),
        Reserved::No(short) => short,
    };
    if let OnExceeded::Fallback(model) = &short.on_exceeded {
        let cheaper = wanted.of(model);
        let worst = quote(&cheaper);
        if attempt(tx, organisation, &cheaper, &worst, now).await? == Reserved::Yes {
            return Ok((cheaper, worst));
        }
    }
    Err(refused(&short))
}

async fn attempt(
    tx: &mut Tx,
    organisation: OrganisationId,
    intent: &Intent,
    worst: &Worst,
    now: Timestamp,
) -> Result<Reserved, ProcedureError> {
    let amount = worst.cost.unwrap_or(Micros::ZERO);
    let steps = [
        ("execution", intent.caps.execution, None),
        ("step", intent.caps.step, Some(intent.step.as_str())),
    ];
    for (scope, cap, step) in steps {
        let Some(cap) = cap else { continue };
        let so_far = sql::cost_so_far(tx, organisation, intent.execution_id, step).await?;
        if so_far + amount > cap {
            let scope = match step {
                Some(step) => format!("{scope} \"{step}\""),
                None => scope.to_owned(),
            };
            return Ok(Reserved::No(Box::new(Exceeded {
                scope,
                period: OWN,
                cap,
                remaining: Micros((cap - so_far).0.max(0)),
                needed: amount,
                on_exceeded: OnExceeded::Stop,
            })));
        }
    }
    let targets = intent.targets(&worst.provider);
    Ok(budget::reserve(tx, organisation, intent.id, &targets, amount, now).await?)
}

/// What an execution's own definition caps is `budget_exceeded`: the definition says what
/// happens then. A budget of the organisation pauses or stops by its own word.
fn refused(short: &Exceeded) -> ProcedureError {
    let code = match short.on_exceeded {
        OnExceeded::Pause => "budget_paused",
        OnExceeded::Stop | OnExceeded::Fallback(_) if short.period == OWN => "budget_exceeded",
        OnExceeded::Stop | OnExceeded::Fallback(_) => "budget_stopped",
    };
    ProcedureError::Refused { code, message: short.to_string() }
}
