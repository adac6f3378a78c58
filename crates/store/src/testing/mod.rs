//! Real test databases for every crate: [`sqlite`] and [`postgres`] give a fresh, migrated
//! one that removes itself, and [`crate::both_databases!`] runs a test on both.
//!
//! PostgreSQL is the server named by `HISHAMOS_TEST_POSTGRES` (the address of a database
//! whose user may create databases); without it, a private server is started from the
//! binaries of the package `postgresql`. It is shared by the test processes that run at
//! the same time and ends a few seconds after the last of them. Start with
//! [`database::TestDb`]; the private server is in [`server`].

mod database;
mod macros;
mod own;
mod postgres;
mod server;
mod sqlite;

pub use database::{TestDb, postgres, sqlite, test_time};
pub use own::{OwnPostgres, own_postgres};
