//! What organisations set up in the database, read into the picture that calls see.

use std::sync::Arc;
use std::time::Duration;

use base::{OrganisationId, Secret};
use foldhash::HashMap;
use store::{Db, Kind};
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;

use super::Gateway;
use crate::ai_access;
use crate::health::PlatformState;
use crate::platform::{self, Directory, Picture, Platform, Record};
use crate::price;
use crate::route;
use crate::secret::{Place, SecretError, Secrets};

/// How often another server's changes are looked for: they act within a second.
const LOOK: Duration = Duration::from_millis(900);

/// Where the platforms of organisations are.
#[derive(Debug)]
pub(crate) struct Stored {
    db: Db,
    secrets: Secrets,
    /// One reading at a time, so that an older one never replaces a newer one.
    reading: Mutex<()>,
}

/// Where the key of a platform is kept.
pub(crate) fn key_place(organisation: OrganisationId, id: base::PlatformId) -> Place {
    Place::new(organisation, "platforms", id, "api_key")
}

impl Gateway {
    /// Reads what the organisations have set up; from now on the API can change it.
    pub async fn attach(&self, db: Db, secrets: Secrets) -> Result<(), SecretError> {
        let stored = Stored { db, secrets, reading: Mutex::default() };
        // a second call keeps the first one's database
        let _ = self.stored_once().set(stored);
        self.look_again(true).await
    }

    /// The secrets, once there is a database.
    pub(crate) fn secrets(&self) -> Option<&Secrets> {
        self.stored_once().get().map(|stored| &stored.secrets)
    }

    /// The database, once there is one.
    pub(crate) fn db(&self) -> Option<&Db> {
        self.stored_once().get().map(|stored| &stored.db)
    }

    /// Looks for what other servers on the same database changed. Spawn it once.
    pub async fn follow_changes(self, shutdown: CancellationToken) {
        // SQLite serves one process, which hears of its own changes
        if self.db().is_none_or(|db| db.kind() == Kind::Sqlite) {
            return;
        }
        while shutdown.run_until_cancelled(tokio::time::sleep(LOOK)).await.is_some() {
            if let Err(error) = self.look_again(false).await {
                tracing::warn!("what the platforms are set to cannot be read: {error}");
            }
        }
    }

    /// Reads what changed since it was read last; everything when `all`.
    pub(crate) async fn look_again(&self, all: bool) -> Result<(), SecretError> {
        let Some(stored) = self.stored_once().get() else { return Ok(()) };
        let _one = stored.reading.lock().await;
        let versions = {
            let mut tx = stored.db.read().await?;
            platform::sql::versions(&mut tx).await?
        };
        let old = self.directory().load_full();
        let mut organisations = HashMap::default();
        let mut has_changed = all;
        for (organisation, version, unknown_price) in versions {
            let known = old.organisations.get(&organisation);
            if let Some(known) = known.filter(|known| !all && known.version == version) {
                organisations.insert(organisation, known.clone());
                continue;
            }
            let mut picture = self.read(stored, &old, organisation, version).await?;
            picture.unknown_price = unknown_price.parse().unwrap_or_default();
            organisations.insert(organisation, Arc::new(picture));
            has_changed = true;
        }
        if has_changed {
            let shared = old.shared.clone();
            self.directory().store(Arc::new(Directory { shared, organisations }));
        }
        Ok(())
    }

    /// One organisation's picture. Platforms that did not change keep their connections,
    /// their turns and their state.
    async fn read(
        &self,
        stored: &Stored,
        old: &Directory,
        organisation: OrganisationId,
        version: i64,
    ) -> Result<Picture, SecretError> {
        let (records, groups, prices, people) = {
            let mut tx = stored.db.read().await?;
            (
                platform::sql::all(&mut tx, organisation).await?,
                route::sql::all(&mut tx, organisation).await?,
                price::sql::all(&mut tx, organisation).await?,
                ai_access::sql::bounded(&mut tx, organisation).await?,
            )
        };
        // whoever sets up a platform with the name of a server found here means their own
        let (found, mut platforms): (Vec<_>, Vec<_>) =
            old.shared.platforms.iter().cloned().partition(|platform| platform.is_detected);
        for record in records.into_iter().filter(|record| record.draft.is_enabled) {
            let known = old.organisations.get(&organisation);
            let known = known.and_then(|picture| {
                picture
                    .platforms
                    .iter()
                    .find(|known| known.stored.is_some_and(|(id, _)| id == record.id))
            });
            platforms.push(match known {
                Some(known) if known.stored == Some((record.id, record.version)) => known.clone(),
                known => Arc::new(self.ready(stored, record, known.map(Arc::as_ref)).await?),
            });
        }
        platforms.extend(found);
        let mut picture = Picture::new(version, platforms);
        let enabled = groups.into_iter().filter(|group| group.is_enabled);
        picture.groups = enabled.map(|group| (group.name.clone(), Arc::new(group))).collect();
        picture.prices = prices;
        picture.people = people;
        Ok(picture)
    }

    /// A platform that can be called. One whose key cannot be read stands in the picture
    /// and refuses its calls: nothing else takes the key's place.
    async fn ready(
        &self,
        stored: &Stored,
        record: Record,
        known: Option<&Platform>,
    ) -> Result<Platform, SecretError> {
        let key: Result<Option<Secret<String>>, String> =
            match stored.secrets.read(&key_place(record.organisation, record.id)).await {
                Ok(key) => Ok(key),
                Err(SecretError::Store(error)) => return Err(SecretError::Store(error)),
                Err(error) => {
                    tracing::error!(platform = record.draft.name, "{error}");
                    Err(error.to_string())
                }
            };
        let is_same_place = |known: &&Platform| {
            known.base_url == record.draft.base_url && *known.name == *record.draft.name
        };
        let state = known
            .filter(is_same_place)
            .map_or_else(|| Arc::new(PlatformState::default()), |known| known.state.clone());
        let name = record.draft.name.clone();
        platform::ready(record, key, self.retry(), state).map_err(|error| {
            // what was saved was checked, so this is a defect or an old row
            SecretError::Vault(format!("platform \"{name}\" cannot be used: {error}"))
        })
    }
}
