//! Projects and what is planned in them: work items with keys like `CLINIC-3`, the board
//! they stand on, its live events, and the writes that agents' output goes through.
//!
//! Start with [`work_item`]: what an item is and the rules of changing it. [`board`] shows
//! items, [`backlog`] offers the runner the procedures that put items on it and move them.
//! Every change of an item holds its project's row ([`project::Locked`]) and leaves an
//! event in the outbox of the same transaction.

use store::Procedures;
use web::Routes;

pub mod backlog;
pub mod board;
mod check;
pub mod project;
mod things;
mod word;
pub mod work_item;

pub use things::things;

/// All routes of this feature.
pub fn routes() -> Routes {
    project::routes().merge(work_item::routes()).merge(board::routes())
}

/// Adds the procedures that this feature offers to the runner.
pub fn procedures(procedures: Procedures) -> Procedures {
    procedures
        .with(backlog::CreateBacklog)
        .with(backlog::CreateWorkItem)
        .with(backlog::MoveWorkItem)
        .with(backlog::FindProject)
        .with(backlog::FindWorkItem)
}
