//! The world around the engine: a disk with one writer, processes that hold the engine role
//! in turns, a clock that jumps, a network that is late, loses and repeats, people who
//! pause, cancel, signal and decide. `node.rs` is a process, `play.rs` decides what happens
//! next, `news.rs` what the world tells the engine, and `storage.rs` what reaches the disk.

mod news;
mod node;
mod play;
mod storage;

use base::Timestamp;
use engine::{AttemptKey, Event, Plan, State};

use crate::checker::{Checker, Left};
use crate::fault::Fault;
use crate::luck::Luck;
use crate::scenario::Scenario;
use crate::violation::Violation;
use node::Node;

/// When it all begins.
pub const BEGINNING: Timestamp = Timestamp::from_millis(1_000_000_000);

/// How much goes wrong around an execution, each in a hundred moments.
#[derive(Debug, Clone, Copy, Default)]
pub struct Weather {
    /// The process dies.
    pub crashes: usize,
    /// Another process takes the engine role while the old one still lives.
    pub takeovers: usize,
    /// Somebody pauses it.
    pub pauses: usize,
    /// Somebody cancels it.
    pub cancels: usize,
    /// News comes twice, or for attempts that are over; people who may not try to decide.
    pub echoes: usize,
    /// The clock jumps by minutes, hours or a day, forwards or back.
    pub jumps: usize,
    /// A commit waits for others.
    pub batches: usize,
    /// Whether a death of the process counts against what ran.
    pub counts_deaths: bool,
}

impl Weather {
    /// Everything that must not change what comes out.
    pub const ROUGH: Self = Self {
        crashes: 4,
        takeovers: 3,
        pauses: 4,
        cancels: 0,
        echoes: 8,
        jumps: 0,
        batches: 40,
        counts_deaths: false,
    };
    /// Everything.
    pub const STORM: Self = Self { cancels: 1, jumps: 4, counts_deaths: true, ..Self::ROUGH };
}

/// The world of one execution.
#[derive(Debug)]
pub struct World<'a> {
    scenario: &'a Scenario,
    /// The plan that the processes work with.
    plan: Plan,
    weather: Weather,
    luck: Luck,
    fault: Option<Fault>,
    now: Timestamp,
    journal: Vec<Event>,
    /// Who may write: the process with this number.
    epoch: u64,
    node: Node,
    /// A process that lost the role and does not know it.
    stale: Option<Node>,
    checker: Checker<'a>,
    turns: usize,
}

impl<'a> World<'a> {
    /// An execution with its first facts.
    pub fn new(
        scenario: &'a Scenario,
        plan: &'a Plan,
        first: (State, Vec<Event>),
        luck: Luck,
        weather: Weather,
        fault: Option<Fault>,
    ) -> Result<Self, Violation> {
        let (state, journal) = first;
        let mut checker = Checker::new(scenario, plan);
        for event in &journal {
            checker.see(event, BEGINNING)?;
        }
        checker.agrees(&state)?;
        Ok(Self {
            scenario,
            plan: fault.map_or_else(|| plan.clone(), |fault| fault.bend(plan)),
            weather,
            luck,
            fault,
            now: BEGINNING,
            journal,
            epoch: 1,
            node: Node::new(1, state),
            stale: None,
            checker,
            turns: 0,
        })
    }

    /// An execution that is found in this state after a crash.
    pub fn after_crash(
        scenario: &'a Scenario,
        plan: &'a Plan,
        history: &[(Event, Timestamp)],
        luck: Luck,
        weather: Weather,
    ) -> Result<Self, Violation> {
        let first = engine::create(plan, serde_json::json!({}), 7);
        let mut world = Self::new(scenario, plan, (first.0, vec![first.1]), luck, weather, None)?;
        for (event, now) in &history[1..] {
            world.checker.see(event, *now)?;
            world.journal.push(event.clone());
            world.now = *now;
        }
        world.begin_again()?;
        Ok(world)
    }

    /// The journal.
    pub fn journal(&self) -> &[Event] {
        &self.journal
    }

    /// When each fact was recorded.
    pub fn times(&self) -> &[Timestamp] {
        self.checker.times()
    }

    /// The state in which it is.
    pub const fn state(&self) -> &State {
        &self.node.state
    }

    /// What a rollback would undo of each step by what is stored, where none has begun; and
    /// what of that was done before the step was sent back.
    pub fn left_to_undo(&self) -> Option<[Left; 2]> {
        self.checker.left_to_undo()
    }

    /// What was stored, a line for each fact.
    pub fn stored(&self) -> &[String] {
        self.checker.stored()
    }

    /// The facts for people, those last that were not yet durable.
    pub fn history(&self) -> Vec<String> {
        let waiting = self.node.pending.iter().flat_map(|pending| &pending.events);
        self.journal.iter().chain(waiting).map(|event| format!("{event:?}")).collect()
    }

    fn has(&self, fault: Fault) -> bool {
        self.fault == Some(fault)
    }

    fn runs(&self, key: AttemptKey) -> bool {
        self.node.state.is_running(key)
    }
}
