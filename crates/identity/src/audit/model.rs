//! A line of the audit log.

use base::{AuditId, OrganisationId, Timestamp};
use serde::Serialize;
use serde_json::{Value as Json, json};
use web::{Caller, CallerKind, Ctx, Result};

use crate::user::User;
use crate::words::words;

words! {
    /// What was done.
    Action, "action" {
        /// The organisation and its first administrator were made.
        SetupCompleted = "setup_completed",
        /// Somebody signed in.
        Login = "login",
        /// Somebody tried to sign in and was refused.
        LoginFailed = "login_failed",
        /// Somebody signed out.
        Logout = "logout",
        /// A one-time sign-in link was made.
        SignInLinkCreated = "sign_in_link_created",
        /// A user was made.
        UserCreated = "user_created",
        /// A user changed their own profile.
        ProfileChanged = "profile_changed",
        /// A password was set or changed.
        PasswordChanged = "password_changed",
        /// A session was ended from another one.
        SessionRevoked = "session_revoked",
        /// An API key was made.
        ApiKeyCreated = "api_key_created",
        /// An API key was revoked.
        ApiKeyRevoked = "api_key_revoked",
        /// A request was refused for want of rights.
        Denied = "denied",
    }
}

/// Who did it. The name is kept as it was then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = AuditActor)]
pub struct Actor {
    /// `user`, `api_key`, `command_line` or `anonymous`.
    pub kind: String,
    /// The user's id or the key's; empty for the others.
    pub id: String,
    /// The user's name.
    pub name: String,
}

/// A line as it is shown.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct AuditLog {
    /// Its id; sorts by time.
    pub id: AuditId,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: Actor,
    /// What: a word such as `login`.
    pub action: String,
    /// What kind of thing it was done to.
    pub resource_type: String,
    /// Which one.
    pub resource_id: String,
    /// More about it.
    #[schema(value_type = Object)]
    pub detail: Json,
}

/// A line to be written.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// The tenant.
    pub organisation: OrganisationId,
    /// Who.
    pub actor: Actor,
    /// What.
    pub action: Action,
    /// What kind of thing it was done to.
    pub resource_type: &'static str,
    /// Which one.
    pub resource_id: String,
    /// More about it; never a secret.
    pub detail: Json,
    /// From where.
    pub ip: String,
}

impl Actor {
    /// A signed-in person, or their API key.
    pub fn caller(caller: &Caller) -> Self {
        let (kind, id) = match caller.kind {
            CallerKind::Session(_) => ("user", caller.user.to_string()),
            CallerKind::ApiKey(id) => ("api_key", id.to_string()),
        };
        Self { kind: kind.to_owned(), id, name: caller.name.clone() }
    }

    /// A person who is just proving who they are.
    fn user(user: &User) -> Self {
        Self { kind: "user".to_owned(), id: user.id.to_string(), name: user.name.clone() }
    }

    /// Whoever can run commands on the server.
    pub(crate) fn command_line() -> Self {
        Self { kind: "command_line".to_owned(), id: String::new(), name: String::new() }
    }

    /// Nobody we know.
    pub(crate) fn anonymous() -> Self {
        Self { kind: "anonymous".to_owned(), id: String::new(), name: String::new() }
    }
}

impl Line {
    /// What the caller of a request did to a thing.
    pub fn by_caller(
        ctx: &Ctx,
        action: Action,
        resource_type: &'static str,
        resource_id: impl ToString,
    ) -> Result<Self> {
        let caller = ctx.caller()?;
        Ok(Self {
            organisation: caller.organisation,
            actor: Actor::caller(caller),
            action,
            resource_type,
            resource_id: resource_id.to_string(),
            detail: json!({}),
            ip: ctx.ip().to_owned(),
        })
    }

    /// That a person proved who they are, and how.
    pub(crate) fn login(ctx: &Ctx, user: &User, method: &'static str) -> Self {
        Self {
            organisation: user.organisation,
            actor: Actor::user(user),
            action: Action::Login,
            resource_type: "user",
            resource_id: user.id.to_string(),
            detail: json!({ "method": method }),
            ip: ctx.ip().to_owned(),
        }
    }

    /// The same line with more about it.
    #[must_use]
    pub fn with(mut self, detail: Json) -> Self {
        self.detail = detail;
        self
    }
}
