//! A file is one idea. Over 500 lines without its tests it is two: split it by noun or by
//! operation.

use crate::source::without_tests;
use crate::tree::{self, TextFile};

const LIMIT: usize = 500;

/// Files that may be longer, with the lines they may have. This list only shrinks.
const EXCEPTIONS: [(&str, usize); 0] = [];

/// Written by a tool from the contract, never read top-down.
const GENERATED: [&str; 1] = ["ui/src/api/schema.ts"];

fn lines(file: &TextFile) -> usize {
    let text = if file.is_one_of(&["rs"]) { without_tests(&file.text) } else { &file.text };
    text.lines().count()
}

fn source_files() -> Vec<TextFile> {
    let mut files = tree::rust_files();
    files.extend(tree::text_files("ui"));
    files.retain(|file| {
        file.is_one_of(&["rs", "ts", "tsx", "mjs", "css"])
            && !file.is_test()
            && !GENERATED.contains(&file.path.as_str())
    });
    files
}

fn allowed(path: &str) -> usize {
    EXCEPTIONS.iter().find(|(exception, _)| *exception == path).map_or(LIMIT, |(_, lines)| *lines)
}

#[test]
fn no_file_is_longer_than_one_idea() {
    let long: Vec<String> = source_files()
        .iter()
        .filter(|file| lines(file) > allowed(&file.path))
        .map(|file| format!("{} has {} lines", file.path, lines(file)))
        .collect();
    assert!(long.is_empty(), "files over {LIMIT} lines:\n{}", long.join("\n"));
}

#[test]
fn exceptions_only_shrink() {
    let files = source_files();
    for (path, most) in EXCEPTIONS {
        let file = files.iter().find(|file| file.path == path);
        let now = file.map_or(0, lines);
        assert!(now > LIMIT, "{path} has {now} lines: take it off the list");
        assert!(now == most, "{path} has {now} lines: write that instead of {most}");
    }
}
