//! Executions that wait for their turn: the most urgent first; among equals the organisation
//! with the fewest running ones, then its project with the fewest, then the one that came
//! first. Whoever waits long becomes more urgent, so that nobody waits for ever. Members of
//! a full concurrency group stand aside until a place in it is free. Those that only wait,
//! for people, a time, a signal or another execution, rest: they keep their place in the
//! group, hold none among those that run, and queue again for the next thing they do.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use base::{ExecutionId, OrganisationId, Timestamp};

use super::handle::Group;

/// After how long an execution that waits becomes one level more urgent.
const AGEING: Duration = Duration::from_secs(3 * 60);
/// The levels: critical, high, medium, low.
const LEVELS: usize = 4;

/// One that waits.
#[derive(Debug, Clone)]
pub(super) struct Waiting {
    pub id: ExecutionId,
    pub organisation: OrganisationId,
    pub project: Option<String>,
    pub group: Option<Group>,
    /// Since when.
    pub since: Timestamp,
}

/// What the fairness goes by: how many run for whom.
#[derive(Debug, Default)]
struct Shares {
    organisations: HashMap<OrganisationId, usize>,
    projects: HashMap<(OrganisationId, Option<String>), usize>,
    groups: HashMap<(OrganisationId, String), usize>,
}

/// The lanes of one level: for each organisation and project, those that wait, in order.
type Lanes = BTreeMap<(OrganisationId, Option<String>), BTreeMap<u64, Waiting>>;

/// The queue.
#[derive(Debug, Default)]
pub(super) struct Queue {
    levels: [Lanes; LEVELS],
    places: HashMap<ExecutionId, Place>,
    /// Those whose group is full, with their level.
    aside: HashMap<(OrganisationId, String), BTreeMap<u64, (usize, Waiting)>>,
    /// Those that run.
    running: HashMap<ExecutionId, Waiting>,
    /// Those that have begun and only wait.
    resting: HashMap<ExecutionId, Waiting>,
    shares: Shares,
    count: u64,
    /// How often one that rested came back; they stand before those that have not begun.
    returns: u64,
}

/// Where the numbers of those that have not begun start.
const FRESH: u64 = 1 << 40;

/// Where one stands.
#[derive(Debug, Clone)]
enum Place {
    Lane { level: usize, lane: (OrganisationId, Option<String>), number: u64 },
    Aside { group: (OrganisationId, String), number: u64 },
}

impl Queue {
    /// Adds one behind those that are as urgent.
    pub(super) fn push(&mut self, waiting: Waiting, priority: &str) {
        self.count += 1;
        self.insert(level(priority), FRESH + self.count, waiting);
    }

    /// One that runs only waits from now on.
    pub(super) fn rest(&mut self, id: ExecutionId) {
        if let Some(waiting) = self.running.remove(&id) {
            self.free_place(&waiting);
            self.resting.insert(id, waiting);
        }
    }

    /// One that rests has something to do and queues again, before those of its lane that
    /// have not begun.
    pub(super) fn come_back(&mut self, id: ExecutionId, priority: &str, now: Timestamp) {
        let Some(resting) = self.resting.get(&id) else { return };
        // Its group is no obstacle: it has its place there.
        let waiting = Waiting { group: None, since: now, ..resting.clone() };
        self.returns += 1;
        self.insert(level(priority), self.returns, waiting);
    }

    /// Whether this one waits for its turn.
    pub(super) fn waits(&self, id: ExecutionId) -> bool {
        self.places.contains_key(&id)
    }

    /// Whether this one has begun and holds no place.
    pub(super) fn rests(&self, id: ExecutionId) -> bool {
        self.resting.contains_key(&id)
    }

    fn insert(&mut self, level: usize, number: u64, waiting: Waiting) {
        let lane = (waiting.organisation, waiting.project.clone());
        let place = Place::Lane { level, lane: lane.clone(), number };
        self.places.insert(waiting.id, place);
        self.levels[level].entry(lane).or_default().insert(number, waiting);
    }

