//! Loops: rounds of a step until an expression says that it is enough.

use serde_json::json;

use super::{Play, check, plan};
use crate::{AttemptKey, Event, Input, replay};

#[test]
fn a_loop_goes_on_until_its_condition_holds() {
    let play = check(
        "steps: [{id: a, tool: t, loop: {until: loop.last.done, max: 5}}, {id: b, tool: t, with: {n: '${{ steps.a.outputs.n }}'}}]",
        "start => started, a[0]#1 started
         ok a {\"done\":false,\"n\":1} => a[0]#1 ok, another round after {\"done\":false,\"n\":1}, a[1]#1 started
         ok a {} =>
         ok a[1] {\"done\":true,\"n\":2} => a[1]#1 ok, a completed, b#1 started
         ok b => b#1 ok, b completed, COMPLETED {\"b\":null}",
    );
    assert_eq!(play.state.steps[0].outputs(false), json!({ "done": true, "n": 2 }));
}

#[test]
fn a_loop_goes_on_while_its_condition_holds() {
    check(
        "steps: [{id: a, tool: t, loop: {while: loop.index < 1, max: 5}}]",
        "start => started, a[0]#1 started
         ok a 5 => a[0]#1 ok, another round after 5, a[1]#1 started
         ok a[1] 6 => a[1]#1 ok, a completed, COMPLETED {\"a\":6}",
    );
}

#[test]
fn a_loop_ends_well_with_its_last_round() {
    check(
        "steps: [{id: a, tool: t, loop: {until: loop.last, max: 2}}]",
        "start => started, a[0]#1 started
         ok a false => a[0]#1 ok, another round after false, a[1]#1 started
         ok a[1] false => a[1]#1 ok, a completed, COMPLETED {\"a\":false}",
    );
}

#[test]
fn each_round_has_its_own_retries_and_a_failed_one_fails_the_step() {
    check(
        "steps: [{id: a, tool: t, loop: {until: loop.last, max: 3}, retry: {max-attempts: 2, jitter: false}}]",
        "start => started, a[0]#1 started
         flaky a => a[0]#1 failed (flaky), again at 2000
         tick at 2000 => a[0]#2 started
         ok a false => a[0]#2 ok, another round after false, a[1]#1 started
         flaky a[1] => a[1]#1 failed (flaky), again at 4000
         tick at 4000 => a[1]#2 started
         flaky a[1] => a[1]#2 failed (flaky), a failed, FAILED by a (flaky)",
    );
}

#[test]
fn a_condition_that_cannot_be_evaluated_fails_the_round() {
    check(
        "steps: [{id: a, tool: t, loop: {until: loop.last.done, max: 3}}]",
        "start => started, a[0]#1 started
         ok a {} => a[0]#1 failed (expression), a failed, FAILED by a (expression)",
    );
}

#[test]
fn parameters_read_the_round_and_the_output_of_the_one_before() {
    let plan = plan(
        "steps: [{id: a, tool: t, with: {i: '${{ loop.index }}', last: '${{ loop.last }}'}, loop: {until: false, max: 2}}]",
    );
    let mut play = Play::new(plan);
    let with = |outcome: crate::Outcome| {
        outcome.effects.into_iter().find_map(|effect| match effect {
            crate::Effect::StartAttempt { order: crate::Order::Tool { with, .. }, .. } => {
                Some(with)
            }
            _ => None,
        })
    };
    assert_eq!(with(play.feed(Input::Start)), Some(json!({ "i": 0, "last": null })));
    let key = AttemptKey { step: 0, instance: 0, attempt: 1 };
    let outcome = play.feed(Input::AttemptCompleted { key, output: json!("x") });
    assert_eq!(with(outcome), Some(json!({ "i": 1, "last": "x" })));
}

#[test]
fn a_round_that_the_journal_does_not_name_yet_begins_after_a_crash() {
    let plan = plan("steps: [{id: a, tool: t, loop: {until: loop.last, max: 3}}]");
    let mut play = Play::new(plan.clone());
    let mut journal = vec![crate::create(&plan, json!({}), 7).1];
    journal.extend(play.feed(Input::Start).events);
    let key = AttemptKey { step: 0, instance: 0, attempt: 1 };
    journal.push(Event::AttemptCompleted { key, output: json!(false) });
    let mut second = Play { state: replay(&plan, &journal), plan, now: play.now };
    assert_eq!(second.answer("recover"), "another round after false, a[1]#1 started");
}
