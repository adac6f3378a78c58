//! Credentials that were checked a moment ago, so that a busy client does not cost a query
//! for each request. Only accepted credentials are kept, and only for [`TTL`].

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use base::{OrganisationId, Timestamp};
use web::Caller;

/// How long an answer is believed. A revocation made by this process acts at once; one
/// made by another process acts when the entry is this old, within the promised second.
const TTL: Duration = Duration::from_millis(900);

/// How many entries may stand here; beyond that the cache starts anew.
const CAPACITY: usize = 10_000;

#[derive(Default)]
pub(crate) struct Cache(Mutex<Entries>);

#[derive(Default)]
struct Entries {
    generation: u64,
    callers: HashMap<String, Known>,
}

struct Known {
    caller: Caller,
    read_at: Timestamp,
}

/// What [`Cache::find`] says.
#[derive(Debug)]
pub(crate) enum Found {
    /// Checked a moment ago.
    Caller(Caller),
    /// Ask SQL, and hand the generation to [`Cache::keep`] with the answer.
    Unknown { generation: u64 },
}

impl Cache {
    pub(crate) fn find(&self, hash: &str, now: Timestamp) -> Found {
        let entries = self.lock();
        match entries.callers.get(hash) {
            Some(known) if known.is_fresh(now) => Found::Caller(known.caller.clone()),
            _ => Found::Unknown { generation: entries.generation },
        }
    }

    /// Keeps an answer, unless rights changed while it was being read.
    pub(crate) fn keep(&self, hash: String, caller: &Caller, generation: u64, now: Timestamp) {
        let mut entries = self.lock();
        if entries.generation != generation {
            return;
        }
        if entries.callers.len() >= CAPACITY {
            entries.callers.clear();
        }
        entries.callers.insert(hash, Known { caller: caller.clone(), read_at: now });
    }

    /// Forgets everyone of an organisation, because rights changed there.
    pub(crate) fn forget(&self, organisation: OrganisationId) {
        let mut entries = self.lock();
        entries.generation += 1;
        entries.callers.retain(|_, known| known.caller.organisation != organisation);
    }

    fn lock(&self) -> MutexGuard<'_, Entries> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    fn is_fresh(&self, now: Timestamp) -> bool {
        now >= self.read_at && now.since(self.read_at) < TTL
    }
}

impl std::fmt::Debug for Cache {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Cache({} callers)", self.lock().callers.len())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use base::{SessionId, UserId};
    use web::CallerKind;

    use super::*;

    fn caller(organisation: u128) -> Caller {
        Caller {
            organisation: OrganisationId::from_u128(organisation),
            user: UserId::from_u128(1),
            name: "Test".to_owned(),
            email: "test@example.com".to_owned(),
            role: "Admin".to_owned(),
            kind: CallerKind::Session(SessionId::from_u128(1)),
            permissions: BTreeSet::new(),
        }
    }

    fn is_known(cache: &Cache, millis: i64) -> bool {
        matches!(cache.find("hash", Timestamp::from_millis(millis)), Found::Caller(_))
    }

    #[test]
    fn entry_is_believed_for_less_than_a_second() {
        let cache = Cache::default();
        cache.keep("hash".to_owned(), &caller(1), 0, Timestamp::EPOCH);
        assert!(is_known(&cache, 899));
        assert!(!is_known(&cache, 900));
        assert!(!is_known(&cache, -1));
    }

    #[test]
    fn change_of_rights_forgets_only_its_organisation() {
        let cache = Cache::default();
        cache.keep("hash".to_owned(), &caller(1), 0, Timestamp::EPOCH);
        cache.forget(OrganisationId::from_u128(2));
        assert!(is_known(&cache, 0));
        cache.forget(OrganisationId::from_u128(1));
        assert!(!is_known(&cache, 0));
    }

    #[test]
    fn answer_read_before_a_change_of_rights_is_not_kept() {
        let cache = Cache::default();
        let Found::Unknown { generation } = cache.find("hash", Timestamp::EPOCH) else {
            panic!("nothing is known yet")
        };
        cache.forget(OrganisationId::from_u128(1));
        cache.keep("hash".to_owned(), &caller(1), generation, Timestamp::EPOCH);
        assert!(!is_known(&cache, 0));
    }
}
