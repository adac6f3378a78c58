//! The tables of platforms and of what the gateway is set to.

use std::collections::BTreeSet;

use base::{BudgetId, Micros, OrganisationId, PlatformId, Timestamp};
use store::{Result, Row, Tx, params, sql};

use super::record::{Draft, Record, Tested};
use crate::budget::{Scope, target};

const DAY_MS: i64 = 86_400_000;

/// Adds a platform; `false` when the name is taken.
pub(super) async fn insert(tx: &mut Tx, record: &Record, created_by: &str) -> Result<bool> {
    let draft = &record.draft;
    let tested = record.tested.as_ref();
    let inserted = tx
        .execute(
            sql!("insert into platforms (organisation_id, id, name, kind, base_url, models, default_model, is_enabled, requests_per_minute, tokens_per_minute, daily_budget_micros, fallback_order, weight, settings, tested_at, test_latency_ms, test_error, version, created_by, created_at, updated_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $20) on conflict (organisation_id, name) do nothing"),
            params![
                record.organisation, record.id, &draft.name, draft.kind.as_str(), &draft.base_url,
                json(&draft.models), draft.default_model.clone(), draft.is_enabled,
                draft.requests_per_minute, draft.tokens_per_minute, draft.daily_budget,
                draft.fallback_order, draft.weight, json(&draft.settings),
                tested.map(|test| test.at), tested.and_then(|test| test.latency_ms),
                tested.and_then(|test| test.error.clone()), record.version, created_by,
                record.created_at
            ],
        )
        .await?;
    Ok(inserted == 1)
}

/// Changes a platform that still has this version; `false` when it has not.
pub(super) async fn update(
    tx: &mut Tx,
    record: &Record,
    old_version: i64,
    now: Timestamp,
) -> Result<bool> {
    let draft = &record.draft;
    let tested = record.tested.as_ref();
    let changed = tx
        .execute(
            sql!("update platforms set name = $4, kind = $5, base_url = $6, models = $7, default_model = $8, is_enabled = $9, requests_per_minute = $10, tokens_per_minute = $11, daily_budget_micros = $12, fallback_order = $13, weight = $14, settings = $15, tested_at = $16, test_latency_ms = $17, test_error = $18, version = version + 1, updated_at = $19 where organisation_id = $1 and id = $2 and version = $3"),
            params![
                record.organisation, record.id, old_version, &draft.name, draft.kind.as_str(),
                &draft.base_url, json(&draft.models), draft.default_model.clone(),
                draft.is_enabled, draft.requests_per_minute, draft.tokens_per_minute,
                draft.daily_budget, draft.fallback_order, draft.weight, json(&draft.settings),
                tested.map(|test| test.at), tested.and_then(|test| test.latency_ms),
                tested.and_then(|test| test.error.clone()), now
            ],
        )
        .await?;
    Ok(changed == 1)
}

/// Writes down how a test went; the version stays.
pub(super) async fn write_test(
    tx: &mut Tx,
    organisation: OrganisationId,
    id: PlatformId,
    tested: &Tested,
) -> Result<()> {
    tx.execute(
        sql!("update platforms set tested_at = $3, test_latency_ms = $4, test_error = $5 where organisation_id = $1 and id = $2"),
        params![organisation, id, tested.at, tested.latency_ms, tested.error.clone()],
    )
    .await?;
    Ok(())
}

/// Sets what may be spent on a platform in a day; `None` removes the budget.
pub(super) async fn set_daily_budget(
    tx: &mut Tx,
    record: &Record,
    cap: Option<Micros>,
    user: &str,
    now: Timestamp,
) -> Result<()> {
    let target = target(Scope::Provider, &record.draft.name);
    let Some(cap) = cap else {
        tx.execute(
            sql!("update budgets set is_active = $3, version = version + 1, updated_at = $4 where organisation_id = $1 and target = $2 and period = 'day' and is_active <> $3"),
            params![record.organisation, target, false, now],
        )
        .await?;
        return Ok(());
    };
    let day = now.as_millis().div_euclid(DAY_MS) * DAY_MS;
    tx.execute(
        sql!("insert into budgets (organisation_id, id, scope, scope_id, target, period, cap_micros, on_exceeded, is_active, spent_micros, reserved_micros, period_at, alerted_percent, version, created_by, created_at, updated_at) values ($1, $2, 'provider', $3, $4, 'day', $5, 'stop', $6, 0, 0, $7, 0, 1, $8, $9, $9) on conflict (organisation_id, target, period) do update set cap_micros = excluded.cap_micros, is_active = excluded.is_active, alerted_percent = case when budgets.cap_micros = excluded.cap_micros then budgets.alerted_percent else 0 end, version = budgets.version + 1, updated_at = excluded.updated_at where budgets.cap_micros <> excluded.cap_micros or budgets.is_active <> excluded.is_active"),
        params![
            record.organisation, budget_id(record.id), &record.draft.name, target, cap, true, day,
            user, now
        ],
    )
    .await?;
    Ok(())
}

