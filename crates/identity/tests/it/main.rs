//! The identity feature through its HTTP routes, with its own check of credentials, on
//! real databases. Start with [`house`]: the application under test and its visitors.
#![allow(clippy::unwrap_used, missing_docs)]

mod api_key;
mod audit;
mod house;
mod link;
mod login;
mod people;
mod rights;
mod session;
mod setup;
mod sql;
