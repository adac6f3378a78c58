//! Setting money aside before a call, and booking what it came to.

use base::{BudgetId, CallId, Micros, OrganisationId, Timestamp};
use store::{Result, Tx};

use super::{Budget, OnExceeded, Periods, Scope, alert, sql};

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

/// A provider that a call may ask, and the most that it may cost there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) provider: String,
    /// `None` when nobody knows a price.
    pub(crate) most: Option<Micros>,
}

/// What a call is lacking.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Lacking {
    /// Money in a budget.
    Money(Box<Exceeded>),
    /// A price, by which a budget could hold it.
    Price,
}

/// What is to be set aside for a call.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Choice {
    /// The most that it may cost at the providers whose budgets have room for it.
    pub(crate) most: Micros,
    /// The other providers.
    pub(crate) without: Vec<String>,
    shares: Vec<(Budget, Micros)>,
}

/// Chooses which providers a call may ask: those whose budgets have room, and whose prices are
/// known where a budget or a cap of its own (`is_capped`) has to hold it. Fails with what is
/// lacking when there is none, or a budget that counts wherever the call goes has no room.
pub(crate) fn choose(
    budgets: Vec<Budget>,
    places: &[Place],
    is_capped: bool,
) -> std::result::Result<Choice, Lacking> {
    let mut choice = Choice { most: Micros::ZERO, without: Vec::new(), shares: Vec::new() };
    let (at_providers, everywhere): (Vec<Budget>, Vec<Budget>) =
        budgets.into_iter().partition(|budget| budget.scope == Scope::Provider);
    let mut why = None;
    for place in places {
        let own = at_providers.iter().filter(|budget| budget.scope_id == place.provider);
        let is_held = is_capped || !everywhere.is_empty() || own.clone().next().is_some();
        let lacking = match place.most {
            None => is_held.then_some(Lacking::Price),
            Some(most) => own
                .clone()
                .find(|budget| budget.remaining() < most)
                .map(|short| Lacking::Money(Box::new(Exceeded::of(short, most)))),
        };
        if let Some(lacking) = lacking {
            why.get_or_insert(lacking);
            choice.without.push(place.provider.clone());
            continue;
        }
        let most = place.most.unwrap_or(Micros::ZERO);
        choice.most = choice.most.max(most);
        choice.shares.extend(own.map(|budget| (budget.clone(), most)));
    }
    if let Some(why) = why.filter(|_| choice.without.len() == places.len()) {
        return Err(why);
    }
    let most = choice.most;
    if let Some(short) = everywhere.iter().find(|budget| budget.remaining() < most) {
        return Err(Lacking::Money(Box::new(Exceeded::of(short, most))));
    }
    choice.shares.extend(everywhere.into_iter().map(|budget| (budget, most)));
    // one order for everybody, so that nobody waits for somebody who waits
    choice.shares.sort_by_key(|(budget, _)| budget.id);
    Ok(choice)
}

/// Sets the money of a call aside in every budget, or in none. Gives the budget that lacks it,
/// if one does.
pub(crate) async fn reserve(
    tx: &mut Tx,
    organisation: OrganisationId,
    call: CallId,
    choice: &Choice,
) -> Result<Option<Box<Exceeded>>> {
    let mut taken: Vec<(BudgetId, Micros)> = Vec::with_capacity(choice.shares.len());
    for (budget, amount) in &choice.shares {
        if sql::set_aside(tx, organisation, budget.id, *amount).await? {
            sql::insert_reservation(tx, organisation, call, budget.id, *amount).await?;
            taken.push((budget.id, *amount));
            continue;
        }
        // another server was quicker between the two statements: give back what was taken
        for (id, amount) in taken {
            sql::release(tx, organisation, id, amount, Micros::ZERO).await?;
        }
        sql::delete_reservations(tx, organisation, call).await?;
        return Ok(Some(Box::new(Exceeded::of(budget, *amount))));
    }
    Ok(None)
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

/// What a call came to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spent<'a> {
    pub(crate) cost: Micros,
    /// The providers that may have counted it; empty when all that it might ask may have.
    pub(crate) at: &'a [String],
    /// Whether `cost` is the most that it may be, since nobody knows.
    pub(crate) is_estimate: bool,
}

/// Books what a call came to and gives back the rest of what was set aside for it; the budgets
/// of providers that were not asked get all of it back. Where nobody knows what it cost, the
/// budget of a provider is charged what was set aside in it. A call that has nothing set aside
/// is counted by nobody a second time.
pub(crate) async fn settle(
    tx: &mut Tx,
    organisation: OrganisationId,
    call: CallId,
    spent: Spent<'_>,
    now: Timestamp,
) -> Result<()> {
    let held = sql::reservations(tx, organisation, call).await?;
    if held.is_empty() {
        return Ok(());
    }
    sql::delete_reservations(tx, organisation, call).await?;
    for sql::Reservation { budget, held, provider } in held {
        let actual = match provider {
            Some(name) if !spent.at.is_empty() && !spent.at.contains(&name) => Micros::ZERO,
            Some(_) if spent.is_estimate => spent.cost.min(held),
            Some(_) | None => spent.cost,
        };
        book(tx, organisation, budget, (held, actual), now).await?;
    }
    Ok(())
}

/// Gives back what was held of a budget and books what was spent of it in the period that it is
/// now: booked in one that is over, it would be forgotten when the next one begins.
pub(crate) async fn book(
    tx: &mut Tx,
    organisation: OrganisationId,
    id: BudgetId,
    (held, actual): (Micros, Micros),
    now: Timestamp,
) -> Result<()> {
    if actual > Micros::ZERO {
        sql::begin_due(tx, organisation, id, now).await?;
    }
    sql::release(tx, organisation, id, held, actual).await?;
    if actual > Micros::ZERO {
        alert::spent(tx, organisation, id, now).await?;
    }
    Ok(())
}
