//! Its turn came.

use crate::step::advance::Advance;
use crate::{Event, LinkMode, Status};

pub(in crate::step) fn start(advance: &mut Advance<'_>) {
    if advance.state.status == Status::Queued {
        begin(advance);
    }
}

/// The first steps start, and the time is counted from now.
fn begin(advance: &mut Advance<'_>) {
    let deadline = advance.plan.definition().timeout.map(|after| advance.now.plus(after));
    advance.record(Event::ExecutionStarted { deadline });
    begin_rollback(advance);
    for step in advance.running_steps() {
        // Kept from another execution, with instances that are to be done again.
        advance.settle(step);
    }
    advance.start_ready();
}

/// An execution that was made to undo another one does nothing else.
pub(super) fn begin_rollback(advance: &mut Advance<'_>) {
    let origin = advance.state.origin.as_ref();
    let undoes = origin.is_some_and(|origin| origin.mode == LinkMode::Rollback);
    if undoes && advance.state.status == Status::Running {
        let by = Some("request".to_owned());
        advance.record(Event::RollbackStarted { by, step: None, failure: None });
    }
}
