//! What follows from a failure: it is ignored, or what needs it is skipped, or a branch runs.

use super::check;

#[test]
fn an_error_branch_runs_only_when_its_step_failed() {
    let text = "steps:
- {id: a, tool: t, needs: [], on-error: {goto: mend}}
- {id: b, tool: t, needs: a}
- {id: mend, tool: t, with: {why: '${{ steps.a.error }}'}}
- {id: end, tool: t, needs: [b, mend], if: true}";
    check(
        text,
        "start => started, a#1 started
         ok a => a#1 ok, a completed, b#1 started, mend skipped
         ok b => b#1 ok, b completed, end#1 started
         ok end => end#1 ok, end completed, COMPLETED {\"end\":null}",
    );
    check(
        text,
        "start => started, a#1 started
         broken a => a#1 failed (broken), a failed, b lost, mend#1 started
         ok mend => mend#1 ok, mend completed, end#1 started
         ok end 1 => end#1 ok, end completed, COMPLETED {\"end\":1}",
    );
}

#[test]
fn what_needs_a_failed_step_is_skipped_and_so_on() {
    check(
        "steps:
- {id: a, tool: t, needs: [], on-error: skip-dependants}
- {id: b, tool: t, needs: a}
- {id: c, tool: t, needs: b}
- {id: d, tool: t, needs: [c, e]}
- {id: e, tool: t, needs: []}
- {id: f, tool: t, needs: c, if: steps.a.status == 'failed'}
- {id: g, tool: t, needs: f}",
        "start => started, a#1 started, e#1 started
         broken a => a#1 failed (broken), a failed, b lost, c lost, f#1 started
         ok e => e#1 ok, e completed, d lost
         ok f => f#1 ok, f completed, g#1 started
         ok g 2 => g#1 ok, g completed, COMPLETED {\"d\":null,\"g\":2}",
    );
}

#[test]
fn a_step_that_is_skipped_by_its_condition_costs_nobody_anything() {
    check(
        "steps:
- {id: a, tool: t, needs: [], if: false, on-error: skip-dependants}
- {id: b, tool: t, needs: a}",
        "start => started, a skipped, b#1 started",
    );
}

#[test]
fn a_branch_serves_several_steps_and_may_fail_itself() {
    let text = "steps:
- {id: a, tool: t, needs: [], on-error: {goto: mend}}
- {id: b, tool: t, needs: a, on-error: {goto: mend}}
- {id: mend, tool: t}";
    check(
        text,
        "start => started, a#1 started
         ok a => a#1 ok, a completed, b#1 started
         broken b => b#1 failed (broken), b failed, mend#1 started
         broken mend => mend#1 failed (broken), mend failed, FAILED by mend (broken)",
    );
    check(
        text,
        "start => started, a#1 started
         broken a => a#1 failed (broken), a failed, b lost, mend#1 started
         ok mend => mend#1 ok, mend completed, COMPLETED {\"mend\":null}",
    );
}

#[test]
fn a_branch_has_conditions_and_needs_of_its_own() {
    check(
        "steps:
- {id: a, tool: t, needs: [], on-error: {goto: mend}}
- {id: x, tool: t, needs: []}
- {id: mend, tool: t, needs: x, if: steps.x.outputs}",
        "start => started, a#1 started, x#1 started
         broken a => a#1 failed (broken), a failed
         ok x false => x#1 ok, x completed, mend skipped, COMPLETED {\"mend\":null}",
    );
}

#[test]
fn a_branch_that_is_taken_waits_for_what_was_lost_and_runs() {
    // Without needs the steps run in the order written, so the branch comes after what is lost.
    let text = "steps:
- {id: a, tool: t, on-error: {goto: mend}}
- {id: b, tool: t}
- {id: mend, tool: t, with: {why: '${{ steps.a.error }}'}}
- {id: c, tool: t}";
    check(
        text,
        "start => started, a#1 started
         broken a => a#1 failed (broken), a failed, b lost, mend#1 started
         ok mend => mend#1 ok, mend completed, c#1 started
         ok c 1 => c#1 ok, c completed, COMPLETED {\"c\":1}",
    );
    check(
        text,
        "start => started, a#1 started
         ok a => a#1 ok, a completed, b#1 started
         ok b => b#1 ok, b completed, mend skipped, c#1 started",
    );
}
