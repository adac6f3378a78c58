//! What starts workflows beside people. Schedules and webhooks have folders of their own;
//! here are the events of the system, what a definition declares under `on`, and the task
//! that keeps watch while this process holds the engine role. It also tells steps of the
//! events that they wait for.

mod api;
mod begin;
mod declared;
mod event;
mod hear;
mod kinds;
mod model;
mod scope;
mod sql;
mod watch;

pub(crate) use api::routes;
pub(crate) use begin::{Refusal, Start, execution_id, start};
pub(crate) use declared::{check, declare};
pub(crate) use kinds::KINDS;
pub(crate) use model::{LastRun, TriggerSource};
pub(crate) use scope::mapping;
pub(crate) use watch::watch;
