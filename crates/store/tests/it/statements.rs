//! Every `sql!` literal of every crate prepares on both databases.

use std::fs;
use std::path::{Path, PathBuf};

use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection, SqliteConnection};
use sqlx::{SqlSafeStr as _, sqlite::SqliteConnectOptions};
use store::Target;

/// One literal and where it stands.
#[derive(Debug, PartialEq, Eq)]
struct Literal {
    place: String,
    sqlite: String,
    postgres: String,
}

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The literals of all crates, found by reading their sources.
fn literals() -> Vec<Literal> {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut files = Vec::new();
    for entry in fs::read_dir(&crates).unwrap() {
        let source = entry.unwrap().path().join("src");
        if source.is_dir() {
            rust_files(&source, &mut files);
        }
    }
    files.sort();
    files
        .iter()
        .flat_map(|path| {
            let place = path.strip_prefix(&crates).unwrap().display().to_string();
            parse(&place, &fs::read_to_string(path).unwrap())
        })
        .collect()
}

/// The uses of the macro in a source; panics on one that it cannot read, so that no
/// statement is left out in silence.
fn parse(place: &str, source: &str) -> Vec<Literal> {
    let mut found = Vec::new();
    for (at, _) in source.match_indices("sql!(") {
        let line_start = source[..at].rfind('\n').map_or(0, |end| end + 1);
        let line = &source[line_start..at];
        if line.trim_start().starts_with("//")
            || line.ends_with(|c: char| c == '_' || c.is_alphanumeric())
        {
            continue;
        }
        let place = format!("{place}:{}", source[..at].matches('\n').count() + 1);
        let mut rest = source[at + "sql!(".len()..].trim_start();
        let mut texts = Vec::new();
        for name in ["sqlite:", "postgres:"] {
            if let Some(after) = rest.strip_prefix(name) {
                rest = after.trim_start();
            }
            let Some((text, after)) = string(rest) else { break };
            texts.push(text);
            rest = after.trim_start().trim_start_matches(',').trim_start();
        }
        assert!(rest.starts_with(')'), "{place}: this use of sql! cannot be read");
        let postgres = texts.pop().unwrap_or_else(|| panic!("{place}: sql! without a literal"));
        let sqlite = texts.pop().unwrap_or_else(|| postgres.clone());
        found.push(Literal { place, sqlite, postgres });
    }
    found
}

/// A string literal at the start of `source`, and what follows it.
fn string(source: &str) -> Option<(String, &str)> {
    if let Some(raw) = source.strip_prefix('r') {
        let hashes = raw.len() - raw.trim_start_matches('#').len();
        let body = raw[hashes..].strip_prefix('"')?;
        let end = body.find(&format!("\"{}", "#".repeat(hashes)))?;
        return Some((body[..end].to_owned(), &body[end + 1 + hashes..]));
    }
    let body = source.strip_prefix('"')?;
    let mut text = String::new();
    let mut letters = body.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return Some((text, &body[at + 1..])),
            '\\' => match letters.next()?.1 {
                'n' => text.push('\n'),
                't' => text.push('\t'),
                '\n' => {
                    // A continued line: the white space at its start does not count.
                    let blank = letters.as_str().len() - letters.as_str().trim_start().len();
                    for _ in 0..letters.as_str()[..blank].chars().count() {
                        letters.next();
                    }
                }
                other => text.push(other),
            },
            other => text.push(other),
        }
    }
    None
}

/// All that do not prepare; an empty list when every one does.
fn complain(literals: &[Literal], problems: &[String]) {
    assert!(literals.len() > 20, "only {} statements were found", literals.len());
    assert!(
        problems.is_empty(),
        "{} statements do not prepare:\n{}",
        problems.len(),
        problems.join("\n")
    );
}

#[tokio::test]
async fn every_statement_prepares_on_sqlite() {
    let test = store::testing::sqlite().await;
    let Target::Sqlite { path } = &test.target else { panic!("not SQLite") };
    let options = SqliteConnectOptions::new().filename(path);
    let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
    let literals = literals();
    let mut problems = Vec::new();
    for literal in &literals {
        let text = AssertSqlSafe(literal.sqlite.clone()).into_sql_str();
        if let Err(error) = connection.prepare(text).await {
            problems.push(format!("{}: {error}", literal.place));
        }
    }
    complain(&literals, &problems);
}

#[tokio::test]
async fn every_statement_prepares_on_postgres() {
    let test = store::testing::postgres().await;
    let Target::Postgres { url } = &test.target else { panic!("not PostgreSQL") };
    let mut connection = PgConnection::connect(url).await.unwrap();
    let literals = literals();
    let mut problems = Vec::new();
    for literal in &literals {
        // What the statement before it returns, which here is some value.
        let text = literal.postgres.replace("{before}", "counters");
        let text = AssertSqlSafe(text).into_sql_str();
        if let Err(error) = connection.prepare(text).await {
            problems.push(format!("{}: {error}", literal.place));
        }
    }
    complain(&literals, &problems);
}

#[test]
fn reads_every_form_of_the_macro() {
    let check = |source: &str, expected: &[(&str, &str)]| {
        let found = parse("x.rs", source);
        let found: Vec<(&str, &str)> =
            found.iter().map(|one| (one.sqlite.as_str(), one.postgres.as_str())).collect();
        assert_eq!(found, expected, "{source}");
    };
    check(r#"tx.execute(sql!("select 1"), params![])"#, &[("select 1", "select 1")]);
    check("sql!(\n    \"select \\\"a\\\"\",\n)", &[("select \"a\"", "select \"a\"")]);
    check(r#"sql!(sqlite: "a", postgres: "b")"#, &[("a", "b")]);
    check("sql!(\"one \\\n      two\")", &[("one two", "one two")]);
    check("sql!(r#\"a \"b\"\"#)", &[("a \"b\"", "a \"b\"")]);
    check(r#"// sql!("a comment")"#, &[]);
    check(r#"not_sql!("another macro")"#, &[]);
}
