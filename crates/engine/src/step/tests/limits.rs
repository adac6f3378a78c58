//! What an execution may take: places, time, money, quality, deaths, history.

use serde_json::json;

use super::{Play, check, plan, play};
use crate::{Event, Input, Status, replay};

#[test]
fn an_execution_runs_no_more_attempts_than_it_may() {
    check(
        "max-parallel: 2
steps:
- {id: a, tool: t, needs: []}
- {id: b, tool: t, needs: [], strategy: {matrix: {x: [1, 2]}}}
- {id: c, tool: t, needs: []}",
        "start => started, a#1 started, b expanded to 2, b[0]#1 started
         ok a => a#1 ok, a completed, b[1]#1 started
         ok b[0] => b[0]#1 ok, c#1 started
         ok c => c#1 ok, c completed
         ok b[1] 1 => b[1]#1 ok, b completed, COMPLETED {\"a\":null,\"b\":[null,1],\"c\":null}",
    );
}

/// Nobody looked at a step again whose next attempt was due while
/// every place was taken.
#[test]
fn a_retry_that_found_no_place_gets_the_next_free_one() {
    check(
        "max-parallel: 1
steps:
- {id: a, tool: t, needs: [], retry: {jitter: false}}
- {id: b, tool: t, needs: []}",
        "start => started, a#1 started
         flaky a => a#1 failed (flaky), again at 2000, b#1 started
         tick at 2000 =>
         ok b => b#1 ok, b completed, a#2 started
         ok a => a#2 ok, a completed, COMPLETED {\"a\":null,\"b\":null}",
    );
}

#[test]
fn waiting_takes_no_place() {
    check(
        "max-parallel: 1
steps:
- {id: a, wait: {minutes: 1}, needs: []}
- {id: b, tool: t, needs: []}
- {id: c, tool: t, needs: a}",
        "start => started, a#1 started, a#1 waits for nothing until 60000, b#1 started
         tick at 60000 => a#1 ok, a completed
         ok b => b#1 ok, b completed, c#1 started",
    );
}

const TIMED: &str = "timeout-minutes: 1\nsteps: [{id: a, tool: t}, {id: b, tool: t}]";

#[test]
fn an_execution_that_takes_too_long_fails() {
    check(
        TIMED,
        "start => started until 60000, a#1 started
         tick at 59999 =>
         tick at 60000 => FAILED by itself (timeout)",
    );
    check(
        TIMED,
        "start => started until 60000, a#1 started
         ok a => a#1 ok, a completed, b#1 started
         pause => paused
         tick at 60000 => FAILED by itself (timeout)",
    );
}

#[test]
fn the_time_counts_from_the_start_even_after_a_pause_before_it() {
    check(
        TIMED,
        "pause => paused
         tick at 1000 =>
         resume => resumed
         start => started until 61000, a#1 started
         tick at 61000 => FAILED by itself (timeout)",
    );
}

#[test]
fn what_would_pass_the_budget_pauses_the_execution() {
    let text = "budget: 0.5\nsteps: [{id: a, tool: t, retry: {max-attempts: 1}}]";
    check(
        text,
        "start => started, a#1 started
         broken a budget_exceeded => a#1 failed (budget_exceeded), again at 0, paused by budget
         tick =>
         resume => resumed, a#2 started
         broken a budget_exceeded => a#2 failed (budget_exceeded), again at 0, paused by budget
         resume => resumed, a#3 started
         ok a => a#3 ok, a completed, COMPLETED {\"a\":null}",
    );
}

#[test]
fn a_second_attempt_over_the_budget_waits_with_the_first() {
    check(
        "budget: 0.5\nsteps: [{id: a, tool: t, retry: {max-attempts: 1}, strategy: {matrix: {x: [1, 2]}}}]",
        "start => started, a expanded to 2, a[0]#1 started, a[1]#1 started
         broken a[0] budget_exceeded => a[0]#1 failed (budget_exceeded), again at 0, paused by budget
         broken a[1] budget_exceeded => a[1]#1 failed (budget_exceeded), again at 0
         resume => resumed, a[0]#2 started, a[1]#2 started",
    );
}

#[test]
fn a_budget_may_fail_the_step_instead() {
    check(
        "budget: {usd: 0.5, on-exceeded: fail}\nsteps: [{id: a, tool: t}]",
        "start => started, a#1 started
         broken a budget_exceeded => a#1 failed (budget_exceeded), a failed, FAILED by a (budget_exceeded)",
    );
    check(
        "budget: {usd: 0.5, on-exceeded: fail}\nsteps: [{id: a, agent: x, command: y, budget: 0.1}]",
        "start => started, a#1 started
         broken a budget_exceeded => a#1 failed (budget_exceeded), again at 0, paused by budget",
    );
}

/// The pause is no fact yet when the process dies; the step must not fail for it.
#[test]
fn a_crash_in_the_middle_of_a_budget_pause_still_pauses() {
    let plan = plan("budget: 0.5\nsteps: [{id: a, tool: t, retry: {max-attempts: 1}}]");
    let mut first = Play::new(plan.clone());
    let mut journal = vec![crate::create(&plan, json!({}), 7).1];
    journal.extend(first.feed(Input::Start).events);
    let input = first.input("broken a budget_exceeded");
    journal.push(first.feed(input).events[0].clone());
    let state = replay(&plan, &journal);
    play(
        Play { plan, state, now: first.now },
        "recover => again at 0, paused by budget\n resume => resumed, a#2 started",
    );
}

