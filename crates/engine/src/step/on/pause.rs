//! Pause: running attempts finish, nothing new starts. Resume: what waited starts.

use crate::step::Rejected;
use crate::step::advance::Advance;
use crate::{Event, Status};

pub(in crate::step) fn pause(advance: &mut Advance<'_>, by: String) -> Result<(), Rejected> {
    match advance.state.status {
        Status::Queued | Status::Running => advance.record(Event::ExecutionPaused { by }),
        status @ (Status::Paused | Status::Completed | Status::Failed | Status::Cancelled) => {
            return Err(Rejected { status, wanted: "paused" });
        }
    }
    Ok(())
}

pub(in crate::step) fn resume(advance: &mut Advance<'_>, by: String) -> Result<(), Rejected> {
    let status = advance.state.status;
    if status != Status::Paused {
        return Err(Rejected { status, wanted: "resumed" });
    }
    advance.record(Event::ExecutionResumed { by });
    super::tick(advance);
    advance.start_ready();
    Ok(())
}
