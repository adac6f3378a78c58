//! Steps that wait: for a time, a moment, a signal.

use super::{Play, check, plan, wake};
use crate::{Input, Status};

#[test]
fn a_wait_for_a_time_ends_at_it_and_not_before() {
    check(
        "steps: [{id: a, wait: {minutes: 1}}, {id: b, tool: t}]",
        "start => started, a#1 started, a#1 waits for nothing until 60000
         ok a =>
         tick at 59999 =>
         tick at 60000 => a#1 ok, a completed, b#1 started",
    );
    let mut play = Play::new(plan("steps: [{id: a, wait: {seconds: 5}}]"));
    let outcome = play.feed(Input::Start);
    assert_eq!(wake(&outcome), Some(5000), "it asks to be woken");
    assert_eq!(play.state.shown(), Status::Running);
    assert!(play.state.running().is_empty(), "it holds no place");
}

#[test]
fn a_wait_until_a_moment_that_is_over_ends_at_once() {
    check(
        "steps: [{id: a, wait: {until: '1970-01-01T00:00:10Z'}}]",
        "start => started, a#1 started, a#1 waits for nothing until 10000
         tick at 9999 =>
         tick at 10000 => a#1 ok, a completed, COMPLETED {\"a\":{\"until\":\"1970-01-01T00:00:10.000Z\"}}",
    );
    check(
        "steps: [{id: a, wait: {until: '1969-01-01T00:00:10Z'}}]",
        "start => started, a#1 started, a#1 waits for nothing until -31535990000, a#1 ok, a completed, COMPLETED {\"a\":{\"until\":\"1969-01-01T00:00:10.000Z\"}}",
    );
}

#[test]
fn what_is_no_time_fails_the_step() {
    let text = "steps: [{id: l, tool: t}, {id: a, wait: {KEY: '${{ steps.l.outputs }}'}}]";
    for (key, value) in [
        ("minutes", "\"soon\""),
        ("minutes", "-1"),
        ("days", "367"),
        ("until", "5"),
        ("until", "\"later\""),
    ] {
        check(
            &text.replace("KEY", key),
            &format!(
                "start => started, l#1 started\n ok l {value} => l#1 ok, l completed, a#1 started, a#1 failed (expression), a failed, FAILED by a (expression)"
            ),
        );
    }
}

const EVENT: &str =
    "steps: [{id: l, tool: t}, {id: a, wait: {event: paid}, timeout-minutes: 1}, {id: b, tool: t}]";

#[test]
fn a_signal_ends_the_wait_for_it() {
    check(
        EVENT,
        "start => started, l#1 started
         ok l => l#1 ok, l completed, a#1 started, a#1 waits for paid until 60000
         signal other => signal other
         signal paid {\"sum\":5} => signal paid, a#1 ok, a completed, b#1 started
         signal paid 2 => signal paid",
    );
}

#[test]
fn a_signal_that_comes_early_is_kept_and_taken_once() {
    let play = check(
        "steps: [{id: l, tool: t}, {id: a, wait: {event: paid}}, {id: c, wait: {event: paid}}]",
        "start => started, l#1 started
         signal paid 1 => signal paid
         signal paid 2 => signal paid
         signal paid 3 => signal paid
         ok l => l#1 ok, l completed, a#1 started, a#1 waits for paid until 2592000000, a#1 ok, a completed, c#1 started, c#1 waits for paid until 2592000000, c#1 ok, c completed, COMPLETED {\"c\":2}",
    );
    assert_eq!(play.state.steps[1].outputs(false), 1, "the oldest first");
}

#[test]
fn a_signal_goes_to_one_of_those_that_wait() {
    check(
        "steps: [{id: a, wait: {event: go}, strategy: {matrix: {x: [1, 2]}}}]",
        "start => started, a expanded to 2, a[0]#1 started, a[0]#1 waits for go until 2592000000, a[1]#1 started, a[1]#1 waits for go until 2592000000
         signal go 7 => signal go, a[0]#1 ok
         signal go 8 => signal go, a[1]#1 ok, a completed, COMPLETED {\"a\":[7,8]}",
    );
}

#[test]
fn a_signal_that_does_not_come_fails_the_step_in_time() {
    check(
        EVENT,
        "start => started, l#1 started
         ok l => l#1 ok, l completed, a#1 started, a#1 waits for paid until 60000
         tick at 59999 =>
         tick at 60000 => a#1 failed (timeout), a failed, FAILED by a (timeout)
         signal paid => refused: an execution that is failed cannot be signalled",
    );
}

#[test]
fn a_signal_is_taken_in_during_a_pause() {
    check(
        EVENT,
        "start => started, l#1 started
         ok l => l#1 ok, l completed, a#1 started, a#1 waits for paid until 60000
         pause => paused
         signal paid => signal paid, a#1 ok, a completed
         resume => resumed, b#1 started",
    );
}

#[test]
fn signals_that_nobody_takes_have_a_limit() {
    let mut play = Play::new(plan(EVENT));
    for _ in 0..1000 {
        assert_eq!(play.answer("signal x"), "signal x");
    }
    assert_eq!(
        play.answer("signal x"),
        "refused: 1000 signals wait for a step already; nothing in this workflow takes them"
    );
}