#[test]
fn an_output_of_too_low_quality_is_no_result() {
    let text =
        "steps: [{id: a, tool: t, min-quality-score: 8, retry: {max-attempts: 2, jitter: false}}]";
    check(
        text,
        "start => started, a#1 started
         ok a {\"quality_score\":7.9} => a#1 failed (quality_too_low), again at 2000
         tick at 2000 => a#2 started
         ok a {\"score\":8} => a#2 ok, a completed, COMPLETED {\"a\":{\"score\":8}}",
    );
    check(
        text,
        "start => started, a#1 started
         ok a {\"score\":1} => a#1 failed (quality_too_low), again at 2000
         tick at 2000 => a#2 started
         ok a {\"score\":1} => a#2 failed (quality_too_low), a failed, FAILED by a (quality_too_low)",
    );
    check(
        text,
        "start => started, a#1 started\n ok a 5 => a#1 ok, a completed, COMPLETED {\"a\":5}",
    );
}

#[test]
fn only_the_failures_that_are_meant_are_tried_again() {
    let text = "steps: [{id: a, tool: t, timeout-minutes: 1, retry: {on: [timeout, rate_limited], jitter: false}}]";
    check(
        text,
        "start => started, a#1 started
         flaky a rate_limited => a#1 failed (rate_limited), again at 2000
         tick at 2000 => a#2 started
         tick at 62000 => a#2 failed (timeout), again at 66000
         tick at 66000 => a#3 started
         flaky a => a#3 failed (flaky), a failed, FAILED by a (flaky)",
    );
    check(
        text,
        "start => started, a#1 started\n flaky a => a#1 failed (flaky), a failed, FAILED by a (flaky)",
    );
    check(
        text,
        "start => started, a#1 started\n broken a timeout => a#1 failed (timeout), a failed, FAILED by a (timeout)",
    );
}

#[test]
fn an_attempt_that_sees_too_many_processes_die_is_given_up() {
    check(
        "steps: [{id: a, tool: t}]",
        "start => started, a#1 started
         recover => a#1 resumed
         restart => a#1 resumed
         recover => a#1 resumed after 2 deaths, held
         began a => a#1 began until 300000
         restart => a#1 resumed after 2 deaths
         recover => a#1 failed (quarantined), a failed, FAILED by a (quarantined)",
    );
    check(
        "steps: [{id: a, tool: t}, {id: b, workflow: w, needs: []}]",
        "start => started, a#1 started, b#1 started
         recover => a#1 resumed, b#1 resumed
         recover => a#1 resumed after 2 deaths, held, b#1 resumed
         recover => a#1 resumed after 2 deaths, held, b#1 resumed
         recover => a#1 resumed after 2 deaths, held, b#1 resumed
         began a => a#1 began until 300000
         recover => a#1 failed (quarantined), b#1 resumed, a failed",
    );
    check(
        "steps: [{id: a, tool: t, retry: {jitter: false}}]",
        "start => started, a#1 started
         recover => a#1 resumed
         flaky a => a#1 failed (flaky), again at 2000
         tick at 2000 => a#2 started
         recover => a#2 resumed",
    );
}

#[test]
fn the_time_of_an_attempt_that_waited_for_a_place_counts_from_its_beginning() {
    check(
        "steps: [{id: a, tool: t, timeout-minutes: 1, retry: {max-attempts: 1}}]",
        "start => started, a#1 started
         tick at 30000 =>
         began a => a#1 began until 90000
         began a#2 =>
         tick at 60000 =>
         tick at 90000 => a#1 failed (timeout), a failed, FAILED by a (timeout)
         began a =>",
    );
}

#[test]
fn a_history_without_an_end_is_ended() {
    let mut play = Play::new(plan(
        "on-failure: rollback\nsteps: [{id: a, tool: t, compensate: {tool: u}, strategy: {matrix: {x: '${{ inputs.x }}'}, max-parallel: 1000}}]\ninputs: {x: {type: list}}",
    ));
    play.state = crate::create(&play.plan, json!({ "x": vec![0; 10_000] }), 7).0;
    let mut events = play.feed(Input::Start).events.len() + 1;
    let mut last = Vec::new();
    while !play.state.status.is_final() {
        let outcome = play.feed(Input::Recover { give_up_after: None });
        events += outcome.events.len();
        last = outcome.events;
        assert!(events < 60_000, "it goes on for ever");
    }
    assert_eq!(play.state.status, Status::Failed);
    let Some(Event::ExecutionFailed { failure, .. }) = last.last() else { panic!("{last:?}") };
    assert_eq!(failure.code, "history_too_long");
    assert!(events > 50_000);
}

#[test]
fn checkpoints_carry_their_names() {
    check(
        "steps: [{id: a, tool: t, checkpoint: true}, {id: b, tool: t, checkpoint: half}]",
        "start => started, a#1 started
         ok a => a#1 ok, a completed as a, b#1 started
         ok b => b#1 ok, b completed as half, COMPLETED {\"b\":null}",
    );
}
