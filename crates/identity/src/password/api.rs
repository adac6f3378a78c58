//! The route for setting and changing one's password.

use axum::extract::State;
use axum::http::StatusCode;
use base::Secret;
use serde::Deserialize;
use serde_json::json;
use web::{CallerKind, Ctx, Error, Json, Problem, Result, conflict, forbidden, invalid};

use super::{check, hash, verify};
use crate::audit::{self, Action, Line};
use crate::login::Attempt;
use crate::user::{self, User};
use crate::{Identity, session};

/// A new password.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PasswordChange {
    /// The password until now; needed when there is one.
    #[schema(value_type = Option<String>)]
    current: Option<Secret<String>>,
    /// The new one, at least 15 characters.
    #[schema(value_type = String)]
    new: Secret<String>,
}

/// Set or change one's password; all other sessions of the user end.
#[utoipa::path(
    post, path = "/api/v1/auth/password", tag = "identity", operation_id = "change_password",
    request_body = PasswordChange,
    responses(
        (status = 204, description = "Changed"),
        (status = 400, description = "The current password is wrong or the new one cannot be used", body = Problem),
        (status = 403, description = "The request came with an API key", body = Problem),
        (status = 429, description = "Too many attempts; `Retry-After` says how long to wait", body = Problem),
    )
)]
pub(crate) async fn change(
    State(identity): State<Identity>,
    ctx: Ctx,
    Json(change): Json<PasswordChange>,
) -> Result<StatusCode> {
    let caller = ctx.caller()?;
    if matches!(caller.kind, CallerKind::ApiKey(_)) {
        return Err(forbidden("an API key cannot change a password; sign in first"));
    }
    let user = user::sql::get(&mut ctx.read().await?, caller.organisation, caller.user).await?;
    let user = user.ok_or_else(|| Error::unauthenticated("this account is gone"))?;
    check(change.new.reveal(), &[user.email.as_str(), &user.name])
        .map_err(|message| invalid("new", message))?;
    let attempt = prove(&ctx, &user, change.current).await?;
    let new = hash(change.new, ctx.random().as_ref()).await?;
    replace(&ctx, user, new, attempt).await?;
    identity.rights_changed(&ctx.app().bus, ctx.organisation()?);
    Ok(StatusCode::NO_CONTENT)
}

/// Demands the current password, when there is one, with the limits of signing in.
async fn prove(ctx: &Ctx, user: &User, current: Option<Secret<String>>) -> Result<Option<Attempt>> {
    if user.password_hash.is_none() {
        return Ok(None);
    }
    let current = current.ok_or_else(|| invalid("current", "is needed to change a password"))?;
    let attempt = Attempt::begin(ctx, &user.email).await?;
    if verify(current, user.password_hash.clone()).await? {
        return Ok(Some(attempt));
    }
    crate::login::record_failure(ctx, Some(user.clone()), "password_change").await?;
    Err(invalid("current", "is not your password"))
}

async fn replace(
    ctx: &Ctx,
    user: User,
    new: Secret<String>,
    attempt: Option<Attempt>,
) -> Result<()> {
    let job = ctx.clone();
    ctx.write(move |tx| {
        Box::pin(async move {
            if let Some(attempt) = attempt {
                attempt.succeeded(tx).await?;
            }
            if !user::sql::set_password(tx, &user, &new, job.now()).await? {
                return Err(conflict("the password was changed by somebody else just now"));
            }
            let ended = session::revoke_others(tx, job.caller()?, job.now()).await?;
            let line = Line::by_caller(&job, Action::PasswordChanged, "user", user.id)?;
            let line = line.with(json!({ "other_sessions_ended": ended }));
            Ok(audit::write(tx, line, job.now(), job.random().as_ref()).await?)
        })
    })
    .await
}
