//! Records histories that show every kind of fact; see `histories/`.

use std::collections::BTreeSet;

use engine::{Event, create};
use serde_json::json;

use crate::history;
use crate::invent::invent;
use crate::luck::Luck;
use crate::scenario::Scenario;
use crate::violation::Violation;
use crate::world::{Weather, World};

/// The longest history that is kept.
const LONGEST: usize = 120;
/// How many workflows are tried.
const TRIES: usize = 20_000;
/// How many kinds of facts there are.
const KINDS: usize = 28;

/// So many histories as text, or more where they are needed to show every kind of fact.
pub fn record(seed: u64, count: usize) -> Result<Vec<String>, Violation> {
    let mut luck = Luck::new(seed);
    let mut known = BTreeSet::new();
    let mut histories = Vec::new();
    for _ in 0..TRIES {
        if histories.len() >= count && known.len() >= KINDS {
            break;
        }
        let scenario = invent(&mut luck);
        let plan = scenario.plan();
        let (state, created) = create(&plan, json!({}), luck.word());
        let first = (state, vec![created]);
        let world = ended(&scenario, &plan, first, &mut luck)?;
        let continued = crate::continued(&scenario, world.state(), &mut luck);
        take(&scenario, &world, &mut known, &mut histories, &mut luck);
        if let Some(first) = continued {
            let world = ended(&scenario, &plan, first, &mut luck)?;
            take(&scenario, &world, &mut known, &mut histories, &mut luck);
        }
    }
    Ok(histories)
}

fn ended<'a>(
    scenario: &'a Scenario,
    plan: &'a engine::Plan,
    first: (engine::State, Vec<Event>),
    luck: &mut Luck,
) -> Result<World<'a>, Violation> {
    let luck = Luck::new(luck.word());
    let mut world = World::new(scenario, plan, first, luck, Weather::STORM, None)?;
    world.run()?;
    Ok(world)
}

fn take(
    scenario: &Scenario,
    world: &World<'_>,
    known: &mut BTreeSet<&'static str>,
    histories: &mut Vec<String>,
    luck: &mut Luck,
) {
    let kinds: BTreeSet<&str> = world.journal().iter().map(Event::kind).collect();
    let is_wanted = !kinds.is_subset(known) || luck.percent(4);
    if world.journal().len() <= LONGEST && is_wanted {
        known.extend(kinds);
        histories.push(history::write(&scenario.text(), world.stored(), world.state()));
    }
}
