//! What has ended stays ended; another execution goes on with its results.

use serde_json::{Value as Json, json};

use super::{Play, check, plan, play};
use crate::{LinkError, LinkMode, Plan, Source, link};

/// The execution that continues this one, and its first facts.
fn linked(
    from: &Play,
    plan: &Plan,
    mode: LinkMode,
    step: Option<&str>,
    inputs: Json,
) -> Result<(Play, String), LinkError> {
    let source = Source { execution: "exe_1", plan: &from.plan, state: &from.state };
    let (state, events) = link(plan, source, mode, step, inputs, 9)?;
    let play = Play { plan: plan.clone(), state, now: from.now };
    let facts: Vec<String> = events.iter().map(|event| play.fact(event)).collect();
    let replayed = crate::replay(plan, &events);
    assert_eq!(replayed, play.state);
    Ok((play, facts.join(", ")))
}

fn again(from: &Play, mode: LinkMode, step: Option<&str>, expected: &str) -> Play {
    let (play, facts) = linked(from, &from.plan, mode, step, json!({})).unwrap();
    assert_eq!(facts, expected);
    play
}

const FOUR: &str = "steps:
- {id: a, tool: t, needs: []}
- {id: b, tool: t, needs: a, strategy: {matrix: {x: [1, 2]}, fail-fast: false}}
- {id: c, tool: t, needs: []}
- {id: d, tool: t, needs: [b, c], with: {b: '${{ steps.b.outputs }}'}}";

fn failed() -> Play {
    check(
        FOUR,
        "start => started, a#1 started, c#1 started
         ok c 3 => c#1 ok, c completed
         ok a 1 => a#1 ok, a completed, b expanded to 2, b[0]#1 started, b[1]#1 started
         ok b[1] 5 => b[1]#1 ok
         broken b[0] => b[0]#1 failed (broken), b failed, FAILED by b (broken)",
    )
}

#[test]
fn a_retry_keeps_what_ended_well_and_does_the_rest_again() {
    let second = again(
        &failed(),
        LinkMode::Retry,
        None,
        "created, c kept 1 of 1 (completed), a kept 1 of 1 (completed), b kept 1 of 2 (open)",
    );
    play(
        second,
        "start => started, b[0]#1 started
         ok b[0] 4 => b[0]#1 ok, b completed, d#1 started
         ok d 6 => d#1 ok, d completed, COMPLETED {\"d\":6}",
    );
}

#[test]
fn a_linked_execution_that_is_paused_before_its_start_goes_on_as_well() {
    let second = again(
        &failed(),
        LinkMode::Retry,
        None,
        "created, c kept 1 of 1 (completed), a kept 1 of 1 (completed), b kept 1 of 2 (open)",
    );
    play(
        second,
        "pause => paused\n recover =>\n resume => resumed\n start => started, b[0]#1 started",
    );
}

#[test]
fn a_resume_does_a_step_and_everything_after_it_again() {
    let done = play(
        again(
            &failed(),
            LinkMode::Retry,
            None,
            "created, c kept 1 of 1 (completed), a kept 1 of 1 (completed), b kept 1 of 2 (open)",
        ),
        "start => started, b[0]#1 started
         ok b[0] 4 => b[0]#1 ok, b completed, d#1 started
         ok d 6 => d#1 ok, d completed, COMPLETED {\"d\":6}",
    );
    let third = again(
        &done,
        LinkMode::Resume,
        Some("b"),
        "created, c kept 1 of 1 (completed), a kept 1 of 1 (completed)",
    );
    play(third, "start => started, b expanded to 2, b[0]#1 started, b[1]#1 started");
    assert_eq!(
        linked(&done, &done.plan, LinkMode::Retry, None, json!({})).err(),
        Some(LinkError::NothingToRetry)
    );
    let unknown = linked(&done, &done.plan, LinkMode::Resume, Some("x"), json!({})).err();
    assert_eq!(unknown, Some(LinkError::UnknownStep("x".to_owned())));
    let running = Play::new(done.plan.clone());
    let refused = linked(&running, &done.plan, LinkMode::Retry, None, json!({})).err();
    assert_eq!(refused, Some(LinkError::NotEnded(crate::Status::Queued)));
}

#[test]
fn a_fork_takes_other_inputs_or_another_definition() {
    let first = failed();
    let (fork, facts) =
        linked(&first, &first.plan, LinkMode::Fork, None, json!({ "n": 1 })).unwrap();
    assert_eq!(facts, "created", "from nowhere it is the same work again");
    assert_eq!(fork.state.inputs, json!({ "n": 1 }));
    let other = plan(
        "steps:
- {id: new, tool: t, needs: []}
- {id: a, tool: t, needs: []}
- {id: b, tool: t, needs: a}
- {id: d, tool: t, needs: [b, new]}",
    );
    let (fork, facts) = linked(&first, &other, LinkMode::Fork, Some("d"), json!({})).unwrap();
    assert_eq!(facts, "created, a kept 1 of 1 (completed)", "b was a fan-out and is not one now");
    play(fork, "start => started, new#1 started, b#1 started");
}

