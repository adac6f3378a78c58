//! Replacing keys while the server works. A rotation that was cut off is finished by the
//! next start or the next rotation: until then both keys open what they sealed.

use base::OrganisationId;
use serde::Serialize;
use store::Db;

use super::sealer::Sealer;
use super::{SecretError, sql};

/// How many secrets are sealed anew in one transaction.
const BATCH: i64 = 100;

/// What a rotation did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = KeyRotation)]
pub struct Rotation {
    /// The data key that seals from now on.
    pub key_id: String,
    /// How many secrets were sealed anew.
    pub resealed: u64,
    /// How many old data keys were deleted.
    pub deleted_keys: u64,
    /// Whether the master key was replaced too.
    pub master_replaced: bool,
}

impl Sealer {
    /// Makes a new data key and seals every secret of the organisation with it.
    pub(super) async fn rotate(
        &self,
        db: &Db,
        organisation: OrganisationId,
    ) -> Result<Rotation, SecretError> {
        let (made, _) = self.new_data_key(organisation);
        let key_id = made.id.clone();
        let now = self.clock().now();
        db.write(move |tx| {
            Box::pin(async move {
                sql::insert_data_key(tx, &made, now).await?;
                Ok::<_, SecretError>(())
            })
        })
        .await?;
        let (resealed, deleted_keys) = self.finish(db, organisation).await?;
        Ok(Rotation { key_id, resealed, deleted_keys, master_replaced: false })
    }

    /// Seals with the active key what an older one sealed, then deletes the older ones.
    pub(super) async fn finish(
        &self,
        db: &Db,
        organisation: OrganisationId,
    ) -> Result<(u64, u64), SecretError> {
        let mut resealed = 0;
        loop {
            let changed = self.batch(db, organisation).await?;
            if changed == 0 {
                break;
            }
            resealed += changed;
        }
        let deleted = db
            .write(move |tx| {
                Box::pin(async move {
                    sql::delete_spent_data_keys(tx, organisation).await.map_err(SecretError::from)
                })
            })
            .await?;
        self.forget_opened();
        Ok((resealed, deleted))
    }

    /// Seals some secrets anew; says how many.
    async fn batch(&self, db: &Db, organisation: OrganisationId) -> Result<u64, SecretError> {
        let mut tx = db.read().await?;
        let Some(active) = sql::active_data_key(&mut tx, organisation).await? else { return Ok(0) };
        let new = self.open_data_key(&active)?;
        let found = sql::sealed_otherwise(&mut tx, organisation, &active.id, BATCH).await?;
        let mut changes = Vec::with_capacity(found.len());
        for (place, kept) in found {
            let stored = sql::data_key_of(&mut tx, organisation, &kept.key_id).await?;
            let stored = stored.ok_or_else(|| SecretError::NoDataKey {
                place: place.to_string(),
                key_id: kept.key_id.clone(),
            })?;
            let old = self.open_data_key(&stored)?;
            let fresh = self.reseal(&place, &kept, (&old, &new))?;
            changes.push((place, kept, fresh));
        }
        drop(tx);
        let now = self.clock().now();
        db.write(move |tx| {
            Box::pin(async move {
                // a newer rotation has begun: its key is the one to seal with
                if !sql::hold_data_key(tx, organisation, &active.id).await? {
                    return Ok(u64::from(!changes.is_empty()));
                }
                let mut changed = 0;
                for (place, old, new) in &changes {
                    changed += u64::from(sql::replace(tx, place, (old, new), now).await?);
                }
                // what somebody changed meanwhile is looked at again
                Ok::<_, SecretError>(changed.max(u64::from(!changes.is_empty())))
            })
        })
        .await
    }

    /// Opens every data key of every organisation, so that a wrong master key is found at
    /// the start; seals those of older master keys with the active one, and finishes
    /// rotations that were cut off.
    pub(super) async fn settle(&self, db: &Db) -> Result<(), SecretError> {
        let keys = {
            let mut tx = db.read().await?;
            sql::all_data_keys(&mut tx).await?
        };
        let active_master = self.masters().active().id();
        let mut unfinished: Vec<OrganisationId> = Vec::new();
        for stored in keys {
            let key = self.open_data_key(&stored)?;
            if !stored.is_active && !unfinished.contains(&stored.organisation) {
                unfinished.push(stored.organisation);
            }
            if stored.master_id == active_master {
                continue;
            }
            let fresh = self.seal_data_key(stored.organisation, &stored.id, &key, stored.is_active);
            db.write(move |tx| {
                Box::pin(async move {
                    sql::reseal_data_key(tx, &stored, &fresh).await.map_err(SecretError::from)
                })
            })
            .await?;
        }
        for organisation in unfinished {
            self.finish(db, organisation).await?;
        }
        Ok(())
    }

    /// Makes a new master key and seals every data key with it. Only for a master key that
    /// lies in our own data folder.
    pub(super) async fn replace_master(&self, db: &Db) -> Result<(), SecretError> {
        let masters = self.masters();
        if !masters.is_ours() {
            return Err(SecretError::MasterKey {
                origin: "from the environment".to_owned(),
                reason: "this server does not own it; put a new key in front of the old one, separated by a comma, and restart"
                    .to_owned(),
            });
        }
        let both = masters.with_new(self.random())?;
        self.set_masters(both.clone());
        self.settle(db).await?;
        self.set_masters(both.newest()?);
        Ok(())
    }
}
