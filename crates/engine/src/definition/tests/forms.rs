//! What a definition means in each of the forms in which people write it.

use std::time::Duration;

use serde_json::json;

use super::super::{Action, AgentChoice, OnError, Retry, Task};
use super::{parse, parsed};
use crate::expression::Template;

fn steps(body: &str) -> String {
    format!("name: some workflow\nsteps:\n{body}")
}

#[test]
fn needs_decide_the_order_and_without_any_the_text_does() {
    let check = |body: &str, expected: &[(&str, &[usize])]| {
        let definition = parsed(&steps(body));
        let found: Vec<(&str, &[usize])> =
            definition.steps.iter().map(|step| (step.id.as_str(), step.needs.as_slice())).collect();
        assert_eq!(found, expected, "{body}");
    };
    check(
        "- tool: a\n- tool: b\n- tool: c",
        &[("step_1", &[]), ("step_2", &[0]), ("step_3", &[1])],
    );
    check("- {id: a, tool: t}\n- {id: b, tool: t, needs: []}", &[("a", &[]), ("b", &[])]);
    check("- {id: a, tool: t}\n- {id: b, tool: t, needs: a}", &[("a", &[]), ("b", &[0])]);
    check(
        "- {id: a, tool: t, needs: [b, c, b]}\n- {id: b, tool: t}\n- {id: c, tool: t}",
        &[("a", &[1, 2]), ("b", &[]), ("c", &[])],
    );
}

#[test]
fn json_means_the_same_as_yaml() {
    let yaml = "
name: Build a feature
description: From an idea to code.
inputs: { idea: { type: string, required: true }, count: { type: integer, default: 3 } }
env: { STYLE: short }
defaults: { model: big, timeout-minutes: 1.5, retry: { max-attempts: 5 } }
steps:
  - id: plan
    agent: architect
    command: plan
    params: { idea: '${{ inputs.idea }}', style: '${{ env.STYLE }}' }
  - id: code
    needs: plan
    if: steps.plan.status == 'completed'
    strategy: { matrix: { part: '${{ steps.plan.outputs.parts }}' }, max-parallel: 2, fail-fast: false }
    tool: write
    with: { part: '${{ matrix.part }}' }
    continue-on-error: true
outputs: { code: '${{ steps.code.outputs }}' }
";
    let json = json!({
        "name": "Build a feature", "description": "From an idea to code.",
        "inputs": { "idea": { "type": "string", "required": true }, "count": { "type": "integer", "default": 3 } },
        "env": { "STYLE": "short" },
        "defaults": { "model": "big", "timeout-minutes": 1.5, "retry": { "max-attempts": 5 } },
        "steps": [
            { "id": "plan", "agent": "architect", "command": "plan",
              "params": { "idea": "${{ inputs.idea }}", "style": "${{ env.STYLE }}" } },
            { "id": "code", "needs": "plan", "if": "steps.plan.status == 'completed'",
              "strategy": { "matrix": { "part": "${{ steps.plan.outputs.parts }}" }, "max-parallel": 2, "fail-fast": false },
              "tool": "write", "with": { "part": "${{ matrix.part }}" }, "continue-on-error": true },
        ],
        "outputs": { "code": "${{ steps.code.outputs }}" },
    });
    let mut first = parsed(yaml);
    for text in [json.to_string(), serde_json::to_string_pretty(&json).unwrap()] {
        let mut second = parsed(&text);
        for step in first.steps.iter_mut().chain(&mut second.steps) {
            (step.line, step.column) = (0, 0);
        }
        assert_eq!(first, second);
    }
    let code = &first.steps[1];
    assert_eq!(first.steps[0].timeout, Duration::from_secs(90));
    assert_eq!((code.retry.max_attempts, code.on_error), (5, OnError::Continue));
    let matrix = code.matrix.as_ref().unwrap();
    assert_eq!(
        (matrix.axes[0].name.as_str(), matrix.max_parallel, matrix.fail_fast),
        ("part", 2, false)
    );
}

#[test]
fn conditions_may_wear_the_braces_of_github() {
    let when =
        |text: &str| parsed(&steps(&format!("- {{tool: t, if: {text}}}"))).steps[0].when.clone();
    let plain = when("'1 == 2'");
    assert!(plain.is_some());
    for text in ["'${{ 1 == 2 }}'", "'${{1 == 2}}'", "' 1 == 2 '"] {
        assert_eq!(when(text), plain, "{text}");
    }
    assert_eq!(when("true"), when("'true'"));
}

#[test]
fn what_is_not_said_has_a_default() {
    let definition = parsed(&steps("- {agent: a, command: c}\n- {tool: t, id: the_tool-2}"));
    let [agent, tool] = definition.steps.as_slice() else { panic!("two steps") };
    assert_eq!(
        (agent.timeout, tool.timeout),
        (Duration::from_secs(1800), Duration::from_secs(300))
    );
    assert_eq!((&agent.retry, agent.on_error), (&Retry::default(), OnError::Stop));
    assert_eq!((agent.name.as_str(), tool.name.as_str()), ("step 1", "the tool 2"));
    assert_eq!((agent.line, agent.column, tool.line), (3, 3, 4));
    let empty = Template::Constant(json!({}));
    let expected = Action::Agent {
        agent: AgentChoice::Named("a".into()),
        task: Task::Command { command: "c".into(), params: empty },
        model: None,
        tools: None,
    };
    assert_eq!(agent.action, expected);
    let fan = parsed(&steps("- {tool: t, strategy: {matrix: {x: [1]}}}"));
    let matrix = fan.steps[0].matrix.as_ref().unwrap();
    assert_eq!((matrix.max_parallel, matrix.fail_fast), (16, true));
}

#[test]
fn the_words_of_old_yaml_stay_texts() {
    let definition =
        parsed(&steps("- {tool: t, with: {norway: no, answer: yes, light: on, sure: true}}"));
    let Action::Tool { with, .. } = &definition.steps[0].action else { panic!("a tool step") };
    let expected = json!({ "norway": "no", "answer": "yes", "light": "on", "sure": true });
    assert_eq!(with, &Template::Constant(expected));
}

#[test]
fn retries_wait_longer_and_longer_up_to_a_limit() {
    let text = steps(
        "- {tool: t, retry: {first-wait-seconds: 1, multiplier: 3, max-wait-seconds: 20, jitter: false}}",
    );
    let retry = &parsed(&text).steps[0].retry;
    let waits: Vec<u64> = (1..=5).map(|attempt| retry.wait(attempt, 0).as_secs()).collect();
    assert_eq!(waits, [1, 3, 9, 20, 20]);
    assert_eq!(retry.wait(u32::MAX, 999), Duration::from_secs(20));
    let jittery = Retry { jitter: true, ..retry.clone() };
    for luck in 0..2000 {
        let wait = jittery.wait(2, luck);
        assert!((Duration::from_millis(1500)..=Duration::from_secs(3)).contains(&wait), "{wait:?}");
    }
}

#[test]
fn the_shipped_workflows_are_sound() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../library/workflows");
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|end| end == "yaml") {
            let text = std::fs::read_to_string(&path).unwrap();
            parse(&text).unwrap_or_else(|problems| panic!("{}: {problems:?}", path.display()));
            count += 1;
        }
    }
    assert!(count > 0, "there are no workflows in {folder}");
}
