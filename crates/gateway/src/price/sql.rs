//! The table of prices that an admin set.

use base::{Micros, OrganisationId, Timestamp};
use store::{Result, Row, Tx, params, sql};

use super::model::ModelPrice;
use super::{Dated, Prices};

/// Writes a price, over the one of the same day.
pub(super) async fn write(
    tx: &mut Tx,
    organisation: OrganisationId,
    price: &ModelPrice,
    created_by: &str,
    now: Timestamp,
) -> Result<()> {
    tx.execute(
        sql!("insert into model_prices (organisation_id, platform, model, valid_from, is_free, input_micros, output_micros, cached_input_micros, cache_write_micros, created_by, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict (organisation_id, platform, model, valid_from) do update set is_free = excluded.is_free, input_micros = excluded.input_micros, output_micros = excluded.output_micros, cached_input_micros = excluded.cached_input_micros, cache_write_micros = excluded.cache_write_micros, created_by = excluded.created_by, created_at = excluded.created_at"),
        params![
            organisation, &price.platform, price.model.as_deref().unwrap_or_default(),
            price.valid_from, price.is_free, price.input_micros, price.output_micros,
            price.cached_input_micros, price.cache_write_micros, created_by, now
        ],
    )
    .await?;
    Ok(())
}

/// Deletes a price; `false` when there is none.
pub(super) async fn delete(
    tx: &mut Tx,
    organisation: OrganisationId,
    (platform, model, valid_from): (&str, &str, Timestamp),
) -> Result<bool> {
    let deleted = tx
        .execute(
            sql!("delete from model_prices where organisation_id = $1 and platform = $2 and model = $3 and valid_from = $4"),
            params![organisation, platform, model, valid_from],
        )
        .await?;
    Ok(deleted == 1)
}

/// All prices of an organisation as rows.
pub(super) async fn rows(tx: &mut Tx, organisation: OrganisationId) -> Result<Vec<ModelPrice>> {
    let rows = tx
        .fetch_all(
            sql!("select * from model_prices where organisation_id = $1 order by platform, model, valid_from desc"),
            params![organisation],
        )
        .await?;
    rows.iter().map(price).collect()
}

/// All prices of an organisation, ready to be asked.
pub(crate) async fn all(tx: &mut Tx, organisation: OrganisationId) -> Result<Prices> {
    let rows = rows(tx, organisation).await?;
    Ok(Prices::new(rows.into_iter().map(Dated::from).collect()))
}

fn price(row: &Row) -> Result<ModelPrice> {
    let model: String = row.get("model")?;
    Ok(ModelPrice {
        platform: row.get("platform")?,
        model: (!model.is_empty()).then_some(model),
        valid_from: row.get("valid_from")?,
        is_free: row.get("is_free")?,
        input_micros: row.get::<Micros>("input_micros")?,
        output_micros: row.get::<Micros>("output_micros")?,
        cached_input_micros: row.get("cached_input_micros")?,
        cache_write_micros: row.get("cache_write_micros")?,
    })
}