    /// Takes out the one whose turn it is; it counts as running until [`Queue::ended`].
    pub(super) fn pop(&mut self, now: Timestamp) -> Option<ExecutionId> {
        self.age(now);
        for level in 0..LEVELS {
            while let Some(lane) = self.fairest(level) {
                let Some((number, waiting)) = self.take_first(level, &lane) else { break };
                if let Some(group) = self.full_group(&waiting) {
                    let place = Place::Aside { group: group.clone(), number };
                    self.places.insert(waiting.id, place);
                    self.aside.entry(group).or_default().insert(number, (level, waiting));
                    continue;
                }
                let id = waiting.id;
                self.started(waiting);
                return Some(id);
            }
        }
        None
    }

    /// Notes one that runs without having waited here: one that a restart found running.
    pub(super) fn started(&mut self, waiting: Waiting) {
        self.remove(waiting.id);
        let shares = &mut self.shares;
        *shares.organisations.entry(waiting.organisation).or_default() += 1;
        let project = (waiting.organisation, waiting.project.clone());
        *shares.projects.entry(project).or_default() += 1;
        if let Some(resting) = self.resting.remove(&waiting.id) {
            self.running.insert(waiting.id, resting);
            return;
        }
        if let Some(group) = &waiting.group {
            let group = (waiting.organisation, group.name.clone());
            *shares.groups.entry(group).or_default() += 1;
        }
        self.running.insert(waiting.id, waiting);
    }

    fn free_place(&mut self, waiting: &Waiting) {
        less(&mut self.shares.organisations, &waiting.organisation);
        less(&mut self.shares.projects, &(waiting.organisation, waiting.project.clone()));
    }

    /// One ended: its place in its group is free.
    pub(super) fn ended(&mut self, id: ExecutionId) {
        self.remove(id);
        let ran = self.running.remove(&id);
        if let Some(waiting) = &ran {
            self.free_place(waiting);
        }
        let Some(waiting) = ran.or_else(|| self.resting.remove(&id)) else { return };
        if let Some(group) = waiting.group {
            let group = (waiting.organisation, group.name);
            less(&mut self.shares.groups, &group);
            self.let_back(&group);
        }
    }

    /// Whether this one runs.
    pub(super) fn runs(&self, id: ExecutionId) -> bool {
        self.running.contains_key(&id)
    }

    /// How many run.
    pub(super) fn running(&self) -> usize {
        self.running.len()
    }

    /// Those of a group that wait or run.
    pub(super) fn members(&self, organisation: OrganisationId, group: &str) -> Vec<ExecutionId> {
        let is_member = |waiting: &&Waiting| {
            waiting.organisation == organisation
                && waiting.group.as_ref().is_some_and(|own| own.name == group)
        };
        let lanes = self.levels.iter().flat_map(BTreeMap::values).flat_map(BTreeMap::values);
        let aside = self.aside.values().flat_map(BTreeMap::values).map(|(_, waiting)| waiting);
        let begun = self.running.values().chain(self.resting.values());
        lanes.chain(aside).chain(begun).filter(is_member).map(|waiting| waiting.id).collect()
    }

    /// Takes one that waits out.
    pub(super) fn remove(&mut self, id: ExecutionId) {
        match self.places.remove(&id) {
            Some(Place::Lane { level, lane, number }) => {
                if let Some(waiting) = self.levels[level].get_mut(&lane) {
                    waiting.remove(&number);
                    if waiting.is_empty() {
                        self.levels[level].remove(&lane);
                    }
                }
            }
            Some(Place::Aside { group, number }) => {
                if let Some(waiting) = self.aside.get_mut(&group) {
                    waiting.remove(&number);
                    if waiting.is_empty() {
                        self.aside.remove(&group);
                    }
                }
            }
            None => {}
        }
    }

    /// The lane of a level whose turn it is.
    fn fairest(&self, level: usize) -> Option<(OrganisationId, Option<String>)> {
        let share = |lane: &(OrganisationId, Option<String>)| {
            (
                self.shares.organisations.get(&lane.0).copied().unwrap_or(0),
                self.shares.projects.get(lane).copied().unwrap_or(0),
            )
        };
        let lanes = self.levels[level].iter();
        let first = |waiting: &BTreeMap<u64, Waiting>| waiting.keys().next().copied();
        let best = lanes.min_by_key(|(lane, waiting)| (share(lane), first(waiting)));
        best.map(|(lane, _)| lane.clone())
    }

