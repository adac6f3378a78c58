//! What keeps secrets: the database, or a Vault.

use std::fmt;

use base::Secret;
use futures::future::BoxFuture;
use store::Db;

use super::{Place, SecretError};

/// What is written in the database about a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Where it is kept: the store's word.
    pub kept_in: String,
    /// The data key that sealed it, or the version in the vault.
    pub key_id: String,
    /// The sealed text, or the path in the vault.
    pub kept: String,
}

/// Something that keeps secrets. Both calls may use the network, so neither is made inside
/// a transaction.
pub trait SecretStore: Send + Sync + fmt::Debug {
    /// Its word in the database.
    fn word(&self) -> &'static str;

    /// Takes a secret; gives what to write in the database.
    fn keep<'a>(
        &'a self,
        db: &'a Db,
        place: &'a Place,
        secret: &'a Secret<String>,
    ) -> BoxFuture<'a, Result<Kept, SecretError>>;

    /// Gives a secret back.
    fn open<'a>(
        &'a self,
        db: &'a Db,
        place: &'a Place,
        kept: &'a Kept,
    ) -> BoxFuture<'a, Result<Secret<String>, SecretError>>;

    /// Forgets a secret whose row is gone.
    fn forget<'a>(&'a self, place: &'a Place) -> BoxFuture<'a, Result<(), SecretError>>;
}
