//! How the platforms are: what their calls say about them, and a probe each minute.
//!
//! Start with [`PlatformState`], which every call reports to; `status.rs` has the pure rule
//! that makes a status of it, `report.rs` puts the answer together.

mod api;
mod probe;
mod report;
mod sql;
mod state;
mod status;
mod window;

pub(crate) use api::routes;
pub(crate) use report::is_down;
pub(crate) use state::PlatformState;
