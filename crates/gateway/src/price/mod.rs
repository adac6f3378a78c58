//! What calls cost: the bundled table, and before it what an admin set from a day on.
//!
//! Start with `list.rs`, which is pure; an admin sets prices in the API, one by one or as
//! a file.

mod api;
mod import;
mod list;
mod model;
pub(crate) mod sql;
mod unknown;

pub(crate) use api::routes;
pub use import::comma_separated;
pub(crate) use list::{Dated, Prices, comparable};
pub(crate) use unknown::MISSING;
pub use unknown::UnknownPrice;
