//! The port between the writer and the pools: the writer alone begins writing transactions.

use std::future::Future;

use super::Tx;

/// Something that can begin a transaction that may write.
pub(crate) trait Begin: Send + Sync + 'static {
    /// Begins it.
    fn begin(&self) -> impl Future<Output = Result<Tx, sqlx::Error>> + Send;

    /// What the database needs done between transactions, such as a checkpoint.
    fn settle(&self) -> impl Future<Output = Result<(), sqlx::Error>> + Send;
}
