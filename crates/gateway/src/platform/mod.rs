//! The AI platforms behind the gateway: configured providers, the scripted model, the
//! local model, and servers that the user already runs on this machine.
//!
//! Start with [`GatewayConfig`]; [`Platform`] is one of them ready to be called, and
//! `resolve.rs` decides which one a model's name means.

mod config;
mod detect;
mod platform_list;
mod price;
mod ready;
mod resolve;

pub use config::{ConfigError, GatewayConfig, ProviderConfig, RunningServer};
pub(crate) use detect::{Answer, Probe};
pub(crate) use platform_list::{LOCAL, SCRIPTED, SCRIPTED_MODEL, platforms};
pub(crate) use price::cost;
pub(crate) use ready::{Backend, Platform};
pub(crate) use resolve::{Offer, resolve};
