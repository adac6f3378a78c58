//! Refused requests.

use serde_json::json;
use web::{Access, App, Denial};

use super::{Action, Actor, Line, write};

/// Writes a refused request to the log. The client is refused either way; when the line
/// cannot be written, the program's own log has it.
pub(crate) async fn record_denial(app: &App, denial: Denial) {
    let needs = match denial.access {
        Access::Public => "public".to_owned(),
        Access::SignedIn => "signed_in".to_owned(),
        Access::VirtualKey => "virtual_key".to_owned(),
        Access::Permission(permission) => permission.to_string(),
    };
    let line = Line {
        organisation: denial.caller.organisation,
        actor: Actor::caller(&denial.caller),
        action: Action::Denied,
        resource_type: "route",
        resource_id: format!("{} {}", denial.method, denial.path),
        detail: json!({ "needs": needs }),
        ip: denial.ip,
    };
    let (at, random) = (denial.at, app.random.clone());
    let written = app
        .db
        .write(move |tx| Box::pin(async move { write(tx, line, at, random.as_ref()).await }))
        .await;
    if let Err(error) = written {
        tracing::error!(
            user.id = %denial.caller.user,
            "a denial of {} {} is missing from the audit log: {error}",
            denial.method,
            denial.path
        );
    }
}
