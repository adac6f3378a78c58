//! Cancel wins at once: the execution is over, and what still runs is stopped. Only a
//! rollback is not cut short, since half of it would be worse than none.

use crate::step::Rejected;
use crate::step::advance::Advance;
use crate::{Effect, Event, Status};

pub(in crate::step) fn cancel(
    advance: &mut Advance<'_>,
    by: String,
    reason: Option<String>,
) -> Result<(), Rejected> {
    let status = advance.state.status;
    if status.is_final() || status == Status::RollingBack {
        return Err(Rejected::State { status, wanted: "cancelled" });
    }
    let running = advance.state.running();
    advance.record(Event::ExecutionCancelled { by, reason });
    advance.effects.extend(running.into_iter().map(|key| Effect::CancelAttempt { key }));
    Ok(())
}
