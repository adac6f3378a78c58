//! Executions that wait for their turn: the most urgent first, then in the order they came.

use std::collections::BTreeMap;

use base::ExecutionId;

/// The queue.
#[derive(Debug, Default)]
pub(super) struct Queue {
    waiting: BTreeMap<(u8, u64), ExecutionId>,
    count: u64,
}

impl Queue {
    /// Adds one behind those that are as urgent.
    pub(super) fn push(&mut self, id: ExecutionId, priority: &str) {
        let urgency = match priority {
            "critical" => 0,
            "high" => 1,
            "low" => 3,
            _ => 2,
        };
        self.count += 1;
        self.waiting.insert((urgency, self.count), id);
    }

    /// Takes out the one whose turn it is.
    pub(super) fn pop(&mut self) -> Option<ExecutionId> {
        self.waiting.pop_first().map(|(_, id)| id)
    }

    /// Takes one out; says whether it was there.
    pub(super) fn remove(&mut self, id: ExecutionId) -> bool {
        let place =
            self.waiting.iter().find(|(_, waiting)| **waiting == id).map(|(place, _)| *place);
        place.is_some_and(|place| self.waiting.remove(&place).is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urgent_ones_go_first_and_equal_ones_in_order() {
        let id = ExecutionId::from_u128;
        let mut queue = Queue::default();
        for (number, priority) in
            [(1, "low"), (2, "medium"), (3, "critical"), (4, "medium"), (5, "high")]
        {
            queue.push(id(number), priority);
        }
        assert!(queue.remove(id(4)));
        assert!(!queue.remove(id(4)));
        let order: Vec<ExecutionId> = std::iter::from_fn(|| queue.pop()).collect();
        assert_eq!(order, [id(3), id(5), id(2), id(1)]);
    }
}
