//! A signal came: an attempt that waits for it goes on; otherwise it is kept for one that
//! will.

use serde_json::Value as Json;

use crate::step::Rejected;
use crate::step::advance::Advance;
use crate::{AttemptKey, Event, InstanceStatus, Parking, StepState};

/// The most signals that are kept for steps that will wait for them.
const MOST_KEPT: usize = 1000;

pub(in crate::step) fn signal(
    advance: &mut Advance<'_>,
    name: String,
    payload: Json,
    by: String,
) -> Result<(), Rejected> {
    let status = advance.state.status;
    if status.is_final() {
        return Err(Rejected::State { status, wanted: "signalled" });
    }
    let waiting = waiting(advance, &name);
    if waiting.is_none() && advance.state.signals.len() >= MOST_KEPT {
        return Err(Rejected::TooManySignals(MOST_KEPT));
    }
    advance.record(Event::SignalReceived { name, payload: payload.clone(), by });
    if let Some(key) = waiting {
        advance.complete_attempt(key, payload);
        advance.settle(key.step);
    }
    Ok(())
}

/// The first attempt that waits for this signal.
fn waiting(advance: &Advance<'_>, name: &str) -> Option<AttemptKey> {
    let mut steps = advance.running_steps().into_iter();
    steps.find_map(|step| {
        StepState::active(&advance.state.steps[step]).find_map(|(instance, state)| {
            let waits = matches!(&state.status, InstanceStatus::Parked { on: Parking::Signal(wanted), .. } if wanted == name);
            waits.then_some(AttemptKey { step, instance, attempt: state.attempts })
        })
    })
}
