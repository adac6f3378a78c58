//! The port between the writer and the pools: the writer alone begins writing transactions.

use std::future::Future;

use super::Tx;

/// Something that can begin a transaction that may write.
pub(crate) trait Begin: Send + Sync + 'static {
    /// Begins it; for a single job perhaps no earlier than with its first statement.
    fn begin(&self, is_single: bool) -> impl Future<Output = Result<Tx, sqlx::Error>> + Send;

    /// Whether it blocks the thread that it is used on, so that the writer needs one of its
    /// own.
    fn blocks(&self) -> bool;

    /// What the database needs done between transactions, such as a checkpoint.
    fn settle(&self) -> impl Future<Output = Result<(), sqlx::Error>> + Send;
}