    fn take_first(
        &mut self,
        level: usize,
        lane: &(OrganisationId, Option<String>),
    ) -> Option<(u64, Waiting)> {
        let number = self.levels[level].get(lane)?.keys().next().copied()?;
        Some((number, self.take(level, lane, number)?))
    }

    fn take(
        &mut self,
        level: usize,
        lane: &(OrganisationId, Option<String>),
        number: u64,
    ) -> Option<Waiting> {
        let waiting = self.levels[level].get_mut(lane)?;
        let taken = waiting.remove(&number);
        if waiting.is_empty() {
            self.levels[level].remove(lane);
        }
        if let Some(taken) = &taken {
            self.places.remove(&taken.id);
        }
        taken
    }

    fn full_group(&self, waiting: &Waiting) -> Option<(OrganisationId, String)> {
        let group = waiting.group.as_ref()?;
        let key = (waiting.organisation, group.name.clone());
        let running = self.shares.groups.get(&key).copied().unwrap_or(0);
        (running >= group.limit.max(1)).then_some(key)
    }

    fn let_back(&mut self, group: &(OrganisationId, String)) {
        for (number, (level, waiting)) in self.aside.remove(group).into_iter().flatten() {
            self.insert(level, number, waiting);
        }
    }

    /// Moves those that have waited long enough one level up.
    fn age(&mut self, now: Timestamp) {
        for level in (1..LEVELS).rev() {
            let lanes: Vec<_> = self.levels[level].keys().cloned().collect();
            for lane in lanes {
                while let Some(number) = self.old(level, &lane, now) {
                    let Some(waiting) = self.take(level, &lane, number) else { break };
                    let since = waiting.since.plus(AGEING);
                    self.insert(level - 1, number, Waiting { since, ..waiting });
                }
            }
        }
    }

    /// The number of one in a lane that has waited long enough. Of those that came back, and
    /// of those that have not begun, the first has waited longest; who came back may stand
    /// before somebody who has waited longer.
    fn old(
        &self,
        level: usize,
        lane: &(OrganisationId, Option<String>),
        now: Timestamp,
    ) -> Option<u64> {
        let waiting = self.levels[level].get(lane)?;
        let firsts = [waiting.range(..FRESH).next(), waiting.range(FRESH..).next()];
        let mut firsts = firsts.into_iter().flatten();
        let old = firsts.find(|(_, first)| now.since(first.since) >= AGEING);
        old.map(|(number, _)| *number)
    }
}

fn level(priority: &str) -> usize {
    match priority {
        "critical" => 0,
        "high" => 1,
        "low" => 3,
        _ => 2,
    }
}

