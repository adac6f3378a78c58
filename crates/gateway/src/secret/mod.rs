//! Secrets at rest: keys of platforms and whatever else must be read back. They are sealed
//! into the database, or kept in a Vault; the API never gives one out.
//!
//! Start with [`Secrets`]. `cipher.rs` is the one place that encrypts; [`Place`] binds a
//! sealed text to its tenant, table, row and field, so that it opens nowhere else.
//! A master key (`master.rs`) seals the data keys, a data key seals the secrets, and
//! `rotate.rs` replaces them while the server works.

mod api;
mod cipher;
mod error;
mod keeper;
mod master;
mod place;
mod rotate;
mod sealer;
mod secrets;
mod sql;
mod vault;

pub(crate) use api::routes;
pub use error::SecretError;
pub use keeper::{Kept, SecretStore};
pub use master::MasterKeys;
pub use place::Place;
pub use rotate::Rotation;
pub use secrets::{Secrets, SecretsConfig};
pub use vault::{Vault, VaultAccess, VaultConfig};
