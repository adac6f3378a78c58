//! What all doors share.

use std::collections::BTreeSet;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use agent::port::Insiders;
use web::App;

use crate::Gateway;
use crate::cache::{CacheTimes, Memory, SemanticCache};
use crate::ledger::slices::Bank;
use crate::virtual_key::Keys;

/// A part of what the doors do that can be left out, to see what it costs. A server that
/// spends money leaves none out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// Budgets and the ledger.
    Ledger,
    /// Requests and tokens a minute.
    Limits,
    /// Answers from the cache.
    Cache,
    /// Counts and spans.
    Meters,
}

impl FromStr for Part {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "ledger" => Ok(Self::Ledger),
            "limits" => Ok(Self::Limits),
            "cache" => Ok(Self::Cache),
            "meters" => Ok(Self::Meters),
            _ => Err(format!("unknown part \"{text}\"; use ledger, limits, cache or meters")),
        }
    }
}

/// How the doors work.
#[derive(Debug, Clone)]
pub struct DoorOptions {
    /// The name of this server in the ledger, the same after a restart.
    pub node: String,
    /// How long a call may take that is answered in one piece.
    pub deadline: Duration,
    /// How long a call waits for a limit at most, and for a client that takes nothing of the
    /// stream which both asked for.
    pub patience: Duration,
    /// After how long a silence an agent or a workflow gives a sign of life.
    pub sign_of_life: Duration,
    /// The largest body that is read.
    pub largest_body: usize,
    /// For how long answers are given again.
    pub cache: CacheTimes,
    /// Whether questions of the same meaning get the same answer, and how they are compared.
    pub semantic: Option<SemanticCache>,
    /// What is left out.
    pub without: BTreeSet<Part>,
    /// Whether spans tell what was said.
    pub capture_content: bool,
}

impl DoorOptions {
    /// The usual figures for a server of this name.
    pub fn new(node: impl Into<String>) -> Self {
        Self {
            node: node.into(),
            deadline: Duration::from_mins(10),
            patience: Duration::from_secs(10),
            sign_of_life: Duration::from_secs(10),
            largest_body: 32 * 1024 * 1024,
            cache: CacheTimes::default(),
            semantic: None,
            without: BTreeSet::new(),
            capture_content: false,
        }
    }
}

/// The doors. Cheap to clone.
#[derive(Clone)]
pub struct Doors(Arc<Inner>);

/// What the doors work on; nobody outside can name it.
pub struct Inner {
    pub(super) app: App,
    pub(super) gateway: Gateway,
    pub(super) keys: Keys,
    pub(super) bank: Bank,
    pub(super) memory: Memory,
    pub(super) insiders: Option<Arc<dyn Insiders>>,
    pub(super) options: DoorOptions,
}

impl std::fmt::Debug for Doors {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Doors")
    }
}

impl std::ops::Deref for Doors {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl Doors {
    /// Doors to the models of a gateway, and to the agents and workflows of `insiders`.
    pub fn new(
        app: &App,
        gateway: Gateway,
        insiders: Option<Arc<dyn Insiders>>,
        options: DoorOptions,
    ) -> Self {
        Self(Arc::new(Inner {
            app: app.clone(),
            keys: Keys::new(app),
            bank: Bank::new(app, options.node.clone()),
            memory: Memory::new(options.cache, options.semantic.clone(), &app.clock),
            gateway,
            insiders,
            options,
        }))
    }

    /// Books what an earlier life of this server left open, then keeps the books until the
    /// program ends. Await it before the doors open.
    pub async fn open(&self) -> store::Result<()> {
        self.bank.recover().await?;
        let (app, bank) = (self.app.clone(), self.bank.clone());
        app.spawn(bank.keep_books());
        Ok(())
    }

    /// Whether a part is done.
    pub(super) fn does(&self, part: Part) -> bool {
        !self.options.without.contains(&part)
    }
}
