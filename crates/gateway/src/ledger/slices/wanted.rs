//! What a call wants set aside, and what it got.

use std::sync::Arc;

use base::{BudgetId, Micros};

use super::Amount;

/// A platform that a call may ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    /// The platform's name.
    pub(crate) platform: Arc<str>,
    /// The model's name there.
    pub(crate) model: String,
    /// The most that the call may cost there; `None` when nobody knows a price.
    pub(crate) most: Option<Micros>,
}

/// What a call wants set aside.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted<'a> {
    /// The targets of the budgets that it falls under wherever it goes.
    pub(crate) targets: &'a [String],
    /// The platforms that it may ask; never empty.
    pub(crate) places: &'a [Place],
    /// Calls and tokens; the money is the most of the places that have room for it.
    pub(crate) amount: Amount,
}

/// The part of a call's money that comes out of one budget.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Share {
    pub(super) budget: BudgetId,
    pub(super) held: Micros,
    /// The platform whose budget it is; `None` for a budget that counts wherever a call goes.
    pub(super) platform: Option<Arc<str>>,
}

/// What a call got.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Taken {
    pub(super) shares: Vec<Share>,
    pub(super) held: Amount,
    /// The platforms whose budgets have no room: nothing is set aside for them.
    pub(super) without: Vec<Arc<str>>,
    /// Which life of the purse it came out of.
    pub(super) life: u64,
}

/// What a call holds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Holding<'a> {
    pub(super) shares: &'a [Share],
    pub(super) held: Amount,
    /// Which life of the purse it came out of.
    pub(super) life: u64,
}

/// What a call came to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spent<'a> {
    pub(super) amount: Amount,
    /// The platforms that may have counted it; empty when all of them may.
    pub(super) at: &'a [Arc<str>],
    /// Whether `amount` is the most that it may be, since nobody knows.
    pub(super) is_estimate: bool,
}

impl Spent<'_> {
    /// What one of the budgets is charged. The platforms that were not asked get all of it
    /// back; where nobody knows what a call cost, a platform's budget is charged what was set
    /// aside in it, and no more.
    pub(super) fn charge(&self, share: &Share) -> Micros {
        let micros = Micros(self.amount.micros);
        match &share.platform {
            None => micros,
            Some(platform) if !self.at.is_empty() && !self.at.contains(platform) => Micros::ZERO,
            Some(_) if self.is_estimate => micros.min(share.held),
            Some(_) => micros,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::slice::from_ref;

    use super::*;

    #[test]
    fn a_platform_is_charged_what_was_spent_there() {
        let (one, two): (Arc<str>, Arc<str>) = ("one".into(), "two".into());
        let share = |platform: Option<&Arc<str>>| Share {
            budget: BudgetId::from_u128(1),
            held: Micros(100),
            platform: platform.cloned(),
        };
        let check = |micros, at: &[Arc<str>], is_estimate, expected: [i64; 3]| {
            let amount = Amount { micros, ..Amount::default() };
            let spent = Spent { amount, at, is_estimate };
            let shares = [share(None), share(Some(&one)), share(Some(&two))];
            let charged = shares.map(|share| spent.charge(&share).0);
            assert_eq!(charged, expected, "{micros} {at:?} {is_estimate}");
        };
        check(40, from_ref(&one), false, [40, 40, 0]);
        check(140, from_ref(&two), false, [140, 0, 140]);
        check(140, from_ref(&two), true, [140, 0, 100]);
        check(140, &[], true, [140, 100, 100]);
        check(0, &[], false, [0, 0, 0]);
        check(140, &[one.clone(), two.clone()], true, [140, 100, 100]);
    }
}
