//! The tables of budgets and of money set aside.

use base::{BudgetId, CallId, Micros, OrganisationId, Timestamp};
use store::{Result, Row, Tx, Value, params, sql};

use super::{Budget, Period, Periods, Scope, target};

/// How many targets one statement asks for: one for each scope.
const TARGETS: usize = 11;

/// A new budget.
pub(super) async fn insert(
    tx: &mut Tx,
    organisation: OrganisationId,
    budget: &Budget,
    created_by: &str,
) -> Result<()> {
    tx.execute(
        sql!("insert into budgets (organisation_id, id, scope, scope_id, target, period, cap_micros, on_exceeded, is_active, spent_micros, reserved_micros, period_at, alerted_percent, version, created_by, created_at, updated_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, 0, $10, 0, 1, $11, $12, $12)"),
        params![
            organisation, budget.id, budget.scope.as_str(), &budget.scope_id,
            target(budget.scope, &budget.scope_id), budget.period.as_str(), budget.cap_micros,
            budget.on_exceeded.to_string(), budget.is_active, budget.period_at, created_by,
            budget.created_at
        ],
    )
    .await?;
    Ok(())
}

/// Changes what people may change; `false` when the version is not the current one.
pub(super) async fn update(
    tx: &mut Tx,
    organisation: OrganisationId,
    budget: &Budget,
    now: Timestamp,
) -> Result<bool> {
    // a raised cap may be reached again, so its alerts begin anew
    let changed = tx
        .execute(
            sql!("update budgets set cap_micros = $4, on_exceeded = $5, is_active = $6, alerted_percent = case when cap_micros = $4 then alerted_percent else 0 end, version = version + 1, updated_at = $7 where organisation_id = $1 and id = $2 and version = $3"),
            params![
                organisation, budget.id, budget.version, budget.cap_micros,
                budget.on_exceeded.to_string(), budget.is_active, now
            ],
        )
        .await?;
    Ok(changed == 1)
}

/// Removes a budget; `false` when there is none.
pub(super) async fn delete(
    tx: &mut Tx,
    organisation: OrganisationId,
    id: BudgetId,
) -> Result<bool> {
    tx.execute(
        sql!("delete from reservations where organisation_id = $1 and budget_id = $2"),
        params![organisation, id],
    )
    .await?;
    let changed = tx
        .execute(
            sql!("delete from budgets where organisation_id = $1 and id = $2"),
            params![organisation, id],
        )
        .await?;
    Ok(changed == 1)
}

/// One budget.
pub(crate) async fn find(
    tx: &mut Tx,
    organisation: OrganisationId,
    id: BudgetId,
) -> Result<Option<Budget>> {
    let row = tx
        .fetch_optional(
            sql!("select b.*, k.name as scope_name from budgets b left join virtual_keys k on k.organisation_id = b.organisation_id and b.scope = 'key' and k.id = b.scope_id where b.organisation_id = $1 and b.id = $2"),
            params![organisation, id],
        )
        .await?;
    row.as_ref().map(named).transpose()
}

/// Budgets in the order of their ids, after the one of the cursor.
pub(super) async fn list(
    tx: &mut Tx,
    organisation: OrganisationId,
    after: &str,
    limit: i64,
) -> Result<Vec<Budget>> {
    let rows = tx
        .fetch_all(
            sql!("select b.*, k.name as scope_name from budgets b left join virtual_keys k on k.organisation_id = b.organisation_id and b.scope = 'key' and k.id = b.scope_id where b.organisation_id = $1 and b.id > $2 order by b.id limit $3"),
            params![organisation, after, limit],
        )
        .await?;
    rows.iter().map(named).collect()
}

/// Every active budget.
pub(crate) async fn active(tx: &mut Tx, organisation: OrganisationId) -> Result<Vec<Budget>> {
    let rows = tx
        .fetch_all(
            sql!("select * from budgets where organisation_id = $1 and is_active order by id"),
            params![organisation],
        )
        .await?;
    rows.iter().map(budget).collect()
}

/// The active budgets of some targets.
pub(super) async fn of_targets(
    tx: &mut Tx,
    organisation: OrganisationId,
    targets: &[String],
) -> Result<Vec<Budget>> {
    let mut budgets = Vec::new();
    // a call has one target for each scope, and more only where it may ask several providers
    for some in targets.chunks(TARGETS) {
        let mut params: Vec<Value> = params![organisation];
        params.extend(some.iter().map(Value::from));
        params.resize(TARGETS + 1, Value::from(""));
        let rows = tx
            .fetch_all(
                sql!("select * from budgets where organisation_id = $1 and is_active and target in ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) order by id"),
                params,
            )
            .await?;
        for row in &rows {
            budgets.push(budget(row)?);
        }
    }
    Ok(budgets)
}

/// Begins a new period, unless somebody did.
pub(crate) async fn begin_period(
    tx: &mut Tx,
    organisation: OrganisationId,
    id: BudgetId,
    start: Timestamp,
) -> Result<()> {
    tx.execute(
        sql!("update budgets set spent_micros = 0, alerted_percent = 0, period_at = $3 where organisation_id = $1 and id = $2 and period_at < $3"),
        params![organisation, id, start],
    )
    .await?;
    Ok(())
}

