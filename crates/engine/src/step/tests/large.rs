//! Large executions work, and need no deep stack.

use serde_json::json;

use super::{Play, plan};
use crate::definition::MAX_STEPS;
use crate::{AttemptKey, Input, Status};

/// So many steps, all alike.
fn chain(count: usize, rest: &str) -> String {
    let line = |step| format!("- {{id: s{step}, tool: t{rest}}}\n");
    (0..count).map(line).collect::<Vec<_>>().concat()
}

#[test]
fn a_long_chain_of_skipped_steps_ends_in_one_input() {
    let steps = chain(MAX_STEPS, ", if: false");
    let mut play = Play::new(plan(&format!("steps:\n{steps}")));
    let outcome = play.feed(Input::Start);
    assert_eq!((play.state.status, outcome.events.len()), (Status::Completed, MAX_STEPS + 2));
}

#[test]
fn a_chain_of_500_steps_and_a_fan_out_of_10_000_come_to_their_ends() {
    let chain = chain(MAX_STEPS - 1, "");
    let fan =
        "- {id: fan, tool: t, strategy: {matrix: {x: '${{ inputs.items }}'}, max-parallel: 100}}";
    let plan = plan(&format!("inputs: {{items: {{type: list}}}}\nsteps:\n{chain}{fan}"));
    let mut play = Play::new(plan.clone());
    play.state = crate::create(&plan, json!({ "items": vec![0; 10_000] }), 7).0;
    play.feed(Input::Start);
    for step in 0..MAX_STEPS - 1 {
        let key = AttemptKey { step, instance: 0, attempt: 1 };
        play.feed(Input::AttemptCompleted { key, output: json!(step) });
    }
    for instance in 0..10_000 {
        let key = AttemptKey { step: MAX_STEPS - 1, instance, attempt: 1 };
        play.feed(Input::AttemptCompleted { key, output: json!(instance) });
    }
    assert_eq!(play.state.status, Status::Completed);
}
