//! When which execution wants to be looked at again.

use std::collections::BTreeSet;
use std::time::Duration;

use base::{ExecutionId, Timestamp};

/// The wake-up times of executions, earliest first.
#[derive(Debug, Default)]
pub(super) struct Clockwork(BTreeSet<(Timestamp, ExecutionId)>);

impl Clockwork {
    /// Moves an execution's wake-up time.
    pub(super) fn set(&mut self, id: ExecutionId, old: Option<Timestamp>, new: Option<Timestamp>) {
        if let Some(old) = old {
            self.0.remove(&(old, id));
        }
        if let Some(new) = new {
            self.0.insert((new, id));
        }
    }

    /// Takes out everything that is due.
    pub(super) fn due(&mut self, now: Timestamp) -> Vec<ExecutionId> {
        let mut due = Vec::new();
        while let Some((at, id)) = self.0.first().copied()
            && at <= now
        {
            self.0.pop_first();
            due.push(id);
        }
        due
    }

    /// How long until something is due; at most a second, so that a clock that jumps is noticed.
    pub(super) fn wait(&self, now: Timestamp) -> Duration {
        let second = Duration::from_secs(1);
        self.0.first().map_or(second, |(at, _)| at.since(now).min(second))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_what_is_due_in_order_and_once() {
        let mut clockwork = Clockwork::default();
        let id = ExecutionId::from_u128;
        let at = Timestamp::from_millis;
        clockwork.set(id(1), None, Some(at(30)));
        clockwork.set(id(2), None, Some(at(10)));
        clockwork.set(id(3), None, Some(at(20)));
        clockwork.set(id(3), Some(at(20)), None);
        assert_eq!(clockwork.wait(at(4)), Duration::from_millis(6));
        assert_eq!(clockwork.due(at(30)), [id(2), id(1)]);
        assert_eq!(clockwork.due(at(30)), []);
    }
}
