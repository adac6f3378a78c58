//! Rows that every test may rely on.

use base::OrganisationId;
use store::{Error, params, sql};

use crate::App;

pub(super) async fn organisations(app: &App) -> Result<(), Error> {
    let now = app.now();
    app.db
        .write(move |tx| {
            Box::pin(async move {
                for number in [1, 2] {
                    tx.execute(
                        sql!("insert into organisations (id, name, created_at, updated_at) values ($1, $2, $3, $3) on conflict do nothing"),
                        params![OrganisationId::from_u128(number), "Test organisation", now],
                    )
                    .await?;
                }
                Ok::<_, Error>(())
            })
        })
        .await
}
