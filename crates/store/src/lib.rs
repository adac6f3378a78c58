//! Everything that outlives a request: SQL on SQLite or PostgreSQL, the group-commit
//! writer, the outbox and the live bus.
//!
//! Start with [`sql`]: one text for both databases, run through [`Db`] and [`Tx`].
//! Writes go through [`Db::write`], which shares one commit among everybody who waits.

pub mod bus;
pub mod check;
mod database_lock;
mod error;
mod folder;
pub mod lease;
mod lock;
pub mod migrate;
pub mod outbox;
pub mod procedure;
pub mod sql;
pub mod testing;
mod trouble;
mod writer;

pub use bus::{Bus, Signal};
pub use database_lock::DatabaseLock;
pub use error::{Error, Result};
pub use folder::{DataFolder, FolderError};
pub use procedure::{CallContext, Procedure, ProcedureError, Procedures};
pub use sql::{Column, Db, Kind, Row, Rows, Sql, Target, Tx, Value};
