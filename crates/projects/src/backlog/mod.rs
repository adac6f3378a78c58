//! What agents may do to a project: the procedures that the runner calls inside the
//! transaction that records a step's result. Start with [`CreateBacklog`]; what a model
//! wrote is read leniently in `input`, cleaned in `clean`
//! and `wording`, and ordered in `plan`.

mod clean;
mod create;
mod create_item;
mod find_item;
mod find_project;
mod input;
mod move_item;
mod plan;
mod wording;

pub use create::CreateBacklog;
pub use create_item::CreateWorkItem;
pub use find_item::FindWorkItem;
pub use find_project::FindProject;
pub use move_item::MoveWorkItem;
