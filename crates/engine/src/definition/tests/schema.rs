//! The published schema says the same as the code.

use serde_json::{Value as Json, json};

use super::super::SCHEMA;
use super::super::keys::FORMS;
use super::{every_form, parse, problems};

fn schema() -> Json {
    serde_json::from_str(SCHEMA).unwrap()
}

fn sorted<T: Ord>(mut keys: Vec<T>) -> Vec<T> {
    keys.sort();
    keys
}

#[test]
fn the_schema_has_every_key_that_the_code_takes_and_describes_it() {
    let schema = schema();
    for form in FORMS {
        let place = schema.pointer(form.pointer).unwrap_or_else(|| panic!("{}", form.pointer));
        let properties = place["properties"].as_object().unwrap();
        let keys = sorted(properties.keys().map(String::as_str).collect());
        assert_eq!(keys, sorted(form.keys.to_vec()), "{}", form.name);
        assert_eq!(place["additionalProperties"], false, "{}", form.name);
        for (key, value) in properties {
            let target = value["$ref"].as_str().map(|target| schema.pointer(&target[1..]).unwrap());
            let description = target.unwrap_or(value)["description"].as_str().unwrap_or_default();
            assert!(
                description.ends_with(|end: char| ".})".contains(end)),
                "{} {key}: \"{description}\"",
                form.name
            );
        }
    }
}

#[test]
fn no_object_of_the_schema_is_left_out_of_the_table() {
    fn count(value: &Json) -> usize {
        match value {
            Json::Object(fields) => {
                let own = usize::from(fields.get("additionalProperties") == Some(&json!(false)));
                own + fields.values().map(count).sum::<usize>()
            }
            Json::Array(items) => items.iter().map(count).sum(),
            _ => 0,
        }
    }
    assert_eq!(count(&schema()), FORMS.len());
}

#[test]
fn the_schema_lists_the_words_that_the_code_takes() {
    let schema = schema();
    let check = |pointer: &str, text: &str| {
        let message = problems(text);
        let (_, words) = message.split_once("use one of ").unwrap_or_else(|| panic!("{message}"));
        let words = words.lines().next().unwrap().split(", ").map(str::to_owned).collect();
        let listed = schema.pointer(pointer).and_then(Json::as_array).unwrap();
        let listed = listed.iter().map(|word| word.as_str().unwrap().to_owned()).collect();
        assert_eq!(sorted::<String>(listed), sorted::<String>(words), "{pointer}");
    };
    let step = |rest: &str| format!("name: abc\nsteps: [{{{rest}}}]");
    check("/$defs/input/properties/type/enum", "inputs: {a: {type: zzzzzzzzz}}");
    check("/properties/priority/enum", "priority: zzzzzzzzz");
    check("/properties/on-failure/enum", "on-failure: zzzzzzzzz");
    check(
        "/$defs/budget/oneOf/1/properties/on-exceeded/enum",
        "budget: {usd: 1, on-exceeded: zzzzzzzzz}",
    );
    check("/$defs/on-error/oneOf/0/enum", &step("tool: t, on-error: zzzzzzzzz"));
    check("/$defs/rule/oneOf/0/enum", &step("approval: {rule: zzzzzzzzz}"));
    check(
        "/$defs/approval/properties/on-expiry/enum",
        &step("approval: {expires-minutes: 5, on-expiry: zzzzzzzzz}"),
    );
    check(
        "/$defs/form-field/properties/type/enum",
        &step("approval: {form: {a: {type: zzzzzzzzz}}}"),
    );
    check(
        "/$defs/dispatch/properties/strategy/enum",
        &step("capability: c, prompt: p, dispatch: {strategy: zzzzzzzzz}"),
    );
}

#[test]
fn what_the_code_takes_is_valid_for_editors() {
    let validator = jsonschema::validator_for(&schema()).unwrap();
    let mut keys = Vec::new();
    for text in every_form() {
        parse(&text).unwrap_or_else(|_| panic!("{text}\n{}", problems(&text)));
        let value: Json = super::super::yaml::read(&text).unwrap().json();
        let wrong: Vec<String> = validator
            .iter_errors(&value)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(wrong.is_empty(), "{text}\n{}", wrong.join("\n"));
        collect(&value, &mut keys);
    }
    // The forms that were tried have every key of the language.
    for form in FORMS {
        for key in form.keys {
            assert!(
                keys.iter().any(|known| known == key),
                "no form has \"{key}\" of {}",
                form.name
            );
        }
    }
}

fn collect(value: &Json, keys: &mut Vec<String>) {
    match value {
        Json::Object(fields) => fields.iter().for_each(|(key, value)| {
            keys.push(key.clone());
            collect(value, keys);
        }),
        Json::Array(items) => items.iter().for_each(|item| collect(item, keys)),
        _ => {}
    }
}

/// An editor cannot know everything, but the most common mistakes it shows.
#[test]
fn editors_show_common_mistakes() {
    let validator = jsonschema::validator_for(&schema()).unwrap();
    let check = |text: &str| {
        let value = super::super::yaml::read(text).unwrap().json();
        assert!(!validator.is_valid(&value), "{text}");
        assert!(parse(text).is_err(), "{text}");
    };
    let step = |rest: &str| format!("name: abc\nsteps: [{{{rest}}}]");
    check("name: ab\nsteps: [{tool: t}]");
    check("name: abc");
    check("name: abc\nsteps: []");
    check("name: abc\nstep: [{tool: t}]\nsteps: [{tool: t}]");
    check("name: abc\nbudget: 0\nsteps: [{tool: t}]");
    check("name: abc\npriority: urgent\nsteps: [{tool: t}]");
    check(&step("id: 1a, tool: t"));
    check(&step("tool: t, workflow: w"));
    check(&step("tool: t, agent: a"));
    check(&step("name: nothing"));
    check(&step("tool: t, loop: {max: 3}"));
    check(&step("tool: t, loop: {until: 'true', max: 1001}"));
    check(&step("tool: t, strategy: {matrix: {a: [1], b: 2}}"));
    check(&step("wait: {minutes: 1, hours: 1}"));
    check(&step("wait: {minutes: 0}"));
    check(&step("wait: {minutes: 1, if: event.x}"));
    check(&step("wait: {if: event.x}"));
    check(&step("approval: {rule: {quorum: 0}}"));
    check(&step("gate: {on-fail: {goto: a}}"));
    check(&step("tool: t, compensate: {wait: {minutes: 1}}"));
    check(&step("tool: t, on-error: {}"));
    check(&step("tool: t, retry: {max-attempts: 0}"));
    check(&step("tool: t, strategy: {matrix: {a: [1]}}, loop: {until: loop.last.ok}"));
}
