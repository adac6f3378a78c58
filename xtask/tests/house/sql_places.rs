//! SQL stands in `sql.rs` files, in `sql/` folders and in `store`, nowhere else: a reader
//! finds every statement about a noun in one place.

use crate::source::{Kind, pieces, without_tests};
use crate::tree::{self, TextFile};

/// Whether a text literal is a statement, as opposed to an English sentence.
fn is_statement(literal: &str) -> bool {
    let text = literal.trim_start_matches(['r', 'b', '#', '"']).trim_start().to_lowercase();
    let says = |word: &str| text.split_whitespace().any(|found| found == word);
    let begins = |start: &str| text.starts_with(start);
    (begins("select ") && says("from") && (says("where") || says("$1") || says("*")))
        || begins("insert into ")
        || (begins("update ") && says("set") && (text.contains(" = ") || text.contains("=$")))
        || begins("delete from ")
        || begins("create table ")
        || begins("alter table ")
        || begins("with recursive ")
}

/// Lines outside tests that hold SQL.
fn sql_lines(source: &str) -> Vec<usize> {
    pieces(without_tests(source))
        .iter()
        .filter(|piece| match piece.kind {
            Kind::Code => piece.text.contains("sql!("),
            Kind::Literal => is_statement(piece.text),
            Kind::Comment => false,
        })
        .map(|piece| piece.line)
        .collect()
}

fn may_hold_sql(file: &TextFile) -> bool {
    file.path.starts_with("crates/store/")
        || file.name() == "sql.rs"
        || file.path.contains("/sql/")
        || file.is_test()
}

#[test]
fn sql_stands_in_sql_files_only() {
    let mut wrong = Vec::new();
    for file in tree::rust_files() {
        if !may_hold_sql(&file) {
            let lines = sql_lines(&file.text);
            wrong.extend(lines.iter().map(|line| format!("{}:{line}", file.path)));
        }
    }
    assert!(wrong.is_empty(), "SQL outside sql.rs:\n{}", wrong.join("\n"));
}

#[test]
fn statements_are_found_and_sentences_are_not() {
    fn check(source: &str, expected: &[usize]) {
        assert_eq!(sql_lines(source), expected, "{source}");
    }
    check("a;\nsql!(\"x\")", &[1]);
    check("query(\"select id from users where id = $1\")", &[1]);
    check("query(r#\"INSERT INTO users values ($1)\"#)", &[1]);
    check("query(\"update users set name = $1\")", &[1]);
    check("query(\"delete from users\")", &[1]);
    check("say(\"select a project from the list\")", &[]);
    check("say(\"update the settings\")", &[]);
    check("// select id from users where true\nrun()", &[]);
}
