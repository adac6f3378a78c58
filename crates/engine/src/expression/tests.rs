#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::{EvalError, Template, brief, parse, size};

fn scope() -> Json {
    json!({
        "inputs": {"idea": "a clinic", "count": 3, "flag": true, "none": null},
        "steps": {"list": {"outputs": {"items": [{"name": "A", "score": 7}, {"name": "b", "score": 9}, {"name": " a!", "score": 1}]}}},
    })
}

#[test]
fn expressions_have_the_values_that_people_expect() {
    let check = |text: &str, expected: Json| {
        let value = parse(text).unwrap_or_else(|error| panic!("{text}: {error}")).eval(&scope());
        assert_eq!(value.as_ref(), Ok(&expected), "{text}");
    };
    check("inputs.idea", json!("a clinic"));
    check("inputs['idea']", json!("a clinic"));
    check("steps.list.outputs.items[0].name", json!("A"));
    check("steps.list.outputs.items[-1].score", json!(1));
    check("steps.list.outputs.items[*].score", json!([7, 9, 1]));
    check("len(steps.list.outputs.items)", json!(3));
    check("unique(steps.list.outputs.items, 'name')[*].name", json!(["A", "b"]));
    check("join(steps.list.outputs.items[*].name, ', ')", json!("A, b,  a!"));
    check("zip(steps.list.outputs.items, [[], 1, 2])[0].name", json!("A"));
    check("default(inputs.nothing, 5)", json!(5));
    check("default(inputs.none, 'x')", json!("x"));
    check("default(inputs.none[*].name, [])", json!([]));
    check("inputs.count >= 3 and not (inputs.count > 3)", json!(true));
    check("inputs.count == 3.0", json!(true));
    check("'it''s' == \"it's\"", json!(true));
    check("inputs.flag || inputs.nothing", json!(true));
    check("contains(inputs.idea, 'clinic') && contains([1, 2], 2)", json!(true));
    check("-inputs.count < 0", json!(true));
    check("compact([1, null, 2])", json!([1, 2]));
    check("flatten([[1], [2, 3], 4])", json!([1, 2, 3, 4]));
    check("all([true, true]) and any([false, true])", json!(true));
}

#[test]
fn wrong_expressions_say_what_and_where() {
    let check = |text: &str, expected: &str| {
        let message = match parse(text) {
            Err(error) => error.to_string(),
            Ok(expression) => expression.eval(&scope()).unwrap_err().to_string(),
        };
        assert!(message.contains(expected), "{text}: {message}");
    };
    check("inputs.", "expected a name after \".\"");
    check("inputs.idea inputs", "unexpected name \"inputs\"");
    check("(inputs.idea", "expected \")\"");
    check("'open", "is not closed");
    check("shell('rm')", "there is no function \"shell\"");
    check("len(1, 2)", "len takes 1 arguments, not 2");
    check("inputs.missing.deep", "\"inputs.missing\" has no value here");
    check("inputs.idea and true", "is not true or false");
    check("inputs.idea < 3", "cannot be ordered");
    check("inputs.idea[*]", "needs a list");
    check("len(inputs.count)", "len needs a list");
    check("a @ b", "unexpected character \"@\"");
    check(&format!("{}1{}", "(".repeat(200), ")".repeat(200)), "nested deeper");
    check(&"x".repeat(9000), "longer than");
}

#[test]
fn templates_keep_types_and_fill_texts() {
    let check = |value: Json, expected: Json| {
        assert_eq!(Template::parse(&value).unwrap().eval(&scope()).unwrap(), expected);
    };
    check(json!("${{ inputs.count }}"), json!(3));
    check(json!("n=${{ inputs.count }}, ${{inputs.none}}!"), json!("n=3, !"));
    check(
        json!({"a": ["${{ inputs.flag }}", 1], "b": {"c": "plain"}}),
        json!({"a": [true, 1], "b": {"c": "plain"}}),
    );
    check(json!(""), json!(""));
    assert!(Template::parse(&json!("${{ open")).is_err());
}

#[test]
fn a_product_of_lists_runs_out_of_fuel() {
    let big: Vec<i32> = (0..60_000).collect();
    let scope = json!({"inputs": {"big": big}});
    let value = parse("[len(inputs.big[*]), len(inputs.big[*])]").unwrap().eval(&scope);
    assert_eq!(value, Err(super::EvalError::OutOfFuel));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_parses_or_is_refused_without_a_panic(text in "\\PC{0,80}") {
        if let Ok(expression) = parse(&text) {
            let _value = expression.eval(&scope());
        }
    }
}