/// A list is no substitute for one value.
#[test]
fn a_fork_does_not_keep_a_step_whose_shape_has_changed() {
    let first = check(
        "steps: [{id: a, tool: t, strategy: {matrix: {x: [1]}}}, {id: b, tool: t}]",
        "start => started, a expanded to 1, a[0]#1 started
         ok a[0] => a[0]#1 ok, a completed, b#1 started
         broken b => b#1 failed (broken), b failed, FAILED by b (broken)",
    );
    let other = plan("steps: [{id: a, tool: t}, {id: b, tool: t}]");
    let (_, facts) = linked(&first, &other, LinkMode::Fork, Some("b"), json!({})).unwrap();
    assert_eq!(facts, "created");
}

const UNDO: &str = "steps:
- {id: a, tool: t, compensate: {tool: undo}}
- {id: b, tool: t, compensate: {tool: undo}, strategy: {matrix: {x: [1, 2]}, fail-fast: false}}
- {id: c, tool: t}";

fn undoable() -> Play {
    check(
        UNDO,
        "start => started, a#1 started
         ok a => a#1 ok, a completed, b expanded to 2, b[0]#1 started, b[1]#1 started
         ok b[0] => b[0]#1 ok
         broken b[1] => b[1]#1 failed (broken), b failed, FAILED by b (broken)",
    )
}

#[test]
fn a_rollback_asked_for_later_undoes_the_last_things_first() {
    let second = again(
        &undoable(),
        LinkMode::Rollback,
        None,
        "created, a kept 1 of 1 (completed), b kept 1 of 2 (failed), c skipped",
    );
    let done = play(
        second,
        "start => started, UNDOING because of itself (request), b.compensate expanded to 1, b.compensate[0]#1 started
         ok b.compensate[0] => b.compensate[0]#1 ok, b.compensate completed, a.compensate#1 started
         recover => a.compensate#1 resumed
         ok a.compensate => a.compensate#1 ok, a.compensate completed, ROLLED BACK",
    );
    let twice = linked(&done, &done.plan, LinkMode::Rollback, None, json!({})).err();
    assert_eq!(twice, Some(LinkError::NothingToUndo), "what is undone is not undone again");
}

#[test]
fn a_rollback_that_is_paused_before_its_start_still_undoes() {
    let second = again(
        &undoable(),
        LinkMode::Rollback,
        None,
        "created, a kept 1 of 1 (completed), b kept 1 of 2 (failed), c skipped",
    );
    play(
        second,
        "pause => paused
         resume => resumed
         start => started, UNDOING because of itself (request), b.compensate expanded to 1, b.compensate[0]#1 started",
    );
}

#[test]
fn what_was_undone_is_done_again_by_a_retry() {
    let first = check(
        "on-failure: rollback\nsteps: [{id: a, tool: t, compensate: {tool: undo}}, {id: k, tool: t}, {id: b, tool: t}]",
        "start => started, a#1 started
         ok a => a#1 ok, a completed, k#1 started
         ok k => k#1 ok, k completed, b#1 started
         broken b => b#1 failed (broken), b failed, UNDOING because of b (broken), a.compensate#1 started
         ok a.compensate => a.compensate#1 ok, a.compensate completed, ROLLED BACK without k",
    );
    let second = again(&first, LinkMode::Retry, None, "created");
    play(second, "start => started, a#1 started");
}

#[test]
fn a_rollback_that_failed_goes_on_with_what_is_left() {
    let first = check(
        "on-failure: rollback\nsteps: [{id: a, tool: t, compensate: {tool: undo}}, {id: b, tool: t, compensate: {tool: undo}}, {id: c, tool: t}]",
        "start => started, a#1 started
         ok a => a#1 ok, a completed, b#1 started
         ok b => b#1 ok, b completed, c#1 started
         broken c => c#1 failed (broken), c failed, UNDOING because of c (broken), b.compensate#1 started
         ok b.compensate => b.compensate#1 ok, b.compensate completed, a.compensate#1 started
         broken a.compensate => a.compensate#1 failed (broken), a.compensate failed, FAILED by a (rollback_failed)",
    );
    let second = again(&first, LinkMode::Rollback, None, "created, a kept 1 of 1 (completed)");
    play(
        second,
        "start => started, UNDOING because of itself (request), a.compensate#1 started
         ok a.compensate => a.compensate#1 ok, a.compensate completed, ROLLED BACK",
    );
}

