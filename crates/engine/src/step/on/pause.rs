//! Pause: running attempts finish, nothing new starts. Resume: what waited starts; one whose
//! turn had not come waits for it again.

use crate::step::Rejected;
use crate::step::advance::Advance;
use crate::{Event, Status};

pub(in crate::step) fn pause(advance: &mut Advance<'_>, by: String) -> Result<(), Rejected> {
    let status = advance.state.status;
    if !matches!(status, Status::Queued | Status::Running) {
        return Err(Rejected::State { status, wanted: "paused" });
    }
    advance.record(Event::ExecutionPaused { by, reason: None });
    Ok(())
}

pub(in crate::step) fn resume(advance: &mut Advance<'_>, by: String) -> Result<(), Rejected> {
    let status = advance.state.status;
    if status != Status::Paused {
        return Err(Rejected::State { status, wanted: "resumed" });
    }
    advance.record(Event::ExecutionResumed { by });
    if !advance.state.is_started {
        return Ok(());
    }
    super::tick(advance);
    super::start::begin_rollback(advance);
    advance.start_ready();
    Ok(())
}
