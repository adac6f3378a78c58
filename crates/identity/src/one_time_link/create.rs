//! Making a link, from the command line.

use std::sync::Arc;

use base::{Random, Secret, Timestamp};
use serde_json::json;
use store::{Db, Tx};
use web::{Error, Result, invalid_state};

use super::{LIFETIME, Purpose, sql};
use crate::audit::{self, Action, Actor, Line};
use crate::token;
use crate::user::{self, Email, User};

/// A token that signs a user in once within [`LIFETIME`]: the one with the address given,
/// or the only administrator. The user's earlier links are worth nothing any more.
pub async fn sign_in(
    db: &Db,
    email: Option<&str>,
    now: Timestamp,
    random: &Arc<dyn Random>,
) -> Result<Secret<String>> {
    create(db, Purpose::SignIn, Holder::of_email(email), now, random).await
}

/// The same for a command that signs in for itself. A link that a person was given stays
/// good, and so do those of other commands.
pub async fn sign_in_program(
    db: &Db,
    email: Option<&str>,
    now: Timestamp,
    random: &Arc<dyn Random>,
) -> Result<Secret<String>> {
    create(db, Purpose::Program, Holder::of_email(email), now, random).await
}

/// The same for the server, as the administrator who was there first, however many there are
/// now: what it needs for itself, it does in their name.
pub async fn sign_in_server(
    db: &Db,
    now: Timestamp,
    random: &Arc<dyn Random>,
) -> Result<Secret<String>> {
    create(db, Purpose::Program, Holder::FirstAdmin, now, random).await
}

/// Whom a link is for.
enum Holder {
    Of(Email),
    OnlyAdmin,
    FirstAdmin,
}

impl Holder {
    fn of_email(email: Option<&str>) -> Self {
        email.map_or(Self::OnlyAdmin, |email| Self::Of(Email::lookup(email)))
    }
}

async fn create(
    db: &Db,
    purpose: Purpose,
    holder: Holder,
    now: Timestamp,
    random: &Arc<dyn Random>,
) -> Result<Secret<String>> {
    let random = random.clone();
    db.write(move |tx| {
        Box::pin(async move {
            let user = find(tx, &holder).await?;
            let token = token::secret(random.as_ref());
            match purpose {
                Purpose::Program => sql::delete_spent(tx, purpose, &user, now).await?,
                Purpose::SignIn | Purpose::Setup => sql::delete(tx, purpose, Some(&user)).await?,
            }
            let holder = Some((user.organisation, user.id));
            let times = (now, now.plus(LIFETIME));
            sql::insert(tx, &token::hash(token.reveal()), purpose, holder, times).await?;
            let line = Line {
                organisation: user.organisation,
                actor: Actor::command_line(),
                action: Action::SignInLinkCreated,
                resource_type: "user",
                resource_id: user.id.to_string(),
                detail: json!({}),
                ip: String::new(),
            };
            audit::write(tx, line, now, random.as_ref()).await?;
            Ok(token)
        })
    })
    .await
}

async fn find(tx: &mut Tx, holder: &Holder) -> Result<User> {
    match holder {
        Holder::Of(email) => of_address(tx, email).await,
        Holder::OnlyAdmin => only_admin(tx).await,
        Holder::FirstAdmin => first_admin(tx).await,
    }
}

async fn of_address(tx: &mut Tx, email: &Email) -> Result<User> {
    let user = user::sql::by_email(tx, email).await?;
    let user = user.ok_or_else(|| invalid_state("no user has this e-mail address"))?;
    if user.is_active { Ok(user) } else { Err(invalid_state("this user's account is closed")) }
}

async fn only_admin(tx: &mut Tx) -> Result<User> {
    let mut admins = user::sql::admins(tx, 2).await?;
    match (admins.pop(), admins.pop()) {
        (Some(_), Some(_)) => Err(invalid_state(
            "there is more than one administrator; say whose link to make by their e-mail address",
        )),
        (admin, _) => admin.ok_or_else(no_admin),
    }
}

async fn first_admin(tx: &mut Tx) -> Result<User> {
    user::sql::admins(tx, 1).await?.pop().ok_or_else(no_admin)
}

fn no_admin() -> Error {
    invalid_state(
        "there is no active administrator yet; start the server and open the set-up link first",
    )
}
