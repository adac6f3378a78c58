//! What was used and what it cost: sums over the ledger by platform, model, person, agent,
//! project or day. Start with [`routes`].

mod api;
mod day;
mod model;
mod sql;

pub(crate) use api::{moment, routes};
