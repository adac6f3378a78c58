//! Pause, resume and cancel, in every state.

use super::{Play, check, plan};
use crate::{Effect, Input, Status, StepStatus, step};

const TWO: &str = "steps: [{id: a, tool: t, retry: {jitter: false}}, {id: b, tool: t}]";

#[test]
fn a_paused_execution_finishes_what_runs_and_starts_nothing() {
    check(
        TWO,
        "start => started, a#1 started
         pause => paused
         ok a => a#1 ok, a completed
         tick at 1000 =>
         resume => resumed, b#1 started
         pause => paused
         ok b => b#1 ok, b completed, COMPLETED {\"b\":null}",
    );
}

#[test]
fn a_pause_before_the_start_is_ended_by_a_resume() {
    let play = check(TWO, "pause => paused\n start =>\n resume => resumed");
    assert_eq!(play.state.status, Status::Queued, "its turn has not come");
    super::play(play, "recover =>\n start => started, a#1 started");
}

#[test]
fn a_backoff_that_ends_in_a_pause_waits_for_the_resume() {
    check(
        TWO,
        "start => started, a#1 started
         flaky a => a#1 failed (flaky), again at 2000
         pause => paused
         tick at 2000 =>
         resume => resumed, a#2 started",
    );
    check(
        TWO,
        "start => started, a#1 started
         flaky a => a#1 failed (flaky), again at 2000
         pause => paused
         tick at 1000 =>
         resume => resumed
         tick at 2000 => a#2 started",
    );
}

#[test]
fn failures_in_a_pause_count() {
    check(
        TWO,
        "start => started, a#1 started\n pause => paused\n broken a => a#1 failed (broken), a failed, FAILED by a (broken)",
    );
    check(
        TWO,
        "start => started, a#1 started\n pause => paused\n tick at 300000 => a#1 failed (timeout), again at 302000",
    );
}

#[test]
fn cancel_wins_at_once_and_stops_what_runs() {
    let fan = "steps: [{id: a, tool: t, strategy: {matrix: {x: [1, 2, 3]}, max-parallel: 2}}, {id: b, tool: t}]";
    let mut play = check(
        fan,
        "start => started, a expanded to 3, a[0]#1 started, a[1]#1 started
         ok a[0] => a[0]#1 ok, a[2]#1 started",
    );
    let outcome =
        play.feed(Input::Cancel { by: "ann".to_owned(), reason: Some("too dear".to_owned()) });
    let keys: Vec<usize> = outcome
        .effects
        .iter()
        .map(|effect| match effect {
            Effect::CancelAttempt { key } => key.instance,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(keys, [1, 2], "only what runs is stopped, and no wake-up is asked for");
    let statuses: Vec<StepStatus> = play.state.steps.iter().map(|step| step.status).collect();
    assert_eq!(statuses, [StepStatus::Cancelled, StepStatus::Skipped]);
    assert_eq!(play.answer("ok a[1]"), "");
}

/// Every state and every wish: what is allowed leads on, the rest is refused with a reason.
#[test]
fn wishes_are_granted_or_refused_by_the_state() {
    let reach: [(Status, &[&str]); 6] = [
        (Status::Queued, &[]),
        (Status::Running, &["start"]),
        (Status::Paused, &["start", "pause"]),
        (Status::Completed, &["start", "ok a", "ok b"]),
        (Status::Failed, &["start", "broken a"]),
        (Status::Cancelled, &["start", "cancel"]),
    ];
    let allowed = [
        (Status::Queued, "paused", Status::Paused),
        (Status::Queued, "cancelled", Status::Cancelled),
        (Status::Running, "paused", Status::Paused),
        (Status::Running, "cancelled", Status::Cancelled),
        (Status::Paused, "resumed", Status::Running),
        (Status::Paused, "cancelled", Status::Cancelled),
    ];
    for (status, way) in reach {
        let by = || "ann".to_owned();
        for (wish, input) in [
            ("paused", Input::Pause { by: by() }),
            ("resumed", Input::Resume { by: by() }),
            ("cancelled", Input::Cancel { by: by(), reason: None }),
        ] {
            let mut play = Play::new(plan(TWO));
            for line in way {
                play.answer(line);
            }
            assert_eq!(play.state.status, status);
            let answer = step(&play.plan, &mut play.state, input, play.now);
            let next = allowed.iter().find(|(from, name, _)| (*from, *name) == (status, wish));
            match (answer, next) {
                (Ok(outcome), Some((_, _, next))) => {
                    assert!(!outcome.events.is_empty());
                    assert_eq!(play.state.status, *next, "{status} {wish}");
                }
                (Err(rejected), None) => {
                    assert_eq!(
                        rejected.to_string(),
                        format!("an execution that is {status} cannot be {wish}")
                    );
                    assert_eq!(play.state.status, status);
                }
                (answer, next) => panic!("{status} {wish}: {answer:?}, expected {next:?}"),
            }
        }
    }
}
