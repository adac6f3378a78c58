//! Hearing how an installation goes.

/// Hears how an installation goes; must return at once.
pub trait Progress: Send + Sync {
    /// A new stage begins: `downloading …`, `checking …`.
    fn stage(&self, text: &str);
    /// So many bytes of all are there.
    fn bytes(&self, done: u64, total: u64);
}

/// Nobody listens.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoProgress;

impl Progress for NoProgress {
    fn stage(&self, _: &str) {}
    fn bytes(&self, _: u64, _: u64) {}
}
