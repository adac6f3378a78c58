//! Definitions that have been read before, ready to run: starting a workflow again costs no
//! parsing. A definition never changes, so nothing in here grows old.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use engine::Plan;
use moka::sync::Cache;

/// How many are kept; those that have not been wanted for longest go first.
const MOST: u64 = 1000;

/// Plans by the hash of their definition. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Plans(Cache<String, Read>);

/// A definition that was read.
#[derive(Debug, Clone)]
pub(crate) struct Read {
    pub plan: Plan,
    names_exist: Arc<AtomicBool>,
}

impl Default for Plans {
    fn default() -> Self {
        Self(Cache::new(MOST))
    }
}

impl Plans {
    pub(crate) fn get(&self, content_hash: &str) -> Option<Read> {
        self.0.get(content_hash)
    }

    pub(crate) fn keep(&self, content_hash: String, plan: Plan) -> Read {
        let read = Read::new(plan);
        self.0.insert(content_hash, read.clone());
        read
    }
}

impl Read {
    pub(crate) fn new(plan: Plan) -> Self {
        Self { plan, names_exist: Arc::default() }
    }

    /// Whether agents, commands and tools of this definition were looked up and are there.
    /// They do not go while the program runs; other workflows may, and are always looked up.
    pub(crate) fn is_known(&self) -> bool {
        self.names_exist.load(Ordering::Relaxed) && self.plan.definition().workflows().is_empty()
    }

    /// Notes that everything it names is there.
    pub(crate) fn found_all(&self) {
        self.names_exist.store(true, Ordering::Relaxed);
    }
}
