//! Every crate root and `mod.rs` says what is inside, why, and where to start.

use crate::tree;

#[test]
fn every_module_opens_with_its_docs() {
    let silent: Vec<String> = tree::rust_files()
        .into_iter()
        .filter(|file| matches!(file.name(), "mod.rs" | "lib.rs" | "main.rs"))
        .filter(|file| !file.text.starts_with("//!"))
        .map(|file| file.path)
        .collect();
    assert!(silent.is_empty(), "these open without `//!`:\n{}", silent.join("\n"));
}

#[test]
fn every_crate_says_more_than_its_name() {
    let terse: Vec<String> = tree::rust_files()
        .into_iter()
        .filter(|file| file.name() == "lib.rs")
        .filter(|file| {
            let docs = file.text.lines().take_while(|line| line.starts_with("//!"));
            docs.map(|line| line.split_whitespace().count() - 1).sum::<usize>() < 15
        })
        .map(|file| file.path)
        .collect();
    assert!(terse.is_empty(), "what, why, where to start is missing in:\n{}", terse.join("\n"));
}
