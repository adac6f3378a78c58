//! Migrations in pairs, up and down, each tagged with the product version that needs it.
//!
//! Start with [`Migrations`]: the list that this program ships and what can be done with
//! it. [`upgrade`] is what `hishamos serve` runs at its start; `hishamos-migrate` offers
//! the rest to people.
//!
//! This is our own code and not sqlx's `Migrator` for three reasons. sqlx knows no
//! product version, so "downgrade to 1.1.0" would need a second list that can disagree
//! with the first. Its bookkeeping on SQLite is not in one transaction with the migration
//! on every path, and ours must converge when the process is killed at any moment: here
//! the migration, its row in `schema_migrations` and the lock against a second migrator
//! share one transaction of the group-commit writer. And it cannot say before a downgrade
//! which rows would be lost, see [`Lost`].

mod downgrade;
mod loss;
mod problem;
mod shipped;
mod sql;
mod status;
mod upgrade;
mod version;

pub use loss::Lost;
pub use problem::Problem;
pub(crate) use shipped::hex;
pub use shipped::{Migration, Migrations, SHIPPED};
pub use status::{Applied, Status};
pub use upgrade::{status, upgrade};
pub use version::Version;
