//! The AI platforms behind the gateway: those that an admin set up in the database or the
//! configuration, the scripted model, the local model, and servers that the user already
//! runs on this machine.
//!
//! Start with `record.rs` for what an admin sets up; [`Platform`] is one of them ready to
//! be called, and [`Picture`] all of an organisation's, which calls read without SQL.

use utoipa_axum::routes;
use web::{Access, Permission, Routes};

use crate::Gateway;

mod api;
mod check;
mod config;
mod connect;
mod detect;
mod directory;
mod kind;
mod platform_list;
mod ready;
mod record;
mod resolve;
mod save;
pub(crate) mod sql;
mod trial;

pub use config::{ConfigError, GatewayConfig, ProviderConfig, RunningServer};
pub(crate) use connect::ready;
pub(crate) use detect::{Answer, Probe};
pub(crate) use directory::{Directory, Picture, Plan, Target};
pub use kind::PlatformKind;
pub(crate) use platform_list::{LOCAL, SCRIPTED, SCRIPTED_MODEL, platforms};
pub use ready::Limits;
pub(crate) use ready::{Backend, Platform};
pub(crate) use record::{Draft, Record, Settings, Shown, Source, Tested};
pub(crate) use resolve::{Offer, resolve};
pub(crate) use trial::{Trial, trial};

/// The routes of platforms.
pub(crate) fn routes(gateway: Gateway) -> Routes {
    let manage = Access::Permission(Permission::ManagePlatforms);
    Routes::new()
        .add(manage, routes!(api::list, save::create))
        .add(manage, routes!(api::get, save::change, api::remove))
        .add(manage, routes!(api::test))
        .add(manage, routes!(api::models))
        .with_state(gateway)
}
