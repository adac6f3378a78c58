//! What is in the tree is finished; what is not finished is an issue, not a note in code.

use crate::tree;

/// Put together from halves, so that this file does not find itself.
const MARKS: [&str; 4] = [
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("todo", "!"),
    concat!("unimplemented", "!("),
];

/// Files whose text is made by package tools.
const MADE: [&str; 2] = ["Cargo.lock", "package-lock.json"];

/// Whether the text holds the mark as a word of its own.
fn says(line: &str, mark: &str) -> bool {
    let is_part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    line.match_indices(mark).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + mark.len()..].chars().next();
        let goes_on = mark.ends_with(char::is_alphabetic) && is_part(after);
        !is_part(before) && !goes_on
    })
}

#[test]
fn nothing_in_the_tree_is_marked_unfinished() {
    let mut wrong = Vec::new();
    for file in tree::text_files("") {
        if MADE.contains(&file.name()) {
            continue;
        }
        for (number, line) in file.text.lines().enumerate() {
            if MARKS.iter().any(|mark| says(line, mark)) {
                wrong.push(format!("{}:{}: {}", file.path, number + 1, line.trim()));
            }
        }
    }
    assert!(wrong.is_empty(), "finish it or open an issue:\n{}", wrong.join("\n"));
}

#[test]
fn marks_are_found_as_words_only() {
    fn check(line: &str, expected: bool) {
        assert_eq!(MARKS.iter().any(|mark| says(line, mark)), expected, "{line}");
    }
    check(concat!("// TO", "DO: later"), true);
    check(concat!("todo", "!()"), true);
    check(concat!("FIX", "ME(me)"), true);
    check(concat!("MASTO", "DON"), false);
    check("columns: Todo, In Progress", false);
}
