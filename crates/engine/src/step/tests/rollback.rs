//! What was done is undone, last things first.

use serde_json::{Value as Json, json};

use super::{Play, check, plan};
use crate::{Effect, Event, Input, Order};

const THREE: &str = "on-failure: rollback
steps:
- {id: a, tool: t, compensate: {tool: undo, with: {what: '${{ outputs }}'}}}
- {id: b, tool: t}
- {id: c, tool: t, compensate: {tool: undo}}
- {id: d, tool: t}";

const FAILS: &str = "start => started, a#1 started
         ok a 1 => a#1 ok, a completed, b#1 started
         ok b 2 => b#1 ok, b completed, c#1 started
         ok c 3 => c#1 ok, c completed, d#1 started
         broken d => d#1 failed (broken), d failed, UNDOING because of d (broken), c.compensate#1 started";

#[test]
fn compensations_run_in_reverse_order_and_say_what_cannot_be_undone() {
    let play = super::play(
        check(THREE, FAILS),
        "cancel => refused: an execution that is rolling_back cannot be cancelled
         pause => refused: an execution that is rolling_back cannot be paused
         ok c.compensate => c.compensate#1 ok, c.compensate completed, a.compensate#1 started
         ok a.compensate => a.compensate#1 ok, a.compensate completed, ROLLED BACK without b
         tick =>",
    );
    assert_eq!(
        play.state.failure.as_ref().map(|(_, failure)| failure.code.as_str()),
        Some("broken")
    );
}

#[test]
fn a_compensation_reads_what_it_undoes() {
    let mut play = check(THREE, FAILS);
    let input = play.input("ok c.compensate");
    let effects = play.feed(input).effects;
    let Some(Effect::StartAttempt { order: Order::Tool { tool, with }, .. }) = effects.first()
    else {
        panic!("{effects:?}")
    };
    assert_eq!((tool.as_str(), with), ("undo", &json!({ "what": 1 })));
}

#[test]
fn a_compensation_is_tried_again_and_a_failed_one_is_never_silent() {
    super::play(
        check(THREE, FAILS),
        "tick at 1000 =>
         flaky c.compensate after 9000 => c.compensate#1 failed (flaky), again at 10000
         recover =>
         tick at 10000 => c.compensate#2 started
         broken c.compensate => c.compensate#2 failed (broken), c.compensate failed, FAILED by c (rollback_failed)
         tick at 20000 =>",
    );
}

#[test]
fn a_compensation_over_its_time_is_tried_again() {
    super::play(
        check(THREE, FAILS),
        "tick at 300000 => c.compensate#1 failed (timeout), again at 301216",
    );
}

