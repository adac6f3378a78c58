//! Taking slices out of the budgets.

use base::{BudgetId, Micros, OrganisationId, Timestamp};
use store::{Result, Tx};

use super::{Amount, sql};
use crate::budget::{self, Exceeded, Periods};

/// What is wanted of the budgets of one organisation.
#[derive(Debug, Clone)]
pub(super) struct Wish {
    pub(super) organisation: OrganisationId,
    pub(super) float: Amount,
    /// The budget, what is needed at least, and what would be good to have.
    pub(super) budgets: Vec<(BudgetId, Micros, Micros)>,
}

/// What was got.
#[derive(Debug, Clone, Default)]
pub(super) struct Lease {
    pub(super) float: Amount,
    pub(super) budgets: Vec<(BudgetId, Micros)>,
    /// Budgets that lack what was needed at least.
    pub(super) refused: Vec<(BudgetId, Exceeded)>,
}

/// Sets the money aside and writes down who has it.
pub(super) async fn lease(tx: &mut Tx, node: &str, wish: Wish, now: Timestamp) -> Result<Lease> {
    let organisation = wish.organisation;
    let mut lease = Lease::default();
    let periods = Periods::at(now);
    for (id, least, good) in wish.budgets {
        let Some(mut found) = budget::sql::find(tx, organisation, id).await? else { continue };
        let start = periods.start(found.period);
        if found.period_at < start {
            budget::sql::begin_period(tx, organisation, id, start).await?;
            found.spent_micros = Micros::ZERO;
        }
        let take = share(found.remaining(), least, good);
        if take > Micros::ZERO && budget::sql::set_aside(tx, organisation, id, take).await? {
            sql::add(tx, organisation, node, Some(id), sql::money(take), now).await?;
            lease.budgets.push((id, take));
        } else if least > Micros::ZERO {
            lease.refused.push((id, Exceeded::of(&found, least)));
        }
    }
    if !wish.float.is_zero() {
        sql::add(tx, organisation, node, None, wish.float, now).await?;
        lease.float = wish.float;
    }
    Ok(lease)
}

/// How much to take: what is needed, and beyond it at most a quarter of what is left, so
/// that other servers and executions find something too. Nothing when it does not suffice.
fn share(remaining: Micros, least: Micros, good: Micros) -> Micros {
    if remaining < least {
        return Micros::ZERO;
    }
    Micros(good.0.min(remaining.0 / 4).max(least.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slice_is_what_is_needed_and_at_most_a_quarter_more() {
        let check = |remaining, least, good, expected| {
            assert_eq!(share(Micros(remaining), Micros(least), Micros(good)), Micros(expected));
        };
        check(1_000, 50, 100, 100);
        check(1_000, 50, 1_000, 250);
        check(1_000, 400, 1_000, 400);
        check(50, 50, 1_000, 50);
        check(49, 50, 1_000, 0);
        check(0, 0, 10, 0);
        check(-5, 0, 10, 0);
    }
}