/// Begins the period that it is now, unless somebody did.
pub(super) async fn begin_due(
    tx: &mut Tx,
    organisation: OrganisationId,
    id: BudgetId,
    now: Timestamp,
) -> Result<()> {
    let periods = Periods::at(now);
    let [day, week, month] =
        [Period::Day, Period::Week, Period::Month].map(|period| periods.start(period));
    tx.execute(
        sql!("update budgets set spent_micros = 0, alerted_percent = 0, period_at = case period when 'day' then $3 when 'week' then $4 else $5 end where organisation_id = $1 and id = $2 and ((period = 'day' and period_at < $3) or (period = 'week' and period_at < $4) or (period = 'month' and period_at < $5))"),
        params![organisation, id, day, week, month],
    )
    .await?;
    Ok(())
}

/// Sets money aside, when the cap leaves it.
pub(crate) async fn set_aside(
    tx: &mut Tx,
    organisation: OrganisationId,
    id: BudgetId,
    amount: Micros,
) -> Result<bool> {
    let changed = tx
        .execute(
            sql!("update budgets set reserved_micros = reserved_micros + $3 where organisation_id = $1 and id = $2 and spent_micros + reserved_micros + $3 <= cap_micros"),
            params![organisation, id, amount],
        )
        .await?;
    Ok(changed == 1)
}

/// Gives back `held` and books `actual`.
pub(crate) async fn release(
    tx: &mut Tx,
    organisation: OrganisationId,
    id: BudgetId,
    held: Micros,
    actual: Micros,
) -> Result<()> {
    tx.execute(
        sql!("update budgets set reserved_micros = reserved_micros - $3, spent_micros = spent_micros + $4 where organisation_id = $1 and id = $2"),
        params![organisation, id, held, actual],
    )
    .await?;
    Ok(())
}

/// Remembers that alerts up to a level went out; `false` when they had before.
pub(super) async fn alerted(
    tx: &mut Tx,
    organisation: OrganisationId,
    id: BudgetId,
    percent: i64,
) -> Result<bool> {
    let changed = tx
        .execute(
            sql!("update budgets set alerted_percent = $3 where organisation_id = $1 and id = $2 and alerted_percent < $3"),
            params![organisation, id, percent],
        )
        .await?;
    Ok(changed == 1)
}

/// Remembers what a call holds.
pub(super) async fn insert_reservation(
    tx: &mut Tx,
    organisation: OrganisationId,
    call: CallId,
    budget: BudgetId,
    amount: Micros,
) -> Result<()> {
    tx.execute(
        sql!("insert into reservations (organisation_id, call_id, budget_id, micros) values ($1, $2, $3, $4)"),
        params![organisation, call, budget, amount],
    )
    .await?;
    Ok(())
}

/// What a call holds in one budget.
pub(super) struct Reservation {
    pub(super) budget: BudgetId,
    pub(super) held: Micros,
    /// The provider whose budget it is, if it is one's.
    pub(super) provider: Option<String>,
}

/// What a call holds.
pub(super) async fn reservations(
    tx: &mut Tx,
    organisation: OrganisationId,
    call: CallId,
) -> Result<Vec<Reservation>> {
    let rows = tx
        .fetch_all(
            sql!("select r.budget_id, r.micros, b.scope, b.scope_id from reservations r join budgets b on b.organisation_id = r.organisation_id and b.id = r.budget_id where r.organisation_id = $1 and r.call_id = $2 order by r.budget_id"),
            params![organisation, call],
        )
        .await?;
    rows.iter()
        .map(|row| {
            let scope: Scope = row.parse("scope")?;
            let id: String = row.get("scope_id")?;
            Ok(Reservation {
                budget: row.get("budget_id")?,
                held: row.get("micros")?,
                provider: (scope == Scope::Provider).then_some(id),
            })
        })
        .collect()
}

/// A call holds nothing any more.
pub(super) async fn delete_reservations(
    tx: &mut Tx,
    organisation: OrganisationId,
    call: CallId,
) -> Result<()> {
    tx.execute(
        sql!("delete from reservations where organisation_id = $1 and call_id = $2"),
        params![organisation, call],
    )
    .await?;
    Ok(())
}

/// A budget as people see it.
fn named(row: &Row) -> Result<Budget> {
    Ok(Budget { scope_name: row.get("scope_name")?, ..budget(row)? })
}

fn budget(row: &Row) -> Result<Budget> {
    Ok(Budget {
        id: row.get("id")?,
        scope: row.parse("scope")?,
        scope_id: row.get("scope_id")?,
        scope_name: None,
        period: row.parse("period")?,
        cap_micros: row.get("cap_micros")?,
        on_exceeded: row.parse("on_exceeded")?,
        is_active: row.get("is_active")?,
        spent_micros: row.get("spent_micros")?,
        reserved_micros: row.get("reserved_micros")?,
        period_at: row.get("period_at")?,
        alerted_percent: row.get("alerted_percent")?,
        version: row.get("version")?,
        created_at: row.get("created_at")?,
        updated_at: row.get("updated_at")?,
    })
}
