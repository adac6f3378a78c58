//! Reads a journal as it grows and refuses what must never be in one. It keeps books of its
//! own and asks the engine for nothing but the state to compare with.
//!
//! `facts.rs` takes the facts in, `undo.rs` watches rollbacks, and `standing.rs` compares
//! the engine's state with the books.

mod facts;
mod standing;
mod undo;

use std::collections::{BTreeMap, BTreeSet};

use base::Timestamp;
use engine::{ApprovalRequest, AttemptKey, Event, Plan, State, StepStatus};
use serde_json::Value as Json;

use crate::scenario::Scenario;
use crate::violation::{Violation, must};

pub use standing::progress;
pub use undo::Left;

/// After how many deaths of its process an attempt is given up.
pub const GIVE_UP_AFTER: u32 = 3;

/// What an attempt that does not run waits for.
#[derive(Debug, Clone)]
struct Parked {
    until: Option<Timestamp>,
    signal: Option<String>,
    request: Option<ApprovalRequest>,
    approved: BTreeSet<String>,
    refused: BTreeSet<String>,
}

/// The books.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each says whether a certain fact was seen")]
pub struct Checker<'a> {
    scenario: &'a Scenario,
    plan: &'a Plan,
    began: bool,
    ended: bool,
    paused: bool,
    /// A step failed that nothing handles.
    doomed: bool,
    deadline: Option<Timestamp>,
    /// The number of the last attempt of each instance.
    started: BTreeMap<(usize, usize), u32>,
    /// Attempts that gates have used up.
    used: BTreeMap<usize, u32>,
    running: BTreeMap<AttemptKey, Timestamp>,
    parked: BTreeMap<AttemptKey, Parked>,
    retries: BTreeMap<(usize, usize), Timestamp>,
    deaths: BTreeMap<AttemptKey, u32>,
    chosen: BTreeMap<(usize, usize), Vec<String>>,
    /// How many instances of a step there may be.
    widths: BTreeMap<usize, usize>,
    results: BTreeMap<(usize, usize), Json>,
    /// The elements of fan-outs.
    elements: BTreeMap<(usize, usize), Json>,
    /// Elements and results of a step that was sent back, which a rollback still undoes.
    earlier: BTreeMap<usize, Vec<(Json, Json)>>,
    /// Every attempt that ever ended, well or not.
    over: BTreeSet<AttemptKey>,
    steps_ended: BTreeMap<usize, StepStatus>,
    rounds: BTreeMap<usize, u32>,
    /// Steps that did something which stands, in the order in which they ended.
    done: Vec<usize>,
    undo: Option<undo::Undo>,
    signals: BTreeMap<String, usize>,
    /// The state by the facts as they are read back.
    replayed: State,
    /// What was stored, a line for each fact.
    stored: Vec<String>,
    times: Vec<Timestamp>,
}

impl<'a> Checker<'a> {
    /// Empty books.
    pub fn new(scenario: &'a Scenario, plan: &'a Plan) -> Self {
        Self {
            scenario,
            plan,
            began: false,
            ended: false,
            paused: false,
            doomed: false,
            deadline: None,
            started: BTreeMap::new(),
            used: BTreeMap::new(),
            running: BTreeMap::new(),
            parked: BTreeMap::new(),
            retries: BTreeMap::new(),
            deaths: BTreeMap::new(),
            chosen: BTreeMap::new(),
            widths: BTreeMap::new(),
            results: BTreeMap::new(),
            elements: BTreeMap::new(),
            earlier: BTreeMap::new(),
            over: BTreeSet::new(),
            steps_ended: BTreeMap::new(),
            rounds: BTreeMap::new(),
            done: Vec::new(),
            undo: None,
            signals: BTreeMap::new(),
            replayed: State::new(plan),
            stored: Vec::new(),
            times: Vec::new(),
        }
    }

    /// What was stored, a line for each fact.
    pub fn stored(&self) -> &[String] {
        &self.stored
    }

    /// When each fact was recorded.
    pub fn times(&self) -> &[Timestamp] {
        &self.times
    }

    /// The state by the facts as they are read back.
    pub const fn state(&self) -> &State {
        &self.replayed
    }

    /// Whether this attempt runs by the facts that are stored.
    pub fn is_running(&self, key: AttemptKey) -> bool {
        self.running.contains_key(&key)
    }

    /// The attempts that run.
    pub fn running(&self) -> impl Iterator<Item = AttemptKey> + '_ {
        self.running.keys().copied()
    }

    /// Agents that were chosen for an instance.
    pub fn chosen(&self, key: AttemptKey) -> &[String] {
        self.chosen.get(&(key.step, key.instance)).map_or(&[], Vec::as_slice)
    }

    /// Takes in one more fact, recorded at this time.
    pub fn see(&mut self, event: &Event, now: Timestamp) -> Result<(), Violation> {
        must("final", !self.ended, || format!("{event:?} comes after the end"))?;
        let stored = serde_json::to_string(event)
            .map_err(|error| Violation { rule: "storage", what: error.to_string() })?;
        let read: Event = serde_json::from_str(&stored)
            .map_err(|error| Violation { rule: "storage", what: format!("{stored}: {error}") })?;
        must("storage", &read == event, || format!("{event:?} changes when stored as {stored}"))?;
        self.take(event, now)?;
        self.ended = event.is_final();
        self.replayed.apply(&read);
        self.stored.push(stored);
        self.times.push(now);
        Ok(())
    }
}