/// The id of a platform's daily budget: that of the platform as a budget's.
fn budget_id(id: PlatformId) -> String {
    id.to_string().replacen(PlatformId::PREFIX, BudgetId::PREFIX, 1)
}

/// Deletes a platform; `false` when there is none.
pub(super) async fn delete(
    tx: &mut Tx,
    organisation: OrganisationId,
    id: PlatformId,
) -> Result<bool> {
    let deleted = tx
        .execute(
            sql!("delete from platforms where organisation_id = $1 and id = $2"),
            params![organisation, id],
        )
        .await?;
    Ok(deleted == 1)
}

/// The platform with this id.
pub(super) async fn find(
    tx: &mut Tx,
    organisation: OrganisationId,
    id: PlatformId,
) -> Result<Option<Record>> {
    let row = tx
        .fetch_optional(
            sql!("select * from platforms where organisation_id = $1 and id = $2"),
            params![organisation, id],
        )
        .await?;
    row.as_ref().map(record).transpose()
}

/// All platforms of an organisation, by name.
pub(crate) async fn all(tx: &mut Tx, organisation: OrganisationId) -> Result<Vec<Record>> {
    let rows = tx
        .fetch_all(
            sql!("select * from platforms where organisation_id = $1 order by name"),
            params![organisation],
        )
        .await?;
    rows.iter().map(record).collect()
}

/// The names of all platforms of an organisation, also of those that are off.
pub(crate) async fn names(tx: &mut Tx, organisation: OrganisationId) -> Result<BTreeSet<String>> {
    let rows = tx
        .fetch_all(
            sql!("select name from platforms where organisation_id = $1"),
            params![organisation],
        )
        .await?;
    rows.iter().map(|row| row.get("name")).collect()
}

/// Notes that calls of the organisation must look again.
pub(crate) async fn touch(tx: &mut Tx, organisation: OrganisationId, now: Timestamp) -> Result<()> {
    tx.execute(
        sql!("insert into gateway_settings (organisation_id, version, unknown_price, updated_at) values ($1, 1, 'flag', $2) on conflict (organisation_id) do update set version = gateway_settings.version + 1, updated_at = excluded.updated_at"),
        params![organisation, now],
    )
    .await?;
    Ok(())
}

/// Sets what happens to calls without a known price.
pub(crate) async fn set_unknown_price(
    tx: &mut Tx,
    organisation: OrganisationId,
    unknown_price: &str,
) -> Result<()> {
    tx.execute(
        sql!("update gateway_settings set unknown_price = $2 where organisation_id = $1"),
        params![organisation, unknown_price],
    )
    .await?;
    Ok(())
}

/// Every organisation that has set something up: its version, and what happens to calls
/// without a known price.
pub(crate) async fn versions(tx: &mut Tx) -> Result<Vec<(OrganisationId, i64, String)>> {
    let rows = tx
        .fetch_all(
            sql!("select organisation_id, version, unknown_price from gateway_settings where version > $1 order by organisation_id"),
            params![0_i64],
        )
        .await?;
    rows.iter()
        .map(|row| {
            Ok((row.get("organisation_id")?, row.get("version")?, row.get("unknown_price")?))
        })
        .collect()
}

fn json(value: &impl serde::Serialize) -> serde_json::Value {
    serde_json::json!(value)
}

fn record(row: &Row) -> Result<Record> {
    let tested_at: Option<Timestamp> = row.get("tested_at")?;
    let latency_ms = row.get("test_latency_ms")?;
    let error = row.get("test_error")?;
    Ok(Record {
        organisation: row.get("organisation_id")?,
        id: row.get("id")?,
        draft: Draft {
            name: row.get("name")?,
            kind: row.parse("kind")?,
            base_url: row.get("base_url")?,
            models: row.json("models")?,
            default_model: row.get("default_model")?,
            is_enabled: row.get("is_enabled")?,
            requests_per_minute: row.get("requests_per_minute")?,
            tokens_per_minute: row.get("tokens_per_minute")?,
            daily_budget: row.get("daily_budget_micros")?,
            fallback_order: row.get("fallback_order")?,
            weight: row.get("weight")?,
            settings: row.json("settings")?,
        },
        tested: tested_at.map(|at| Tested { at, latency_ms, error }),
        version: row.get("version")?,
        created_at: row.get("created_at")?,
        updated_at: row.get("updated_at")?,
    })
}
