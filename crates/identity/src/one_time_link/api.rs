//! The route for signing in with a link.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use base::Secret;
use serde::Deserialize;
use store::Tx;
use web::{Ctx, Error, Json, Problem, Result};

use super::{Purpose, sql};
use crate::audit::{self, Line};
use crate::login::{Attempt, record_failure};
use crate::session::{self, Session};
use crate::user::{self, User};
use crate::{Identity, token};

/// The token of a link. It stands in the link's fragment, which browsers do not send, so
/// no log of a server or proxy on the way has it.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Link {
    /// The token.
    #[schema(value_type = String)]
    token: Secret<String>,
}

/// Sign in with a one-time link.
#[utoipa::path(
    post, path = "/api/v1/auth/link", tag = "identity", operation_id = "enter_by_link",
    request_body = Link,
    responses(
        (status = 200, description = "Signed in; the session is in the cookie", body = Session),
        (status = 401, description = "The link is wrong, used or too old", body = Problem),
        (status = 429, description = "Too many wrong links; `Retry-After` says how long to wait", body = Problem),
    )
)]
pub(crate) async fn enter(
    State(identity): State<Identity>,
    ctx: Ctx,
    headers: HeaderMap,
    Json(link): Json<Link>,
) -> Result<Response> {
    let hash = token::hash(link.token.reveal());
    let usable = {
        let mut tx = ctx.read().await?;
        sql::usable(&mut tx, &hash, ctx.now()).await?
    };
    let Some(purpose @ (Purpose::SignIn | Purpose::Program)) = usable else {
        Attempt::count_wrong_token(&ctx).await?;
        record_failure(&ctx, None, "link").await?;
        return Err(refused());
    };
    let (job, lifetimes) = (ctx.clone(), identity.lifetimes());
    let opened = ctx
        .write(move |tx| {
            Box::pin(async move {
                let user = holder(tx, &job, &hash, purpose).await?;
                let line = Line::login(&job, &user, "link");
                audit::write(tx, line, job.now(), job.random().as_ref()).await?;
                session::open(tx, &job, &headers, &user, lifetimes).await
            })
        })
        .await?;
    session::respond(&identity, &ctx, StatusCode::OK, opened)
}

/// Uses the link up and gives the user it is for.
async fn holder(tx: &mut Tx, ctx: &Ctx, hash: &str, purpose: Purpose) -> Result<User> {
    let holder = sql::consume(tx, hash, purpose, ctx.now()).await?.flatten();
    let (organisation, id) = holder.ok_or_else(refused)?;
    let user = user::sql::get(tx, organisation, id).await?;
    user.filter(|user| user.is_active).ok_or_else(refused)
}

fn refused() -> Error {
    Error::unauthenticated(
        "the link was used, is older than 15 minutes or was mistyped; make a new one with \"hishamos user sign-in-link\"",
    )
}
