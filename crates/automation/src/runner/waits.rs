//! Who waits for which event of the system, in this process. The machine keeps it from the
//! facts; `trigger/hear.rs` looks here when something happens, so nobody who waits is asked
//! about an event of another kind or organisation.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base::{ExecutionId, OrganisationId};
use engine::AttemptKey;
use engine::expression::Expression;
use serde_json::Value as Json;

/// A kind of event in an organisation.
pub(crate) type Kind = (OrganisationId, String);

/// Everybody who waits. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct Waits(Arc<Mutex<Index>>);

#[derive(Default)]
struct Index {
    groups: HashMap<Kind, Group>,
    /// How many have come so far, those who left among them.
    came: u64,
    /// How many runners have begun in this process.
    era: u64,
}

/// Those who wait for one kind of event.
struct Group {
    /// The number of the last event that all of them were told of.
    position: i64,
    listeners: BTreeMap<(ExecutionId, AttemptKey), Listener>,
}

/// An attempt that waits for an event.
#[derive(Clone)]
pub(crate) struct Listener {
    pub execution: ExecutionId,
    pub key: AttemptKey,
    /// The how many-th it is of all who came.
    number: u64,
    wanted: Arc<Wanted>,
    /// Whether the log says that its condition has no value for some event.
    is_logged: Arc<AtomicBool>,
}

/// What an attempt waits for.
pub(super) struct Wanted {
    /// Events after this number count.
    pub after: i64,
    /// Only events of this project; all of the organisation when absent.
    pub project: Option<String>,
    /// Only events of which this holds.
    pub when: Option<Expression>,
    /// What that reads beside the event.
    pub given: Json,
}

impl Waits {
    /// Forgets everybody: another runner begins, and takes them from the journals. Gives its
    /// number.
    pub(super) fn clear(&self) -> u64 {
        let mut index = self.lock();
        index.groups.clear();
        index.era += 1;
        index.era
    }

    /// The number of the runner whose attempts wait here.
    pub(crate) fn era(&self) -> u64 {
        self.lock().era
    }

    /// Whether nobody waits.
    pub(crate) fn is_empty(&self) -> bool {
        self.lock().groups.is_empty()
    }

    /// From now on, an attempt is told of what it waits for.
    pub(super) fn begin(
        &self,
        kind: Kind,
        execution: ExecutionId,
        key: AttemptKey,
        wanted: Wanted,
    ) {
        let mut index = self.lock();
        index.came += 1;
        let (number, after) = (index.came, wanted.after);
        let listener = Listener::new(execution, key, number, wanted);
        let group = index.groups.entry(kind);
        let group = group.or_insert_with(|| Group { position: after, listeners: BTreeMap::new() });
        group.position = group.position.min(after);
        group.listeners.insert((execution, key), listener);
    }

    /// An attempt waits no longer.
    pub(super) fn end(&self, kind: &Kind, execution: ExecutionId, key: AttemptKey) {
        let mut index = self.lock();
        let Some(group) = index.groups.get_mut(kind) else { return };
        group.listeners.remove(&(execution, key));
        if group.listeners.is_empty() {
            index.groups.remove(kind);
        }
    }

    /// The kinds of events of which not everybody has been told up to this number, each with
    /// the number after which to go on.
    pub(crate) fn behind(&self, newest: i64) -> Vec<(Kind, i64)> {
        let index = self.lock();
        let behind = index.groups.iter().filter(|(_, group)| group.position < newest);
        behind.map(|(kind, group)| (kind.clone(), group.position)).collect()
    }

    /// Those who wait for a kind of event now, and how many have come until now.
    pub(crate) fn listeners(&self, kind: &Kind) -> (Vec<Listener>, u64) {
        let index = self.lock();
        let group = index.groups.get(kind);
        let listeners = group.map(|group| group.listeners.values().cloned().collect());
        (listeners.unwrap_or_default(), index.came)
    }

    /// Whoever had come when there were `came` has been told of everything after `from` up to
    /// `to`. Who came meanwhile may have missed some of it, and is told from there on.
    pub(crate) fn told(&self, kind: &Kind, (from, to): (i64, i64), came: u64) {
        let mut index = self.lock();
        let Some(group) = index.groups.get_mut(kind) else { return };
        if group.position != from {
            return;
        }
        let new = group.listeners.values().filter(|listener| listener.number > came);
        let first = new.map(|listener| listener.wanted.after).min();
        group.position = first.map_or(to, |after| after.min(to));
    }

