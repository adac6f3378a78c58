//! One instance for each element of a list.

use serde_json::json;

use super::{check, plan};
use crate::InstanceStatus;

fn fan(items: &str, rest: &str) -> String {
    format!(
        "steps:
- {{id: list, tool: t, needs: []}}
- {{id: a, tool: t, needs: list, retry: {{jitter: false, max-attempts: 2}}, strategy: {{matrix: {{x: {items}}}, {rest}}}}}
- {{id: after, tool: t, needs: a, with: {{all: '${{{{ steps.a.outputs }}}}'}}}}"
    )
}

const LIST: &str = "'${{ steps.list.outputs }}'";

#[test]
fn instances_run_in_order_and_no_more_than_allowed() {
    let play = check(
        &fan(LIST, "max-parallel: 2"),
        "start => started, list#1 started
         ok list [1,2,3,4] => list#1 ok, list completed, a expanded to 4, a[0]#1 started, a[1]#1 started
         ok a[1] \"b\" => a[1]#1 ok, a[2]#1 started
         ok a[0] \"a\" => a[0]#1 ok, a[3]#1 started
         ok a[3] \"d\" => a[3]#1 ok
         ok a[2] \"c\" => a[2]#1 ok, a completed, after#1 started",
    );
    assert_eq!(
        play.state.steps[1].outputs(true),
        json!(["a", "b", "c", "d"]),
        "in the list's order"
    );
}

#[test]
fn a_backoff_gives_its_place_away_and_waits_for_a_free_one() {
    check(
        &fan(LIST, "max-parallel: 1"),
        "start => started, list#1 started
         ok list [1,2] => list#1 ok, list completed, a expanded to 2, a[0]#1 started
         flaky a[0] => a[0]#1 failed (flaky), again at 2000, a[1]#1 started
         tick at 2000 =>
         ok a[1] => a[1]#1 ok, a[0]#2 started
         ok a[0] => a[0]#2 ok, a completed, after#1 started",
    );
}

#[test]
fn an_empty_list_completes_at_once() {
    let text = fan(LIST, "max-parallel: 2");
    let play = check(
        &text,
        "start => started, list#1 started
         ok list [] => list#1 ok, list completed, a expanded to 0, a completed, after#1 started",
    );
    assert_eq!(play.state.steps[1].outputs(true), json!([]));
}

#[test]
fn with_fail_fast_no_further_instance_starts_and_those_that_run_finish() {
    let play = check(
        &fan(LIST, "max-parallel: 2, fail-fast: true"),
        "start => started, list#1 started
         ok list [1,2,3] => list#1 ok, list completed, a expanded to 3, a[0]#1 started, a[1]#1 started
         broken a[0] => a[0]#1 failed (broken)
         ok a[1] 5 => a[1]#1 ok, a failed, FAILED by a (broken)",
    );
    assert_eq!(play.state.steps[1].instances[2].status, InstanceStatus::Cancelled);
    assert_eq!(play.state.steps[1].outputs(true), json!([null, 5, null]));
}

#[test]
fn with_fail_fast_a_failed_step_forgets_the_retries_of_its_instances() {
    let text = format!(
        "{}\n",
        fan(LIST, "max-parallel: 2, fail-fast: true")
            .replace("needs: list,", "needs: list, continue-on-error: true,")
    );
    check(
        &text,
        "start => started, list#1 started
         ok list [1,2] => list#1 ok, list completed, a expanded to 2, a[0]#1 started, a[1]#1 started
         flaky a[0] => a[0]#1 failed (flaky), again at 2000
         broken a[1] => a[1]#1 failed (broken), a failed, after#1 started
         tick at 2000 =>
         ok after => after#1 ok, after completed, COMPLETED {\"after\":null}",
    );
    check(
        &text,
        "start => started, list#1 started
         ok list [1,2] => list#1 ok, list completed, a expanded to 2, a[0]#1 started, a[1]#1 started
         broken a[1] => a[1]#1 failed (broken)
         flaky a[0] => a[0]#1 failed (flaky), a failed, after#1 started",
    );
}

#[test]
fn without_fail_fast_every_instance_gets_its_turn() {
    check(
        &fan(LIST, "max-parallel: 1, fail-fast: false"),
        "start => started, list#1 started
         ok list [1,2,3] => list#1 ok, list completed, a expanded to 3, a[0]#1 started
         broken a[0] => a[0]#1 failed (broken), a[1]#1 started
         flaky a[1] => a[1]#1 failed (flaky), again at 2000, a[2]#1 started
         ok a[2] => a[2]#1 ok
         tick at 2000 => a[1]#2 started
         flaky a[1] => a[1]#2 failed (flaky), a failed, FAILED by a (broken)",
    );
}

