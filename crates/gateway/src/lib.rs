//! The gateway: every model behind one service. It implements [`agent::port::Models`]
//! for the runner, keeps the ledger of calls, and installs and supervises the local model.
//!
//! Start with [`Gateway`] and what it is made from, [`GatewayConfig`]. [`local`] has what
//! `hishamos model …` does; [`ledger`] offers the runner the procedures that record calls.

use store::Procedures;
use web::Routes;

mod ai_access;
pub mod budget;
mod cache;
mod call;
mod door;
mod health;
pub mod ledger;
mod limit;
pub mod local;
mod model;
mod platform;
mod price;
pub mod route;
pub mod secret;
mod telemetry;
mod usage;
mod virtual_key;

pub use cache::{CacheTimes, SemanticCache};
pub use call::{Answer, CallMeta, Gateway, RetryPolicy};
pub use door::{DoorOptions, Doors, Part, routes as door_routes};
pub use limit::Shared;
pub use local::{Local, LocalConfig};
pub use model::{ModelItem, ModelList, ModelStatus, Notice};
pub use platform::{
    ConfigError, GatewayConfig, Limits, PlatformKind, ProviderConfig, RunningServer,
};
pub use price::{UnknownPrice, comma_separated};
pub use virtual_key::{KeyScope, VirtualKey};

/// All routes of this feature.
pub fn routes(gateway: Gateway) -> Routes {
    model::routes(gateway.clone())
        .merge(ledger::routes())
        .merge(ai_access::routes(gateway.clone()))
        .merge(budget::routes(gateway.clone()))
        .merge(virtual_key::routes())
        .merge(limit::routes())
        .merge(health::routes(gateway.clone()))
        .merge(platform::routes(gateway.clone()))
        .merge(route::routes(gateway.clone()))
        .merge(price::routes(gateway.clone()))
        .merge(usage::routes())
        .merge(secret::routes(gateway))
}

/// Adds the procedures that this feature offers to the runner.
pub fn procedures(procedures: Procedures, gateway: Gateway) -> Procedures {
    procedures
        .with(ledger::RecordCallIntent::new(gateway.clone()))
        .with(ledger::RecordCall)
        .with(ledger::CloseCalls::new(gateway))
}
