//! Executions that continue others are checked against what is durable
//! (`sql/continued.rs`), so a rollback is not made in one commit with another of them: it
//! could undo what that one keeps.

use engine::LinkMode;

use super::handle::{Link, NewExecution};
use super::machine::Machine;

impl Machine {
    /// Whether an execution has to wait for the commit that is on its way, or the coming one,
    /// before it is made.
    pub(super) fn crosses(&self, new: &NewExecution) -> bool {
        let Some(link) = &new.link else { return false };
        let undoes = |link: &Link| link.mode == LinkMode::Rollback;
        let pending = self.pending.iter().flat_map(|pending| pending.changes.iter());
        let changes = pending.chain(self.changes.values());
        let mut others = changes.filter_map(|change| change.created.as_ref()?.link.as_ref());
        others.any(|other| undoes(link) || undoes(other))
    }
}
