//! What of a step stands, so that a rollback undoes it: what ended well in this round, and what
//! did before a gate sent work back, until it is done well again.

use serde_json::Value as Json;

use super::{InstanceState, InstanceStatus, KeptInstance, StepState, StepStatus};

impl StepState {
    /// Whether any instance has ended well in this round.
    pub(crate) fn did_something(&self) -> bool {
        self.instances.iter().any(InstanceState::ended_well)
    }

    /// What stands, in the order of the rounds. Of a step that does not fan out only the last
    /// one is what it did.
    pub(crate) fn standing(&self) -> impl DoubleEndedIterator<Item = &InstanceState> {
        self.earlier.iter().chain(&self.instances).filter(|instance| instance.ended_well())
    }

    /// What it gave when it last ended well, in whichever round; null when it never did.
    pub(crate) fn last_output(&self) -> Json {
        self.standing().next_back().map_or(Json::Null, InstanceState::output)
    }

    /// What it gave, or gave before it was sent back if it did nothing since: what others that
    /// are undone have read.
    pub(crate) fn last_outputs(&self, is_fan_out: bool) -> Json {
        if !is_fan_out {
            return self.last_output();
        }
        let is_done_again = self.status == StepStatus::Completed || self.did_something();
        if is_done_again || self.earlier.is_empty() {
            return self.outputs(true);
        }
        Json::Array(self.earlier.iter().map(InstanceState::output).collect())
    }

    /// An instance ends well now, so what it did in an earlier round does not stand any more.
    /// Elements are told apart by their values, because each round may have others.
    pub(super) fn replace_earlier(&mut self, instance: usize) {
        let item = &self.instances[instance].item;
        let mut earlier = self.earlier.iter_mut();
        if let Some(old) = earlier.find(|old| old.ended_well() && old.item == *item) {
            old.status = InstanceStatus::Cancelled;
        }
    }

    /// Everything is forgotten but the numbers of attempts and what stands, because work was
    /// sent back.
    pub(super) fn reset(&mut self) {
        let attempts = self.instances.iter().map(|instance| instance.attempts);
        let used_attempts = attempts.max().unwrap_or(0).max(self.used_attempts);
        let mut earlier = std::mem::take(&mut self.earlier);
        earlier.append(&mut self.instances);
        earlier.retain(InstanceState::ended_well);
        *self = Self { rounds: self.rounds, used_attempts, earlier, ..Self::default() };
    }
}

impl InstanceState {
    /// It as another execution takes it over, with what it gave if it ended well.
    pub(crate) fn to_keep(&self) -> KeptInstance {
        KeptInstance {
            label: self.label.clone(),
            value: self.item.clone(),
            output: self.ended_well().then(|| self.output()),
        }
    }
}
