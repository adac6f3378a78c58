//! SQL with one text for SQLite and PostgreSQL.
//!
//! [`crate::sql!`] marks a statement, [`crate::params!`] its parameters. What really
//! differs between the two databases lives in [`dialect`]. Times are BIGINT
//! milliseconds, JSON is TEXT, ids are TEXT; time and ids are parameters, never made in SQL.

/// Gives a macro the ids that stand in columns.
macro_rules! every_id {
    ($macro:ident) => {
        $macro!(
            OrganisationId,
            UserId,
            RoleId,
            SessionId,
            ApiKeyId,
            AuditId,
            ProjectId,
            WorkItemId,
            WorkflowId,
            WorkflowRevisionId,
            ExecutionId,
            ScheduleId,
            WebhookId,
            EventTriggerId,
            ApprovalId,
            ResultId,
            CallId,
            VirtualKeyId,
            BudgetId,
            PlatformId,
            ModelGroupId,
            AgentId,
            CommandId,
            PromptVersionId,
            RequestId
        );
    };
}

pub(crate) mod begin;
mod checkpoint;
mod columns;
mod connect;
mod db;
pub mod dialect;
pub(crate) mod direct;
mod lane;
mod row;
mod rows;
mod together;
mod tx;
mod value;

pub use connect::Target;
pub use db::{Db, Kind};
pub use direct::DirectRow;
pub use row::{Column, Row};
pub use rows::Rows;
pub use tx::Tx;
pub use value::Value;

/// A statement with its text for each database; usually the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sql {
    /// The text for SQLite.
    pub sqlite: &'static str,
    /// The text for PostgreSQL.
    pub postgres: &'static str,
}

/// Marks a statement. A test finds every literal given to this macro and prepares it on
/// both databases.
#[macro_export]
macro_rules! sql {
    ($text:literal) => {
        $crate::Sql { sqlite: $text, postgres: $text }
    };
    (sqlite: $sqlite:literal, postgres: $postgres:literal) => {
        $crate::Sql { sqlite: $sqlite, postgres: $postgres }
    };
}

/// The parameters of a statement, in the order of `$1, $2, …`.
#[macro_export]
macro_rules! params {
    ($($value:expr),* $(,)?) => {
        vec![$($crate::Value::from($value)),*]
    };
}
