//! What an execution is given, against the inputs that its workflow declares.

use serde_json::{Value as Json, json};

use super::parsed;

const WORKFLOW: &str = "
name: with inputs
inputs:
  idea: { required: true }
  count: { type: integer, default: 3 }
  share: { type: number }
  deep: { type: boolean }
  items: { type: list, default: [] }
  extra: { type: object }
steps: [{ tool: t }]
";

#[test]
fn inputs_are_filled_with_defaults_or_refused_one_by_one() {
    let definition = parsed(WORKFLOW);
    let accepts = |given: Json, changed: Json| {
        let mut expected = json!({
            "idea": "x", "count": 3, "share": null, "deep": null, "items": [], "extra": null,
        });
        for (name, value) in changed.as_object().unwrap() {
            expected[name] = value.clone();
        }
        assert_eq!(definition.accept_inputs(&given), Ok(expected), "{given}");
    };
    accepts(json!({ "idea": "x" }), json!({}));
    accepts(json!({ "idea": "" }), json!({ "idea": "" }));
    accepts(json!({ "idea": "x", "count": null }), json!({}));
    accepts(json!({ "idea": "x", "count": -7, "share": 1 }), json!({ "count": -7, "share": 1 }));
    accepts(json!({ "idea": "x", "count": u64::MAX }), json!({ "count": u64::MAX }));
    accepts(
        json!({ "idea": "x", "deep": false, "items": [1], "extra": { "a": 1 }, "share": 0.5 }),
        json!({ "deep": false, "items": [1], "extra": { "a": 1 }, "share": 0.5 }),
    );
    let refuses = |given: Json, expected: &[&str]| {
        let problems = definition.accept_inputs(&given).unwrap_err();
        let found: Vec<String> = problems
            .iter()
            .map(|problem| format!("{} {}", problem.field, problem.message))
            .collect();
        assert_eq!(found, expected, "{given}");
    };
    refuses(Json::Null, &["inputs.idea is required; give a text"]);
    refuses(json!([]), &["inputs has to be an object"]);
    refuses(json!("idea"), &["inputs has to be an object"]);
    refuses(json!({ "idea": null }), &["inputs.idea is required; give a text"]);
    refuses(
        json!({ "idea": 5, "count": 1.5, "share": "1", "deep": "true", "items": {}, "extra": [] }),
        &[
            "inputs.idea has to be a text",
            "inputs.count has to be a whole number",
            "inputs.share has to be a number",
            "inputs.deep has to be true or false",
            "inputs.items has to be a list",
            "inputs.extra has to be an object",
        ],
    );
    refuses(
        json!({ "idea": "x", "cuont": 3, "password": 1 }),
        &[
            "inputs.cuont is not an input of this workflow; did you mean \"count\"?",
            "inputs.password is not an input of this workflow; it has idea, count, share, deep, items, extra",
        ],
    );
}

#[test]
fn a_workflow_without_inputs_says_so() {
    let problems = parsed("name: none\nsteps: [{tool: t}]").accept_inputs(&json!({ "a": 1 }));
    assert_eq!(problems.unwrap_err()[0].message, "is not an input of this workflow; it has none");
}

#[test]
fn an_input_with_options_is_one_of_them() {
    let text = "
name: options
inputs: {env: {options: [staging, production], default: staging}, n: {type: integer, options: [1, 2]}}
steps: [{tool: t}]
";
    let definition = parsed(text);
    let accepted = definition.accept_inputs(&json!({ "n": 2 }));
    assert_eq!(accepted, Ok(json!({ "env": "staging", "n": 2 })));
    let problems = definition.accept_inputs(&json!({ "env": "prod", "n": 3 })).unwrap_err();
    let messages: Vec<&str> = problems.iter().map(|problem| problem.message.as_str()).collect();
    assert_eq!(messages, ["has to be one of staging, production", "has to be one of 1, 2"]);
}
