//! Routes of the first set-up.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use base::Secret;
use serde::{Deserialize, Serialize};
use web::{Ctx, Error, Json, Problem, Result, invalid_state};

use super::{Founding, found};
use crate::audit::Actor;
use crate::login::{Attempt, record_failure};
use crate::one_time_link::{self, Purpose};
use crate::session::{self, Opened, Session};
use crate::user::{self, Locale, NewAdmin};
use crate::{Identity, token};

/// Whether the first set-up is still to be done.
#[derive(Debug, Clone, Copy, Serialize, utoipa::ToSchema)]
pub(crate) struct SetupStatus {
    /// True while nobody has an account.
    required: bool,
}

/// What is typed at the first set-up.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Setup {
    /// The token of the link that the server printed.
    #[schema(value_type = String)]
    token: Secret<String>,
    /// The administrator's e-mail address.
    #[schema(value_type = String)]
    email: Secret<String>,
    /// Their name.
    name: String,
    /// Their password, at least 15 characters.
    #[schema(value_type = String)]
    password: Secret<String>,
    /// The organisation's name.
    organisation: String,
    /// Their language; English when absent.
    locale: Option<Locale>,
}

/// Say whether the first set-up is still to be done.
#[utoipa::path(
    get, path = "/api/v1/auth/setup", tag = "identity", operation_id = "get_setup",
    responses((status = 200, description = "Whether it is required", body = SetupStatus))
)]
pub(crate) async fn status(ctx: Ctx) -> Result<Json<SetupStatus>> {
    let required = !user::sql::is_anyone(&mut ctx.read().await?).await?;
    Ok(Json(SetupStatus { required }))
}

/// Make the organisation and its first administrator, and sign them in.
#[utoipa::path(
    post, path = "/api/v1/auth/setup", tag = "identity", operation_id = "complete_setup",
    request_body = Setup,
    responses(
        (status = 201, description = "Done; the session is in the cookie", body = Session),
        (status = 400, description = "A field cannot be used", body = Problem),
        (status = 401, description = "The token is wrong, used or too old", body = Problem),
        (status = 429, description = "Too many wrong tokens; `Retry-After` says how long to wait", body = Problem),
        (status = 409, description = "The set-up was done before", body = Problem),
    )
)]
pub(crate) async fn complete(
    State(identity): State<Identity>,
    ctx: Ctx,
    headers: HeaderMap,
    Json(setup): Json<Setup>,
) -> Result<Response> {
    let hash = token::hash(setup.token.reveal());
    check_token(&ctx, &hash).await?;
    let admin = NewAdmin {
        email: setup.email.reveal().clone(),
        name: setup.name,
        password: Some(setup.password),
        organisation: setup.organisation,
        locale: setup.locale.unwrap_or(Locale::English),
    };
    let founding = admin.check()?.founding(ctx.random()).await?;
    let opened = found_and_enter(&identity, &ctx, headers, hash, founding).await?;
    identity.rights_changed(&ctx.app().bus, opened.organisation());
    session::respond(&identity, &ctx, StatusCode::CREATED, opened)
}

/// Before the password is hashed, so that strangers cannot make the server work.
async fn check_token(ctx: &Ctx, hash: &str) -> Result<()> {
    let mut tx = ctx.read().await?;
    if user::sql::is_anyone(&mut tx).await? {
        return Err(done());
    }
    if one_time_link::sql::usable(&mut tx, hash, ctx.now()).await? == Some(Purpose::Setup) {
        return Ok(());
    }
    drop(tx);
    Attempt::count_wrong_token(ctx).await?;
    record_failure(ctx, None, "setup").await?;
    Err(wrong_token())
}

async fn found_and_enter(
    identity: &Identity,
    ctx: &Ctx,
    headers: HeaderMap,
    hash: String,
    founding: Founding,
) -> Result<Opened> {
    let (job, lifetimes) = (ctx.clone(), identity.lifetimes());
    ctx.write(move |tx| {
        Box::pin(async move {
            let now = job.now();
            if one_time_link::sql::consume(tx, &hash, Purpose::Setup, now).await?.is_none() {
                return Err(wrong_token());
            }
            let user = found(tx, founding, Actor::anonymous(), now, job.random()).await?;
            let user = user.ok_or_else(done)?;
            session::open(tx, &job, &headers, &user, lifetimes).await
        })
    })
    .await
}

fn done() -> Error {
    invalid_state("the set-up was done before; sign in instead")
}

fn wrong_token() -> Error {
    Error::unauthenticated(
        "the set-up link was used, is older than 15 minutes or was mistyped; restart the server to get a new one",
    )
}
