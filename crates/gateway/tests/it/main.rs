//! The gateway with real parts: real sockets, real processes, real pip on local packages,
//! real SQL on both databases. Only the models are doubles: wiremock, the scripted model,
//! and `fake_server.py`, which stands for llama.cpp's server.

#![allow(clippy::unwrap_used)]

mod ai_access;
mod budgets;
mod calls;
mod doors;
mod failures;
mod house;
mod installing;
mod ledger;
mod lifeline;
mod limits;
mod lists;
mod people;
mod platforms;
mod prices;
mod provider_budgets;
mod routing;
mod secrets;
mod server;
mod slow;
mod support;
mod toy;
mod vault;
