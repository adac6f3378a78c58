//! A process that holds the engine role, or believes that it does.

use std::collections::BTreeMap;

use base::Timestamp;
use engine::{AttemptKey, Effect, Event, State};

/// What one input caused, before it is durable.
#[derive(Debug)]
pub struct Pending {
    pub events: Vec<Event>,
    pub effects: Vec<Effect>,
    /// When it was worked out.
    pub now: Timestamp,
    /// What somebody is told once it is durable.
    pub promise: Option<Event>,
}

/// What is in the air for an attempt.
#[derive(Debug, Clone)]
pub enum Flight {
    /// Somebody works on it.
    Work,
    /// An agent is being chosen, and not one of these.
    Choice(Vec<String>),
}

/// A process.
#[derive(Debug)]
pub struct Node {
    pub epoch: u64,
    pub state: State,
    pub wake: Option<Timestamp>,
    pub air: BTreeMap<AttemptKey, Flight>,
    pub pending: Vec<Pending>,
}

impl Node {
    pub const fn new(epoch: u64, state: State) -> Self {
        Self { epoch, state, wake: None, air: BTreeMap::new(), pending: Vec::new() }
    }
}
