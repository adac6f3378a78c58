//! Attempts that wait for events of the system are told of them from the commit of their
//! first fact on: it has the number of the newest event of that commit, so whoever takes
//! over goes on from there. Such a wait is over only when it has been told of everything that
//! happened before its end.

use base::{ExecutionId, Timestamp};
use engine::definition::{Action, Wait};
use engine::{AttemptKey, Event, Input, InstanceStatus, Parking, State};

use super::change::Change;
use super::handle::Message;
use super::live::Live;
use super::machine::Machine;
use super::waits::{Waits, Wanted};

impl Machine {
    /// After the commit of a change, whose newest event had this number: those that began
    /// to wait are told of later ones, and those that do not wait any more of none.
    pub(super) fn listen(&mut self, change: &Change, newest: Option<i64>) {
        let Some(live) = self.live.get_mut(&change.id) else { return };
        let waits = self.handle.waits();
        for fact in &change.events {
            begin(waits, live, &fact.event, newest);
        }
        let (id, state) = (live.id, &live.state);
        live.listens.retain(|(key, kind)| {
            let goes_on = waits_until(state, *key).is_some();
            if !goes_on {
                waits.end(kind, id, *key);
            }
            goes_on
        });
    }

    /// After a start: those that waited go on waiting, as the journal says.
    pub(super) fn listen_again(&self, live: &mut Live, journal: &[Event]) {
        for event in journal {
            begin(self.handle.waits(), live, event, None);
        }
    }

    /// Nobody waits in an execution that is gone.
    pub(super) fn stop_listening(&self, live: &Live) {
        for (key, kind) in &live.listens {
            self.handle.waits().end(kind, live.id, *key);
        }
    }

    /// Time has passed for an execution. Where it is too late for an event, what happened in
    /// time may not have been told yet, as after a take-over; then it is looked at once it has.
    pub(super) fn tick(&mut self, id: ExecutionId, now: Timestamp) {
        if self.may_have_missed(id, now) {
            self.unheard.insert(id);
        } else {
            self.advance(id, Input::Tick, None, now);
        }
    }

    /// The message, unless it is a resume that has to wait: what is over ends when its execution
    /// is resumed, so what happened in time is told before.
    pub(super) fn unless_held(&mut self, message: Message, now: Timestamp) -> Option<Message> {
        if let Message::Input { id, input: Input::Resume { .. }, .. } = &message
            && self.may_have_missed(*id, now)
        {
            self.held.push(message);
            return None;
        }
        Some(message)
    }

    /// Takes the resumes that had to wait, as far as they have not to wait on.
    pub(super) fn take_held(&mut self, now: Timestamp) {
        for message in std::mem::take(&mut self.held) {
            self.take(message, now);
        }
    }

    /// Whether it is too late for an event that an execution may not have been told of.
    fn may_have_missed(&self, id: ExecutionId, now: Timestamp) -> bool {
        self.live.get(&id).is_some_and(|live| {
            let mut ends =
                live.listens.iter().filter_map(|(key, _)| waits_until(&live.state, *key));
            ends.any(|end| end <= now && end > self.told_at)
        })
    }

    /// Those who wait have been told of everything that happened before a time; not those of
    /// this runner if it was said to another one.
    pub(super) fn told(&mut self, era: u64, at: Timestamp, now: Timestamp) {
        if era != self.era {
            return;
        }
        self.told_at = at;
        for id in std::mem::take(&mut self.unheard) {
            self.tick(id, now);
        }
    }
}

fn begin(waits: &Waits, live: &mut Live, event: &Event, newest: Option<i64>) {
    let Event::WaitStarted { key, signal: Some(name), listens: Some(listens), .. } = event else {
        return;
    };
    let Some(after) = newest.or(listens.after) else { return };
    let Action::Wait(Wait::Event { when, .. }) = &live.plan.step(key.step).action else { return };
    if waits_until(&live.state, *key).is_none() {
        return;
    }
    let kind = (live.organisation, name.clone());
    let wanted = Wanted {
        after,
        project: live.project.clone(),
        when: when.clone(),
        given: listens.given.clone(),
    };
    waits.begin(kind.clone(), live.id, *key, wanted);
    live.listens.push((*key, kind));
}

/// Until when an attempt waits for a signal or an event, if it does.
fn waits_until(state: &State, key: AttemptKey) -> Option<Timestamp> {
    let instance = state.instance(key.step, key.instance)?;
    let InstanceStatus::Parked { until, on: Parking::Signal(_) } = &instance.status else {
        return None;
    };
    until.filter(|_| instance.attempts == key.attempt)
}
