//! The table of slices, and rows of the ledger in groups.

use base::{BudgetId, CallId, Micros, OrganisationId, Timestamp};
use serde::{Serialize, Serializer};
use store::sql::dialect::DOOR_CALLS_INSERT;
use store::{Result, Tx, params, sql};

use super::Amount;

/// The slice that bounds what is not in the ledger yet belongs to no budget.
const FLOAT: &str = "";

/// A row of the ledger for a call of an outside client. The names are those of the bulk
/// insert, short because thousands of them travel in a second.
#[derive(Debug, Clone, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a column of the ledger")]
pub(crate) struct Entry {
    #[serde(rename = "o")]
    pub(crate) organisation: OrganisationId,
    #[serde(rename = "i")]
    pub(crate) id: CallId,
    #[serde(rename = "m")]
    pub(crate) model: String,
    #[serde(rename = "p")]
    pub(crate) provider: String,
    #[serde(rename = "s", serialize_with = "number")]
    pub(crate) scripted: bool,
    #[serde(rename = "u")]
    pub(crate) outcome: &'static str,
    #[serde(rename = "e")]
    pub(crate) error: Option<String>,
    #[serde(rename = "a")]
    pub(crate) input_tokens: i64,
    #[serde(rename = "b")]
    pub(crate) output_tokens: i64,
    #[serde(rename = "c")]
    pub(crate) cost_micros: i64,
    #[serde(rename = "t", serialize_with = "number")]
    pub(crate) estimated: bool,
    #[serde(rename = "d")]
    pub(crate) duration_ms: i64,
    #[serde(rename = "x")]
    pub(crate) started_at: i64,
    #[serde(rename = "y")]
    pub(crate) finished_at: i64,
    #[serde(rename = "q")]
    pub(crate) door: &'static str,
    #[serde(rename = "k")]
    pub(crate) key: Option<base::VirtualKeyId>,
    #[serde(rename = "w")]
    pub(crate) user: Option<base::UserId>,
    #[serde(rename = "j")]
    pub(crate) project: Option<String>,
    #[serde(rename = "n")]
    pub(crate) calls: i64,
    #[serde(rename = "h")]
    pub(crate) cached_input_tokens: i64,
    #[serde(rename = "r", serialize_with = "number")]
    pub(crate) cost_known: bool,
    #[serde(rename = "z", serialize_with = "number")]
    pub(crate) is_cached: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference to the field")]
fn number<S: Serializer>(value: &bool, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_i64(i64::from(*value))
}

/// Adds a group of rows; a row that stands already stays as it is.
pub(super) async fn insert(tx: &mut Tx, entries: &[Entry]) -> Result<()> {
    if entries.is_empty() {
        return Ok(());
    }
    let rows = serde_json::to_string(entries).map_err(|error| store::Error::Corrupt {
        column: "model_calls".to_owned(),
        value: String::new(),
        reason: error.to_string(),
    })?;
    tx.execute(DOOR_CALLS_INSERT, params![rows]).await?;
    Ok(())
}

fn budget_text(budget: Option<BudgetId>) -> String {
    budget.map_or_else(|| FLOAT.to_owned(), |budget| budget.to_string())
}

/// Adds to a slice (or takes away, with a negative amount), making it when it is not there.
pub(super) async fn add(
    tx: &mut Tx,
    organisation: OrganisationId,
    node: &str,
    budget: Option<BudgetId>,
    amount: Amount,
    now: Timestamp,
) -> Result<()> {
    tx.execute(
        sql!("insert into budget_slices (organisation_id, node, budget_id, micros, calls, input_tokens, output_tokens, seen_at) values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (organisation_id, node, budget_id) do update set micros = budget_slices.micros + $4, calls = budget_slices.calls + $5, input_tokens = budget_slices.input_tokens + $6, output_tokens = budget_slices.output_tokens + $7, seen_at = $8"),
        params![
            organisation, node, budget_text(budget), amount.micros, amount.calls, amount.input,
            amount.output, now
        ],
    )
    .await?;
    Ok(())
}

/// Whether a slice is there; it is not when others took this server for dead.
pub(super) async fn exists(tx: &mut Tx, organisation: OrganisationId, node: &str) -> Result<bool> {
    let row = tx
        .fetch_optional(
            sql!(
                "select seen_at from budget_slices where organisation_id = $1 and node = $2 limit 1"
            ),
            params![organisation, node],
        )
        .await?;
    Ok(row.is_some())
}

/// Removes the slices of a server that hold nothing.
pub(super) async fn sweep(tx: &mut Tx, organisation: OrganisationId, node: &str) -> Result<()> {
    tx.execute(
        sql!("delete from budget_slices where organisation_id = $1 and node = $2 and micros = 0 and calls = 0 and input_tokens = 0 and output_tokens = 0"),
        params![organisation, node],
    )
    .await?;
    Ok(())
}

/// Says that a server is alive.
pub(super) async fn seen(
    tx: &mut Tx,
    organisation: OrganisationId,
    node: &str,
    now: Timestamp,
) -> Result<()> {
    tx.execute(
        sql!("update budget_slices set seen_at = $3 where organisation_id = $1 and node = $2"),
        params![organisation, node, now],
    )
    .await?;
    Ok(())
}

/// A slice that somebody left behind.
#[derive(Debug)]
pub(super) struct Left {
    pub(super) organisation: OrganisationId,
    pub(super) node: String,
    pub(super) budget: Option<BudgetId>,
    pub(super) amount: Amount,
}

/// The slices of a server, and those of servers that were not seen since `before`.
pub(super) async fn left(tx: &mut Tx, node: &str, before: Timestamp) -> Result<Vec<Left>> {
    let rows = tx
        .fetch_all(
            sql!("select * from budget_slices where node = $1 or seen_at < $2 order by organisation_id, node, budget_id"),
            params![node, before],
        )
        .await?;
    rows.iter()
        .map(|row| {
            let budget: String = row.get("budget_id")?;
            Ok(Left {
                organisation: row.get("organisation_id")?,
                node: row.get("node")?,
                budget: if budget.is_empty() { None } else { Some(row.get("budget_id")?) },
                amount: Amount {
                    micros: row.get("micros")?,
                    calls: row.get("calls")?,
                    input: row.get("input_tokens")?,
                    output: row.get("output_tokens")?,
                },
            })
        })
        .collect()
}

/// Removes a slice; `false` when it is gone.
pub(super) async fn remove(tx: &mut Tx, left: &Left) -> Result<bool> {
    let changed = tx
        .execute(
            sql!("delete from budget_slices where organisation_id = $1 and node = $2 and budget_id = $3"),
            params![left.organisation, &left.node, budget_text(left.budget)],
        )
        .await?;
    Ok(changed == 1)
}

/// Notes when keys were last used.
pub(super) async fn touch_key(
    tx: &mut Tx,
    organisation: OrganisationId,
    key: base::VirtualKeyId,
    at: Timestamp,
) -> Result<()> {
    tx.execute(
        sql!("update virtual_keys set last_used_at = $3 where organisation_id = $1 and id = $2"),
        params![organisation, key, at],
    )
    .await?;
    Ok(())
}

/// Money as part of an amount.
pub(super) fn money(micros: Micros) -> Amount {
    Amount { micros: micros.0, ..Amount::default() }
}
