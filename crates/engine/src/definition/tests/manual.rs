//! The manual's pages about workflows say what the code does.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};

use super::super::keys::FORMS;
use super::super::model::Retry;
use super::super::parse_approval::MAX_BACK;
use super::super::parse_step::{MAX_PARALLEL, MAX_ROUNDS};
use super::super::{MAX_BYTES, MAX_STEPS, MOST_ATTEMPTS, SCHEMA, parse};
use crate::expression::{self, FUNCTIONS};

const GUIDE: &str = include_str!("../../../../../docs/user/workflows.md");
const PAGE: &str = include_str!("../../../../../docs/user/workflow-language.md");

/// What stands under the heading that names this, up to the next heading.
fn section(name: &str) -> &'static str {
    let wanted = name.replace('"', "`");
    let is_meant = |heading: &str| {
        let heading = heading.trim_start_matches(['#', ' ']).to_lowercase();
        heading.split(", ").flat_map(|part| part.split(" and ")).any(|part| part == wanted)
    };
    let mut sections = PAGE.split("\n#").filter_map(|section| section.split_once('\n'));
    let found = sections.find(|(heading, _)| is_meant(heading));
    found.unwrap_or_else(|| panic!("no heading names {name}")).1
}

/// The rows of the tables in a text, cell by cell.
fn rows(text: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    let rows = text.lines().filter(|line| line.starts_with("| `"));
    rows.map(|row| row.trim_matches('|').split(" | ").map(str::trim).collect())
}

/// What stands between backticks.
fn code(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

#[test]
fn every_key_is_explained_where_it_belongs() {
    for form in FORMS {
        let known: BTreeSet<&str> = code(section(form.name)).collect();
        for key in form.keys {
            assert!(known.contains(key), "{} does not tell of \"{key}\"", form.name);
        }
    }
}

#[test]
fn no_key_is_explained_that_the_code_does_not_take() {
    for form in FORMS {
        for row in rows(section(form.name)) {
            for key in code(row[0]) {
                assert!(form.keys.contains(&key), "{} has no key \"{key}\"", form.name);
            }
        }
    }
}

#[test]
fn every_word_that_a_key_takes_is_named() {
    fn collect(value: &Json, words: &mut Vec<String>) {
        match value {
            Json::Object(fields) => {
                let own = fields.get("enum").and_then(Json::as_array).into_iter().flatten();
                words.extend(own.filter_map(Json::as_str).map(str::to_owned));
                fields.values().for_each(|value| collect(value, words));
            }
            Json::Array(items) => items.iter().for_each(|item| collect(item, words)),
            _ => {}
        }
    }
    let mut words = Vec::new();
    collect(&serde_json::from_str(SCHEMA).unwrap(), &mut words);
    assert!(words.iter().any(|word| word == "skip-dependants"), "{words:?}");
    let known: BTreeSet<&str> = code(PAGE).collect();
    for word in words {
        assert!(known.contains(word.as_str()), "\"{word}\" is not named");
    }
}

#[test]
fn defaults_are_those_of_the_code() {
    let check = |place: &str, key: &str, expected: &str| {
        let row = rows(section(place)).find(|row| code(row[0]).any(|known| known == key));
        let row = row.unwrap_or_else(|| panic!("{place} has no row for \"{key}\""));
        assert_eq!(row.last().copied(), Some(expected), "{place} {key}");
    };
    let retry = Retry::default();
    check("\"retry\"", "max-attempts", &retry.max_attempts.to_string());
    check("\"retry\"", "first-wait-seconds", &retry.first_wait.as_secs().to_string());
    check("\"retry\"", "multiplier", &retry.multiplier.to_string());
    let longest = format!("{}, or the first wait when that is longer", retry.max_wait.as_secs());
    check("\"retry\"", "max-wait-seconds", &longest);
    check("\"retry\"", "jitter", &retry.jitter.to_string());
    check("\"strategy\"", "max-parallel", &MAX_PARALLEL.to_string());
    check("\"loop\"", "max", &MAX_ROUNDS.to_string());
    check("\"on-fail\"", "max", &MAX_BACK.to_string());
    for limit in [
        format!("at most {} MiB, {MAX_STEPS} steps", MAX_BYTES >> 20),
        format!("the first included, 1 to {MOST_ATTEMPTS} |"),
    ] {
        assert!(PAGE.contains(&limit), "\"{limit}\" is not said");
    }
}

#[test]
fn the_examples_of_functions_give_what_the_page_says() {
    let (_, inputs) = PAGE.split_once("```json\n").unwrap();
    let (inputs, _) = inputs.split_once("```").unwrap();
    let inputs: Json = serde_json::from_str(inputs).unwrap();
    let scope = json!({ "inputs": inputs });
    let (_, table) = PAGE.split_once("| Function |").unwrap();
    let (table, _) = table.split_once("\n\n").unwrap();
    let mut names = Vec::new();
    for row in rows(table) {
        let [function, example, expected] = row[..] else { panic!("{row:?}") };
        let name = code(function).next().and_then(|shape| shape.split_once('(')).unwrap().0;
        let expected: Json = serde_json::from_str(code(expected).next().unwrap()).unwrap();
        let example = code(example).next().unwrap();
        assert!(example.contains(&format!("{name}(")), "{example} does not call {name}");
        let value = expression::parse(example).unwrap().eval(&scope);
        assert_eq!(value, Ok(expected), "{example}");
        names.push(name);
    }
    assert_eq!(names, FUNCTIONS);
}

#[test]
fn the_guide_shows_a_problem_as_people_read_it() {
    let (_, first) = GUIDE.split_once("```yaml\n").unwrap();
    let (first, _) = first.split_once("```").unwrap();
    let wrong = first.replacen("words: ${{ steps.explain.", "words: ${{ steps.explian.", 1);
    let problems = parse(&wrong).unwrap_err();
    let [problem] = problems.as_slice() else { panic!("{problems:?}") };
    let step = problem.step.as_deref().unwrap();
    let told = format!(
        "explain.yaml:{}:{}: step \"{step}\": {}; {}",
        problem.line, problem.column, problem.message, problem.fix
    );
    assert!(GUIDE.contains(&told), "{told}");
}
