//! People of organisations, as identity would have made them.

use base::{OrganisationId, RoleId, UserId};
use store::testing::test_time;
use store::{Db, Error, params, sql};

/// Somebody: the number of their organisation, their own, and their name.
pub type Somebody = (u128, u128, &'static str);

/// Lets these people be there, each with the role Tester and an address of their own.
pub async fn people(db: &Db, people: &'static [Somebody]) {
    let now = test_time();
    let written = db.write(move |tx| {
        Box::pin(async move {
            for (organisation, user, name) in people {
                let organisation = OrganisationId::from_u128(*organisation);
                let role = RoleId::from_u128(1);
                tx.execute(
                    sql!("insert into roles (organisation_id, id, name, description, permissions, is_system, created_at, updated_at) values ($1, $2, 'Tester', '', '[]', $4, $3, $3) on conflict do nothing"),
                    params![organisation, role, now, false],
                )
                .await?;
                let email = format!("{}@{organisation}.example.com", name.to_lowercase());
                tx.execute(
                    sql!("insert into users (organisation_id, id, email, name, role_id, locale, theme, is_active, created_at, updated_at) values ($1, $2, $3, $4, $5, 'en', 'system', $6, $7, $7)"),
                    params![organisation, UserId::from_u128(*user), email, *name, role, true, now],
                )
                .await?;
            }
            Ok::<_, Error>(())
        })
    });
    written.await.unwrap();
}

/// The path of what somebody may use.
pub fn access(user: u128) -> String {
    format!("/api/v1/ai-access/{}", UserId::from_u128(user))
}
