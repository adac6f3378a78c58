//! Gates send work back a bounded number of times.

use serde_json::json;

use super::{Play, check, plan, play};
use crate::{Effect, Input, Order};

const REVIEW: &str = "steps:
- {id: plan, tool: t, needs: []}
- {id: fix, tool: t, needs: plan, with: {say: '${{ feedback }}'}}
- {id: review, tool: t, needs: fix}
- id: check
  needs: review
  gate: {if: steps.review.outputs.good, on-fail: {goto: fix, max: 2, feedback: '${{ steps.review.outputs.say }}'}}
- {id: ship, tool: t, needs: check}";

#[test]
fn a_gate_that_holds_lets_work_through() {
    check(
        REVIEW,
        "start => started, plan#1 started
         ok plan => plan#1 ok, plan completed, fix#1 started
         ok fix => fix#1 ok, fix completed, review#1 started
         ok review {\"good\":true} => review#1 ok, review completed, check#1 started, check#1 ok, check completed, ship#1 started
         ok ship 1 => ship#1 ok, ship completed, COMPLETED {\"ship\":1}",
    );
}

#[test]
fn work_goes_back_with_feedback_and_no_more_often_than_allowed() {
    let play = check(
        REVIEW,
        "start => started, plan#1 started
         ok plan => plan#1 ok, plan completed, fix#1 started
         ok fix => fix#1 ok, fix completed, review#1 started
         ok review {\"good\":false,\"say\":\"no\"} => review#1 ok, review completed, check#1 started, check sent back fix+review+check+ship (1: \"no\"), fix#2 started
         ok fix#1 =>
         ok fix => fix#2 ok, fix completed, review#2 started
         ok review {\"good\":false,\"say\":\"still_no\"} => review#2 ok, review completed, check#2 started, check sent back fix+review+check+ship (2: \"still_no\"), fix#3 started
         ok fix => fix#3 ok, fix completed, review#3 started
         ok review {\"good\":false,\"say\":\"never\"} => review#3 ok, review completed, check#3 started, check#3 failed (gate_failed), check failed, FAILED by check (gate_failed)",
    );
    assert_eq!(
        play.state.steps[3].failure.as_ref().map(|failure| failure.message.as_str()),
        Some("its condition does not hold after 2 rounds of rework")
    );
}

#[test]
fn steps_that_are_done_again_read_what_the_gate_said() {
    let mut play = Play::new(plan(REVIEW));
    play.answer("start");
    let said = |play: &mut Play, line: &str| {
        let input = play.input(line);
        let effects = play.feed(input).effects;
        effects.iter().find_map(|effect| match effect {
            Effect::StartAttempt { order: Order::Tool { with, .. }, .. } => Some(with.clone()),
            _ => None,
        })
    };
    assert_eq!(said(&mut play, "ok plan"), Some(json!({ "say": null })), "nothing at first");
    play.answer("ok fix");
    let with = said(&mut play, "ok review {\"good\":false,\"say\":\"mind_the_gap\"}");
    assert_eq!(with, Some(json!({ "say": "mind_the_gap" })));
}

#[test]
fn people_are_asked_when_the_rounds_are_used_up() {
    let text = "steps:
- {id: fix, tool: t, needs: []}
- {id: check, needs: fix, gate: {if: steps.fix.outputs.good, on-fail: {goto: fix, max: 1, ask: {title: Good enough?}}}}";
    let asked = "start => started, fix#1 started
         ok fix {\"good\":false} => fix#1 ok, fix completed, check#1 started, check sent back fix+check (1: null), fix#2 started
         ok fix {\"good\":false} => fix#2 ok, fix completed, check#2 started, check#2 asks \"Good enough?\"";
    play(
        check(text, asked),
        "approve check app => approved by app, check#2 ok, check completed, COMPLETED {\"check\":{\"approved\":true,\"by\":\"app\",\"comment\":\"\",\"form\":{},\"decisions\":[{\"by\":\"app\",\"email\":\"app@example.com\",\"approve\":true,\"comment\":\"\",\"at\":\"1970-01-01T00:00:00.000Z\"}],\"passed\":true,\"round\":1}}",
    );
    play(
        check(text, asked),
        "reject check app => rejected by app, check#2 failed (rejected), check failed, FAILED by check (rejected)",
    );
}

#[test]
fn a_gate_that_sends_nothing_back_fails() {
    check(
        "steps: [{id: a, tool: t}, {id: b, gate: steps.a.outputs.n > 1}]",
        "start => started, a#1 started\n ok a {\"n\":1} => a#1 ok, a completed, b#1 started, b#1 failed (gate_failed), b failed, FAILED by b (gate_failed)",
    );
    check(
        "steps: [{id: a, tool: t}, {id: b, gate: steps.a.outputs.n > 1}]",
        "start => started, a#1 started\n ok a {} => a#1 ok, a completed, b#1 started, b#1 failed (expression), b failed, FAILED by b (expression)",
    );
}

/// What hangs on the step that is done again is done again too, though the gate never
/// waited for it; its running attempts are stopped.
#[test]
fn side_branches_are_cancelled_and_done_again() {
    let text = "steps:
- {id: fix, tool: t, needs: []}
- {id: side, tool: t, needs: fix, strategy: {matrix: {x: [1, 2, 3]}, max-parallel: 2}}
- {id: review, tool: t, needs: fix}
- {id: check, needs: review, gate: {if: steps.review.outputs, on-fail: {goto: fix, max: 1}}}";
    let mut play = check(
        text,
        "start => started, fix#1 started
         ok fix => fix#1 ok, fix completed, side expanded to 3, side[0]#1 started, side[1]#1 started, review#1 started
         ok side[0] => side[0]#1 ok, side[2]#1 started",
    );
    let input = play.input("ok review false");
    let outcome = play.feed(input);
    let stopped: Vec<(usize, usize)> = outcome
        .effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::CancelAttempt { key } if key.step == 1 => Some((key.instance, 1)),
            _ => None,
        })
        .collect();
    assert_eq!(stopped, [(1, 1), (2, 1)], "what runs of the side branch is stopped");
    super::play(
        play,
        "ok side[1]#1 =>
         ok fix => fix#2 ok, fix completed, side expanded to 3, side[0]#2 started, side[1]#2 started, review#2 started
         ok review true => review#2 ok, review completed, check#2 started, check#2 ok, check completed",
    );
}

#[test]
fn an_inner_gate_keeps_its_count_when_an_outer_one_sends_work_back() {
    let text = "steps:
- {id: a, tool: t, needs: []}
- {id: b, tool: t, needs: a}
- {id: inner, needs: b, gate: {if: steps.b.outputs.inner, on-fail: {goto: b, max: 1}}}
- {id: outer, needs: inner, gate: {if: steps.b.outputs.outer, on-fail: {goto: a, max: 1}}}";
    check(
        text,
        "start => started, a#1 started
         ok a => a#1 ok, a completed, b#1 started
         ok b {\"inner\":false} => b#1 ok, b completed, inner#1 started, inner sent back b+inner+outer (1: null), b#2 started
         ok b {\"inner\":true,\"outer\":false} => b#2 ok, b completed, inner#2 started, inner#2 ok, inner completed, outer#1 started, outer sent back a+b+inner+outer (1: null), a#2 started
         ok a => a#2 ok, a completed, b#3 started
         ok b {\"inner\":false} => b#3 ok, b completed, inner#3 started, inner#3 failed (gate_failed), inner failed, FAILED by inner (gate_failed)",
    );
}

/// A journal that breaks off in a gate, while something runs that the gate sends back.
#[test]
fn a_gate_that_decides_after_a_crash_forgets_what_it_sends_back() {
    let plan = plan(
        "steps:
- {id: fix, tool: t, needs: []}
- {id: check, needs: fix, gate: {if: steps.fix.outputs, on-fail: {goto: fix, max: 1}}}
- {id: side, tool: t, needs: fix}
",
    );
    let mut first = Play::new(plan.clone());
    let (_, created) = crate::create(&plan, json!({}), 7);
    let mut journal = vec![created];
    journal.extend(first.feed(Input::Start).events);
    let input = first.input("ok fix false");
    let events = first.feed(input).events;
    let started = crate::Event::AttemptStarted {
        key: crate::AttemptKey { step: 2, instance: 0, attempt: 1 },
        deadline: first.now,
    };
    // Had the side branch started first, the gate would come after it.
    journal.extend(events.iter().take(2).cloned());
    journal.push(started);
    journal.push(events[2].clone());
    let state = crate::replay(&plan, &journal);
    let mut second = Play { plan, state, now: first.now };
    assert_eq!(second.answer("recover"), "check sent back fix+check+side (1: null), fix#2 started");
}
