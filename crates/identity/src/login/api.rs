//! The route for signing in with a password.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use base::Secret;
use serde::Deserialize;
use web::{Ctx, Error, Json, Problem, Result};

use super::{Attempt, record_failure};
use crate::audit::{self, Line};
use crate::session::{self, Session};
use crate::user::{self, Email, User};
use crate::{Identity, password};

/// What is typed to sign in.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Login {
    /// The e-mail address.
    #[schema(value_type = String)]
    email: Secret<String>,
    /// The password.
    #[schema(value_type = String)]
    password: Secret<String>,
}

/// Sign in with a password. The answer does not tell whether the account exists.
#[utoipa::path(
    post, path = "/api/v1/auth/login", tag = "identity", operation_id = "login",
    request_body = Login,
    responses(
        (status = 200, description = "Signed in; the session is in the cookie", body = Session),
        (status = 401, description = "The address or the password is wrong", body = Problem),
        (status = 429, description = "Too many attempts; `Retry-After` says how long to wait", body = Problem),
    )
)]
pub(crate) async fn login(
    State(identity): State<Identity>,
    ctx: Ctx,
    headers: HeaderMap,
    Json(login): Json<Login>,
) -> Result<Response> {
    let email = Email::lookup(login.email.reveal());
    let attempt = Attempt::begin(&ctx, &email).await?;
    let user = user::sql::by_email(&mut ctx.read().await?, &email).await?;
    let hash = user.as_ref().and_then(|user| user.password_hash.clone());
    let is_right = password::verify(login.password.clone(), hash).await?;
    match user {
        Some(user) if is_right && user.is_active => {
            let stronger = stronger_hash(&ctx, &user, login.password).await?;
            enter(&identity, &ctx, headers, user, attempt, stronger).await
        }
        user => {
            record_failure(&ctx, user, "password").await?;
            Err(refused())
        }
    }
}

fn refused() -> Error {
    Error::unauthenticated("the e-mail address or the password is wrong")
}

/// A new hash of the right password, when the stored one was made with weaker settings.
async fn stronger_hash(
    ctx: &Ctx,
    user: &User,
    password: Secret<String>,
) -> Result<Option<Secret<String>>> {
    match &user.password_hash {
        Some(hash) if password::is_outdated(hash) => {
            Ok(Some(password::hash(password, ctx.random().as_ref()).await?))
        }
        _ => Ok(None),
    }
}

async fn enter(
    identity: &Identity,
    ctx: &Ctx,
    headers: HeaderMap,
    user: User,
    attempt: Attempt,
    stronger: Option<Secret<String>>,
) -> Result<Response> {
    let (job, lifetimes) = (ctx.clone(), identity.lifetimes());
    let organisation = user.organisation;
    let opened = ctx
        .write(move |tx| {
            Box::pin(async move {
                // Looked at again: it may have changed while the password was being checked.
                let current = user::sql::get(tx, user.organisation, user.id).await?;
                if !current
                    .is_some_and(|now| now.is_active && now.password_hash == user.password_hash)
                {
                    return Err(refused());
                }
                attempt.succeeded(tx).await?;
                if let Some(hash) = stronger {
                    user::sql::set_password(tx, &user, &hash, job.now()).await?;
                }
                let line = Line::login(&job, &user, "password");
                audit::write(tx, line, job.now(), job.random().as_ref()).await?;
                session::open(tx, &job, &headers, &user, lifetimes).await
            })
        })
        .await?;
    tracing::info!(organisation.id = %organisation, "signed in with a password");
    session::respond(identity, ctx, StatusCode::OK, opened)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_output_hides_what_was_typed() {
        let typed = r#"{"email": "mona@example.com", "password": "a blue kettle sings"}"#;
        let login: Login = serde_json::from_str(typed).expect("parses");
        assert_eq!(format!("{login:?}"), "Login { email: ***, password: *** }");
    }
}
