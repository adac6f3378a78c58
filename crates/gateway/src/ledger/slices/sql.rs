//! The table of slices, and rows of the ledger in groups.

use base::{BudgetId, CallId, Micros, OrganisationId, Timestamp};
use store::{Result, Rows, Tx, params, sql};

use super::Amount;

/// The slice that bounds what is not in the ledger yet belongs to no budget.
const FLOAT: &str = "";

/// A row of the ledger for a call of an outside client.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a column of the ledger")]
pub(crate) struct Entry {
    pub(crate) organisation: OrganisationId,
    pub(crate) id: CallId,
    pub(crate) model: String,
    pub(crate) provider: String,
    pub(crate) scripted: bool,
    pub(crate) outcome: &'static str,
    pub(crate) error: Option<String>,
    pub(crate) input_tokens: i64,
    pub(crate) output_tokens: i64,
    pub(crate) cost_micros: i64,
    pub(crate) estimated: bool,
    pub(crate) duration_ms: i64,
    pub(crate) started_at: i64,
    pub(crate) finished_at: i64,
    pub(crate) door: &'static str,
    pub(crate) key: Option<base::VirtualKeyId>,
    pub(crate) user: Option<base::UserId>,
    pub(crate) project: Option<String>,
    pub(crate) calls: i64,
    pub(crate) cached_input_tokens: i64,
    pub(crate) cost_known: bool,
    pub(crate) is_cached: bool,
}

impl Entry {
    /// Names the platform that is asked, and its model.
    pub(crate) fn asks(&mut self, platform: &str, model: &str) {
        self.model = format!("{platform}/{model}");
        platform.clone_into(&mut self.provider);
    }
}

/// Adds a group of rows; a row that stands already stays as it is.
pub(super) async fn insert(tx: &mut Tx, entries: &[Entry]) -> Result<()> {
    let mut rows = Rows::default();
    for entry in entries {
        rows.push(params![
            entry.organisation,
            entry.id,
            &entry.model,
            &entry.provider,
            entry.scripted,
            entry.outcome,
            entry.error.clone(),
            entry.input_tokens,
            entry.output_tokens,
            entry.cost_micros,
            entry.estimated,
            entry.duration_ms,
            entry.started_at,
            entry.finished_at,
            entry.door,
            entry.key,
            entry.user,
            entry.project.clone(),
            entry.calls,
            entry.cached_input_tokens,
            entry.cost_known,
            entry.is_cached
        ]);
    }
    tx.execute_rows(
        sql!("insert into model_calls (organisation_id, id, instance, attempt, nth, is_repair, model, provider, scripted, outcome, error, input_tokens, output_tokens, cost_micros, estimated, duration_ms, started_at, finished_at, door, key_id, user_id, project_id, calls, cached_input_tokens, cost_known, is_cached) values ($1, $2, 0, 1, 1, false, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22) on conflict (organisation_id, id) do nothing"),
        rows,
    )
    .await?;
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

/// The token of the last write to the slices of a server; `None` when it has none. A transaction
/// that the database is still at work on is waited for.
pub(super) async fn last_seen(
    tx: &mut Tx,
    organisation: OrganisationId,
    node: &str,
) -> Result<Option<Timestamp>> {
    tx.execute(
        sql!("update budget_slices set seen_at = seen_at where organisation_id = $1 and node = $2"),
        params![organisation, node],
    )
    .await?;
    let row = tx
        .fetch_one(
            sql!("select max(seen_at) as seen_at from budget_slices where organisation_id = $1 and node = $2"),
            params![organisation, node],
        )
        .await?;
    row.get("seen_at")
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
