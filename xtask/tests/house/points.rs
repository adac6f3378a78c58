//! The runner may die at any point around a commit, and a test dies at each of them
//! (`hishamos/tests/it/crash/points.rs`). So whatever it makes durable, and whatever it does
//! outside the database, stands between points.

use crate::source::{Kind, pieces, without_tests};
use crate::tree::{self, TextFile};

/// How many points a source has, and how many it needs at least.
fn points(source: &str) -> (usize, usize) {
    let code: String = pieces(without_tests(source))
        .iter()
        .filter(|piece| piece.kind == Kind::Code)
        .map(|piece| piece.text)
        .collect();
    let count = |what: &str| code.matches(what).count();
    // one before a transaction and one after it
    let writes = 2 * (count(".write(move |tx|") + count(".write(|tx|"));
    let commits = count(".commit()").min(1);
    // an effect outside ends with news for the runner
    let effects = if count("desk.handle.tell(") > 0 { 2 } else { 0 };
    (count(".pass();") + count(".pass(),"), writes.max(commits).max(effects))
}

/// Files of the runner that act: its SQL is written inside somebody else's transaction, and
/// the dispatcher reads before it tells.
fn acts(file: &TextFile) -> bool {
    file.is_one_of(&["rs"]) && !file.path.contains("/sql/") && file.name() != "dispatch.rs"
}

#[test]
fn whatever_the_runner_makes_durable_stands_between_points() {
    let files = tree::text_files("crates/automation/src/runner");
    let bare: Vec<String> = files
        .into_iter()
        .filter(acts)
        .filter_map(|file| {
            let (found, needed) = points(&file.text);
            (found < needed).then(|| format!("{}: {found} of {needed}", file.path))
        })
        .collect();
    assert!(bare.is_empty(), "these need more points, see runner/points.rs:\n{}", bare.join("\n"));
}

#[test]
fn points_and_commits_are_counted() {
    fn check(source: &str, expected: (usize, usize)) {
        assert_eq!(points(source), expected, "{source}");
    }
    check("db.write(move |tx| {})", (0, 2));
    check("A.pass(); db\n.write(move |tx| {}); B.pass();", (2, 2));
    check("machine.commit().await?;", (0, 1));
    check("desk.handle.tell(message)", (0, 2));
    check("Ok(()) => Point::Released.pass(),", (1, 0));
    check("// db.write(move |tx| {})\nsql::write(tx)", (0, 0));
}