/// A step that a gate sent back, and that failed then: what it did before stands.
#[test]
fn what_was_sent_back_is_undone_by_executions_that_go_on() {
    let first = check(
        "steps:
- {id: k, tool: t, compensate: {tool: undo}}
- {id: a, tool: t, compensate: {tool: undo, with: {id: '${{ outputs }}'}}}
- {id: check, gate: {if: steps.a.outputs > 1, on-fail: {goto: a}}}",
        "start => started, k#1 started
         ok k => k#1 ok, k completed, a#1 started
         ok a 1 => a#1 ok, a completed, check#1 started, check sent back a+check (1: null), a#2 started
         broken a => a#2 failed (broken), a failed, FAILED by a (broken)",
    );
    let undone = again(
        &first,
        LinkMode::Rollback,
        None,
        "created, k kept 1 of 1 (completed), a kept 0 of 1 (failed), check skipped",
    );
    let undone = play(
        undone,
        "start => started, UNDOING because of itself (request), a.compensate#1 started
         ok a.compensate => a.compensate#1 ok, a.compensate completed, k.compensate#1 started
         broken k.compensate => k.compensate#1 failed (broken), k.compensate failed, FAILED by k (rollback_failed)",
    );
    again(&undone, LinkMode::Rollback, None, "created, k kept 1 of 1 (completed), check skipped");
    // A retry does it again; until that goes well, the first round is what it did.
    let kept = "created, k kept 1 of 1 (completed), a kept 0 of 0 (open)";
    let retried = play(
        again(&first, LinkMode::Retry, None, kept),
        "start => started, a#1 started
         cancel => CANCELLED",
    );
    let undone = again(
        &retried,
        LinkMode::Rollback,
        None,
        "created, k kept 1 of 1 (completed), a kept 0 of 1 (cancelled), check skipped",
    );
    play(undone, "start => started, UNDOING because of itself (request), a.compensate#1 started");
    let (_, facts) = linked(&first, &first.plan, LinkMode::Fork, Some("a"), json!({})).unwrap();
    assert_eq!(facts, "created, k kept 1 of 1 (completed)", "a fork is other work");
}

#[test]
fn what_cannot_be_undone_is_not_begun() {
    let first = check(
        "steps: [{id: a, tool: t}, {id: b, tool: t, compensate: {tool: undo}}]",
        "start => started, a#1 started\n ok a => a#1 ok, a completed, b#1 started\n cancel => CANCELLED",
    );
    let refused = linked(&first, &first.plan, LinkMode::Rollback, None, json!({})).err();
    assert_eq!(refused, Some(LinkError::NothingToUndo));
}

/// The journal breaks off before the fact that it is a rollback.
#[test]
fn a_rollback_that_crashes_at_its_start_does_not_do_the_work_again() {
    let source = undoable();
    let of = Source { execution: "exe_1", plan: &source.plan, state: &source.state };
    let (mut state, mut events) =
        link(&source.plan, of, LinkMode::Rollback, None, json!({}), 9).unwrap();
    let started = crate::step(&source.plan, &mut state, crate::Input::Start, source.now).unwrap();
    events.push(started.events[0].clone());
    let state = crate::replay(&source.plan, &events);
    let mut second = Play { plan: source.plan.clone(), state, now: source.now };
    assert_eq!(
        second.answer("recover"),
        "UNDOING because of itself (request), b.compensate expanded to 1, b.compensate[0]#1 started"
    );
}

const ASKED: &str = "steps:
- {id: build, tool: t, needs: []}
- {id: go, approval: {title: Go?}, needs: build}
- {id: deploy, tool: t, needs: go}";

#[test]
fn what_people_agreed_to_is_not_agreed_to_for_other_work() {
    let first = check(
        ASKED,
        "start => started, build#1 started
         ok build 1 => build#1 ok, build completed, go#1 started, go#1 asks \"Go?\"
         approve go app => approved by app, go#1 ok, go completed, deploy#1 started
         broken deploy => deploy#1 failed (broken), deploy failed, FAILED by deploy (broken)",
    );
    let check = |plan: &Plan, mode: LinkMode, inputs: Json, expected: &str| {
        let (_, facts) = linked(&first, plan, mode, Some("deploy"), inputs).unwrap();
        assert_eq!(facts, expected);
    };
    let build = "created, build kept 1 of 1 (completed)";
    let both = "created, build kept 1 of 1 (completed), go kept 1 of 1 (completed)";
    check(&first.plan, LinkMode::Fork, json!({}), both);
    check(&first.plan, LinkMode::Resume, json!({}), both);
    check(&first.plan, LinkMode::Fork, json!({ "version": 2 }), build);
    let other = plan(&ASKED.replace("deploy, tool: t", "deploy, tool: u"));
    check(&other, LinkMode::Fork, json!({}), build);
}
