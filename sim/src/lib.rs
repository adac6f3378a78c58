//! The simulator: the engine in a world where everything goes wrong, thousands of
//! executions of made-up workflows at a time, all of it from one seed.
//!
//! `scenario.rs` is what is made up (by `invent.rs`), `world/` drives it to its end,
//! `race.rs` looks at every order in which processes can meet over one step,
//! `checker/` refuses what must never happen, `oracle.rs` works out a second time, without
//! the engine, what must come out, `fault.rs` plants faults to see whether the checker is
//! blind, and `history.rs` keeps histories that have to come to the same state for ever.
//! `cargo xtask sim` and the tests run the same [`run`].

pub mod checker;
pub mod fault;
pub mod history;
pub mod invent;
pub mod luck;
pub mod oracle;
pub mod race;
pub mod record;
pub mod scenario;
pub mod violation;
pub mod world;

use engine::{LinkMode, Source, State, create, link};
use serde_json::json;

use checker::Left;
use fault::Fault;
use history::Hash;
use luck::Luck;
use oracle::Oracle;
use scenario::Scenario;
use violation::{Violation, must};
use world::{Weather, World};

/// What to simulate.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Where all luck comes from.
    pub seed: u64,
    /// After how many facts it is enough.
    pub events: u64,
    /// A planted fault.
    pub fault: Option<Fault>,
}

/// What was simulated.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// How many executions came to their ends.
    pub executions: u64,
    /// How many of them continued others.
    pub links: u64,
    /// How many facts they recorded.
    pub events: u64,
    /// How they ended: completed, failed, cancelled, rolled back.
    pub ends: [u64; 4],
    /// The SHA-256 of all journals: the same for the same seed.
    pub hash: String,
}

/// A broken promise, and how to see it again.
#[derive(Debug, Clone)]
pub struct Found {
    /// Which of the executions, from 0.
    pub execution: u64,
    /// What was simulated.
    pub definition: String,
    /// What was broken.
    pub violation: Violation,
    /// The facts that led there, those last that were not yet durable.
    pub history: Vec<String>,
}

/// Simulates executions until there are enough facts, or until a promise is broken.
pub fn run(options: Options) -> Result<Report, Box<Found>> {
    let mut report = Report::default();
    let mut hash = Hash::default();
    let mut seeds = Luck::new(options.seed);
    while report.events < options.events {
        let execution = report.executions;
        let mut luck = Luck::new(seeds.word());
        let mut scenario = invent::invent(&mut luck);
        let weather = luck.below(3);
        if weather == 2 && luck.percent(30) {
            scenario.minutes = Some(1 + luck.below(90) as u32);
        }
        one(&scenario, weather, &mut luck, options.fault, &mut report, &mut hash).map_err(
            |(violation, history)| {
                Box::new(Found { execution, definition: scenario.text(), violation, history })
            },
        )?;
    }
    report.hash = hash.hex();
    Ok(report)
}

fn one(
    scenario: &Scenario,
    weather: usize,
    luck: &mut Luck,
    fault: Option<Fault>,
    report: &mut Report,
    hash: &mut Hash,
) -> Result<(), (Violation, Vec<String>)> {
    let plan = scenario.plan();
    let (state, created) = create(&plan, json!({}), luck.word());
    let first = (state, vec![created]);
    let around = [Weather::default(), Weather::ROUGH, Weather::STORM][weather];
    let mut world = World::new(scenario, &plan, first, Luck::new(luck.word()), around, fault)
        .map_err(|violation| (violation, Vec::new()))?;
    world.run().map_err(|violation| (violation, world.history()))?;
    if weather < 2 {
        let told = Oracle::new(scenario).check(world.state());
        told.map_err(|violation| (violation, world.history()))?;
    }
    count(&world, report, hash);
    if !luck.percent(30) {
        return Ok(());
    }
    let Some(first) = continued(scenario, world.state(), luck) else { return Ok(()) };
    let left = world.left_to_undo();
    let luck = Luck::new(luck.word());
    let mut world = World::new(scenario, &plan, first, luck, Weather::STORM, fault)
        .map_err(|violation| (violation, Vec::new()))?;
    if fault.is_none() {
        takes_over(left, &world).map_err(|violation| (violation, world.history()))?;
    }
    world.run().map_err(|violation| (violation, world.history()))?;
    report.links += 1;
    count(&world, report, hash);
    Ok(())
}

/// What is left to undo of an ended execution is left to the one that continues it, unless that
/// is other work; of steps that are done again only if they were sent back.
fn takes_over(left: Option<[Left; 2]>, world: &World<'_>) -> Result<(), Violation> {
    let mode = world.state().origin.as_ref().map(|origin| origin.mode);
    let found = world.left_to_undo();
    let (Some([all, earlier]), Some([found, _])) = (left, found) else { return Ok(()) };
    if mode == Some(LinkMode::Fork) {
        return Ok(());
    }
    let may_be_less = mode != Some(LinkMode::Rollback);
    for (step, found) in &found {
        let is_all = all.get(step) == Some(found);
        let is_less = found.is_empty() && earlier.get(step).is_none_or(Vec::is_empty);
        must("kept", is_all || may_be_less && is_less, || {
            format!("{:?} of step {step} is left, and taken over is {found:?}", all.get(step))
        })?;
    }
    Ok(())
}

/// The first facts of an execution that continues an ended one, where there is one to make.
fn continued(
    scenario: &Scenario,
    ended: &State,
    luck: &mut Luck,
) -> Option<(State, Vec<engine::Event>)> {
    let plan = scenario.plan();
    let source = Source { execution: "exe_1", plan: &plan, state: ended };
    let mode = luck.pick(&[LinkMode::Retry, LinkMode::Resume, LinkMode::Fork, LinkMode::Rollback]);
    let from = scenario::id(luck.below(scenario.steps.len()));
    let from = Some(from.as_str()).filter(|_| mode == LinkMode::Resume);
    link(&plan, source, mode, from, json!({}), luck.word()).ok()
}

fn count(world: &World<'_>, report: &mut Report, hash: &mut Hash) {
    report.executions += 1;
    report.events += world.stored().len() as u64;
    let end = match world.state().status {
        engine::Status::Completed => 0,
        engine::Status::Failed => 1,
        engine::Status::Cancelled => 2,
        _ => 3,
    };
    report.ends[end] += 1;
    for line in world.stored() {
        hash.add(line);
    }
}
