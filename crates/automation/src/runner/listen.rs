//! Attempts that wait for events of the system are told of them from the commit of their
//! first fact on: it has the number of the newest event of that commit, so whoever takes
//! over goes on from there.

use engine::definition::{Action, Wait};
use engine::{AttemptKey, Event, InstanceStatus, Parking, State};

use super::change::Change;
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
            let goes_on = is_parked(state, *key);
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
}

fn begin(waits: &Waits, live: &mut Live, event: &Event, newest: Option<i64>) {
    let Event::WaitStarted { key, signal: Some(name), listens: Some(listens), .. } = event else {
        return;
    };
    let Some(after) = newest.or(listens.after) else { return };
    let Action::Wait(Wait::Event { when, .. }) = &live.plan.step(key.step).action else { return };
    if !is_parked(&live.state, *key) {
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

/// Whether an attempt waits for a signal or an event.
fn is_parked(state: &State, key: AttemptKey) -> bool {
    state.instance(key.step, key.instance).is_some_and(|instance| {
        let waits =
            matches!(instance.status, InstanceStatus::Parked { on: Parking::Signal(_), .. });
        waits && instance.attempts == key.attempt
    })
}
