//! What a downgrade would delete, read from the text of the down file.

use super::{Migration, sql};
use crate::{Result, Tx};

/// Rows or values that a downgrade would delete.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lost {
    /// The table, or `table.column`.
    pub what: String,
    /// How many.
    pub rows: i64,
}

impl Lost {
    pub(super) fn sentence(lost: &[Self]) -> String {
        let parts: Vec<String> =
            lost.iter().map(|one| format!("{} rows of {}", one.rows, one.what)).collect();
        parts.join(", ")
    }
}

/// One thing that a down file deletes.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Target {
    table: String,
    column: Option<String>,
}

impl Migration {
    /// What taking this migration back would delete now. Rows that the migration itself
    /// put in do not count: they come back with it.
    pub(super) async fn loss(&self, tx: &mut Tx) -> Result<Vec<Lost>> {
        let mut lost = Vec::new();
        for target in targets(self.down) {
            if !sql::has_table(tx, &target.table).await? {
                continue;
            }
            let seeded = if target.column.is_none() { seeded(self.up, &target.table) } else { 0 };
            let rows = sql::count(tx, &target.table, target.column.as_deref()).await? - seeded;
            if rows > 0 {
                let Target { table, column } = target;
                let what = column.map_or(table.clone(), |column| format!("{table}.{column}"));
                lost.push(Lost { what, rows });
            }
        }
        Ok(lost)
    }
}

/// The words of a statement, comments left out.
fn statements(text: &str) -> impl Iterator<Item = Vec<String>> {
    let code: Vec<&str> =
        text.lines().map(|line| line.split("--").next().unwrap_or_default()).collect();
    let code = code.join("\n").to_lowercase();
    let statements: Vec<Vec<String>> = code
        .split(';')
        .map(|statement| statement.split_whitespace().map(str::to_owned).collect())
        .collect();
    statements.into_iter()
}

fn targets(down: &str) -> Vec<Target> {
    let mut targets = Vec::new();
    for statement in statements(down) {
        let words: Vec<&str> = statement
            .iter()
            .map(String::as_str)
            .filter(|word| !matches!(*word, "if" | "exists"))
            .collect();
        match words.as_slice() {
            ["drop", "table", table, ..] | ["delete", "from", table, ..] => {
                targets.push(Target { table: (*table).to_owned(), column: None });
            }
            ["alter", "table", table, "drop", "column", column, ..] => targets
                .push(Target { table: (*table).to_owned(), column: Some((*column).to_owned()) }),
            _ => {}
        }
    }
    targets
}

fn seeded(up: &str, table: &str) -> i64 {
    let inserts = statements(up).filter(|words| {
        matches!(words.as_slice(), [insert, into, name, ..] if insert == "insert" && into == "into" && name == table)
    });
    inserts.count() as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_a_down_file_deletes() {
        let check = |down: &str, expected: &[(&str, Option<&str>)]| {
            let found = targets(down);
            let found: Vec<(&str, Option<&str>)> =
                found.iter().map(|one| (one.table.as_str(), one.column.as_deref())).collect();
            assert_eq!(found, expected, "{down}");
        };
        check("-- drop table a;\ndrop table b;", &[("b", None)]);
        check("DROP TABLE\n  IF EXISTS c;", &[("c", None)]);
        check(
            "alter table d drop column e; delete from f where g = 1;",
            &[("d", Some("e")), ("f", None)],
        );
        check("drop index h; create table i (j TEXT);", &[]);
    }

    #[test]
    fn every_shipped_table_is_known_to_be_lost() {
        for migration in super::super::SHIPPED.0 {
            let created = migration.up.matches("create table").count();
            // a migration that makes a table anew says also which of its rows have no place
            assert!(targets(migration.down).len() >= created, "{}", migration.name);
        }
    }

    #[test]
    fn rows_that_the_migration_put_in_are_not_a_loss() {
        assert_eq!(seeded("create table a (b TEXT);\ninsert into a (b) values ('x');", "a"), 1);
        assert_eq!(seeded("insert into ab (b) values ('x');", "a"), 0);
    }
}
