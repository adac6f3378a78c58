//! Refusals at the door, for the audit log.

use serde_json::json;
use web::{Ctx, Result};

use crate::audit::{self, Action, Actor, Line};
use crate::user::{self, User};

/// Writes a refused attempt to the log, with the same work whether the account exists or
/// not. One on no account goes to the first organisation, whose administrators run the server.
pub(crate) async fn record_failure(
    ctx: &Ctx,
    user: Option<User>,
    method: &'static str,
) -> Result<()> {
    let job = ctx.clone();
    ctx.write(move |tx| {
        Box::pin(async move {
            let first = user::sql::first_organisation(tx).await?;
            let organisation = user.as_ref().map(|user| user.organisation).or(first);
            let Some(organisation) = organisation else { return Ok(()) };
            let line = Line {
                organisation,
                actor: Actor::anonymous(),
                action: Action::LoginFailed,
                resource_type: "user",
                resource_id: user.map(|user| user.id.to_string()).unwrap_or_default(),
                detail: json!({ "method": method }),
                ip: job.ip().to_owned(),
            };
            Ok(audit::write(tx, line, job.now(), job.random().as_ref()).await?)
        })
    })
    .await
}
