//! All secrets of the gateway, wherever they are kept.

use std::path::PathBuf;
use std::sync::Arc;

use base::{Clock, OrganisationId, Random, Secret, Timestamp};
use store::{Db, Tx};

use super::error::hint;
use super::rotate::Rotation;
use super::sealer::Sealer;
use super::{Kept, MasterKeys, Place, SecretError, SecretStore, Vault, VaultConfig, sql};

/// Where secrets are kept and what opens them.
#[derive(Debug, Clone)]
pub struct SecretsConfig {
    /// The data folder, where the file `master.key` lies unless a key is given.
    pub folder: PathBuf,
    /// The master key from the environment; older ones may follow it.
    pub master_key: Option<Secret<String>>,
    /// The vault that keeps new secrets, if there is one.
    pub vault: Option<VaultConfig>,
}

/// The secrets. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Secrets(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    db: Db,
    sealer: Sealer,
    vault: Option<Vault>,
}

impl SecretsConfig {
    /// Sealed into the database, with the master key in the data folder.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into(), master_key: None, vault: None }
    }
}

impl Secrets {
    /// Finds the master key and opens every data key with it; refuses to go on without.
    pub async fn open(
        config: SecretsConfig,
        db: Db,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
    ) -> Result<Self, SecretError> {
        let has_keys = {
            let mut tx = db.read().await?;
            !sql::all_data_keys(&mut tx).await?.is_empty()
        };
        let masters = match &config.master_key {
            Some(text) => MasterKeys::given(text, "from the environment")?,
            None => MasterKeys::in_folder(&config.folder, !has_keys, random.as_ref())?,
        };
        let sealer = Sealer::new(masters, clock, random);
        sealer.settle(&db).await?;
        let vault = config.vault.map(Vault::new).transpose()?;
        Ok(Self(Arc::new(Inner { db, sealer, vault })))
    }

    /// Takes a secret; what comes back is to be written with [`Secrets::write`].
    pub async fn keep(&self, place: &Place, secret: &Secret<String>) -> Result<Kept, SecretError> {
        match &self.0.vault {
            Some(vault) => vault.keep(&self.0.db, place, secret).await,
            None => self.0.sealer.keep(&self.0.db, place, secret).await,
        }
    }

    /// Writes what [`Secrets::keep`] gave, in the transaction of the row that it belongs
    /// to; `false` when the data key was replaced meanwhile and the secret must be kept again.
    pub async fn write(
        tx: &mut Tx,
        place: &Place,
        kept: &Kept,
        secret: &Secret<String>,
        now: Timestamp,
    ) -> Result<bool, store::Error> {
        let is_sealed = kept.kept_in == super::sealer::DATABASE;
        if is_sealed && !sql::hold_data_key(tx, place.organisation, &kept.key_id).await? {
            return Ok(false);
        }
        sql::write(tx, place, kept, &hint(secret), now).await?;
        Ok(true)
    }

    /// Gives a secret to whoever uses it; `None` when there is none.
    pub async fn read(&self, place: &Place) -> Result<Option<Secret<String>>, SecretError> {
        let found = {
            let mut tx = self.0.db.read().await?;
            sql::find(&mut tx, place).await?
        };
        let Some(kept) = found else { return Ok(None) };
        let store = self.store_of(place, &kept)?;
        store.open(&self.0.db, place, &kept).await.map(Some)
    }

    /// Removes what is known about a secret, in the transaction that removes its row.
    pub async fn remove(tx: &mut Tx, place: &Place) -> Result<(), store::Error> {
        sql::delete(tx, place).await
    }

    /// Tells the vault, if there is one, that a secret's row is gone.
    pub async fn forget(&self, place: &Place) -> Result<(), SecretError> {
        match &self.0.vault {
            Some(vault) => vault.forget(place).await,
            None => self.0.sealer.forget(place).await,
        }
    }

    /// The last letters of each secret of a table, by its row's id.
    pub async fn hints(
        tx: &mut Tx,
        organisation: OrganisationId,
        table: &str,
        field: &str,
    ) -> Result<Vec<(String, String)>, store::Error> {
        sql::hints(tx, organisation, table, field).await
    }

    /// How many secrets the organisation has, by where they are kept.
    pub async fn counts(
        tx: &mut Tx,
        organisation: OrganisationId,
    ) -> Result<Vec<(String, i64)>, store::Error> {
        sql::counts(tx, organisation).await
    }

    /// The word of the store that new secrets go to.
    pub fn kept_in(&self) -> &'static str {
        self.0.vault.as_ref().map_or_else(|| self.0.sealer.word(), SecretStore::word)
    }

    /// The name of the master key, which says nothing about it.
    pub fn master_id(&self) -> String {
        self.0.sealer.masters().active().id()
    }

    /// Seals every secret of the organisation with a new data key, and replaces the master
    /// key first when `with_master`.
    pub async fn rotate(
        &self,
        organisation: OrganisationId,
        with_master: bool,
    ) -> Result<Rotation, SecretError> {
        if with_master {
            self.0.sealer.replace_master(&self.0.db).await?;
        }
        let done = self.0.sealer.rotate(&self.0.db, organisation).await?;
        Ok(Rotation { master_replaced: with_master, ..done })
    }

    fn store_of(&self, place: &Place, kept: &Kept) -> Result<&dyn SecretStore, SecretError> {
        if kept.kept_in == self.0.sealer.word() {
            return Ok(&self.0.sealer);
        }
        match &self.0.vault {
            Some(vault) if kept.kept_in == vault.word() => Ok(vault),
            _ => Err(SecretError::Elsewhere {
                place: place.to_string(),
                kept_in: kept.kept_in.clone(),
            }),
        }
    }
}
