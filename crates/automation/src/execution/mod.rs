//! Executions: starting them, watching them, and telling them to pause, go on or end.

mod api;
mod begin;
mod continue_ended;
mod control;
mod detail;
mod insiders;
mod model;
mod sql;
mod start;
mod status;
mod stories;
mod stream;

use web::Routes;

use crate::Automation;

pub(crate) use begin::group_of;
pub(crate) use insiders::Answering;

pub(crate) fn routes() -> Routes<Automation> {
    api::routes()
        .merge(start::routes())
        .merge(stories::routes())
        .merge(control::routes())
        .merge(continue_ended::routes())
        .merge(stream::routes())
}
