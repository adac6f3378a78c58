//! What one organisation may give out without asking SQL: pure bookkeeping.

use std::collections::HashMap;

use base::{BudgetId, Micros, Timestamp};

use super::Amount;
use crate::budget::{Budget, Exceeded, target};

/// How many calls beyond the present pace a slice is taken for.
const AHEAD: i64 = 4;

/// How long a refusal is repeated without asking SQL again.
const REMEMBERED_MS: i64 = 200;

/// An organisation's slices.
#[derive(Debug, Default)]
pub(super) struct Purse {
    /// What may be given out before the ledger has it.
    pub(super) float: Amount,
    /// What was asked of the float since the last flush.
    pub(super) float_pace: Amount,
    /// What finished calls came to and the ledger's slice does not know yet.
    pub(super) float_used: Amount,
    slots: HashMap<BudgetId, Slot>,
    by_target: HashMap<String, Vec<BudgetId>>,
    /// Slices of budgets that ended or were lowered; given back with the next flush.
    pub(super) ended: Vec<(BudgetId, Micros)>,
    /// When the budgets were read; `None` before the first time.
    pub(super) read_at: Option<Timestamp>,
    /// How often rights had changed when they were read.
    pub(super) changes: u64,
    /// When a call last began or ended.
    pub(super) active_at: Timestamp0,
    /// Calls that have a ticket.
    pub(super) in_flight: usize,
}

/// A timestamp that begins at the epoch.
#[derive(Debug, Clone, Copy)]
pub(super) struct Timestamp0(pub(super) Timestamp);

impl Default for Timestamp0 {
    fn default() -> Self {
        Self(Timestamp::EPOCH)
    }
}

/// The slice of one budget.
#[derive(Debug)]
pub(super) struct Slot {
    pub(super) available: Micros,
    pub(super) pace: Micros,
    pub(super) used: Micros,
    refused: Option<(Timestamp, Exceeded)>,
}

/// What stands in the way of a call.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Missing {
    /// These slices are too small: the budget, what is lacking at least, and what would be
    /// good to have.
    Slices { float: Option<Amount>, budgets: Vec<(BudgetId, Micros, Micros)> },
    /// A budget said no a moment ago.
    Refused(Box<Exceeded>),
}

impl Purse {
    /// Takes over the budgets as SQL has them now. Slices that are held stay, as far as the
    /// caps allow.
    pub(super) fn load(&mut self, budgets: &[Budget], now: Timestamp) {
        let mut old = std::mem::take(&mut self.slots);
        self.by_target.clear();
        for budget in budgets {
            let slot = old.remove(&budget.id).unwrap_or(Slot {
                available: Micros::ZERO,
                pace: Micros::ZERO,
                used: Micros::ZERO,
                refused: None,
            });
            let mut slot = Slot { refused: None, ..slot };
            // a lowered cap takes back what nobody was given yet
            let excess = Micros::ZERO - budget.remaining();
            let back = excess.min(slot.available);
            if back > Micros::ZERO {
                slot.available = slot.available - back;
                self.ended.push((budget.id, back));
            }
            self.slots.insert(budget.id, slot);
            self.by_target
                .entry(target(budget.scope, &budget.scope_id))
                .or_default()
                .push(budget.id);
        }
        let ended = old.into_iter().filter(|(_, slot)| slot.available != Micros::ZERO);
        self.ended.extend(ended.map(|(id, slot)| (id, slot.available)));
        self.read_at = Some(now);
    }

    /// The budgets of some targets.
    fn budgets<'a>(&'a self, targets: &'a [&str]) -> impl Iterator<Item = BudgetId> + 'a {
        targets.iter().filter_map(|one| self.by_target.get(*one)).flatten().copied()
    }

    /// Whether any budget limits these targets.
    pub(super) fn is_limited(&self, targets: &[&str]) -> bool {
        self.budgets(targets).next().is_some()
    }

    /// Gives out `amount` under these targets, or says what is missing and gives nothing.
    pub(super) fn take(
        &mut self,
        targets: &[&str],
        amount: Amount,
        now: Timestamp,
    ) -> Result<Vec<BudgetId>, Missing> {
        let ids: Vec<BudgetId> = self.budgets(targets).collect();
        let need = Micros(amount.micros);
        let mut short = Vec::new();
        for id in &ids {
            let Some(slot) = self.slots.get_mut(id) else { continue };
            slot.pace += need;
            if slot.available >= need {
                continue;
            }
            if let Some((at, refused)) = &slot.refused
                && refused.needed <= need - slot.available
                && now.since(*at).as_millis() < REMEMBERED_MS as u128
            {
                return Err(Missing::Refused(Box::new(refused.clone())));
            }
            let good = Micros(slot.pace.0.saturating_mul(AHEAD));
            short.push((*id, need - slot.available, good));
        }
        self.float_pace = self.float_pace.plus(amount);
        let float = (!self.float.covers(amount)).then(|| self.float_wish(amount));
        if float.is_some() || !short.is_empty() {
            return Err(Missing::Slices { float, budgets: short });
        }
        self.float = self.float.minus(amount);
        for id in &ids {
            if let Some(slot) = self.slots.get_mut(id) {
                slot.available = slot.available - need;
            }
        }
        self.in_flight += 1;
        self.active_at = Timestamp0(now);
        Ok(ids)
    }

