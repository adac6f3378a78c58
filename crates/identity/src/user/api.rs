//! Routes of one's own account.

use axum::extract::State;
use serde::Deserialize;
use serde_json::json;
use web::{Ctx, Error, Json, Problem, Result, invalid};

use super::{Locale, Theme, check_name, sql};
use crate::Identity;
use crate::audit::{self, Action, Line};
use crate::session::{self, Session};

/// What a user may change about themselves; what is absent stays.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProfileChange {
    /// Their name.
    name: Option<String>,
    /// Their language.
    locale: Option<Locale>,
    /// Their colours.
    theme: Option<Theme>,
}

/// Who is signed in and what they may do.
#[utoipa::path(
    get, path = "/api/v1/auth/me", tag = "identity", operation_id = "get_me",
    responses(
        (status = 200, description = "The caller", body = Session),
        (status = 401, description = "Nobody is signed in", body = Problem),
    )
)]
pub(crate) async fn me(ctx: Ctx) -> Result<Json<Session>> {
    let caller = ctx.caller()?;
    let mut tx = ctx.read().await?;
    let session = session::of_caller(&mut tx, caller).await?;
    Ok(Json(session.ok_or_else(|| Error::unauthenticated("this account is gone"))?))
}

/// Change one's name, language or colours.
#[utoipa::path(
    patch, path = "/api/v1/auth/me", tag = "identity", operation_id = "change_me",
    request_body = ProfileChange,
    responses(
        (status = 200, description = "The caller after the change", body = Session),
        (status = 400, description = "A field cannot be used", body = Problem),
        (status = 401, description = "Nobody is signed in", body = Problem),
    )
)]
pub(crate) async fn change(
    State(identity): State<Identity>,
    ctx: Ctx,
    Json(change): Json<ProfileChange>,
) -> Result<Json<Session>> {
    let name = change.name.as_deref().map(check_name).transpose();
    let name = name.map_err(|message| invalid("name", message))?;
    let caller = ctx.caller()?.clone();
    let organisation = caller.organisation;
    let job = ctx.clone();
    let session = ctx
        .write(move |tx| {
            Box::pin(async move {
                let fields = (name.as_deref(), change.locale, change.theme);
                if !sql::change(tx, caller.organisation, caller.user, fields, job.now()).await? {
                    return Err(Error::unauthenticated("this account is gone"));
                }
                let detail =
                    json!({ "name": name, "locale": change.locale, "theme": change.theme });
                let line = Line::by_caller(&job, Action::ProfileChanged, "user", caller.user)?;
                audit::write(tx, line.with(detail), job.now(), job.random().as_ref()).await?;
                let session = session::of_caller(tx, &caller).await?;
                session.ok_or_else(|| Error::unauthenticated("this account is gone"))
            })
        })
        .await?;
    // The caller's name is remembered with their rights.
    identity.rights_changed(&ctx.app().bus, organisation);
    Ok(Json(session))
}
