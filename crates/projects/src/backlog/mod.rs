//! What agents may do to a project: the procedures that the runner calls inside the
//! transaction that records a step's result. Start with [`CreateBacklog`]; what a model
//! wrote is read leniently in `input`, cleaned in `clean`
//! and `wording`, and ordered in `plan`.

mod clean;
mod create;
mod find_project;
mod input;
mod plan;
mod wording;

pub use create::CreateBacklog;
pub use find_project::FindProject;
