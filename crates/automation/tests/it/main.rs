//! The feature through its routes, with the runner at work, on real SQLite and PostgreSQL.
//! Only the model is a double ([`models`]); [`house`] is what every test begins with.
#![allow(clippy::unwrap_used)]

mod access;
mod answers;
mod audit;
mod bad_input;
mod budgets;
mod cancel;
mod decisions;
mod dispatch;
mod fencing;
mod four_eyes;
mod full;
mod heavy;
mod house;
mod idempotency;
mod inbox;
mod inside;
mod insiders;
mod ledger;
mod lost_database;
mod manual;
mod models;
mod patience;
mod pause;
mod places;
mod procedure;
mod process;
mod queue;
mod recovery;
mod rehearsal;
mod rehearsal_file;
mod rehearsal_world;
mod retries;
mod revisions;
mod running;
mod schedules;
mod socket;
mod sse;
mod stream;
mod templates;
mod tools;
mod triggers;
mod waits;
mod webhooks;
mod workflows;
