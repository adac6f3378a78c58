//! The context of one request: the application, who calls, when, and under which id.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use base::{OrganisationId, Random, RequestId, SessionId, Timestamp, UserId};
use futures::future::BoxFuture;
use store::Tx;

use crate::{Access, App, Denial, Error, Permission, Result, forbidden};

/// How the caller proved who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallerKind {
    /// A browser session.
    Session(SessionId),
    /// An API key.
    ApiKey(base::ApiKeyId),
}

/// Who is calling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The tenant whose rows they may see.
    pub organisation: OrganisationId,
    /// The person.
    pub user: UserId,
    /// The person's name.
    pub name: String,
    /// Their e-mail address.
    pub email: String,
    /// The name of their role.
    pub role: String,
    /// How they proved it.
    pub kind: CallerKind,
    /// What they may do.
    pub permissions: BTreeSet<Permission>,
}

/// The context of one request. Handlers take it as their first parameter.
#[derive(Debug, Clone)]
pub struct Ctx(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    app: App,
    caller: Option<Caller>,
    now: Timestamp,
    request_id: RequestId,
    ip: String,
}

impl Ctx {
    /// A context; the authentication layer makes it.
    pub fn new(app: App, caller: Option<Caller>, request_id: RequestId, ip: String) -> Self {
        let now = app.now();
        Self(Arc::new(Inner { app, caller, now, request_id, ip }))
    }

    /// The application.
    pub fn app(&self) -> &App {
        &self.0.app
    }

    /// When the request came in.
    pub fn now(&self) -> Timestamp {
        self.0.now
    }

    /// For ids and secrets.
    pub fn random(&self) -> &Arc<dyn Random> {
        &self.0.app.random
    }

    /// The request's id.
    pub fn request_id(&self) -> RequestId {
        self.0.request_id
    }

    /// The address of the caller, as the connection says.
    pub fn ip(&self) -> &str {
        &self.0.ip
    }

    /// Who calls, if they proved it.
    pub fn caller_option(&self) -> Option<&Caller> {
        self.0.caller.as_ref()
    }

    /// Who calls.
    pub fn caller(&self) -> Result<&Caller> {
        self.0
            .caller
            .as_ref()
            .ok_or_else(|| Error::unauthenticated("sign in first, or send an API key"))
    }

    /// The caller's tenant; every query has it.
    pub fn organisation(&self) -> Result<OrganisationId> {
        Ok(self.caller()?.organisation)
    }

    /// Fails unless the caller may.
    pub fn check(&self, access: Access) -> Result<()> {
        match access {
            Access::Public | Access::VirtualKey => Ok(()),
            Access::SignedIn => self.caller().map(|_| ()),
            Access::Permission(permission) => self.require(permission),
        }
    }

    /// Fails unless the caller has the permission; for rules finer than the route's.
    pub fn require(&self, permission: Permission) -> Result<()> {
        if self.caller()?.permissions.contains(&permission) {
            return Ok(());
        }
        Err(forbidden(format!(
            "your role lacks the permission \"{permission}\"; ask an administrator for it"
        )))
    }

    /// A transaction for reading.
    pub async fn read(&self) -> Result<Tx> {
        Ok(self.0.app.db.read().await?)
    }

    /// A connection for one reading statement, see [`store::Db::glance`].
    pub async fn glance(&self) -> Result<Tx> {
        Ok(self.0.app.db.glance().await?)
    }

    /// Runs `job` in a transaction that is durable when this returns `Ok`.
    pub async fn write<T, F>(&self, job: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<T>> + Send + 'static,
    {
        self.0.app.db.write(job).await
    }

    /// Writes the denial to the audit log; a failure to do so is logged, not hidden in the answer.
    pub(crate) async fn record_denial(&self, method: &str, path: &str, access: Access) {
        let Some(caller) = self.caller_option() else { return };
        let denial = Denial {
            caller: caller.clone(),
            method: method.to_owned(),
            path: path.to_owned(),
            access,
            ip: self.ip().to_owned(),
            at: self.now(),
        };
        self.0.app.authenticator.record_denial(self.app(), denial).await;
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Ctx {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        parts
            .extensions
            .get::<Self>()
            .cloned()
            .ok_or_else(|| Error::internal("no context on the request"))
    }
}
