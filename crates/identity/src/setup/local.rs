//! The administrator of a demonstration on one's own computer.

use std::sync::Arc;

use base::{OrganisationId, Random, Timestamp, UserId};
use store::Db;
use web::{Result, invalid_state};

use super::found;
use crate::audit::Actor;
use crate::user::{self, NewAdmin};

/// An administrator without a password; a one-time link lets them in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LocalAdmin {
    /// Their organisation.
    pub organisation: OrganisationId,
    /// Their id.
    pub user: UserId,
}

/// Makes the organisation, its roles and `admin` when nobody has an account yet; otherwise
/// gives the oldest active administrator there is.
pub async fn create_local_admin(
    db: &Db,
    admin: NewAdmin,
    now: Timestamp,
    random: &Arc<dyn Random>,
) -> Result<LocalAdmin> {
    let founding = admin.check()?.founding(random).await?;
    let random = random.clone();
    db.write(move |tx| {
        Box::pin(async move {
            let user = match found(tx, founding, Actor::command_line(), now, &random).await? {
                Some(user) => Some(user),
                None => user::sql::admins(tx, 1).await?.into_iter().next(),
            };
            let user = user.ok_or_else(|| {
                invalid_state("there are users but no active administrator; make one with \"hishamos user create-admin\"")
            })?;
            Ok(LocalAdmin { organisation: user.organisation, user: user.id })
        })
    })
    .await
}
