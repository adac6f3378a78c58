//! The engine computes: same inputs, same answer. Nothing in its code waits, reads a
//! clock, rolls dice or touches the outside.

use crate::source::{Kind, pieces, without_tests};
use crate::tree;

const IMPURE: [&str; 15] = [
    "async fn",
    "async move",
    "async {",
    ".await",
    "tokio",
    "Instant",
    "SystemTime",
    "SystemClock",
    "OsRandom",
    "std::fs",
    "std::net",
    "std::env",
    "std::process",
    "std::thread",
    "rand::",
];

/// Lines of code, outside comments, texts and tests, that say something impure.
fn impurities(source: &str) -> Vec<(usize, &'static str)> {
    pieces(without_tests(source))
        .iter()
        .filter(|piece| piece.kind == Kind::Code)
        .flat_map(|piece| {
            let lines = piece.text.lines().enumerate();
            lines.flat_map(move |(offset, line)| {
                let said = IMPURE.into_iter().filter(move |word| line.contains(word));
                said.map(move |word| (piece.line + offset, word))
            })
        })
        .collect()
}

#[test]
fn engine_has_no_clock_no_luck_and_no_outside() {
    let mut wrong = Vec::new();
    for file in tree::text_files("crates/engine/src") {
        if file.is_one_of(&["rs"]) && !file.is_test() {
            for (line, word) in impurities(&file.text) {
                wrong.push(format!("{}:{line} says `{word}`", file.path));
            }
        }
    }
    assert!(wrong.is_empty(), "the engine must stay pure:\n{}", wrong.join("\n"));
}

#[test]
fn impure_code_is_found_and_talk_about_it_is_not() {
    fn check(source: &str, expected: &[(usize, &str)]) {
        assert_eq!(impurities(source), expected, "{source}");
    }
    check("use std::fs;", &[(1, "std::fs")]);
    check("let a = 1;\nasync fn b() {}", &[(2, "async fn")]);
    check("// no tokio here\nlet a = \"tokio\";", &[]);
    check("fn a() {}\n#[cfg(test)]\nmod tests { use std::fs; }", &[]);
}
