//! Administrators made from the command line: whoever can run commands on the server may
//! make one, nobody else.

use std::sync::Arc;

use base::{Random, Secret, Timestamp, UserId};
use serde_json::json;
use store::{Db, Tx};
use web::{Error, Result, conflict, invalid_state};

use super::{Email, Locale, Theme, User, check_name, collect, sql};
use crate::audit::{self, Action, Actor, Line};
use crate::setup::{Founding, found};
use crate::{password, role};

/// An administrator to be made.
#[derive(Debug, Clone)]
pub struct NewAdmin {
    /// Their address.
    pub email: String,
    /// Their name.
    pub name: String,
    /// Their password; without one they come in by one-time links only.
    pub password: Option<Secret<String>>,
    /// The name of the organisation, used when there is none yet.
    pub organisation: String,
    /// Their language.
    pub locale: Locale,
}

/// What a [`NewAdmin`] is once everything typed was checked.
#[derive(Debug)]
pub(crate) struct CheckedAdmin {
    pub email: Email,
    pub name: String,
    pub organisation: String,
    pub locale: Locale,
    password: Option<Secret<String>>,
}

impl NewAdmin {
    /// Checks everything that was typed and tells of all that is wrong at once.
    pub(crate) fn check(self) -> Result<CheckedAdmin> {
        let mut refused = Vec::new();
        let email = collect(&mut refused, "email", Email::parse(&self.email));
        let name = collect(&mut refused, "name", check_name(&self.name));
        let organisation = collect(&mut refused, "organisation", check_name(&self.organisation));
        if let Some(password) = &self.password {
            let words = [&self.email, &self.name, &self.organisation].map(String::as_str);
            collect(&mut refused, "password", password::check(password.reveal(), &words));
        }
        match (email, name, organisation) {
            (Some(email), Some(name), Some(organisation)) if refused.is_empty() => {
                let (locale, password) = (self.locale, self.password);
                Ok(CheckedAdmin { email, name, organisation, locale, password })
            }
            _ => Err(Error::invalid_fields(refused)),
        }
    }
}

impl CheckedAdmin {
    /// Hashes the password, if there is one, which takes its time.
    pub(crate) async fn founding(self, random: &Arc<dyn Random>) -> Result<Founding> {
        let password_hash = match self.password {
            Some(password) => Some(password::hash(password, random.as_ref()).await?),
            None => None,
        };
        let (email, name, locale) = (self.email, self.name, self.locale);
        Ok(Founding { organisation: self.organisation, email, name, password_hash, locale })
    }
}

/// Makes an administrator: the first user with their organisation when there is none yet,
/// one more of the first organisation otherwise.
pub async fn create_admin(
    db: &Db,
    admin: NewAdmin,
    now: Timestamp,
    random: &Arc<dyn Random>,
) -> Result<UserId> {
    let founding = admin.check()?.founding(random).await?;
    let random = random.clone();
    db.write(move |tx| {
        Box::pin(async move {
            let actor = Actor::command_line();
            if let Some(user) = found(tx, founding.clone(), actor.clone(), now, &random).await? {
                return Ok(user.id);
            }
            let user = insert_admin(tx, founding, now, &random).await?;
            let line = Line {
                organisation: user.organisation,
                actor,
                action: Action::UserCreated,
                resource_type: "user",
                resource_id: user.id.to_string(),
                detail: json!({ "role": "Admin" }),
                ip: String::new(),
            };
            audit::write(tx, line, now, random.as_ref()).await?;
            Ok(user.id)
        })
    })
    .await
}

async fn insert_admin(
    tx: &mut Tx,
    founding: Founding,
    now: Timestamp,
    random: &Arc<dyn Random>,
) -> Result<User> {
    if sql::by_email(tx, &founding.email).await?.is_some() {
        return Err(conflict("a user with this e-mail address exists already"));
    }
    let organisation = sql::first_organisation(tx).await?;
    let organisation = organisation.ok_or_else(|| invalid_state("there is no organisation"))?;
    let role = role::sql::admin(tx, organisation).await?;
    let role = role.ok_or_else(|| invalid_state("the organisation has no Admin role"))?;
    let user = founding.into_user(organisation, role, UserId::new(now, random.as_ref()));
    sql::insert(tx, &user, Theme::System, now).await?;
    Ok(user)
}
