//! Races for one step (reliability R7): processes that hold the engine role one after the
//! other, and each has news of its own about the same attempt. Every order of all their moves
//! is looked at; orders that come to the same world go on together, so that billions of them
//! are a matter of seconds.
//!
//! A process works with the facts that it has read and those that it has worked out since. It
//! writes them if it still has the role, all or none. So nothing may ever be written but on
//! top of everything that is written, and one end wins.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::time::Duration;

use base::Timestamp;
use engine::{AttemptKey, Event, Failure, Input, Plan, State, create, replay, step};
use serde_json::json;

use crate::checker::GIVE_UP_AFTER;
use crate::scenario::{End, Scenario, Step};
use crate::violation::{Violation, must};
use crate::world::BEGINNING;

/// After so long the next attempt is due.
const LATER: Duration = Duration::from_mins(10);

/// Something that one process does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Move {
    /// It takes the engine role: its number is the highest.
    Claim,
    /// It reads what is stored, and goes on with what ran.
    Read,
    /// It hears that this attempt ended well.
    Complete(u32),
    /// It hears that this attempt failed.
    Fail(u32),
    /// Somebody asks it to cancel.
    Cancel,
    /// It notices that time has passed.
    Tick,
    /// It writes what follows from all that.
    Write,
}

/// A planted fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slip {
    /// A process that lost the role may write.
    NoFencing,
    /// What is stored is read before the role is taken.
    ReadFirst,
    /// An end is recorded without a look at whether its attempt still runs.
    LateNews,
}

/// What was looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// How many orders.
    pub orders: u128,
    /// How many worlds they came through.
    pub worlds: usize,
    /// In how many of them the execution ended so.
    pub ends: BTreeMap<&'static str, u128>,
}

/// Three processes after one another: the first has the role and an attempt that runs.
pub fn rivals() -> Vec<Vec<Move>> {
    use Move::{Cancel, Claim, Complete, Fail, Read, Tick, Write};
    vec![
        vec![Complete(1), Fail(1), Cancel, Write, Write],
        vec![Claim, Read, Complete(1), Cancel, Write],
        vec![Claim, Read, Complete(1), Complete(2), Tick, Write],
    ]
}

/// Looks at every order of these moves, those of one process with another's and among
/// themselves; only its claim and its reading come first.
pub fn race(moves: &[Vec<Move>], slip: Option<Slip>) -> Result<Report, Violation> {
    let mut all = Race::new(slip);
    let (state, created) = create(&all.plan, json!({}), 7);
    let mut journal = vec![all.number(created)];
    journal.extend(all.think(state, Input::Start, BEGINNING)?);
    let first = Process { epoch: 1, known: Some(journal.clone()), durable: journal.len() };
    let mut processes = vec![Process::default(); moves.len()];
    if let Some(process) = processes.first_mut() {
        *process = first;
    }
    let mut left = moves.to_vec();
    for moves in &mut left {
        moves.sort_unstable();
    }
    let ends = all.go_on(&World { left, epoch: 1, journal, processes })?;
    Ok(Report { orders: ends.values().sum(), worlds: all.seen.len(), ends })
}

/// Facts by their numbers.
type Facts = Vec<usize>;
/// How many orders come to each end.
type Ends = BTreeMap<&'static str, u128>;

/// Where all processes and the disk are.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct World {
    /// What each process has yet to do, in order.
    left: Vec<Vec<Move>>,
    /// Who may write.
    epoch: usize,
    journal: Facts,
    processes: Vec<Process>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
struct Process {
    epoch: usize,
    /// The facts that its state is made of; nothing before it has read any, and once it was
    /// refused.
    known: Option<Facts>,
    /// How many of them are stored, as far as it knows.
    durable: usize,
}

struct Race {
    plan: Plan,
    slip: Option<Slip>,
    /// Every fact that there ever was, and its number.
    facts: Vec<Event>,
    numbers: HashMap<String, usize>,
    /// What follows from a move with these facts.
    follows: HashMap<(Facts, Move), Facts>,
    /// Journals that are sound.
    sound: HashSet<Facts>,
    /// How an execution with this journal ends once nobody disturbs it.
    ends: HashMap<Facts, &'static str>,
    seen: HashMap<World, Ends>,
}