    fn lock(&self) -> MutexGuard<'_, Index> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Listener {
    fn new(execution: ExecutionId, key: AttemptKey, number: u64, wanted: Wanted) -> Self {
        Self { execution, key, number, wanted: Arc::new(wanted), is_logged: Arc::default() }
    }

    /// Whether it waits for this event, which is about this project. Where its condition has
    /// no value for the event, it does not.
    pub(crate) fn hears(&self, number: i64, project: Option<&str>, event: &Json) -> bool {
        let Wanted { after, project: own, when, given } = &*self.wanted;
        if number <= *after || own.is_some() && own.as_deref() != project {
            return false;
        }
        match engine::hears(when.as_ref(), given, event) {
            Ok(is_it) => is_it,
            Err(error) => {
                if self.is_first_time() {
                    tracing::warn!(execution.id = %self.execution, "a step that waits cannot ask its condition of event {number}, nor maybe of others: {error}");
                }
                false
            }
        }
    }

    /// Whether the log has to say that the condition has no value: once, because there may be
    /// many such events, and many who wait.
    fn is_first_time(&self) -> bool {
        !self.is_logged.swap(true, Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::json;

    use super::*;

    fn key(instance: usize) -> AttemptKey {
        AttemptKey { step: 0, instance, attempt: 1 }
    }

    fn wanted(after: i64) -> Wanted {
        Wanted { after, project: None, when: None, given: Json::Null }
    }

    #[test]
    fn who_comes_while_others_are_told_misses_nothing() {
        let (waits, execution) = (Waits::default(), ExecutionId::from_u128(1));
        let kind = (OrganisationId::from_u128(1), "a.b".to_owned());
        let begin =
            |instance, after| waits.begin(kind.clone(), execution, key(instance), wanted(after));
        let behind = |newest| waits.behind(newest).first().map(|(_, from)| *from);
        begin(0, 5);
        assert_eq!((behind(5), behind(9)), (None, Some(5)));
        // Nothing new came between two who begin.
        let (listeners, came) = waits.listeners(&kind);
        assert_eq!(listeners.len(), 1);
        waits.told(&kind, (5, 9), came);
        assert_eq!((behind(9), behind(12)), (None, Some(9)));
        // One comes late, with a number that was told already.
        begin(1, 7);
        assert_eq!(behind(9), Some(7));
        waits.told(&kind, (9, 12), came);
        assert_eq!(behind(12), Some(7), "that was not for the new one");
        // One comes between the look at who is there and the end of telling them.
        let (_, came) = waits.listeners(&kind);
        begin(2, 10);
        waits.told(&kind, (7, 12), came);
        assert_eq!(behind(12), Some(10));
        waits.told(&kind, (10, 12), came + 1);
        assert_eq!(behind(12), None);
        for instance in 0..3 {
            waits.end(&kind, execution, key(instance));
        }
        assert_eq!(behind(99), None, "nobody is left");
    }

    #[test]
    fn an_event_is_for_who_waits_for_it() {
        let when = engine::expression::parse("event.n == inputs.n").unwrap();
        let wanted = Wanted {
            after: 5,
            project: Some("DEMO".to_owned()),
            when: Some(when),
            given: json!({ "inputs": { "n": 1 } }),
        };
        let execution = ExecutionId::from_u128(1);
        let listener = Listener::new(execution, key(0), 1, wanted);
        let check = |number, project: Option<&str>, event: Json, expected: bool| {
            assert_eq!(listener.hears(number, project, &event), expected, "{number} {event}");
        };
        check(6, Some("DEMO"), json!({ "n": 1 }), true);
        check(5, Some("DEMO"), json!({ "n": 1 }), false);
        check(6, Some("OTHER"), json!({ "n": 1 }), false);
        check(6, None, json!({ "n": 1 }), false);
        check(6, Some("DEMO"), json!({ "n": 2 }), false);
        assert!(!listener.is_logged.load(Ordering::Relaxed), "its condition had a value each time");
        check(6, Some("DEMO"), json!({}), false);
        check(7, Some("DEMO"), json!({}), false);
        assert!(!listener.clone().is_first_time(), "the log says it already");
    }
}
