//! Somebody decided about an approval.

use crate::step::Rejected;
use crate::step::advance::Advance;
use crate::{AttemptKey, Decision, Event};

pub(in crate::step) fn decide(
    advance: &mut Advance<'_>,
    step: usize,
    instance: usize,
    decision: Decision,
) -> Result<(), Rejected> {
    let Some(approval) = advance.state.approval(step, instance) else {
        return Err(Rejected::NoApproval);
    };
    approval.admits(&decision)?;
    let attempt = advance.state.steps[step].instances[instance].attempts;
    let key = AttemptKey { step, instance, attempt };
    advance.record(Event::ApprovalDecided { key, decision });
    advance.conclude_approval(key);
    advance.settle(step);
    Ok(())
}
