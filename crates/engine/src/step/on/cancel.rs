//! Cancel wins at once: the execution is over, and what still runs is stopped.

use crate::step::Rejected;
use crate::step::advance::Advance;
use crate::{Effect, Event};

pub(in crate::step) fn cancel(
    advance: &mut Advance<'_>,
    by: String,
    reason: Option<String>,
) -> Result<(), Rejected> {
    let status = advance.state.status;
    if status.is_final() {
        return Err(Rejected { status, wanted: "cancelled" });
    }
    let running = advance.state.running();
    advance.record(Event::ExecutionCancelled { by, reason });
    advance.effects.extend(running.into_iter().map(|key| Effect::CancelAttempt { key }));
    Ok(())
}
