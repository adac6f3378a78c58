//! The crates and the arrows between them: ARCHITECTURE.md's table, as code.

use std::collections::BTreeSet;
use std::fs;

use crate::tree;

/// A crate, what of ours it may use, and which outside crates it never uses.
struct Rule {
    name: &'static str,
    may_use: &'static [&'static str],
    never: &'static [&'static str],
}

/// What the features of L3 may use: everything below them, and never each other.
const BELOW: &[&str] = &["base", "engine", "llm", "store", "agent", "web"];
const IO: &[&str] = &["tokio", "sqlx", "axum", "reqwest", "hyper", "tower-http", "redis"];

const RULES: [Rule; 11] = [
    Rule { name: "base", may_use: &[], never: IO },
    Rule { name: "engine", may_use: &["base"], never: IO },
    Rule { name: "llm", may_use: &["base"], never: &["sqlx", "axum"] },
    Rule { name: "store", may_use: &["base"], never: &["axum", "reqwest"] },
    Rule { name: "agent", may_use: &["base", "llm"], never: &["sqlx", "axum"] },
    Rule { name: "web", may_use: &["base", "store"], never: &["reqwest", "sqlx"] },
    Rule { name: "identity", may_use: BELOW, never: &["sqlx"] },
    Rule { name: "projects", may_use: BELOW, never: &["sqlx"] },
    Rule { name: "gateway", may_use: BELOW, never: &["sqlx"] },
    Rule { name: "automation", may_use: BELOW, never: &["sqlx"] },
    Rule {
        name: "hishamos",
        may_use: &[
            "base",
            "engine",
            "llm",
            "store",
            "agent",
            "web",
            "identity",
            "projects",
            "gateway",
            "automation",
        ],
        never: &["sqlx"],
    },
];

/// Outside crates that compute and nothing else: all that the engine may stand on.
const PURE: [&str; 6] =
    ["serde", "serde_json", "thiserror", "indexmap", "serde-saphyr", "schemars"];

/// Every crate that a manifest names, its tests' ones only when asked for.
fn dependencies(name: &str, with_tests: bool) -> BTreeSet<String> {
    let manifest = tree::root().join("crates").join(name).join("Cargo.toml");
    let manifest: toml::Table = fs::read_to_string(&manifest).unwrap().parse().unwrap();
    let mut found = BTreeSet::new();
    collect(&manifest, with_tests, &mut found);
    let per_target = manifest.get("target").and_then(toml::Value::as_table);
    for target in per_target.into_iter().flat_map(toml::Table::values) {
        collect(target.as_table().unwrap(), with_tests, &mut found);
    }
    found
}

fn collect(table: &toml::Table, with_tests: bool, found: &mut BTreeSet<String>) {
    let mut sections = vec!["dependencies", "build-dependencies"];
    if with_tests {
        sections.push("dev-dependencies");
    }
    for section in sections {
        let Some(named) = table.get(section).and_then(toml::Value::as_table) else { continue };
        for (key, value) in named {
            let renamed = value.get("package").and_then(toml::Value::as_str);
            found.insert(renamed.unwrap_or(key).to_owned());
        }
    }
}

#[test]
fn crates_are_exactly_the_ones_in_the_table() {
    let found: BTreeSet<String> = fs::read_dir(tree::root().join("crates"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let expected: BTreeSet<String> = RULES.iter().map(|rule| rule.name.to_owned()).collect();
    assert_eq!(found, expected, "a crate is earned: add it to the table and to ARCHITECTURE.md");
}

#[test]
fn arrows_only_point_down_and_features_never_meet() {
    let ours: BTreeSet<&str> = RULES.iter().map(|rule| rule.name).chain(["xtask"]).collect();
    let mut wrong = Vec::new();
    for rule in &RULES {
        for used in dependencies(rule.name, true) {
            if ours.contains(used.as_str()) && !rule.may_use.contains(&used.as_str()) {
                wrong.push(format!("{} uses {used}; it may use {:?}", rule.name, rule.may_use));
            }
        }
    }
    assert!(wrong.is_empty(), "arrows that point the wrong way:\n{}", wrong.join("\n"));
}

#[test]
fn crates_stay_clear_of_what_they_must_not_know() {
    let mut wrong = Vec::new();
    for rule in &RULES {
        for used in dependencies(rule.name, false) {
            if rule.never.contains(&used.as_str()) {
                wrong.push(format!("{} uses {used}", rule.name));
            }
        }
    }
    assert!(wrong.is_empty(), "outside crates in the wrong place:\n{}", wrong.join("\n"));
}

#[test]
fn engine_stands_on_pure_crates_only() {
    let mut found = dependencies("engine", false);
    found.remove("base");
    found.retain(|used| !PURE.contains(&used.as_str()));
    assert!(found.is_empty(), "engine may not use {found:?}; pure crates are {PURE:?}");
}
