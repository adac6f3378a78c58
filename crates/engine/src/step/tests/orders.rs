//! What attempts are told to do.

use serde_json::json;

use super::{Play, plan};
use crate::{AgentOrder, AgentTask, AttemptKey, Effect, Input, Order, create};

#[test]
fn orders_carry_their_key_and_evaluated_parameters() {
    let plan = plan(
        "inputs: {idea: {}}
env: {STYLE: short}
steps:
- {id: list, agent: architect, command: plan, model: big, params: {idea: '${{ inputs.idea }}', style: '${{ env.STYLE }}'}}
- {id: write, tool: write, strategy: {matrix: {part: '${{ steps.list.outputs.parts }}'}}, with: {path: 'src/${{ matrix.part.name }}.rs', status: '${{ steps.list.status }}'}}",
    );
    let mut play = Play::new(plan.clone());
    play.state = create(&plan, json!({ "idea": "a clinic" }), 7).0;
    let outcome = play.feed(Input::Start);
    let key = AttemptKey { step: 0, instance: 0, attempt: 1 };
    let order = Order::Agent(Box::new(AgentOrder {
        agent: "architect".into(),
        task: AgentTask::Command {
            command: "plan".into(),
            params: json!({ "idea": "a clinic", "style": "short" }),
        },
        model: Some("big".into()),
        tools: None,
    }));
    assert_eq!(outcome.effects[0], Effect::StartAttempt { key, order });
    let output = json!({ "parts": [{ "name": "main" }, { "name": "lib" }] });
    let outcome = play.feed(Input::AttemptCompleted { key, output });
    for (instance, path) in ["src/main.rs", "src/lib.rs"].into_iter().enumerate() {
        let order = Order::Tool {
            tool: "write".into(),
            with: json!({ "path": path, "status": "completed" }),
        };
        let key = AttemptKey { step: 1, instance, attempt: 1 };
        assert_eq!(outcome.effects[instance], Effect::StartAttempt { key, order });
    }
}
