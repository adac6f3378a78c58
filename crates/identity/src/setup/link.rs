//! The one-time link of the first set-up.

use std::sync::Arc;

use base::{Random, Secret, Timestamp};
use store::{Db, Result};

use crate::one_time_link::{self, LIFETIME, Purpose};
use crate::{token, user};

/// A new token for the first set-up, valid for 15 minutes; `None` when somebody has an
/// account already. A token made before is worth nothing any more.
pub async fn ensure_link(
    db: &Db,
    now: Timestamp,
    random: &Arc<dyn Random>,
) -> Result<Option<Secret<String>>> {
    let token = token::secret(random.as_ref());
    db.write(move |tx| {
        Box::pin(async move {
            if user::sql::is_anyone(tx).await? {
                return Ok(None);
            }
            one_time_link::sql::delete(tx, Purpose::Setup, None).await?;
            let hash = token::hash(token.reveal());
            one_time_link::sql::insert(tx, &hash, Purpose::Setup, None, (now, now.plus(LIFETIME)))
                .await?;
            Ok(Some(token))
        })
    })
    .await
}
