//! Setting money aside before a call, and booking what it came to.

use base::{BudgetId, CallId, Micros, OrganisationId, Timestamp};
use store::{Result, Tx};

use super::{Budget, OnExceeded, Periods, alert, sql};

/// Whether the money was there.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Reserved {
    /// It is set aside.
    Yes,
    /// A budget lacks it; nothing was set aside.
    No(Box<Exceeded>),
}

/// The budget that lacks the money.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::struct_field_names, reason = "the budget's own word, as in the API")]
pub(crate) struct Exceeded {
    pub(crate) scope: String,
    pub(crate) period: &'static str,
    pub(crate) cap: Micros,
    pub(crate) remaining: Micros,
    pub(crate) needed: Micros,
    pub(crate) on_exceeded: OnExceeded,
}

impl Exceeded {
    pub(crate) fn of(budget: &Budget, needed: Micros) -> Self {
        Self {
            scope: super::target(budget.scope, &budget.scope_id),
            period: budget.period.as_str(),
            cap: budget.cap_micros,
            remaining: Micros(budget.remaining().0.max(0)),
            needed,
            on_exceeded: budget.on_exceeded.clone(),
        }
    }
}

impl std::fmt::Display for Exceeded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "the {} budget of {} has {} left of {}, the call may cost {}; raise the budget or ask for fewer tokens",
            self.period, self.scope, self.remaining, self.cap, self.needed
        )
    }
}

/// Sets `amount` aside in every active budget of the targets, or in none.
pub(crate) async fn reserve(
    tx: &mut Tx,
    organisation: OrganisationId,
    call: CallId,
    targets: &[String],
    amount: Micros,
    now: Timestamp,
) -> Result<Reserved> {
    if amount <= Micros::ZERO {
        return Ok(Reserved::Yes);
    }
    let budgets = current(tx, organisation, targets, now).await?;
    if let Some(short) = budgets.iter().find(|budget| budget.remaining() < amount) {
        return Ok(Reserved::No(Box::new(Exceeded::of(short, amount))));
    }
    let mut taken: Vec<BudgetId> = Vec::with_capacity(budgets.len());
    for budget in &budgets {
        if sql::set_aside(tx, organisation, budget.id, amount).await? {
            sql::insert_reservation(tx, organisation, call, budget.id, amount).await?;
            taken.push(budget.id);
            continue;
        }
        // another server was quicker between the two statements: give back what was taken
        for id in taken {
            sql::release(tx, organisation, id, amount, Micros::ZERO).await?;
        }
        sql::delete_reservations(tx, organisation, call).await?;
        return Ok(Reserved::No(Box::new(Exceeded::of(budget, amount))));
    }
    Ok(Reserved::Yes)
}

/// The active budgets of the targets, each in its current period.
pub(crate) async fn current(
    tx: &mut Tx,
    organisation: OrganisationId,
    targets: &[String],
    now: Timestamp,
) -> Result<Vec<Budget>> {
    let periods = Periods::at(now);
    let mut budgets = sql::of_targets(tx, organisation, targets).await?;
    for budget in &mut budgets {
        let start = periods.start(budget.period);
        if budget.period_at < start {
            sql::begin_period(tx, organisation, budget.id, start).await?;
            budget.spent_micros = Micros::ZERO;
            budget.period_at = start;
            budget.alerted_percent = 0;
        }
    }
    Ok(budgets)
}

/// Books what a call came to and gives back the rest of what was set aside for it. A call
/// that has nothing set aside is counted by nobody a second time.
pub(crate) async fn settle(
    tx: &mut Tx,
    organisation: OrganisationId,
    call: CallId,
    actual: Micros,
    now: Timestamp,
) -> Result<()> {
    let held = sql::reservations(tx, organisation, call).await?;
    if held.is_empty() {
        return Ok(());
    }
    sql::delete_reservations(tx, organisation, call).await?;
    for (budget, amount) in held {
        sql::release(tx, organisation, budget, amount, actual).await?;
        if actual > Micros::ZERO {
            alert::spent(tx, organisation, budget, now).await?;
        }
    }
    Ok(())
}
