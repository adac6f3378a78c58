//! A process dies after every single fact of many executions, and each comes to its end.

use base::Timestamp;
use engine::{Event, Status, StepStatus, create};
use serde_json::json;
use sim::invent::invent;
use sim::luck::Luck;
use sim::oracle::Oracle;
use sim::scenario::{Elements, End, Fan, Scenario, Step};
use sim::world::{Weather, World};

/// An execution in fair weather, and its history with times.
fn clean<'a>(
    scenario: &'a Scenario,
    plan: &'a engine::Plan,
    seed: u64,
) -> (World<'a>, Vec<(Event, Timestamp)>) {
    let first = create(plan, json!({}), 7);
    let first = (first.0, vec![first.1]);
    let mut world =
        World::new(scenario, plan, first, Luck::new(seed), Weather::default(), None).unwrap();
    let mut history: Vec<(Event, Timestamp)> = Vec::new();
    world.run().unwrap_or_else(|violation| panic!("{violation}\n{}", scenario.text()));
    history.extend(world.journal().iter().cloned().zip(world.times().iter().copied()));
    (world, history)
}

/// Crashes after every fact; gives how often.
fn crash_everywhere(scenario: &Scenario, seed: u64, check: impl Fn(&World<'_>, usize)) -> usize {
    let plan = scenario.plan();
    let (_, history) = clean(scenario, &plan, seed);
    for length in 1..history.len() {
        let luck = Luck::new(seed ^ length as u64);
        let ended =
            World::after_crash(scenario, &plan, &history[..length], luck, Weather::default())
                .and_then(|mut world| world.run().map(|()| world));
        let world = ended.unwrap_or_else(|violation| {
            panic!(
                "after {length} of {} facts ({:?}): {violation}\n{}",
                history.len(),
                history[length - 1],
                scenario.text()
            )
        });
        check(&world, length);
    }
    history.len() - 1
}

#[test]
fn a_crash_after_any_fact_changes_nothing_about_the_end() {
    let mut luck = Luck::new(11);
    let mut crashes = 0;
    while crashes < 3_000 {
        let scenario = invent(&mut luck);
        let oracle = Oracle::new(&scenario);
        crashes += crash_everywhere(&scenario, luck.word(), |world, length| {
            oracle.check(world.state()).unwrap_or_else(|violation| {
                panic!("after {length} facts: {violation}\n{}", scenario.text())
            });
        });
    }
}

/// Twenty steps in five layers, each of which can be undone; one of them fails, each in
/// turn and twice, and a process dies after every fact (reliability R12).
#[test]
fn a_rollback_undoes_everything_once_and_in_reverse_order_whenever_the_process_dies() {
    let mut cases = 0;
    for turn in 0..40 {
        let fails = turn % 20;
        let steps: Vec<Step> = (0..20)
            .map(|position| {
                let layer = position / 4;
                let needs = match layer {
                    0 => Vec::new(),
                    _ => vec![layer * 4 - 4 + position % 4, layer * 4 - 4 + (position + 1) % 4],
                };
                let mut step = Step::new(needs);
                step.ends = vec![if position == fails { End::Broken } else { End::Well }];
                step.undo = Some(vec![End::Well, End::Flaky]);
                if position == 2 {
                    let elements = Elements::Count(3);
                    step.fan = Some(Fan { elements, max_parallel: 2, fail_fast: true });
                }
                step
            })
            .collect();
        let scenario = Scenario {
            is_redone: vec![false; steps.len()],
            steps,
            max_parallel: None,
            rolls_back: true,
            minutes: None,
        };
        cases += crash_everywhere(&scenario, turn as u64, |world, _| {
            let state = world.state();
            assert_eq!(state.status, Status::RolledBack);
            for (main, step) in state.steps[..20].iter().enumerate() {
                let undone = state.steps[20 + main].status == StepStatus::Completed;
                let acted = step.status == StepStatus::Completed;
                assert!(undone || !acted, "step {main} is {} and not undone", step.status);
            }
        });
    }
    assert!(cases >= 2_000, "{cases} cases");
}
