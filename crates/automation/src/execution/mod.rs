//! Executions: starting them, watching them, and telling them to pause, go on or end.

mod api;
mod audited;
mod begin;
mod continue_ended;
mod control;
mod detail;
mod filter;
mod inside;
mod insiders;
mod model;
mod patience;
mod said;
mod sql;
mod start;
mod status;
mod stories;
mod stream;
mod things;

use base::ExecutionId;
use web::{Ctx, Error, Result, Routes};

use crate::Automation;

pub(crate) use audited::audited;
pub(crate) use begin::{Beginning, group_of};
pub(crate) use insiders::Answering;
pub(crate) use model::Execution;
pub(crate) use start::{Priority, check_model, execution_id, find_project, key_reused};
pub use things::things;

/// An execution that has just been made.
pub(crate) async fn read_execution(ctx: &Ctx, id: ExecutionId) -> Result<Execution> {
    let mut tx = ctx.read().await?;
    let found = sql::get(&mut tx, ctx.organisation()?, id).await?;
    found.ok_or_else(|| Error::internal(format!("execution {id} was made and is not there")))
}

pub(crate) fn routes() -> Routes<Automation> {
    api::routes()
        .merge(start::routes())
        .merge(stories::routes())
        .merge(control::routes())
        .merge(continue_ended::routes())
        .merge(inside::routes())
        .merge(stream::routes())
}
