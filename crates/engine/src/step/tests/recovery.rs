//! A new process goes on where the old one died.

use proptest::prelude::*;
use serde_json::json;

use super::{Play, check, plan, wake};
use crate::{AttemptKey, Effect, Event, Failure, Input, replay};

const CALM: &str =
    "steps: [{id: a, tool: t, timeout-minutes: 1, retry: {jitter: false}}, {id: b, tool: t}]";

#[test]
fn a_running_attempt_goes_on_under_its_number_with_a_new_deadline() {
    check(
        CALM,
        "start => started, a#1 started
         flaky a => a#1 failed (flaky), again at 2000
         tick at 2000 => a#2 started
         recover => a#2 resumed
         ok a => a#2 ok, a completed, b#1 started",
    );
    let mut play = Play::new(plan(CALM));
    let Some(Effect::StartAttempt { key, order }) =
        play.feed(Input::Start).effects.into_iter().next()
    else {
        panic!("it starts")
    };
    play.now = play.now.plus(std::time::Duration::from_secs(50));
    let outcome = play.feed(Input::Recover { give_up_after: Some(3) });
    assert_eq!(outcome.effects[0], Effect::StartAttempt { key, order }, "the same order again");
    assert_eq!(wake(&outcome), Some(110_000));
    check(
        CALM,
        "start => started, a#1 started\n pause => paused\n recover => a#1 resumed\n ok a => a#1 ok, a completed",
    );
}

/// Nothing runs, so there is no fact; but without a wake-up call the retry would never come.
#[test]
fn a_backoff_is_woken_after_a_restart() {
    let mut play =
        check(CALM, "start => started, a#1 started\n flaky a => a#1 failed (flaky), again at 2000");
    let outcome = play.feed(Input::Recover { give_up_after: Some(3) });
    assert_eq!((outcome.events.len(), wake(&outcome)), (0, Some(2000)));
    play.now = play.now.plus(std::time::Duration::from_secs(3));
    let mut late = Play { plan: play.plan.clone(), state: play.state.clone(), now: play.now };
    assert_eq!(play.answer("recover"), "a#2 started", "it is due already");
    assert_eq!(late.answer("tick"), "a#2 started");
}

/// A journal may break off anywhere; what follows from it is made up for.
#[test]
fn facts_that_are_missing_at_the_end_of_a_journal_are_added() {
    let plan = plan(
        "steps: [{id: a, tool: t, retry: {jitter: false}, strategy: {matrix: {x: [1]}}}, {id: b, tool: t}]",
    );
    let mut play = Play::new(plan.clone());
    let (_, created) = crate::create(&plan, json!({}), 7);
    let key = AttemptKey { step: 0, instance: 0, attempt: 1 };
    let mut journal = vec![created];
    journal.extend(play.feed(Input::Start).events);
    journal.extend(
        play.feed(Input::AttemptFailed { key, failure: Failure::passing("flaky", "again") }).events,
    );
    play.now = play.now.plus(std::time::Duration::from_secs(2));
    journal.extend(play.feed(Input::Tick).events);
    let key = AttemptKey { attempt: 2, ..key };
    journal.extend(play.feed(Input::AttemptCompleted { key, output: json!(1) }).events);
    let answers: Vec<String> = (1..=journal.len())
        .map(|length| {
            let state = replay(&plan, &journal[..length]);
            Play { plan: plan.clone(), state, now: play.now }.answer("recover")
        })
        .collect();
    let expected = [
        "",                                // created: it waits for its start
        "a expanded to 1, a[0]#1 started", // started
        "a[0]#1 started",                  // expanded
        "a[0]#1 resumed",                  // attempt started
        "again at 4000",                   // attempt failed
        "a[0]#2 started",                  // retry scheduled, and due by now
        "a[0]#2 resumed",                  // attempt started
        "a completed, b#1 started",        // attempt completed
        "b#1 started",                     // step completed
        "b#1 resumed",                     // attempt started
    ];
    assert_eq!(answers, expected);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    // Holds for every finite number only with serde_json's feature `float_roundtrip`.
    #[test]
    fn results_are_the_same_after_storage(
        number in proptest::num::f64::NORMAL | proptest::num::f64::SUBNORMAL, whole in any::<i64>(), text in ".{0,20}",
    ) {
        let key = AttemptKey { step: 1, instance: 2, attempt: 3 };
        let output = json!({ "number": number, "whole": whole, "text": text });
        let event = Event::AttemptCompleted { key, output };
        let stored = serde_json::to_string(&event).unwrap();
        let read: Event = serde_json::from_str(&stored).unwrap();
        prop_assert_eq!(read, event);
    }
}