#[test]
fn only_the_instances_that_ended_well_are_undone_the_last_one_first() {
    let text = "on-failure: rollback
steps: [{id: a, tool: t, compensate: {tool: undo, with: {x: '${{ matrix.x }}', gave: '${{ outputs }}'}}, strategy: {matrix: {x: [7, 8, 9]}, fail-fast: false}}]";
    let mut play = check(
        text,
        "start => started, a expanded to 3, a[0]#1 started, a[1]#1 started, a[2]#1 started
         ok a[2] \"c\" => a[2]#1 ok
         ok a[0] \"a\" => a[0]#1 ok",
    );
    let input = play.input("broken a[1]");
    let outcome = play.feed(input);
    let with = |effects: &[Effect]| match effects.first() {
        Some(Effect::StartAttempt { order: Order::Tool { with, .. }, .. }) => with.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(with(&outcome.effects), json!({ "x": 9, "gave": "c" }));
    let input = play.input("ok a.compensate[0]");
    assert_eq!(with(&play.feed(input).effects), json!({ "x": 7, "gave": "a" }));
    assert_eq!(
        play.answer("ok a.compensate[1]"),
        "a.compensate[1]#1 ok, a.compensate completed, ROLLED BACK"
    );
}

#[test]
fn what_ran_when_the_time_was_over_is_stopped_and_what_it_did_is_undone() {
    let text = "on-failure: rollback
timeout-minutes: 1
steps: [{id: a, tool: t, compensate: {tool: undo}, strategy: {matrix: {x: [7, 8]}}}]";
    let mut play = check(
        text,
        "start => started until 60000, a expanded to 2, a[0]#1 started, a[1]#1 started\n ok a[0] => a[0]#1 ok",
    );
    play.now = base::Timestamp::from_millis(60_000);
    let outcome = play.feed(Input::Tick);
    assert!(outcome.effects.iter().any(
        |effect| matches!(effect, Effect::CancelAttempt { key } if key.instance == 1 && key.step == 0)
    ));
    super::play(
        play,
        "ok a[1]#1 =>
         tick at 70000 =>
         ok a.compensate[0] => a.compensate[0]#1 ok, a.compensate completed, ROLLED BACK",
    );
}

#[test]
fn a_step_that_nothing_handles_rolls_back_and_a_handled_one_does_not() {
    check(
        "on-failure: rollback
steps:
- {id: a, tool: t, compensate: {tool: undo}}
- {id: b, tool: t, continue-on-error: true}",
        "start => started, a#1 started
         ok a => a#1 ok, a completed, b#1 started
         broken b => b#1 failed (broken), b failed, COMPLETED {\"b\":null}",
    );
}

#[test]
fn nothing_to_undo_is_rolled_back_at_once() {
    check(
        "on-failure: rollback\nsteps: [{id: a, tool: t, compensate: {tool: undo}}]",
        "start => started, a#1 started
         broken a => a#1 failed (broken), a failed, UNDOING because of a (broken), ROLLED BACK",
    );
}

#[test]
fn parameters_of_a_compensation_that_cannot_be_evaluated_fail_the_rollback() {
    check(
        "on-failure: rollback
steps:
- {id: a, tool: t, compensate: {tool: undo, with: {id: '${{ outputs.id }}'}}}
- {id: b, tool: t}",
        "start => started, a#1 started
         ok a {} => a#1 ok, a completed, b#1 started
         broken b => b#1 failed (broken), b failed, UNDOING because of b (broken), a.compensate#1 started, a.compensate#1 failed (expression), a.compensate failed, FAILED by a (rollback_failed)",
    );
}

#[test]
fn an_attempt_at_undoing_goes_on_after_a_crash() {
    super::play(
        check(THREE, FAILS),
        "recover => c.compensate#1 resumed
         ok c.compensate => c.compensate#1 ok, c.compensate completed, a.compensate#1 started",
    );
    let mut play = Play::new(plan(THREE));
    for line in ["start", "ok a", "pause"] {
        play.answer(line);
    }
    assert_eq!(play.answer("cancel"), "CANCELLED", "a cancelled execution undoes nothing");
}

/// What the compensation is given that starts with this input.
fn given(play: &mut Play, line: &str) -> Option<Json> {
    let input = play.input(line);
    play.feed(input).effects.into_iter().find_map(|effect| match effect {
        Effect::StartAttempt { order: Order::Tool { with, .. }, .. } => Some(with),
        _ => None,
    })
}

const REWORK: &str = "on-failure: rollback
steps:
- {id: a, tool: t, compensate: {tool: undo, with: {id: '${{ outputs }}'}}}
- {id: b, tool: t, compensate: {tool: undo, with: {id: '${{ outputs }}', a: '${{ steps.a.outputs }}'}}}
- {id: check, gate: {if: steps.b.outputs > 2, on-fail: {goto: a, max: 2}}}
- {id: c, tool: t}";

const ROUND: &str = "start => started, a#1 started
         ok a 1 => a#1 ok, a completed, b#1 started
         ok b 2 => b#1 ok, b completed, check#1 started, check sent back a+b+check+c (1: null), a#2 started";

#[test]
fn what_was_sent_back_is_undone_by_its_last_good_round() {
    let mut play = check(REWORK, ROUND);
    assert_eq!(given(&mut play, "broken a"), Some(json!({ "id": 2, "a": 1 })));
    assert_eq!(given(&mut play, "ok b.compensate"), Some(json!({ "id": 1 })));
    super::play(play, "ok a.compensate => a.compensate#1 ok, a.compensate completed, ROLLED BACK");
}

#[test]
fn what_was_done_again_is_undone_once_and_in_the_order_of_the_last_rounds() {
    let mut play = super::play(
        check(REWORK, ROUND),
        "ok a 7 => a#2 ok, a completed, b#2 started
         broken b => b#2 failed (broken), b failed, UNDOING because of b (broken), a.compensate#1 started",
    );
    assert_eq!(given(&mut play, "ok a.compensate"), Some(json!({ "id": 2, "a": 7 })));
    super::play(play, "ok b.compensate => b.compensate#1 ok, b.compensate completed, ROLLED BACK");
    let mut play = super::play(
        check(REWORK, ROUND),
        "ok a 7 => a#2 ok, a completed, b#2 started
         ok b 8 => b#2 ok, b completed, check#2 started, check#2 ok, check completed, c#1 started",
    );
    assert_eq!(given(&mut play, "broken c"), Some(json!({ "id": 8, "a": 7 })));
    assert_eq!(given(&mut play, "ok b.compensate"), Some(json!({ "id": 7 })));
}

/// Elements are told apart by their values: those that are there no more stand as well.
#[test]
fn of_a_fan_out_that_was_sent_back_each_element_is_undone_once() {
    let text = "on-failure: rollback
steps:
- {id: list, tool: t}
- {id: a, tool: t, strategy: {matrix: {x: '${{ steps.list.outputs }}'}, fail-fast: false}, compensate: {tool: undo}}
- {id: check, gate: {if: 'steps.list.outputs[0] > 1', on-fail: {goto: list}}}";
    let mut play = check(
        text,
        "start => started, list#1 started
         ok list [1,2,3] => list#1 ok, list completed, a expanded to 3, a[0]#1 started, a[1]#1 started, a[2]#1 started
         ok a[0] \"one\" => a[0]#1 ok
         ok a[1] \"two\" => a[1]#1 ok
         ok a[2] \"three\" => a[2]#1 ok, a completed, check#1 started, check sent back list+a+check (1: null), list#2 started
         ok list [2,3,4] => list#2 ok, list completed, a expanded to 3, a[0]#2 started, a[1]#2 started, a[2]#2 started
         ok a[0] \"new_two\" => a[0]#2 ok
         broken a[1] => a[1]#2 failed (broken)",
    );
    let input = play.input("broken a[2]");
    let undone = play.feed(input).events.into_iter().find_map(|event| match event {
        Event::StepExpanded { items, .. } => Some(items),
        _ => None,
    });
    let undone: Vec<Json> = undone.unwrap().into_iter().map(|item| item.value).collect();
    let expected = [(2, "new_two"), (3, "three"), (1, "one")];
    let expected = expected.map(|(item, output)| json!({ "item": item, "output": output }));
    assert_eq!(undone, expected);
}

#[test]
fn a_loop_that_failed_is_undone_with_its_last_good_round() {
    let text = "on-failure: rollback
steps: [{id: a, tool: t, loop: {until: loop.last.done, max: 3}, compensate: {tool: undo, with: {id: '${{ outputs.id }}'}}}]";
    let mut play = check(
        text,
        "start => started, a[0]#1 started
         ok a {\"done\":false,\"id\":7} => a[0]#1 ok, another round after {\"done\":false,\"id\":7}, a[1]#1 started",
    );
    assert_eq!(given(&mut play, "broken a[1]"), Some(json!({ "id": 7 })));
}
