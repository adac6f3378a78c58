//! Steps that wait: for a time, a moment, a signal, an event of the system.

use serde_json::{Value as Json, json};

use super::{Play, check, plan, wake};
use crate::{Event, Input, Status, expression, hears};

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

const HEARD: &str = "steps: [{id: l, tool: t}, {id: a, wait: {event: work_item.moved, if: 'event.item.key == steps.l.outputs.key'}, timeout-minutes: 1}, {id: b, tool: t}]";
const LISTENS: &str = "ok l {\"key\":\"A-1\",\"more\":2} => l#1 ok, l completed, a#1 started, a#1 waits for work_item.moved given {\"steps\":{\"l\":{\"outputs\":{\"key\":\"A-1\"}}}} until 60000";

#[test]
fn an_event_of_the_system_ends_the_wait_for_it_once() {
    let transcript = format!(
        "start => started, l#1 started
         event l 1 =>
         {LISTENS}
         event a#2 5 =>
         event a {{\"n\":7}} => a#1 ok, a completed, b#1 started
         event a {{\"n\":8}} =>
         event b 5 =>"
    );
    let play = check(HEARD, &transcript);
    assert_eq!(play.state.steps[1].outputs(false), json!({ "n": 7 }));
}

#[test]
fn an_event_is_taken_in_during_a_pause_and_not_after_the_time() {
    let begun = format!("start => started, l#1 started\n{LISTENS}");
    check(
        HEARD,
        &format!(
            "{begun}
             pause => paused
             event a 1 => a#1 ok, a completed
             resume => resumed, b#1 started"
        ),
    );
    check(
        HEARD,
        &format!(
            "{begun}
             tick at 60000 => a#1 failed (timeout), a failed, FAILED by a (timeout)
             event a 1 =>"
        ),
    );
}

#[test]
fn a_signal_with_an_events_name_ends_the_wait_as_well() {
    check(
        "steps: [{id: a, wait: {event: work_item.moved, if: event.x}}]",
        "start => started, a#1 started, a#1 waits for work_item.moved given {} until 2592000000
         signal work_item.moved 5 => signal work_item.moved, a#1 ok, a completed, COMPLETED {\"a\":5}",
    );
}

#[test]
fn a_computed_name_says_whether_the_system_is_heard() {
    let body =
        "steps: [{id: l, tool: t}, {id: a, wait: {event: '${{ steps.l.outputs }}', if: event.x}}]";
    check(
        body,
        "start => started, l#1 started
         ok l \"a.b\" => l#1 ok, l completed, a#1 started, a#1 waits for a.b given {} until 2592000000",
    );
    check(
        body,
        "start => started, l#1 started
         ok l \"paid\" => l#1 ok, l completed, a#1 started, a#1 failed (expression), a failed, FAILED by a (expression)",
    );
}

#[test]
fn a_condition_reads_what_was_known_when_the_wait_began() {
    let scope = json!({ "inputs": { "key": "A-1", "more": 1 }, "env": { "done": ["ok"] } });
    let check = |text: &str, known: Json, event: Json, expected: Option<bool>| {
        let when = expression::parse(text).unwrap();
        let given = when.known(&scope, "event").unwrap();
        assert_eq!(given, known, "{text}");
        assert_eq!(hears(Some(&when), &given, &event).ok(), expected, "{text} {event}");
    };
    let key = json!({ "inputs": { "key": "A-1" } });
    check("event.key == inputs.key", key.clone(), json!({ "key": "A-1" }), Some(true));
    check("event.key == inputs.key", key.clone(), json!({ "key": "A-2" }), Some(false));
    check("event.key == inputs.key", key, json!({}), None);
    check(
        "contains(env.done, event.to) and default(inputs.none, true)",
        json!({ "env": { "done": ["ok"] } }),
        json!({ "to": "ok" }),
        Some(true),
    );
    check(
        "event.n[inputs.more] == 2 and inputs['more'] < len(inputs)",
        json!({ "inputs": { "key": "A-1", "more": 1 } }),
        json!({ "n": [1, 2] }),
        Some(true),
    );
    assert_eq!(hears(None, &Json::Null, &json!({})), Ok(true));
}

#[test]
fn a_wait_is_stored_with_the_number_after_which_events_count() {
    let mut play = Play::new(plan("steps: [{id: a, wait: {event: a.b}}]"));
    let outcome = play.feed(Input::Start);
    let stored = |event: &Event| serde_json::to_value(event.clone().heard_after(7)).unwrap();
    let waits = outcome.events.iter().map(stored).find(|fact| fact["kind"] == "wait_started");
    assert_eq!(waits.unwrap()["listens"], json!({ "after": 7 }));
    assert_eq!(stored(&outcome.events[0]), serde_json::to_value(&outcome.events[0]).unwrap());
}

#[test]
fn what_reads_nothing_waits_for_nothing_and_asks_nobody() {
    let nothing = |step: &str| format!("inputs: {{n: {{}}}}\nsteps: [{{id: a, {step}}}]");
    let failed = "start => started, a#1 started, a#1 failed (expression), a failed, FAILED by a (expression)";
    check(&nothing("wait: {event: '${{ default(inputs.n, null) }}'}"), failed);
    check(&nothing("agent: b, prompt: '${{ default(inputs.n, null) }}'"), failed);
    check(
        &nothing("approval: {title: '${{ default(inputs.n, null) }}'}"),
        "start => started, a#1 started, a#1 asks \"a\"",
    );
}
