//! A session as it is shown.

use base::{OrganisationId, RoleId, SessionId, Timestamp, UserId};
use serde::Serialize;
use web::Permission;

use crate::user::{Locale, Theme};

/// Who is signed in and what they may do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Session {
    /// The person.
    pub user: SessionUser,
    /// Their organisation.
    pub organisation: SessionOrganisation,
    /// Their role.
    pub role: SessionRole,
    /// What they may do.
    pub permissions: Vec<Permission>,
    /// When the session ends at the latest; `null` for an API key that does not expire.
    pub expires_at: Option<Timestamp>,
}

/// The person of a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct SessionUser {
    /// Their id.
    pub id: UserId,
    /// Their e-mail address.
    pub email: String,
    /// Their name.
    pub name: String,
    /// Their language.
    pub locale: Locale,
    /// Their colours.
    pub theme: Theme,
}

/// The organisation of a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct SessionOrganisation {
    /// Its id.
    pub id: OrganisationId,
    /// Its name.
    pub name: String,
}

/// The role of a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct SessionRole {
    /// Its id.
    pub id: RoleId,
    /// Its name.
    pub name: String,
}

/// A session in the list of one's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct OpenSession {
    /// Its id.
    pub id: SessionId,
    /// When it began.
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    pub last_seen_at: Timestamp,
    /// When it ends at the latest.
    pub expires_at: Timestamp,
    /// What the browser says it is.
    pub user_agent: String,
    /// Where it began.
    pub ip: String,
    /// Whether this request came with it.
    pub is_current: bool,
}