impl Race {
    fn new(slip: Option<Slip>) -> Self {
        let mut step = Step::new(Vec::new());
        (step.max_attempts, step.ends) = (2, vec![End::Well]);
        let scenario = Scenario {
            steps: vec![step],
            max_parallel: None,
            rolls_back: false,
            minutes: None,
            is_redone: vec![false],
        };
        Self {
            plan: scenario.plan(),
            slip,
            facts: Vec::new(),
            numbers: HashMap::new(),
            follows: HashMap::new(),
            sound: HashSet::new(),
            ends: HashMap::new(),
            seen: HashMap::new(),
        }
    }

    /// All orders from here on.
    fn go_on(&mut self, world: &World) -> Result<Ends, Violation> {
        if let Some(ends) = self.seen.get(world) {
            return Ok(ends.clone());
        }
        let mut ends = Ends::new();
        for (process, left) in world.left.iter().enumerate() {
            let mut last = None;
            for (at, next) in left.iter().enumerate() {
                // Two moves of one kind are one choice; to claim and to read come first.
                if last == Some(next) || at > 0 && matches!(left[0], Move::Claim | Move::Read) {
                    continue;
                }
                last = Some(next);
                let mut world = world.clone();
                world.left[process].remove(at);
                self.make(&mut world, process, *next)?;
                for (end, orders) in self.go_on(&world)? {
                    *ends.entry(end).or_default() += orders;
                }
            }
        }
        if world.left.iter().all(Vec::is_empty) {
            ends.insert(self.end(&world.journal)?, 1);
        }
        self.seen.insert(world.clone(), ends.clone());
        Ok(ends)
    }

    fn make(&mut self, world: &mut World, process: usize, next: Move) -> Result<(), Violation> {
        // In the faulty order the first of the two moves reads, and the second one claims.
        let next = match next {
            Move::Claim if self.slip == Some(Slip::ReadFirst) => Move::Read,
            Move::Read if self.slip == Some(Slip::ReadFirst) => Move::Claim,
            next => next,
        };
        let World { epoch, journal, processes, .. } = world;
        let process = &mut processes[process];
        match next {
            Move::Claim => {
                *epoch += 1;
                process.epoch = *epoch;
            }
            Move::Read => {
                process.durable = journal.len();
                process.known = Some(self.learn(journal.clone(), next)?);
            }
            Move::Write => self.write(*epoch, journal, process)?,
            Move::Complete(_) | Move::Fail(_) | Move::Cancel | Move::Tick => {
                if let Some(known) = process.known.take() {
                    process.known = Some(self.learn(known, next)?);
                }
            }
        }
        Ok(())
    }

    /// Makes durable what a process has worked out, if it has the role.
    fn write(
        &mut self,
        epoch: usize,
        journal: &mut Facts,
        process: &mut Process,
    ) -> Result<(), Violation> {
        let Some(known) = &process.known else { return Ok(()) };
        if known.len() == process.durable {
            return Ok(());
        }
        if process.epoch != epoch && self.slip != Some(Slip::NoFencing) {
            // It is refused, and what it believed is void.
            process.known = None;
            return Ok(());
        }
        must("overwritten", *journal == known[..process.durable], || {
            let told = |facts: &[usize]| facts.iter().map(|fact| &self.facts[*fact]).collect();
            let (stored, read): (Vec<_>, Vec<_>) = (told(journal), told(&known[..process.durable]));
            format!("stored is {stored:?}, and the writer knows {read:?}")
        })?;
        journal.clone_from(known);
        process.durable = known.len();
        self.is_sound(journal)
    }

