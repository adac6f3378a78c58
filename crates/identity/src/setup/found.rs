//! The founding of an organisation, in one transaction.

use std::sync::Arc;

use base::{OrganisationId, Random, RoleId, Secret, Timestamp, UserId};
use serde_json::json;
use store::{Result, Tx};

use super::sql;
use crate::audit::{self, Action, Actor, Line};
use crate::one_time_link::{self, Purpose};
use crate::role;
use crate::user::{self, Email, Locale, Theme, User};

/// What an organisation is founded with; everything typed has been checked.
#[derive(Debug, Clone)]
pub(crate) struct Founding {
    /// The organisation's name.
    pub organisation: String,
    /// The first administrator's address.
    pub email: Email,
    /// Their name.
    pub name: String,
    /// The hash of their password, if they have one.
    pub password_hash: Option<Secret<String>>,
    /// Their language.
    pub locale: Locale,
}

impl Founding {
    /// The administrator.
    pub(crate) fn into_user(self, organisation: OrganisationId, role: RoleId, id: UserId) -> User {
        User {
            organisation,
            id,
            email: self.email,
            name: self.name,
            role,
            password_hash: self.password_hash,
            locale: self.locale,
            is_active: true,
        }
    }
}

/// Makes the organisation, its roles and its administrator; `None` when that was done before.
pub(crate) async fn found(
    tx: &mut Tx,
    founding: Founding,
    actor: Actor,
    now: Timestamp,
    random: &Arc<dyn Random>,
) -> Result<Option<User>> {
    if user::sql::is_anyone(tx).await? || !sql::mark_done(tx).await? {
        return Ok(None);
    }
    one_time_link::sql::delete(tx, Purpose::Setup, None).await?;
    let organisation = OrganisationId::new(now, random.as_ref());
    user::sql::insert_organisation(tx, organisation, &founding.organisation, now).await?;
    let role = role::sql::insert_seeded(tx, organisation, now, random).await?;
    let user = founding.into_user(organisation, role, UserId::new(now, random.as_ref()));
    user::sql::insert(tx, &user, Theme::System, now).await?;
    let line = Line {
        organisation,
        actor,
        action: Action::SetupCompleted,
        resource_type: "organisation",
        resource_id: organisation.to_string(),
        detail: json!({ "admin": user.id }),
        ip: String::new(),
    };
    audit::write(tx, line, now, random.as_ref()).await?;
    Ok(Some(user))
}
