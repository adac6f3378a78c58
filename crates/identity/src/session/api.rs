//! Routes of one's own sessions.

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use base::{Page, PageRequest, SessionId};
use web::{
    CallerKind, Ctx, Json, Path, Problem, Query, Result, decode_text_cursor, encode_cursor,
    invalid_state, not_found,
};

use super::model::OpenSession;
use super::sql;
use crate::Identity;
use crate::audit::{self, Action, Line};

/// End the session that the request comes with.
#[utoipa::path(
    post, path = "/api/v1/auth/logout", tag = "identity", operation_id = "logout",
    responses(
        (status = 204, description = "Signed out"),
        (status = 401, description = "Nobody is signed in", body = Problem),
        (status = 409, description = "The request came with an API key, which has no session", body = Problem),
    )
)]
pub(crate) async fn logout(State(identity): State<Identity>, ctx: Ctx) -> Result<Response> {
    let CallerKind::Session(id) = ctx.caller()?.kind else {
        return Err(invalid_state("an API key has no session to end; revoke the key instead"));
    };
    end(&identity, &ctx, id, Action::Logout).await?;
    let cookie = ctx.app().session_cookie("", 0)?;
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]).into_response())
}

/// List one's own sessions that can still be used, newest first.
#[utoipa::path(
    get, path = "/api/v1/auth/sessions", tag = "identity", operation_id = "list_sessions",
    params(PageRequest),
    responses(
        (status = 200, description = "A page of sessions", body = Page<OpenSession>),
        (status = 401, description = "Nobody is signed in", body = Problem),
    )
)]
pub(crate) async fn list(
    State(identity): State<Identity>,
    ctx: Ctx,
    Query(page): Query<PageRequest>,
) -> Result<Json<Page<OpenSession>>> {
    let before = decode_text_cursor(&page)?;
    let times = (ctx.now().minus(identity.lifetimes().idle), ctx.now());
    let mut tx = ctx.read().await?;
    let rows = sql::list(&mut tx, ctx.caller()?, &before, times, page.limit() + 1).await?;
    Ok(Json(Page::from_rows(rows, page.limit(), |one| encode_cursor(&[&one.id.to_string()]))))
}

/// End one of one's own sessions.
#[utoipa::path(
    delete, path = "/api/v1/auth/sessions/{id}", tag = "identity", operation_id = "revoke_session",
    params(("id" = SessionId, Path, description = "The session")),
    responses(
        (status = 204, description = "Ended"),
        (status = 401, description = "Nobody is signed in", body = Problem),
        (status = 404, description = "The caller has no such session", body = Problem),
    )
)]
pub(crate) async fn revoke(
    State(identity): State<Identity>,
    ctx: Ctx,
    Path(id): Path<SessionId>,
) -> Result<StatusCode> {
    end(&identity, &ctx, id, Action::SessionRevoked).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn end(identity: &Identity, ctx: &Ctx, id: SessionId, action: Action) -> Result<()> {
    let caller = ctx.caller()?;
    let (organisation, user, job) = (caller.organisation, caller.user, ctx.clone());
    ctx.write(move |tx| {
        Box::pin(async move {
            if !sql::revoke(tx, organisation, user, id, job.now()).await? {
                return Err(not_found("session", id));
            }
            let line = Line::by_caller(&job, action, "session", id)?;
            Ok(audit::write(tx, line, job.now(), job.random().as_ref()).await?)
        })
    })
    .await?;
    identity.rights_changed(&ctx.app().bus, organisation);
    Ok(())
}
