//! Failures that may pass, waits and deadlines.

use std::time::Duration;

use super::{Play, check, plan, wake};
use crate::{AttemptKey, Effect, Event, Failure, Input};

const CALM: &str = "retry: {max-attempts: 3, first-wait-seconds: 2, multiplier: 10, max-wait-seconds: 15, jitter: false}";

fn one(rest: &str) -> String {
    format!("steps: [{{id: a, tool: t, {rest}}}]")
}

#[test]
fn a_passing_failure_is_tried_again_after_a_growing_wait() {
    check(
        &one(CALM),
        "start => started, a#1 started
         tick at 500 =>
         flaky a => a#1 failed (flaky), again at 2500
         tick at 2499 =>
         tick at 2500 => a#2 started
         flaky a => a#2 failed (flaky), again at 17500
         tick at 20000 => a#3 started
         flaky a => a#3 failed (flaky), a failed, FAILED by a (flaky)",
    );
    check(
        &one(CALM),
        "start => started, a#1 started
         flaky a => a#1 failed (flaky), again at 2000
         ok a =>
         tick at 2000 => a#2 started
         ok a#1 =>
         ok a 1 => a#2 ok, a completed, COMPLETED {\"a\":1}",
    );
}

#[test]
fn a_failure_for_good_is_not_tried_again() {
    check(
        &one(CALM),
        "start => started, a#1 started\n broken a => a#1 failed (broken), a failed, FAILED by a (broken)",
    );
    check(
        &one("retry: {max-attempts: 1}"),
        "start => started, a#1 started\n flaky a => a#1 failed (flaky), a failed, FAILED by a (flaky)",
    );
}

#[test]
fn the_other_side_may_ask_for_a_longer_wait_but_not_for_ever() {
    check(
        &one(CALM),
        "start => started, a#1 started\n flaky a after 9000 => a#1 failed (flaky), again at 9000",
    );
    check(
        &one(CALM),
        "start => started, a#1 started\n flaky a after 10 => a#1 failed (flaky), again at 2000",
    );
    check(
        &one(CALM),
        "start => started, a#1 started\n flaky a after 18446744073709551615 => a#1 failed (flaky), again at 86400000",
    );
}

#[test]
fn an_attempt_over_its_deadline_fails_and_is_stopped() {
    let body = one(&format!("timeout-minutes: 0.5, {CALM}"));
    check(
        &body,
        "start => started, a#1 started
         tick at 29999 =>
         tick at 30000 => a#1 failed (timeout), again at 32000
         ok a#1 =>
         tick at 32000 => a#2 started
         ok a => a#2 ok, a completed, COMPLETED {\"a\":null}",
    );
    let mut play = Play::new(plan(&body));
    let outcome = play.feed(Input::Start);
    assert_eq!(wake(&outcome), Some(30_000), "it asks to be woken at the deadline");
    play.now = play.now.plus(Duration::from_secs(30));
    let outcome = play.feed(Input::Tick);
    let key = AttemptKey { step: 0, instance: 0, attempt: 1 };
    assert!(outcome.effects.contains(&Effect::CancelAttempt { key }), "{:?}", outcome.effects);
    assert_eq!(wake(&outcome), Some(32_000), "it asks to be woken for the retry");
    let Event::AttemptFailed { failure, .. } = &outcome.events[0] else { panic!("{outcome:?}") };
    assert_eq!(
        failure.message,
        "took longer than 30 seconds; raise timeout-minutes if it needs more"
    );
}

/// Other news may be worked in at the very time of the wake-up call, and takes its place.
#[test]
fn a_retry_that_is_due_when_other_news_comes_is_not_forgotten() {
    let body = "steps:
- {id: a, tool: t, needs: [], retry: {jitter: false}}
- {id: b, tool: t, needs: []}";
    let mut play = check(
        body,
        "start => started, a#1 started, b#1 started
         flaky a => a#1 failed (flaky), again at 2000",
    );
    play.now = play.now.plus(Duration::from_secs(3));
    let input = play.input("ok b");
    let outcome = play.feed(input);
    assert_eq!(wake(&outcome), Some(2000), "it asks to be woken at once");
    assert_eq!(play.answer("tick"), "a#2 started");
}

#[test]
fn jitter_depends_on_nothing_but_the_seed_and_the_attempt() {
    let body = "steps:\n- {id: a, tool: t, needs: []}\n- {id: b, tool: t}";
    let waits = |seed: u64| -> Vec<i64> {
        let plan = plan(body);
        let mut play = Play::new(plan.clone());
        play.state = crate::create(&plan, serde_json::json!({}), seed).0;
        play.feed(Input::Start);
        ["a", "b"]
            .map(|name| {
                let failure = Failure::passing("flaky", "try again");
                let outcome = play.feed(Input::AttemptFailed { key: play.key(name), failure });
                let Event::RetryScheduled { at, .. } = outcome.events[1] else {
                    panic!("{outcome:?}")
                };
                at.as_millis()
            })
            .to_vec()
    };
    assert_eq!(waits(1), waits(1));
    assert_ne!(waits(1), waits(2));
    assert_ne!(waits(1)[0], waits(1)[1], "two steps do not march in step");
    assert!((0..200).flat_map(waits).all(|wait| (1000..=2000).contains(&wait)));
}
