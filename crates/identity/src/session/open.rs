//! The beginning of a session, the same after a password, a link and the first set-up.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use base::{OrganisationId, Secret, SessionId};
use store::Tx;
use web::{Caller, CallerKind, Ctx, Error, Json, Result};

use super::{Session, sql};
use crate::user::{self, User};
use crate::{Identity, Lifetimes, token};

/// How much of what a browser says about itself is kept.
const USER_AGENT_LENGTH: usize = 300;

/// A session that has just begun; its token is told once, in the cookie.
#[derive(Debug)]
pub(crate) struct Opened {
    token: Secret<String>,
    session: Session,
    lifetimes: Lifetimes,
}

impl Opened {
    /// The organisation that the session belongs to.
    pub(crate) fn organisation(&self) -> OrganisationId {
        self.session.organisation.id
    }
}

/// Begins a session with a new token, and ends the one that the request came with: a
/// token that was known before signing in is worth nothing afterwards.
pub(crate) async fn open(
    tx: &mut Tx,
    ctx: &Ctx,
    headers: &HeaderMap,
    user: &User,
    lifetimes: Lifetimes,
) -> Result<Opened> {
    let now = ctx.now();
    if let Some(Caller { organisation, user, kind: CallerKind::Session(id), .. }) =
        ctx.caller_option()
    {
        sql::revoke(tx, *organisation, *user, *id, now).await?;
    }
    let token = token::secret(ctx.random().as_ref());
    let expires_at = now.plus(lifetimes.absolute);
    let session = sql::NewSession {
        organisation: user.organisation,
        id: SessionId::new(now, ctx.random().as_ref()),
        user: user.id,
        token_hash: token::hash(token.reveal()),
        user_agent: user_agent(headers),
        ip: ctx.ip(),
        now,
        expires_at,
    };
    sql::insert(tx, session).await?;
    user::sql::set_last_login(tx, user, now).await?;
    let session = sql::describe(tx, user.organisation, user.id, Some(expires_at)).await?;
    let session = session.ok_or_else(|| Error::internal("a user without organisation or role"))?;
    Ok(Opened { token, session, lifetimes })
}

/// The answer that signs the browser in. The session that the request came with has ended,
/// so what is remembered of it is forgotten.
pub(crate) fn respond(
    identity: &Identity,
    ctx: &Ctx,
    status: StatusCode,
    opened: Opened,
) -> Result<Response> {
    if let Some(caller) = ctx.caller_option() {
        identity.rights_changed(&ctx.app().bus, caller.organisation);
    }
    let max_age = opened.lifetimes.absolute.as_secs().try_into().unwrap_or(i64::MAX);
    let cookie = ctx.app().session_cookie(opened.token.reveal(), max_age)?;
    let headers = [
        (header::SET_COOKIE, cookie),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((status, headers, Json(opened.session)).into_response())
}

fn user_agent(headers: &HeaderMap) -> String {
    let text = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
    text.unwrap_or_default().chars().take(USER_AGENT_LENGTH).collect()
}
