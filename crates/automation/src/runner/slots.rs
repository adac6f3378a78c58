//! How many attempts of one agent run at the same time; the others wait in order.

use std::collections::{HashMap, VecDeque};

use base::ExecutionId;
use engine::{AgentOrder, AttemptKey};

/// An attempt that wants an agent.
pub(super) type Ticket = (ExecutionId, AttemptKey);

/// The places of all agents.
#[derive(Debug)]
pub(super) struct Slots {
    most: usize,
    agents: HashMap<String, Agent>,
    /// Whose place each attempt has.
    taken: HashMap<Ticket, String>,
    /// For whom a place is kept until they come.
    promised: HashMap<Ticket, String>,
}

#[derive(Debug, Default)]
struct Agent {
    running: usize,
    waiting: VecDeque<(Ticket, Box<AgentOrder>)>,
}

impl Slots {
    pub(super) fn new(most: usize) -> Self {
        Self {
            most: most.max(1),
            agents: HashMap::new(),
            taken: HashMap::new(),
            promised: HashMap::new(),
        }
    }

    /// Counts an attempt that will come as one of the agent's already.
    pub(super) fn promise(&mut self, ticket: Ticket, agent: &str) {
        self.promised.insert(ticket, agent.to_owned());
    }

    /// A place for this attempt, or it waits; says whether it got one and gives the order back.
    pub(super) fn take(
        &mut self,
        ticket: Ticket,
        order: Box<AgentOrder>,
    ) -> Option<Box<AgentOrder>> {
        self.promised.remove(&ticket);
        let agent = self.agents.entry(order.agent.clone()).or_default();
        if agent.running >= self.most {
            agent.waiting.push_back((ticket, order));
            return None;
        }
        agent.running += 1;
        self.taken.insert(ticket, order.agent.clone());
        Some(order)
    }

    /// Gives a place back; whoever waits longest and is still wanted gets it.
    pub(super) fn give_back(
        &mut self,
        ticket: Ticket,
        is_wanted: impl Fn(Ticket) -> bool,
    ) -> Option<(Ticket, Box<AgentOrder>)> {
        self.promised.remove(&ticket);
        let name = self.taken.remove(&ticket)?;
        let agent = self.agents.get_mut(&name)?;
        agent.running -= 1;
        while let Some((next, order)) = agent.waiting.pop_front() {
            if is_wanted(next) {
                agent.running += 1;
                self.taken.insert(next, name);
                return Some((next, order));
            }
        }
        if agent.running == 0 {
            self.agents.remove(&name);
        }
        None
    }

    /// How many attempts of an agent run, wait or will come.
    pub(super) fn load(&self, agent: &str) -> usize {
        let promised = self.promised.values().filter(|name| *name == agent).count();
        promised + self.agents.get(agent).map_or(0, |agent| agent.running + agent.waiting.len())
    }

    /// How many may run at the same time.
    pub(super) const fn most(&self) -> usize {
        self.most
    }
}

#[cfg(test)]
mod tests {
    use engine::AgentTask;

    use super::*;

    fn ticket(id: u128) -> Ticket {
        (ExecutionId::from_u128(id), AttemptKey { step: 0, instance: 0, attempt: 1 })
    }

    fn order(agent: &str) -> Box<AgentOrder> {
        let task = AgentTask::Prompt(String::new());
        Box::new(AgentOrder { agent: agent.to_owned(), task, model: None, tools: None })
    }

    #[test]
    fn places_go_round_in_order_to_those_that_are_still_wanted() {
        let mut slots = Slots::new(1);
        assert!(slots.take(ticket(1), order("coding")).is_some());
        assert!(slots.take(ticket(2), order("coding")).is_none());
        assert!(slots.take(ticket(3), order("coding")).is_none());
        assert!(slots.take(ticket(4), order("qa")).is_some(), "agents do not share places");
        assert_eq!(slots.load("coding"), 3);
        let next = slots.give_back(ticket(1), |(id, _)| id != ExecutionId::from_u128(2));
        assert_eq!(next.map(|(ticket, _)| ticket), Some(ticket(3)));
        assert!(slots.give_back(ticket(1), |_| true).is_none(), "it was given back already");
        assert!(slots.give_back(ticket(3), |_| true).is_none());
        assert_eq!(slots.load("coding"), 0);
    }

    #[test]
    fn a_promised_place_counts_until_it_is_taken_or_given_up() {
        let mut slots = Slots::new(1);
        slots.promise(ticket(1), "coding");
        slots.promise(ticket(2), "coding");
        assert_eq!(slots.load("coding"), 2);
        assert!(slots.take(ticket(1), order("coding")).is_some());
        assert_eq!(slots.load("coding"), 2);
        slots.give_back(ticket(2), |_| true);
        slots.give_back(ticket(1), |_| true);
        assert_eq!(slots.load("coding"), 0);
    }
}