    /// How much float to take so that `amount` and the present pace are covered.
    fn float_wish(&self, amount: Amount) -> Amount {
        amount.times(AHEAD).or_more(self.float_pace.times(AHEAD)).minus(self.float).or_more(amount)
    }

    /// A call ended: the rest of what it held is free again.
    pub(super) fn give_back(
        &mut self,
        ids: &[BudgetId],
        held: Amount,
        actual: Amount,
        now: Timestamp,
    ) {
        self.float = self.float.plus(held.minus(actual));
        self.float_used = self.float_used.plus(actual);
        let rest = Micros(held.micros - actual.micros);
        for id in ids {
            if let Some(slot) = self.slots.get_mut(id) {
                slot.available += rest;
                slot.used += Micros(actual.micros);
                if rest > Micros::ZERO {
                    slot.refused = None;
                }
            } else {
                // the budget ended while the call ran
                self.ended.push((*id, rest));
            }
        }
        self.in_flight = self.in_flight.saturating_sub(1);
        self.active_at = Timestamp0(now);
    }

    /// A lease came in.
    pub(super) fn fill(&mut self, float: Amount, budgets: &[(BudgetId, Micros)]) {
        self.float = self.float.plus(float);
        for (id, amount) in budgets {
            match self.slots.get_mut(id) {
                Some(slot) => slot.available += *amount,
                None => self.ended.push((*id, *amount)),
            }
        }
    }

    /// A budget could not give what was needed.
    pub(super) fn refuse(&mut self, id: BudgetId, exceeded: Exceeded, now: Timestamp) {
        if let Some(slot) = self.slots.get_mut(&id) {
            slot.refused = Some((now, exceeded));
        }
    }

    /// What a flush has to write for this organisation; forgets it here.
    pub(super) fn drain(&mut self) -> Drained {
        let wish = self.float_pace.times(AHEAD).minus(self.float).or_more(Amount::default());
        let mut drained = Drained {
            float_used: std::mem::take(&mut self.float_used),
            float_wish: wish,
            ended: std::mem::take(&mut self.ended),
            ..Drained::default()
        };
        self.float_pace = Amount::default();
        for (id, slot) in &mut self.slots {
            let wish = Micros(slot.pace.0.saturating_mul(AHEAD)) - slot.available;
            let used = std::mem::take(&mut slot.used);
            slot.pace = Micros::ZERO;
            if used != Micros::ZERO || wish > Micros::ZERO {
                drained.budgets.push((*id, used, Micros(wish.0.max(0))));
            }
        }
        drained
    }

    /// Puts back what could not be written.
    pub(super) fn undrain(&mut self, drained: Drained) {
        self.float_used = self.float_used.plus(drained.float_used);
        self.ended.extend(drained.ended);
        for (id, used, _) in drained.budgets {
            if let Some(slot) = self.slots.get_mut(&id) {
                slot.used += used;
            }
        }
    }

    /// Everything that is held and not given out, for giving it back.
    pub(super) fn empty(&mut self) -> (Amount, Vec<(BudgetId, Micros)>) {
        let float = std::mem::take(&mut self.float);
        let mut budgets = std::mem::take(&mut self.ended);
        for (id, slot) in &mut self.slots {
            let available = std::mem::take(&mut slot.available);
            if available != Micros::ZERO {
                budgets.push((*id, available));
            }
        }
        (float, budgets)
    }

    /// Whether something is held.
    pub(super) fn is_empty(&self) -> bool {
        self.float.is_zero()
            && self.float_used.is_zero()
            && self.ended.is_empty()
            && self.slots.values().all(|slot| slot.available == Micros::ZERO)
    }
}

/// What a flush writes for one organisation.
#[derive(Debug, Clone, Default)]
pub(super) struct Drained {
    pub(super) float_used: Amount,
    pub(super) float_wish: Amount,
    /// The budget, what was used of its slice, and what it should be filled up by.
    pub(super) budgets: Vec<(BudgetId, Micros, Micros)>,
    pub(super) ended: Vec<(BudgetId, Micros)>,
}
