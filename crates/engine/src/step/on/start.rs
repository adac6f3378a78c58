//! Its turn came.

use crate::step::advance::Advance;
use crate::{Event, Status};

pub(in crate::step) fn start(advance: &mut Advance<'_>) {
    if advance.state.status != Status::Queued {
        return;
    }
    advance.record(Event::ExecutionStarted);
    advance.start_ready();
}