#[test]
fn functions_of_numbers_and_presence_are_total() {
    let check = |text: &str, expected: Json| {
        assert_eq!(parse(text).unwrap().eval(&scope()), Ok(expected), "{text}");
    };
    check("always()", json!(true));
    check(
        "exists(inputs.idea) and not exists(inputs.none) and not exists(inputs.nothing.deep)",
        json!(true),
    );
    check("min(steps.list.outputs.items[*].score)", json!(1));
    check("max([1, 2.5])", json!(2.5));
    check("sum([1, 2, 3]) + 1 - 2 - 3", json!(2));
    check("min([])", json!(null));
    check("sum([])", json!(0));
    check("1 + 2 == 3 and 5 - 2 > 2", json!(true));
    check("'}}'", json!("}}"));
    let fails = |text: &str, expected: &str| {
        let message = parse(text).unwrap().eval(&scope()).unwrap_err().to_string();
        assert!(message.contains(expected), "{text}: {message}");
    };
    fails("inputs.idea + 1", "are not two numbers");
    fails("sum(['a'])", "sum needs numbers, not \"a\"");
    fails("max(inputs.count)", "max needs a list");
    fails("exists(len(5))", "len needs");
}

#[test]
fn problems_in_texts_are_counted_from_their_start() {
    let check = |text: &str, at: usize| {
        let error = Template::parse(&json!(text)).unwrap_err();
        assert_eq!(error.at, at, "{text}: {error}");
    };
    check("${{ a b }}", 6);
    check("ä ${{ a }} ${{   b c }}", 19);
    check("x ${{ open", 2);
    check("${{ 'a }}", 4);
    assert_eq!(
        Template::parse(&json!("${{ '}}' }}{${{ \"}}\" }}")).unwrap().eval(&scope()).unwrap(),
        json!("}}{}}")
    );
}

/// Any expression, as a tree.
fn any_expression() -> impl Strategy<Value = String> {
    let leaf = proptest::sample::select(vec![
        "inputs.idea",
        "inputs.count",
        "1",
        "2.5",
        "100000000000000000000",
        "'it''s'",
        "true",
        "null",
        "steps.a-b.outputs[0]",
        "x['k y']",
    ])
    .prop_map(str::to_owned);
    leaf.prop_recursive(4, 24, 3, |inner| {
        let operators = vec!["or", "and", "==", "!=", "<", ">=", "+", "-", "||", "&&"];
        let binary = (inner.clone(), proptest::sample::select(operators), inner.clone());
        prop_oneof![
            binary.prop_map(|(left, sign, right)| format!("({left}) {sign} ({right})")),
            inner.clone().prop_map(|inner| format!("not ({inner})")),
            inner.clone().prop_map(|inner| format!("-({inner})")),
            inner.clone().prop_map(|inner| format!("({inner})[*].a[1]")),
            inner.clone().prop_map(|inner| format!("(({inner})[*].a).b[*]")),
            inner.clone().prop_map(|inner| format!("({inner}).field")),
            (inner.clone(), inner.clone()).prop_map(|(base, index)| format!("({base})[{index}]")),
            (inner.clone(), inner).prop_map(|(a, b)| format!("default([{a}, {b}], {b})")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_parses_to_the_same(text in any_expression()) {
        if let Ok(expression) = parse(&text) {
            let written = expression.to_string();
            prop_assert_eq!(parse(&written), Ok(expression), "{} became {}", text, written);
        }
    }
}

#[test]
fn no_value_takes_more_memory_than_it_may() {
    let scope = json!({"inputs": {"mebibyte": "x".repeat(1 << 20), "many": vec![0; 40_000]}});
    let check = |template: Json, expected: Result<usize, EvalError>| {
        let value = Template::parse(&template).unwrap().eval(&scope);
        assert_eq!(
            value.map(|value| size(&value) >> 20),
            expected,
            "{}",
            brief(&template.to_string())
        );
    };
    let one = "${{ inputs.mebibyte }}";
    check(json!(one), Ok(1));
    check(json!(vec![one; 3]), Ok(3));
    check(json!(vec![one; 5]), Err(EvalError::TooLarge));
    // a definition may have as many as this, and they would be 20 GiB
    check(json!(vec![one; 20_000]), Err(EvalError::TooLarge));
    check(json!(one.repeat(20_000)), Err(EvalError::TooLarge));
    check(json!("${{ join(inputs.many, inputs.mebibyte) }}"), Err(EvalError::TooLarge));
}

#[test]
fn numbers_are_the_same_however_they_are_written() {
    let text = r#"{"inputs": {"scores": [8.0, {"n": 2.0}], "whole": [8, {"n": 2}], "zero": -0.0, "id": 9007199254740992, "next": 9007199254740993}}"#;
    let scope: Json = serde_json::from_str(text).unwrap();
    let check = |text: &str, expected: bool| {
        assert_eq!(parse(text).unwrap().eval(&scope), Ok(json!(expected)), "{text}");
    };
    check("inputs.scores[0] == 8 and contains(inputs.scores, 8)", true);
    check("inputs.scores == inputs.whole and contains(inputs.whole, inputs.scores[1])", true);
    check("inputs.zero == 0 and inputs.zero >= 0", true);
    check("inputs.id != inputs.next and inputs.id < inputs.next", true);
}
