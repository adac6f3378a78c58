//! Whether an execution can afford a call: its own caps, then the budgets.

use base::{Micros, OrganisationId, Timestamp};
use store::{ProcedureError, Tx};

use super::intent::Intent;
use super::sql;
use crate::Gateway;
use crate::budget::{self, Exceeded, Lacking, OnExceeded, Place};
use crate::call::{Worst, WorstAt};

/// The period of what a definition caps: the execution's own life.
const OWN: &str = "own";

/// A call that may be made, with its money set aside.
pub(super) struct Afforded {
    pub(super) intent: Intent,
    /// Where it may go.
    pub(super) worst: Worst,
    /// The providers that must not be asked: their budgets have no room.
    pub(super) without: Vec<String>,
}

/// The call as it may be made, with its money set aside: as wanted, or with the model that
/// a budget falls back to.
pub(super) async fn afford(
    gateway: &Gateway,
    tx: &mut Tx,
    organisation: OrganisationId,
    wanted: &Intent,
    now: Timestamp,
) -> Result<Afforded, ProcedureError> {
    let quote = |intent: &Intent| intent.worst(gateway, organisation, now);
    let short = match attempt(tx, organisation, wanted.clone(), quote(wanted), now).await? {
        Ok(afforded) => return Ok(afforded),
        Err(Lacking::Money(short)) => short,
        Err(Lacking::Price) => return Err(unpriced(wanted)),
    };
    if let OnExceeded::Fallback(model) = &short.on_exceeded {
        let cheaper = wanted.of(model);
        let worst = quote(&cheaper);
        // nobody is led to a model that they may not use
        if cheaper.may_be_made(gateway, organisation).is_ok()
            && let Ok(afforded) = attempt(tx, organisation, cheaper, worst, now).await?
        {
            return Ok(afforded);
        }
    }
    Err(refused(&short))
}

async fn attempt(
    tx: &mut Tx,
    organisation: OrganisationId,
    intent: Intent,
    mut worst: Worst,
    now: Timestamp,
) -> Result<Result<Afforded, Lacking>, ProcedureError> {
    let place = |at: &WorstAt| Place { provider: at.provider.clone(), most: at.cost };
    let places: Vec<Place> = worst.places.iter().map(place).collect();
    let costs = places.iter().any(|place| place.most != Some(Micros::ZERO));
    let is_capped = intent.caps.execution.is_some() || intent.caps.step.is_some();
    let mut budgets = Vec::new();
    if costs {
        let targets = intent.targets(&places);
        budgets = budget::current(tx, organisation, &targets, now).await?;
    }
    let choice = match budget::choose(budgets, &places, is_capped) {
        Ok(choice) => choice,
        Err(lacking) => return Ok(Err(lacking)),
    };
    let amount = choice.most;
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
            return Ok(Err(Lacking::Money(Box::new(Exceeded {
                scope,
                period: OWN,
                cap,
                remaining: Micros((cap - so_far).0.max(0)),
                needed: amount,
                on_exceeded: OnExceeded::Stop,
            }))));
        }
    }
    if let Some(short) = budget::reserve(tx, organisation, intent.id, &choice).await? {
        return Ok(Err(Lacking::Money(short)));
    }
    let without = choice.without;
    worst.places.retain(|place| !without.contains(&place.provider));
    Ok(Ok(Afforded { intent, worst, without }))
}

fn unpriced(intent: &Intent) -> ProcedureError {
    let model = intent.model.as_deref().unwrap_or("the default");
    let message = format!("model \"{model}\" cannot be called: {}", crate::price::MISSING);
    ProcedureError::Refused { code: "budget_stopped", message }
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
