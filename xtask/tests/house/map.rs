//! ARCHITECTURE.md is the map: a crate that is not on it cannot be found.

use std::fs;

use crate::tree;

#[test]
fn every_crate_has_its_line_in_the_architecture() {
    let map = fs::read_to_string(tree::root().join("ARCHITECTURE.md")).unwrap();
    let rows: Vec<&str> = map.lines().filter(|line| line.starts_with('|')).collect();
    for entry in fs::read_dir(tree::root().join("crates")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let marked = format!("`{name}`");
        let is_described = rows.iter().any(|row| {
            let mut cells = row.split('|').skip_while(|cell| !cell.contains(&marked)).skip(1);
            cells.next().is_some_and(|cell| cell.split_whitespace().count() > 2)
        });
        assert!(is_described, "ARCHITECTURE.md has no table row `{name}` with a description");
    }
}