fn less<K: std::hash::Hash + Eq>(counts: &mut HashMap<K, usize>, key: &K) {
    if let Some(count) = counts.get_mut(key) {
        *count -= 1;
        if *count == 0 {
            counts.remove(key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waiting(id: u128, organisation: u128, project: &str, group: Option<&str>) -> Waiting {
        let group = group.map(|name| Group { name: name.to_owned(), limit: 1, cancels: false });
        Waiting {
            id: ExecutionId::from_u128(id),
            organisation: OrganisationId::from_u128(organisation),
            project: Some(project.to_owned()),
            group,
            since: Timestamp::EPOCH,
        }
    }

    #[track_caller]
    fn check(queue: &mut Queue, now: i64, expected: &[u128]) {
        let pop = || queue.pop(Timestamp::from_millis(now));
        let order: Vec<ExecutionId> = std::iter::from_fn(pop).collect();
        let expected: Vec<ExecutionId> =
            expected.iter().map(|id| ExecutionId::from_u128(*id)).collect();
        assert_eq!(order, expected);
    }

    #[test]
    fn urgent_ones_go_first_and_equal_ones_in_order() {
        let mut queue = Queue::default();
        for (number, priority) in
            [(1, "low"), (2, "medium"), (3, "critical"), (4, "medium"), (5, "high")]
        {
            queue.push(waiting(number, 1, "A", None), priority);
        }
        queue.remove(ExecutionId::from_u128(4));
        check(&mut queue, 0, &[3, 5, 2, 1]);
    }

    #[test]
    fn a_crowd_of_one_organisation_or_project_does_not_hold_up_the_others() {
        let mut queue = Queue::default();
        for number in 1..=4 {
            queue.push(waiting(number, 1, "A", None), "medium");
        }
        queue.push(waiting(5, 1, "B", None), "medium");
        queue.push(waiting(6, 2, "A", None), "medium");
        check(&mut queue, 0, &[1, 6, 5, 2, 3, 4]);
    }

    #[test]
    fn who_waits_long_becomes_more_urgent() {
        let mut queue = Queue::default();
        queue.push(waiting(1, 1, "A", None), "low");
        let mut fresh = waiting(2, 1, "A", None);
        let nine_minutes = 9 * 60 * 1000;
        fresh.since = Timestamp::from_millis(nine_minutes);
        queue.push(fresh, "critical");
        check(&mut queue, nine_minutes, &[1, 2]);
    }

    /// After how many minutes one of the lowest priority begins, with one place for work that
    /// takes a minute and two urgent ones that come each minute. With `some_return`, every
    /// other minute one that has begun comes back to its lane.
    fn minutes_of_the_lowest(organisation: u128, project: &str, some_return: bool) -> Option<i64> {
        let mut queue = Queue::default();
        let lowest = ExecutionId::from_u128(1);
        queue.push(waiting(1, 1, "A", None), "low");
        (0..60).find(|minute| {
            let now = Timestamp::from_millis(minute * 60_000);
            let number = 10 * (*minute as u128 + 1);
            for number in [number, number + 1] {
                let urgent = waiting(number, organisation, project, None);
                queue.push(Waiting { since: now, ..urgent }, "critical");
            }
            if some_return && minute % 2 == 0 {
                let begun = waiting(number + 2, 1, "A", None);
                let id = begun.id;
                queue.started(begun);
                queue.rest(id);
                queue.come_back(id, "low", now);
            }
            let next = queue.pop(now).expect("somebody waits");
            queue.ended(next);
            next == lowest
        })
    }

    #[test]
    fn the_lowest_priority_begins_within_ten_minutes_whatever_else_comes() {
        for (organisation, project) in [(1, "A"), (1, "B"), (2, "A")] {
            for some_return in [false, true] {
                let minutes = minutes_of_the_lowest(organisation, project, some_return);
                let is_soon = minutes.is_some_and(|minutes| minutes <= 10);
                assert!(is_soon, "{minutes:?} {organisation} {project} {some_return}");
            }
        }
    }

    #[test]
    fn members_of_a_full_group_stand_aside() {
        let mut queue = Queue::default();
        queue.push(waiting(1, 1, "A", Some("deploy")), "medium");
        queue.push(waiting(2, 1, "A", Some("deploy")), "critical");
        queue.push(waiting(3, 1, "A", None), "low");
        queue.push(waiting(4, 2, "A", Some("deploy")), "low");
        // Another organisation has its own groups.
        check(&mut queue, 0, &[2, 4, 3]);
        queue.ended(ExecutionId::from_u128(2));
        check(&mut queue, 0, &[1]);
        assert_eq!(queue.running(), 3);
    }

    #[test]
    fn those_that_rest_keep_their_group_and_come_back_before_fresh_ones() {
        let mut queue = Queue::default();
        let id = ExecutionId::from_u128;
        queue.push(waiting(1, 1, "A", Some("deploy")), "medium");
        queue.push(waiting(2, 1, "A", Some("deploy")), "medium");
        queue.push(waiting(3, 1, "A", None), "medium");
        assert_eq!(queue.pop(Timestamp::EPOCH), Some(id(1)));
        queue.rest(id(1));
        assert_eq!((queue.running(), queue.rests(id(1))), (0, true));
        queue.come_back(id(1), "medium", Timestamp::EPOCH);
        check(&mut queue, 0, &[1, 3]);
        assert_eq!((queue.running(), queue.rests(id(1))), (2, false));
        queue.rest(id(1));
        assert_eq!(queue.members(OrganisationId::from_u128(1), "deploy").len(), 2);
        queue.ended(id(1));
        check(&mut queue, 0, &[2]);
        assert_eq!(queue.running(), 2);
    }
}
