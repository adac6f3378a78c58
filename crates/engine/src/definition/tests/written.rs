//! A definition written back says the same, and travels without loss.

use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::super::{Definition, export, import, to_yaml};
use super::{every_form, parse, parsed, problems};

fn without_places(mut definition: Definition) -> Definition {
    for step in &mut definition.steps {
        (step.line, step.column) = (0, 0);
    }
    for schedule in &mut definition.triggers.schedules {
        schedule.line = 0;
    }
    for event in &mut definition.triggers.events {
        event.line = 0;
    }
    definition
}

#[test]
fn what_is_written_parses_to_the_same() {
    for text in every_form() {
        let definition = parsed(&text);
        let written = definition.to_yaml().unwrap();
        let again = parse(&written).unwrap_or_else(|_| panic!("{written}\n{}", problems(&written)));
        assert_eq!(without_places(again), without_places(definition), "{written}");
    }
}

#[test]
fn the_written_form_is_the_canonical_one() {
    let text = "
name: Flat
budget: 1
steps:
  - {agent: a, command: c, timeout-minutes: 30}
  - {uses: t, retry: {max-attempts: 5}, continue-on-error: true}
";
    let expected = json!({
        "name": "Flat",
        "budget": { "usd": 1 },
        "steps": [
            { "id": "step_1", "needs": [], "agent": "a", "command": "c" },
            {
                "id": "step_2", "needs": ["step_1"], "tool": "t",
                "retry": {
                    "max-attempts": 5, "first-wait-seconds": 2, "multiplier": 2,
                    "max-wait-seconds": 60, "jitter": true,
                },
                "on-error": "continue",
            },
        ],
    });
    assert_eq!(parsed(text).to_json(), expected);
}

#[test]
fn an_export_has_the_seeds_keys_and_comes_back_equal() {
    for text in every_form() {
        let exported = export(&text).unwrap();
        let json = serde_json::to_value(&exported).unwrap();
        let keys: Vec<&String> = json.as_object().unwrap().keys().collect();
        assert_eq!(keys, ["version", "workflow", "agents_used", "commands_used"]);
        for file in [serde_json::to_string_pretty(&json).unwrap(), to_yaml(&json).unwrap()] {
            let imported = import(&file).unwrap_or_else(|wrong| panic!("{file}\n{wrong:?}"));
            assert_eq!(without_places(imported.definition), without_places(parsed(&text)));
            assert_eq!(export(&imported.text).unwrap(), exported);
        }
    }
}

#[test]
fn an_export_names_what_it_uses() {
    let text = "
name: uses
steps:
  - {agent: b, command: y}
  - {agent: a, command: x, compensate: {agent: c, command: z}}
  - {agent: b, prompt: p}
  - {capability: k, command: y, dispatch: {exclude: [d]}}
";
    let exported = export(text).unwrap();
    assert_eq!(exported.version, "1.0");
    assert_eq!(exported.agents_used, ["b", "a", "c"]);
    assert_eq!(exported.commands_used, ["y", "x", "z"]);
}

#[test]
fn a_definition_is_imported_as_it_stands() {
    let text = "# keep me\nname: abc\nsteps: [{tool: t}]\n";
    assert_eq!(import(text).unwrap().text, text);
    let file = json!({ "version": "1.0", "workflow": text, "agents_used": [{ "slug": "a" }] });
    assert_eq!(import(&file.to_string()).unwrap().text, text);
}

#[test]
fn files_that_cannot_be_imported_say_why() {
    let check = |text: &str, expected: &str| {
        let found: Vec<String> =
            import(text).unwrap_err().iter().map(ToString::to_string).collect();
        assert_eq!(found.join("\n"), expected, "{text}");
    };
    check(
        "{\"workflow\": {}}",
        "line 1, column 1: the file has no version; export it again as version \"1.0\"",
    );
    check(
        "{\"version\": \"2.0\", \"workflow\": {}}",
        "line 1, column 13: the file has the version \"2.0\", which is unknown; export it again as version \"1.0\"",
    );
    check(
        "{\"version\": \"1.0\", \"workflow\": {\"name\": \"abc\", \"steps\": [{\"tool\": \"t\"}]}, \"secrets\": {}}",
        "line 1, column 75: unknown key \"secrets\"; take it out; a file has version, workflow, agents_used and commands_used",
    );
    check(
        "{\"version\": \"1.0\", \"workflow\": {\"name\": \"abc\"}}",
        "the workflow has no steps; add at least one under \"steps:\"",
    );
    check(
        "[]",
        "line 1, column 1: here should be keys with values (\"key: value\"); change the value",
    );
    assert!(export("name: abc").is_err());
}

fn any_json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        (-1e9..1e9f64).prop_map(Json::from),
        "[ -~\n\té:#'\"{}\\[\\]&*!|>%@`-]{0,20}".prop_map(Json::from),
        proptest::sample::select(vec![
            "on", "no", "null", "~", "1e3", "0x10", "- a", "a: b", "---", "", " a ", "a\n\nb\n",
            "${{ x }}", "\u{feff}", "\u{85}"
        ])
        .prop_map(Json::from),
    ];
    leaf.prop_recursive(3, 24, 5, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Json::from),
            proptest::collection::vec(("[a-z0-9~: -]{0,6}", inner), 0..5)
                .prop_map(|fields| Json::Object(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_value_survives_yaml(value in any_json()) {
        let text = to_yaml(&value).unwrap();
        let read = super::super::yaml::read(&text).map(|node| node.json());
        prop_assert_eq!(read, Ok(value), "{}", text);
    }
}
