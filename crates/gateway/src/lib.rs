//! The gateway: every model behind one service. It implements [`agent::port::Models`]
//! for the runner, keeps the ledger of calls, and installs and supervises the local model.
//!
//! Start with [`Gateway`] and what it is made from, [`GatewayConfig`]. [`local`] has what
//! `hishamos model …` does; [`ledger`] offers the runner the procedures that record calls.

use store::Procedures;
use web::Routes;

mod call;
pub mod ledger;
pub mod local;
mod model;
mod platform;

pub use call::{Gateway, RetryPolicy};
pub use local::{Local, LocalConfig};
pub use model::{ModelItem, ModelKind, ModelList, ModelStatus, Notice};
pub use platform::{ConfigError, GatewayConfig, ProviderConfig, RunningServer};

/// All routes of this feature.
pub fn routes(gateway: Gateway) -> Routes {
    model::routes(gateway).merge(ledger::routes())
}

/// Adds the procedures that this feature offers to the runner.
pub fn procedures(procedures: Procedures) -> Procedures {
    procedures.with(ledger::RecordCallIntent).with(ledger::RecordCall).with(ledger::CloseCalls)
}
