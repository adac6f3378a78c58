//! What an execution may hold in memory.

use serde_json::{Value as Json, json};

use super::{Play, plan};
use crate::{Effect, Event, Input, Outcome, Status};

const MIB: usize = 1 << 20;

fn text(bytes: usize) -> Json {
    json!("x".repeat(bytes))
}

fn with_inputs(body: &str, inputs: Json) -> Play {
    let mut play = Play::new(plan(body));
    play.state = crate::create(&play.plan, inputs, 7).0;
    play
}

fn failures(outcome: &Outcome) -> Vec<&str> {
    let failure = |event: &Event| match event {
        Event::AttemptFailed { failure, .. } | Event::ExecutionFailed { failure, .. } => {
            Some(failure.code.clone())
        }
        _ => None,
    };
    let codes = outcome.events.iter().filter_map(failure);
    codes.map(|code| &*code.leak()).collect()
}

fn orders(outcome: &Outcome) -> usize {
    let is_order = |effect: &&Effect| matches!(effect, Effect::StartAttempt { .. });
    outcome.effects.iter().filter(is_order).count()
}

#[test]
fn an_output_that_is_too_large_is_none() {
    let check = |bytes: usize, expected: &[&str]| {
        let mut play = Play::new(plan("steps: [{id: a, tool: t}]"));
        play.feed(Input::Start);
        let key = play.key("a");
        let outcome = play.feed(Input::AttemptCompleted { key, output: text(bytes) });
        assert_eq!(failures(&outcome), expected, "{bytes} bytes");
    };
    check(4 * MIB - 10, &[]);
    check(4 * MIB + 1, &["output_too_large", "output_too_large"]);
}

#[test]
fn what_starts_together_is_bounded_and_the_rest_still_ends() {
    let body = "inputs: {b: {type: string}}\nsteps: [{id: a, tool: t, continue-on-error: true, strategy: {matrix: {x: [1, 2, 3, 4, 5, 6]}, max-parallel: 6}, with: {b: '${{ inputs.b }}'}}]";
    let mut play = with_inputs(body, json!({"b": text(3 * MIB)}));
    let outcome = play.feed(Input::Start);
    assert_eq!((orders(&outcome), failures(&outcome)), (5, vec!["too_large"]));
    // what ran together before the process died goes on together
    let outcome = play.feed(Input::Recover { give_up_after: None });
    assert_eq!((orders(&outcome), failures(&outcome)), (5, vec![]));
}

#[test]
fn a_history_that_takes_too_much_memory_is_ended() {
    let body = "inputs: {x: {type: list}}\nsteps: [{id: a, tool: t, strategy: {matrix: {x: '${{ inputs.x }}'}, max-parallel: 100}}]";
    let mut play = with_inputs(body, json!({"x": vec![0; 30]}));
    play.feed(Input::Start);
    let mut ended = 0;
    let last = loop {
        let key = play.key(&format!("a[{ended}]"));
        let outcome = play.feed(Input::AttemptCompleted { key, output: text(3 * MIB) });
        ended += 1;
        if play.state.status.is_final() {
            break outcome;
        }
    };
    assert_eq!((play.state.status, ended), (Status::Failed, 22));
    assert_eq!(failures(&last), ["history_too_long"]);
}

#[test]
fn a_workflow_that_gives_back_too_much_has_to_say_what() {
    let body =
        "steps: [{id: a, tool: t, strategy: {matrix: {x: [1, 2, 3, 4, 5, 6]}, max-parallel: 6}}]";
    let mut play = Play::new(plan(body));
    play.feed(Input::Start);
    let mut last = Outcome::default();
    for instance in 0..6 {
        let key = play.key(&format!("a[{instance}]"));
        last = play.feed(Input::AttemptCompleted { key, output: text(3 * MIB) });
    }
    assert_eq!(failures(&last), ["output_too_large"]);
}
