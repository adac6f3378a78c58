//! Steps that name a capability: the dispatcher chooses, and a failed agent is not asked again.

use serde_json::json;

use super::{Play, plan};
use crate::{AgentTask, Effect, Input, Order};

const CAPABLE: &str = "steps: [{id: a, capability: [review, rust], dispatch: {strategy: priority, exclude: [junior]}, prompt: 'look at ${{ 1 + 1 }}', retry: {jitter: false}}]";

fn exclusions(effects: &[Effect]) -> Option<Vec<String>> {
    effects.iter().find_map(|effect| match effect {
        Effect::ChooseAgent { exclude, .. } => Some(exclude.clone()),
        _ => None,
    })
}

#[test]
fn an_agent_is_chosen_before_it_works() {
    let mut play = Play::new(plan(CAPABLE));
    let outcome = play.feed(Input::Start);
    assert_eq!(exclusions(&outcome.effects), Some(vec!["junior".to_owned()]));
    assert!(!outcome.effects.iter().any(|effect| matches!(effect, Effect::StartAttempt { .. })));
    assert_eq!(play.answer("recover"), "a#1 resumed", "it asks again after a crash");
    let input = play.input("chosen a anna");
    let outcome = play.feed(input);
    let Some(Effect::StartAttempt { order: Order::Agent(order), .. }) = outcome.effects.first()
    else {
        panic!("{outcome:?}")
    };
    assert_eq!(order.agent, "anna");
    assert_eq!(order.task, AgentTask::Prompt("look at 2".to_owned()));
    assert_eq!(play.answer("chosen a bert"), "", "the first choice stands");
    let outcome = play.feed(Input::Recover { give_up_after: None });
    let orders = outcome.effects.iter().filter(|it| matches!(it, Effect::StartAttempt { .. }));
    assert_eq!(orders.count(), 1, "after a crash the chosen agent goes on");
}

#[test]
fn an_agent_that_failed_is_not_chosen_again() {
    let mut play = Play::new(plan(CAPABLE));
    for line in ["start", "chosen a anna", "flaky a"] {
        play.answer(line);
    }
    let input = play.input("tick at 2000");
    let outcome = play.feed(input);
    assert_eq!(exclusions(&outcome.effects), Some(vec!["junior".to_owned(), "anna".to_owned()]));
    assert_eq!(play.answer("chosen a#1 late"), "");
    assert_eq!(play.answer("chosen a bert"), "a#2 chose bert");
    assert_eq!(play.answer("ok a 1"), "a#2 ok, a completed, COMPLETED {\"a\":1}");
}

#[test]
fn when_nobody_can_do_it_the_step_fails() {
    let mut play = Play::new(plan(CAPABLE));
    play.answer("start");
    assert_eq!(
        play.answer("broken a no_agent"),
        "a#1 failed (no_agent), a failed, FAILED by a (no_agent)"
    );
}

#[test]
fn another_workflow_is_ordered_with_its_inputs() {
    let mut play = Play::new(plan(
        "inputs: {n: {type: integer, default: 3}}\nsteps: [{id: a, workflow: hotfix, with: {n: '${{ inputs.n }}'}}]",
    ));
    play.state = crate::create(&play.plan, json!({ "n": 4 }), 7).0;
    let outcome = play.feed(Input::Start);
    let Some(Effect::StartAttempt { order, .. }) = outcome.effects.first() else { panic!() };
    let expected = Order::Workflow { workflow: "hotfix".to_owned(), inputs: json!({ "n": 4 }) };
    assert_eq!(*order, expected);
}
