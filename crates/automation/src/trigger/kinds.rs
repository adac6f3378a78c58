//! The kinds of events that HishamOS tells of its own things. Tools that are built in may tell
//! of other things, and other names with a point may be those of signals.

/// Every kind, by what it is about.
pub(crate) const KINDS: [&str; 15] = [
    "execution.completed",
    "execution.failed",
    "execution.cancelled",
    "execution.rolled_back",
    "execution.rollback_failed",
    "approval.requested",
    "approval.escalated",
    "approval.decided",
    "project.created",
    "project.updated",
    "work_item.created",
    "work_item.updated",
    "work_item.moved",
    "work_item.deleted",
    "budget.alert",
];

#[cfg(test)]
mod tests {
    use super::*;

    const MANUAL: &str = include_str!("../../../../docs/user/triggers.md");

    #[test]
    fn the_manual_lists_every_kind() {
        let rows = MANUAL.lines().filter(|line| line.starts_with("| `"));
        let cells = rows.filter_map(|row| row.split('|').nth(1));
        let listed: Vec<&str> = cells.flat_map(|cell| cell.split('`').skip(1).step_by(2)).collect();
        assert_eq!(listed, KINDS);
    }
}