    /// What a process knows after a move.
    fn learn(&mut self, mut known: Facts, next: Move) -> Result<Facts, Violation> {
        let asked = (known.clone(), next);
        if let Some(follows) = self.follows.get(&asked) {
            known.extend(follows);
            return Ok(known);
        }
        let key = |attempt| AttemptKey { step: 0, instance: 0, attempt };
        let (input, now) = match next {
            Move::Claim | Move::Write => return Ok(known),
            Move::Read => (Input::Recover { give_up_after: Some(GIVE_UP_AFTER) }, BEGINNING),
            Move::Complete(attempt) => {
                let output = json!({ "n": attempt });
                (Input::AttemptCompleted { key: key(attempt), output }, BEGINNING)
            }
            Move::Fail(attempt) => {
                let failure = Failure::passing("flaky", "try again");
                (Input::AttemptFailed { key: key(attempt), failure }, BEGINNING)
            }
            Move::Cancel => (Input::Cancel { by: "ann".to_owned(), reason: None }, BEGINNING),
            Move::Tick => (Input::Tick, BEGINNING.plus(LATER)),
        };
        let follows = match (self.slip, input) {
            (Some(Slip::LateNews), Input::AttemptCompleted { key, output }) => {
                vec![self.number(Event::AttemptCompleted { key, output })]
            }
            (_, input) => {
                let state = self.state(&known);
                self.think(state, input, now)?
            }
        };
        known.extend(&follows);
        self.follows.insert(asked, follows);
        Ok(known)
    }

    /// The facts that follow from an input.
    fn think(
        &mut self,
        mut state: State,
        input: Input,
        now: Timestamp,
    ) -> Result<Facts, Violation> {
        let before = state.clone();
        // What is refused, as a second cancel is, changes nothing.
        let Ok(outcome) = step(&self.plan, &mut state, input, now) else {
            must("refusal", state == before, || "a refused input changed something".to_owned())?;
            return Ok(Facts::new());
        };
        Ok(outcome.events.into_iter().map(|event| self.number(event)).collect())
    }

    fn number(&mut self, event: Event) -> usize {
        let facts = &mut self.facts;
        *self.numbers.entry(format!("{event:?}")).or_insert_with(|| {
            facts.push(event);
            facts.len() - 1
        })
    }

    fn state(&self, facts: &Facts) -> State {
        replay(&self.plan, facts.iter().map(|fact| &self.facts[*fact]))
    }

    /// One end at most, of the execution as of each attempt, and an attempt starts when the
    /// one before it has failed.
    fn is_sound(&mut self, journal: &Facts) -> Result<(), Violation> {
        if !self.sound.insert(journal.clone()) {
            return Ok(());
        }
        let (mut running, mut over, mut is_over) = (None, BTreeSet::new(), false);
        for event in journal.iter().map(|fact| &self.facts[*fact]) {
            must("final", !is_over, || format!("{event:?} comes after the end"))?;
            match event {
                Event::AttemptStarted { key, .. } => {
                    must(
                        "attempts",
                        running.is_none() && key.attempt as usize == over.len() + 1,
                        || format!("{key:?} starts while {running:?} runs, after {over:?}"),
                    )?;
                    running = Some(*key);
                }
                Event::AttemptResumed { key, .. } => {
                    must("news", running == Some(*key), || format!("{key:?} does not run"))?;
                }
                Event::AttemptCompleted { key, .. } | Event::AttemptFailed { key, .. } => {
                    must("results", over.insert(*key), || format!("{key:?} ends twice"))?;
                    must("news", running.take() == Some(*key), || format!("{key:?} does not run"))?;
                }
                event => is_over = event.is_final(),
            }
        }
        Ok(())
    }

    /// How it ends when another process takes it up and nothing goes wrong any more.
    fn end(&mut self, journal: &Facts) -> Result<&'static str, Violation> {
        if let Some(end) = self.ends.get(journal) {
            return Ok(end);
        }
        let mut known = self.learn(journal.clone(), Move::Read)?;
        for next in [Move::Complete(1), Move::Tick, Move::Complete(2)] {
            known = self.learn(known, next)?;
        }
        self.is_sound(&known)?;
        let status = self.state(&known).status;
        must("stuck", status.is_final(), || format!("it is {status} after everything"))?;
        self.ends.insert(journal.clone(), status.as_str());
        Ok(status.as_str())
    }
}
