//! Schedules: times at which a workflow starts. `times.rs` says when, `missed.rs` what
//! happens to times that nobody kept, `fire.rs` starts what is due.

mod api;
mod change;
mod declared;
mod fire;
mod missed;
mod model;
mod sql;
mod times;

use web::Routes;

use crate::Automation;

pub(crate) use declared::{Declared, declare};
pub(crate) use fire::fire;
pub use fire::tick_execution;
pub(crate) use times::Times;

pub(crate) fn routes() -> Routes<Automation> {
    api::routes().merge(change::routes())
}
