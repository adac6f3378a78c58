//! Large executions work, and need no deep stack.

use serde_json::json;

use super::{Play, plan};
use crate::definition::MAX_STEPS;
use crate::{AttemptKey, Input, Status};

#[test]
fn a_long_chain_of_skipped_steps_ends_in_one_input() {
    let steps: String =
        (0..MAX_STEPS).map(|step| format!("- {{id: s{step}, tool: t, if: false}}\n")).collect();
    let mut play = Play::new(plan(&format!("steps:\n{steps}")));
    let outcome = play.feed(Input::Start);
    assert_eq!((play.state.status, outcome.events.len()), (Status::Completed, MAX_STEPS + 2));
}

#[test]
fn a_chain_of_500_steps_and_a_fan_out_of_10_000_come_to_their_ends() {
    let chain: String =
        (0..MAX_STEPS - 1).map(|step| format!("- {{id: s{step}, tool: t}}\n")).collect();
    let items = serde_json::to_string(&vec![0; 10_000]).unwrap();
    let fan = format!(
        "- {{id: fan, tool: t, strategy: {{matrix: {{x: '${{{{ inputs.items }}}}'}}, max-parallel: 100}}}}"
    );
    let plan = plan(&format!("inputs: {{items: {{type: list}}}}\nsteps:\n{chain}{fan}"));
    let mut play = Play::new(plan.clone());
    let items: serde_json::Value = serde_json::from_str(&items).unwrap();
    play.state = crate::create(&plan, json!({ "items": items }), 7).0;
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
