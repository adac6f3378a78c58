//! The doors' view of keys: what SQL said less than a second ago.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use base::Timestamp;
use foldhash::HashMap;
use web::App;

use super::{Holder, sql, token};

/// How long an answer is believed. A change made by this server acts at once; one made by
/// another server acts when the entry is this old, within the promised second.
const BELIEVED: Duration = Duration::from_millis(900);

/// How many keys may stand here; beyond that the memory starts anew.
const CAPACITY: usize = 10_000;

/// Remembers keys. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Keys(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    app: App,
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    /// How often rights had changed when the first of these was read.
    changes: u64,
    holders: HashMap<[u8; 32], (Timestamp, Holder)>,
}

/// Who asks SQL about a key which others believe meanwhile. When they leave before the answer, the
/// next one asks: else somebody who leaves again and again could keep a revoked key alive.
struct Asking<'a> {
    keys: &'a Keys,
    hash: [u8; 32],
    /// When the key was read.
    read_at: Timestamp,
    asked_at: Timestamp,
    is_answered: bool,
}

impl Drop for Asking<'_> {
    fn drop(&mut self) {
        if self.is_answered {
            return;
        }
        if let Some((read_at, _)) = self.keys.lock().holders.get_mut(&self.hash)
            && *read_at == self.asked_at
        {
            *read_at = self.read_at;
        }
    }
}

impl Keys {
    /// Remembers nothing yet.
    pub(crate) fn new(app: &App) -> Self {
        Self(Arc::new(Inner { app: app.clone(), known: Mutex::default() }))
    }

    /// Who a key belongs to; `None` when it is unknown, revoked or over.
    pub(crate) async fn find(&self, key: &str) -> store::Result<Option<Holder>> {
        if key.len() != token::LENGTH {
            return Ok(None);
        }
        let (hash, now) = (token::hash(key), self.0.app.now());
        let changes = self.0.app.bus.changes_of_rights();
        let mut asking = None;
        {
            let mut known = self.lock();
            if known.changes != changes {
                *known = Known { changes, ..Known::default() };
            }
            if let Some((read_at, holder)) = known.holders.get_mut(&hash) {
                if now >= *read_at && now.since(*read_at) < BELIEVED {
                    return Ok((!holder.is_over(now)).then(|| holder.clone()));
                }
                // one asks SQL; those who come meanwhile believe the old answer
                let read_at = std::mem::replace(read_at, now);
                let keys = self;
                asking = Some(Asking { keys, hash, read_at, asked_at: now, is_answered: false });
            }
        }
        // one that is known was looked at before
        if asking.is_none() && !token::is_well_formed(key) {
            return Ok(None);
        }
        let found = self.read(&hash, now).await;
        if let Some(asking) = &mut asking {
            asking.is_answered = true;
        }
        let mut known = self.lock();
        let found = found.inspect_err(|_| drop(known.holders.remove(&hash)))?;
        // what was read before a change is not kept after it
        if known.changes != changes || self.0.app.bus.changes_of_rights() != changes {
            return Ok(found);
        }
        if known.holders.len() >= CAPACITY {
            known.holders.clear();
        }
        match &found {
            Some(holder) => drop(known.holders.insert(hash, (now, holder.clone()))),
            None => drop(known.holders.remove(&hash)),
        }
        Ok(found)
    }

    async fn read(&self, hash: &[u8; 32], now: Timestamp) -> store::Result<Option<Holder>> {
        let mut tx = self.0.app.db.read().await?;
        sql::accept(&mut tx, &base::hex(hash), now).await
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.0.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
