//! Executions that would wait for each other in a circle: one has the place in a concurrency
//! group and waits for an execution inside it that waits for a place in a second group, and
//! whoever has that one waits in the same way for a place in the first.

use std::collections::{HashMap, HashSet};
use std::iter::successors;

use base::ExecutionId;

use super::handle::{Group, NewExecution, StartError};
use super::live::Live;
use super::machine::Machine;

impl Machine {
    /// Gives a new execution its group: none where one above it has the place already; an error
    /// where the place would not become free before the new one has ended.
    pub(super) fn join_group(&self, new: &mut NewExecution) -> Result<(), StartError> {
        if self.has_place_above(new) {
            new.group = None;
        }
        match &new.group {
            Some(group) if self.closes_circle(new, group) => {
                Err(StartError::Circle(group.name.clone()))
            }
            Some(_) | None => Ok(()),
        }
    }

    /// Whether a place in its group cannot become free as long as the new one waits for it.
    fn closes_circle(&self, new: &NewExecution, group: &Group) -> bool {
        // What has no place keeps nobody waiting, and who takes one by force waits for nobody.
        let Some(parent) = new.parent.as_ref().map(|parent| parent.execution) else {
            return false;
        };
        if group.cancels || !self.line(parent).any(|live| live.group.is_some()) {
            return false;
        }
        let in_groups = self.live.values().filter_map(|live| Some((live, live.group.as_ref()?)));
        let own = in_groups.filter(|(live, _)| live.organisation == new.organisation);
        let (begun, waiting): (Vec<_>, Vec<_>) = own.partition(|(live, _)| live.state.has_begun());
        let mut places: HashMap<&str, usize> = HashMap::new();
        for (_, taken) in &begun {
            *places.entry(taken.name.as_str()).or_default() += 1;
        }
        let inside = waiting
            .iter()
            .filter_map(|(live, wanted)| Some((live.parent.as_ref()?.execution, *wanted)));
        // For whoever others inside it wait: the groups in which they wait. And the groups in
        // which a place is free or becomes so.
        let mut needs: HashMap<ExecutionId, Vec<&str>> = HashMap::new();
        let mut free: HashSet<&str> = HashSet::new();
        for (above, wanted) in inside.chain([(parent, group)]) {
            for live in self.line(above) {
                needs.entry(live.id).or_default().push(&wanted.name);
            }
            let taken = places.get(wanted.name.as_str()).copied().unwrap_or(0);
            if taken < wanted.limit.max(1) {
                free.insert(&wanted.name);
            }
        }
        loop {
            let before = free.len();
            for (live, taken) in &begun {
                let waits_for = needs.get(&live.id);
                if waits_for.is_none_or(|names| names.iter().all(|name| free.contains(name))) {
                    free.insert(&taken.name);
                }
            }
            if free.contains(group.name.as_str()) {
                return false;
            }
            if free.len() == before {
                return true;
            }
        }
    }

    /// An execution and those that wait for it, one above the other.
    fn line(&self, id: ExecutionId) -> impl Iterator<Item = &Live> {
        successors(self.live.get(&id), move |live| self.live.get(&live.parent.as_ref()?.execution))
    }
}
