//! Secrets sealed into the database.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use base::{Clock, OrganisationId, Random, Secret};
use futures::future::BoxFuture;
use store::Db;

use super::cipher::Key;
use super::sql::{self, DataKey};
use super::{Kept, MasterKeys, Place, SecretError, SecretStore};

/// The word for secrets that are sealed into the database.
pub(super) const DATABASE: &str = "database";

/// Seals secrets with data keys, and data keys with the master key.
#[derive(Debug)]
pub(super) struct Sealer {
    masters: RwLock<MasterKeys>,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    /// Data keys that were opened before.
    opened: Mutex<HashMap<(OrganisationId, String), Key>>,
}

impl Sealer {
    pub(super) fn new(masters: MasterKeys, clock: Arc<dyn Clock>, random: Arc<dyn Random>) -> Self {
        Self { masters: RwLock::new(masters), clock, random, opened: Mutex::default() }
    }

    pub(super) fn clock(&self) -> &dyn Clock {
        self.clock.as_ref()
    }

    pub(super) fn random(&self) -> &dyn Random {
        self.random.as_ref()
    }

    pub(super) fn masters(&self) -> MasterKeys {
        self.masters.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn set_masters(&self, masters: MasterKeys) {
        *self.masters.write().unwrap_or_else(PoisonError::into_inner) = masters;
    }

    /// A new data key, sealed and open.
    pub(super) fn new_data_key(&self, organisation: OrganisationId) -> (DataKey, Key) {
        let key = Key::new(self.random());
        (self.seal_data_key(organisation, &key.id(), &key, true), key)
    }

    /// A data key sealed with the active master key.
    pub(super) fn seal_data_key(
        &self,
        organisation: OrganisationId,
        id: &str,
        key: &Key,
        is_active: bool,
    ) -> DataKey {
        let masters = self.masters();
        let master = masters.active();
        let bound = Place::new(organisation, "data_keys", id, "sealed").bound(&master.id());
        let sealed = master.seal(&key.text(), &bound, self.random());
        DataKey { organisation, id: id.to_owned(), master_id: master.id(), sealed, is_active }
    }

    /// Opens a data key, or says which master key it wants.
    pub(super) fn open_data_key(&self, stored: &DataKey) -> Result<Key, SecretError> {
        let known = (stored.organisation, stored.id.clone());
        if let Some(key) = self.opened().get(&known) {
            return Ok(key.clone());
        }
        let masters = self.masters();
        let Some(master) = masters.find(&stored.master_id) else {
            return Err(SecretError::WrongMasterKey {
                key_id: stored.id.clone(),
                needed: stored.master_id.clone(),
                known: masters.names(),
            });
        };
        let place = Place::new(stored.organisation, "data_keys", &stored.id, "sealed");
        let text = master.open(&stored.sealed, &place.bound(&stored.master_id));
        let key = text.and_then(|text| Key::parse(&text));
        let key = key.ok_or_else(|| SecretError::Tampered(place.to_string()))?;
        self.opened().insert(known, key.clone());
        Ok(key)
    }

    /// The data key of this name.
    async fn data_key(&self, db: &Db, place: &Place, key_id: &str) -> Result<Key, SecretError> {
        if let Some(key) = self.opened().get(&(place.organisation, key_id.to_owned())) {
            return Ok(key.clone());
        }
        let mut tx = db.read().await?;
        let stored = sql::data_key_of(&mut tx, place.organisation, key_id).await?;
        let stored = stored.ok_or_else(|| SecretError::NoDataKey {
            place: place.to_string(),
            key_id: key_id.to_owned(),
        })?;
        self.open_data_key(&stored)
    }

    /// The data key that seals, made when there is none yet.
    async fn active(&self, db: &Db, organisation: OrganisationId) -> Result<Key, SecretError> {
        let found = {
            let mut tx = db.read().await?;
            sql::active_data_key(&mut tx, organisation).await?
        };
        if let Some(stored) = found {
            return self.open_data_key(&stored);
        }
        let (made, _) = self.new_data_key(organisation);
        let now = self.clock().now();
        let stored = db
            .write(move |tx| {
                Box::pin(async move {
                    // somebody else may have been first
                    if let Some(found) = sql::active_data_key(tx, organisation).await? {
                        return Ok::<_, SecretError>(found);
                    }
                    sql::insert_data_key(tx, &made, now).await?;
                    Ok(made)
                })
            })
            .await?;
        self.open_data_key(&stored)
    }

    /// The same secret sealed with another key.
    pub(super) fn reseal(
        &self,
        place: &Place,
        kept: &Kept,
        (old, new): (&Key, &Key),
    ) -> Result<Kept, SecretError> {
        let text = old
            .open(&kept.kept, &place.bound(&kept.key_id))
            .ok_or_else(|| SecretError::Tampered(place.to_string()))?;
        Ok(self.sealed(place, &text, new))
    }

    fn sealed(&self, place: &Place, text: &str, key: &Key) -> Kept {
        let key_id = key.id();
        let kept = key.seal(text, &place.bound(&key_id), self.random());
        Kept { kept_in: DATABASE.to_owned(), key_id, kept }
    }

    /// Forgets the keys that were opened, such as spent ones.
    pub(super) fn forget_opened(&self) {
        self.opened().clear();
    }

    fn opened(&self) -> std::sync::MutexGuard<'_, HashMap<(OrganisationId, String), Key>> {
        self.opened.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl SecretStore for Sealer {
    fn word(&self) -> &'static str {
        DATABASE
    }

    fn keep<'a>(
        &'a self,
        db: &'a Db,
        place: &'a Place,
        secret: &'a Secret<String>,
    ) -> BoxFuture<'a, Result<Kept, SecretError>> {
        Box::pin(async move {
            let key = self.active(db, place.organisation).await?;
            Ok(self.sealed(place, secret.reveal(), &key))
        })
    }

    fn open<'a>(
        &'a self,
        db: &'a Db,
        place: &'a Place,
        kept: &'a Kept,
    ) -> BoxFuture<'a, Result<Secret<String>, SecretError>> {
        Box::pin(async move {
            let key = self.data_key(db, place, &kept.key_id).await?;
            let text = key
                .open(&kept.kept, &place.bound(&kept.key_id))
                .ok_or_else(|| SecretError::Tampered(place.to_string()))?;
            Ok(Secret::new(text.as_str().to_owned()))
        })
    }

    fn forget<'a>(&'a self, _: &'a Place) -> BoxFuture<'a, Result<(), SecretError>> {
        Box::pin(async { Ok(()) })
    }
}