#[test]
fn what_is_no_list_fails_the_step() {
    check(
        &fan(LIST, "max-parallel: 1"),
        "start => started, list#1 started
         ok list {} => list#1 ok, list completed, a failed, FAILED by a (expression)",
    );
    let many = serde_json::Value::Array(vec![json!(0); 10_001]);
    check(
        &fan(LIST, "max-parallel: 1"),
        &format!(
            "start => started, list#1 started
             ok list {many} => list#1 ok, list completed, a failed, FAILED by a (too_many_instances)"
        ),
    );
}

#[test]
fn parameters_that_cannot_be_evaluated_fail_the_instance_for_good() {
    let body = "steps:
- {id: a, tool: t, strategy: {matrix: {x: [{n: 1}, {}, {n: 3}]}, max-parallel: 2, fail-fast: false}, with: {n: '${{ matrix.x.n }}'}}";
    check(
        body,
        "start => started, a expanded to 3, a[0]#1 started, a[1]#1 started, a[1]#1 failed (expression), a[2]#1 started
         ok a[0] => a[0]#1 ok
         ok a[2] => a[2]#1 ok, a failed, FAILED by a (expression)",
    );
    check(
        &body.replace("false", "true"),
        "start => started, a expanded to 3, a[0]#1 started, a[1]#1 started, a[1]#1 failed (expression)
         ok a[0] => a[0]#1 ok, a failed, FAILED by a (expression)",
    );
}

#[test]
fn instances_are_labelled_as_people_see_them() {
    let items = "[text, {title: Title, name: no}, {name: Name}, {feature: Feature}, {other: 1}, 7, null, \"two\\nlines\"]";
    let plan = plan(&format!("steps:\n- {{id: a, tool: t, strategy: {{matrix: {{x: {items}}}}}}}"));
    let mut play = super::Play::new(plan);
    play.answer("start");
    let labels: Vec<&str> =
        play.state.steps[0].instances.iter().map(|it| it.label.as_str()).collect();
    assert_eq!(labels, ["text", "Title", "Name", "Feature", "#5", "#6", "#7", "twolines"]);
}

#[test]
fn several_lists_make_every_combination() {
    let text = "steps:
- {id: a, tool: t, strategy: {matrix: {os: [linux, mac], node: [18, {name: old, of: 1}]}}, with: {v: '${{ matrix.node }}', of: '${{ matrix }}'}}
- {id: after, tool: t, needs: a}";
    let play = check(
        text,
        "start => started, a expanded to 4, a[0]#1 started, a[1]#1 started, a[2]#1 started, a[3]#1 started
         ok a[3] => a[3]#1 ok
         ok a[0] => a[0]#1 ok
         ok a[1] => a[1]#1 ok
         ok a[2] => a[2]#1 ok, a completed, after#1 started",
    );
    let instances = &play.state.steps[0].instances;
    let labels: Vec<_> = instances.iter().map(|it| it.label.as_str()).collect();
    assert_eq!(labels, ["linux, 18", "linux, old", "mac, 18", "mac, old"]);
    let item = &instances[3].item;
    let expected = json!({"os": "mac", "node": {"name": "old", "of": 1}});
    assert_eq!(*item, expected);
    let key = crate::AttemptKey { step: 0, instance: 3, attempt: 1 };
    let scope = crate::execution::StepScope::of(&play.plan, &play.state, key);
    let read = |text: &str| crate::expression::parse(text).unwrap().eval(&scope).unwrap();
    assert_eq!(read("matrix"), expected);
    assert_eq!(read("matrix.node.name"), json!("old"));
    assert_eq!(read("matrix.os"), json!("mac"));
}

#[test]
fn an_empty_list_beside_others_completes_at_once() {
    check(
        "steps: [{id: a, tool: t, strategy: {matrix: {x: [1, 2], y: []}}}, {id: b, tool: t}]",
        "start => started, a expanded to 0, a completed, b#1 started",
    );
}

#[test]
fn combinations_are_bounded_before_they_are_made() {
    let check = |x: serde_json::Value, y: serde_json::Value, code: &str| {
        let body = "inputs: {x: {type: list}, y: {type: list}}\nsteps: [{id: a, tool: t, strategy: {matrix: {x: '${{ inputs.x }}', y: '${{ inputs.y }}'}}}]";
        let mut play = super::Play::new(plan(body));
        play.state = crate::create(&play.plan, json!({"x": x, "y": y}), 7).0;
        let events = play.feed(crate::Input::Start).events;
        let failed = events.iter().find_map(|event| match event {
            crate::Event::StepFailed { failure, .. } => Some(failure.code.as_str()),
            _ => None,
        });
        assert_eq!(failed, Some(code));
    };
    check(json!(vec![1; 101]), json!(vec![1; 100]), "too_many_instances");
    check(json!(["x".repeat(50_000)]), json!(vec![1; 100]), "too_large");
}
