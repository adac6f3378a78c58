//! What one organisation may give out without asking SQL: pure bookkeeping.

use base::{BudgetId, Micros, Timestamp};
use foldhash::HashMap;

use super::wanted::{Holding, Share, Spent, Taken, Wanted};
use super::{Amount, Place};
use crate::budget::{Budget, Exceeded, Scope, target};

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
    /// The budgets of platforms, by their names.
    by_platform: HashMap<String, Vec<BudgetId>>,
    /// Slices of budgets that ended or were lowered; given back with the next flush.
    pub(super) ended: Vec<(BudgetId, Micros)>,
    /// When the budgets were read; `None` before the first time.
    pub(super) read_at: Option<Timestamp>,
    /// How often rights had changed when they were read.
    pub(super) changes: u64,
    /// When a call last asked for money, began or ended.
    pub(super) active_at: Timestamp0,
    /// Calls that have a ticket.
    pub(super) in_flight: usize,
    /// How often others had booked all of it before.
    life: u64,
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
    /// The price of this model, under a budget.
    Price(String),
}

impl Purse {
    /// Takes over the budgets as SQL has them now. Slices that are held stay, as far as the
    /// caps allow.
    pub(super) fn load(&mut self, budgets: &[Budget], now: Timestamp) {
        let mut old = std::mem::take(&mut self.slots);
        self.by_target.clear();
        self.by_platform.clear();
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
            let ids = if budget.scope == Scope::Provider {
                self.by_platform.entry(budget.scope_id.clone())
            } else {
                self.by_target.entry(target(budget.scope, &budget.scope_id))
            };
            ids.or_default().push(budget.id);
        }
        let ended = old.into_iter().filter(|(_, slot)| slot.available != Micros::ZERO);
        self.ended.extend(ended.map(|(id, slot)| (id, slot.available)));
        self.read_at = Some(now);
    }

    /// Whether any budget limits such a call.
    pub(super) fn is_limited(&self, targets: &[String], places: &[Place]) -> bool {
        targets.iter().any(|one| self.by_target.contains_key(one))
            || places.iter().any(|place| self.by_platform.contains_key(&*place.platform))
    }

    /// Gives out what a call wants, or says what is missing and gives nothing. A platform whose
    /// budget has no room is left out, unless it is the last one. `refused` are the budgets that
    /// have just told this call so.
    pub(super) fn take(
        &mut self,
        wanted: Wanted<'_>,
        refused: &[(BudgetId, Exceeded)],
        now: Timestamp,
    ) -> Result<Taken, Missing> {
        // what is leased for whoever asks must not go back before he has it
        self.active_at = Timestamp0(now);
        let Self { slots, by_target, by_platform, .. } = self;
        let mut taken = Taken { held: wanted.amount, life: self.life, ..Taken::default() };
        let (mut short, mut why, mut need) = (Vec::new(), None, None);
        for place in wanted.places {
            let ids = by_platform.get(&*place.platform).map_or(&[][..], Vec::as_slice);
            let Some(most) = place.most else {
                if ids.is_empty() && !wanted.targets.iter().any(|one| by_target.contains_key(one)) {
                    need = need.max(Some(Micros::ZERO));
                } else {
                    // what nobody can price, no budget can hold
                    let model = format!("{}/{}", place.platform, place.model);
                    why.get_or_insert(Missing::Price(model));
                    taken.without.push(place.platform.clone());
                }
                continue;
            };
            let before = (short.len(), taken.shares.len());
            let looked = ids.iter().try_for_each(|id| {
                short.extend(look(slots, *id, most, refused, now)?);
                let platform = Some(place.platform.clone());
                taken.shares.push(Share { budget: *id, held: most, platform });
                Ok(())
            });
            match looked {
                Ok(()) => need = need.max(Some(most)),
                Err(exceeded) => {
                    short.truncate(before.0);
                    taken.shares.truncate(before.1);
                    taken.without.push(place.platform.clone());
                    why.get_or_insert(Missing::Refused(exceeded));
                }
            }
        }
        if let (None, Some(why)) = (need, why) {
            return Err(why);
        }
        let need = need.unwrap_or_default();
        for id in wanted.targets.iter().filter_map(|one| by_target.get(one)).flatten() {
            let lacking = look(slots, *id, need, refused, now).map_err(Missing::Refused)?;
            short.extend(lacking);
            taken.shares.push(Share { budget: *id, held: need, platform: None });
        }
        taken.held.micros = need.0;
        let amount = taken.held;
        self.float_pace = self.float_pace.plus(amount);
        let float = (!self.float.covers(amount)).then(|| self.float_wish(amount));
        if float.is_some() || !short.is_empty() {
            return Err(Missing::Slices { float, budgets: short });
        }
        self.float = self.float.minus(amount);
        for share in &taken.shares {
            if let Some(slot) = self.slots.get_mut(&share.budget) {
                slot.available = slot.available - share.held;
            }
        }
        self.in_flight += 1;
        Ok(taken)
    }

    /// How much float to take so that `amount` and the present pace are covered.
    fn float_wish(&self, amount: Amount) -> Amount {
        amount.times(AHEAD).or_more(self.float_pace.times(AHEAD)).minus(self.float).or_more(amount)
    }

    /// A call ended: the rest of what it held is free again.
    pub(super) fn give_back(&mut self, holding: Holding<'_>, spent: Spent<'_>, now: Timestamp) {
        self.in_flight = self.in_flight.saturating_sub(1);
        self.active_at = Timestamp0(now);
        let Holding { shares, held, life } = holding;
        if life != self.life {
            // all that it held is booked already
            return;
        }
        self.float = self.float.plus(held.minus(spent.amount));
        self.float_used = self.float_used.plus(spent.amount);
        for share in shares {
            let charged = spent.charge(share);
            let rest = share.held - charged;
            if let Some(slot) = self.slots.get_mut(&share.budget) {
                slot.available += rest;
                slot.used += charged;
                if rest > Micros::ZERO {
                    slot.refused = None;
                }
            } else {
                // the budget ended while the call ran
                self.ended.push((share.budget, rest));
            }
        }
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

    /// Others took this server for dead and booked all that it held: that of calls under way,
    /// and what SQL was not told of yet.
    pub(super) fn die(&mut self) {
        drop(self.empty());
        self.float_used = Amount::default();
        for slot in self.slots.values_mut() {
            slot.used = Micros::ZERO;
        }
        self.life += 1;
    }

    /// Whether nothing is held, by calls either.
    pub(super) fn is_empty(&self) -> bool {
        self.in_flight == 0
            && self.float.is_zero()
            && self.float_used.is_zero()
            && self.ended.is_empty()
            && self.slots.values().all(|slot| slot.available == Micros::ZERO)
    }
}

/// What a slice is lacking for this much, if anything; or why its budget has no room, as far as
/// it has said so: to this very call, or to another one a moment ago.
fn look(
    slots: &mut HashMap<BudgetId, Slot>,
    id: BudgetId,
    need: Micros,
    refused: &[(BudgetId, Exceeded)],
    now: Timestamp,
) -> Result<Option<(BudgetId, Micros, Micros)>, Box<Exceeded>> {
    let Some(slot) = slots.get_mut(&id) else { return Ok(None) };
    slot.pace += need;
    if slot.available >= need {
        return Ok(None);
    }
    let lacking = need - slot.available;
    if let Some((_, exceeded)) = refused.iter().find(|(budget, _)| *budget == id) {
        return Err(Box::new(exceeded.clone()));
    }
    if let Some((at, exceeded)) = &slot.refused
        && exceeded.needed <= lacking
        && now.since(*at).as_millis() < REMEMBERED_MS as u128
    {
        return Err(Box::new(exceeded.clone()));
    }
    Ok(Some((id, lacking, Micros(slot.pace.0.saturating_mul(AHEAD)))))
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
