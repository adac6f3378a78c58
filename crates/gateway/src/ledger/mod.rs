//! The ledger: one row for each model call, begun before the call and completed after it.
//!
//! Start with [`RecordCallIntent`] and [`RecordCall`], which the runner performs in its own
//! transactions, so that a result and what it cost are recorded together or not at all.
//! Both give back what to add to the execution's usage.

use web::Routes;

mod afford;
mod close;
mod intent;
mod list;
mod model;
mod outcome;
pub(crate) mod slices;
mod sql;

pub use close::CloseCalls;
pub use intent::RecordCallIntent;
pub use model::{Call, CallOutcome};
pub use outcome::RecordCall;

pub(crate) fn routes() -> Routes {
    list::routes()
}
