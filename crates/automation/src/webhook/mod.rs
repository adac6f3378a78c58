//! Webhooks: addresses that other systems call to start a workflow. The address cannot be
//! guessed, and every call is signed; `receive.rs` is the one public route.

mod api;
mod limit;
mod model;
mod receive;
mod seal;
mod signature;
mod sql;

use web::Routes;

use crate::Automation;

pub(crate) use limit::Limits;

pub(crate) fn routes() -> Routes<Automation> {
    api::routes().merge(receive::routes())
}
