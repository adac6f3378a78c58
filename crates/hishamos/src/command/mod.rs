//! The commands, noun before verb. Each file is one noun; those that ask a running server
//! go through `client`, those that work on a stopped one's data folder through `offline`.
//!
//! Start with [`Cli`] and [`run`].

mod ai_access;
mod api_key;
mod board;
mod budget;
mod check;
mod cli;
mod completion;
mod configuration;
mod doctor;
mod execution;
mod given;
mod health;
mod ledger;
mod model;
mod model_group;
mod offline;
mod platform;
mod price;
mod project;
mod rate_limit;
mod run;
mod schedule;
mod secret;
mod usage;
mod user;
mod virtual_key;
mod workflow;

pub use board::BoardTable;
pub use cli::Cli;
pub use execution::totals;
pub use run::run;
