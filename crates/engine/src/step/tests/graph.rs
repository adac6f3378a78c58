//! Which steps run, and when.

use super::check;
use crate::StepStatus;

#[test]
fn steps_without_needs_run_in_the_order_written() {
    check(
        "steps: [{id: a, tool: t}, {id: b, tool: t}]",
        "start => started, a#1 started
         ok a 1 => a#1 ok, a completed, b#1 started
         ok b 2 => b#1 ok, b completed, COMPLETED {\"b\":2}",
    );
}

#[test]
fn a_step_starts_the_moment_its_own_needs_are_met() {
    let diamond = "steps:
- {id: a, tool: t, needs: []}
- {id: b, tool: t}
- {id: c, tool: t, needs: a}
- {id: d, tool: t, needs: [b, c]}";
    check(
        diamond,
        "start => started, a#1 started, b#1 started
         ok a => a#1 ok, a completed, c#1 started
         ok c => c#1 ok, c completed
         ok b => b#1 ok, b completed, d#1 started
         ok d => d#1 ok, d completed, COMPLETED {\"d\":null}",
    );
}

#[test]
fn a_false_condition_skips_the_step_and_its_dependants_still_run() {
    check(
        "steps: [{id: a, tool: t, if: false}, {id: b, tool: t, if: \"steps.a.status == 'completed'\"}, {id: c, tool: t}]",
        "start => started, a skipped, b skipped, c#1 started
         ok c 3 => c#1 ok, c completed, COMPLETED {\"c\":3}",
    );
    check(
        "steps: [{id: a, tool: t, if: 1 == 2}]",
        "start => started, a skipped, COMPLETED {\"a\":null}",
    );
}

#[test]
fn conditions_read_what_earlier_steps_gave() {
    let text = "steps: [{id: a, tool: t}, {id: b, tool: t, if: steps.a.outputs.score > 5}]";
    check(
        text,
        "start => started, a#1 started
         ok a {\"score\":6} => a#1 ok, a completed, b#1 started",
    );
    check(
        text,
        "start => started, a#1 started
         ok a {\"score\":5} => a#1 ok, a completed, b skipped, COMPLETED {\"b\":null}",
    );
    check(
        text,
        "start => started, a#1 started
         ok a {} => a#1 ok, a completed, b failed, FAILED by b (expression)",
    );
    check(
        text,
        "start => started, a#1 started
         ok a {\"score\":\"high\"} => a#1 ok, a completed, b failed, FAILED by b (expression)",
    );
}

#[test]
fn when_a_step_fails_its_siblings_finish_and_nothing_new_starts() {
    let text = "steps:
- {id: a, tool: t, needs: []}
- {id: b, tool: t}
- {id: c, tool: t, needs: b}
- {id: d, tool: t, needs: a}";
    let play = check(
        text,
        "start => started, a#1 started, b#1 started
         broken a => a#1 failed (broken), a failed
         ok b 1 => b#1 ok, b completed, FAILED by a (broken)
         ok c => ",
    );
    let statuses: Vec<StepStatus> = play.state.steps.iter().map(|step| step.status).collect();
    assert_eq!(
        statuses,
        [StepStatus::Failed, StepStatus::Completed, StepStatus::Skipped, StepStatus::Skipped]
    );
    check(
        text,
        "start => started, a#1 started, b#1 started
         broken a => a#1 failed (broken), a failed
         flaky b => b#1 failed (flaky), b failed, FAILED by a (broken)",
    );
}

#[test]
fn a_step_that_may_fail_does_not_stop_the_execution() {
    check(
        "steps: [{id: a, tool: t, continue-on-error: true}, {id: b, tool: t, with: {why: '${{ steps.a.error }}'}}]",
        "start => started, a#1 started
         broken a => a#1 failed (broken), a failed, b#1 started
         ok b => b#1 ok, b completed, COMPLETED {\"b\":null}",
    );
}

#[test]
fn outputs_are_those_declared_or_those_of_the_last_steps() {
    check(
        "steps:\n- {id: a, tool: t, needs: []}\n- {id: b, tool: t}\n- {id: c, tool: t, needs: a}\n",
        "start => started, a#1 started, b#1 started
         ok a 1 => a#1 ok, a completed, c#1 started
         ok b 2 => b#1 ok, b completed
         ok c 3 => c#1 ok, c completed, COMPLETED {\"b\":2,\"c\":3}",
    );
    check(
        "steps: [{id: a, tool: t}]\noutputs: { sum: '${{ steps.a.outputs.n }}', text: 'n=${{ steps.a.outputs.n }}' }",
        "start => started, a#1 started
         ok a {\"n\":5} => a#1 ok, a completed, COMPLETED {\"sum\":5,\"text\":\"n=5\"}",
    );
    check(
        "steps: [{id: a, tool: t}]\noutputs: '${{ steps.a.outputs.missing }}'",
        "start => started, a#1 started
         ok a {} => a#1 ok, a completed, FAILED by itself (expression)",
    );
}

#[test]
fn news_that_is_not_wanted_changes_nothing() {
    check(
        "steps: [{id: a, tool: t, needs: []}, {id: b, tool: t}]",
        "ok a =>
         tick =>
         recover =>
         start => started, a#1 started, b#1 started
         start =>
         ok a#2 =>
         ok a 1 => a#1 ok, a completed
         ok a 2 =>
         broken a =>
         ok a[1] =>
         ok b => b#1 ok, b completed, COMPLETED {\"a\":1,\"b\":null}
         ok b 5 =>
         tick at 99999999 =>
         recover =>
         start =>",
    );
}
