//! The published schema says the same as the code.

use serde_json::Value as Json;

use super::super::SCHEMA;
use super::problems;

/// The keys that the code takes at a place, as it lists them when it refuses one.
fn keys_of_code(text: &str) -> Vec<String> {
    let message = problems(text);
    let (_, keys) = message.split_once("use one of ").unwrap_or_else(|| panic!("{message}"));
    sorted(keys.split(", ").map(str::to_owned).collect())
}

fn sorted(mut keys: Vec<String>) -> Vec<String> {
    keys.sort();
    keys
}

#[test]
fn the_schema_has_every_key_that_the_code_takes_and_describes_it() {
    let schema: Json = serde_json::from_str(SCHEMA).unwrap();
    let check = |pointer: &str, text: &str| {
        let properties =
            schema.pointer(pointer).and_then(|place| place["properties"].as_object()).unwrap();
        let keys = sorted(properties.keys().cloned().collect());
        assert_eq!(keys, keys_of_code(text), "{pointer}");
        assert_eq!(schema.pointer(pointer).unwrap()["additionalProperties"], false, "{pointer}");
        for (key, value) in properties {
            let target = value["$ref"].as_str().map(|target| schema.pointer(&target[1..]).unwrap());
            let description = target.unwrap_or(value)["description"].as_str().unwrap_or_default();
            assert!(
                description.ends_with(|end: char| ".})".contains(end)),
                "{pointer}/{key}: \"{description}\""
            );
        }
    };
    check("", "zzzzzzzzz: 1");
    check("/$defs/input", "inputs: {a: {zzzzzzzzz: 1}}");
    check("/$defs/step", "steps: [{zzzzzzzzz: 1}]");
    check("/$defs/step/properties/strategy", "steps: [{strategy: {zzzzzzzzz: 1}}]");
    check("/$defs/retry", "steps: [{retry: {zzzzzzzzz: 1}}]");
    check("/properties/defaults", "defaults: {zzzzzzzzz: 1}");
}

#[test]
fn the_schema_lists_the_types_that_the_code_takes() {
    let schema: Json = serde_json::from_str(SCHEMA).unwrap();
    let types = schema["$defs"]["input"]["properties"]["type"]["enum"].as_array().unwrap();
    let types = types.iter().map(|kind| kind.as_str().unwrap().to_owned()).collect();
    assert_eq!(sorted(types), keys_of_code("inputs: {a: {type: zzzzzzzzz}}"));
}
