//! `hishamos board KEY`: a project's epics and stories as a table.

use clap::Args;
use serde_json::Value as Json;

use super::project::text;
use crate::client::{Client, ClientFlags, part};
use crate::config::Environment;
use crate::failure::Result;
use crate::terminal::{Align, Live, Output, Table};

/// Show a project's board.
#[derive(Debug, Args)]
pub struct BoardCommand {
    /// The project's key
    key: String,
    #[command(flatten)]
    client: ClientFlags,
}

/// Shows it.
pub async fn run(command: BoardCommand, output: Output, environment: &Environment) -> Result<()> {
    let client = Client::new(&command.client, environment)?;
    let board = client.get(&format!("/api/v1/projects/{}/board", part(&command.key)?)).await?;
    let shown = BoardTable::new(&board);
    output.table(&board, &shown.table, "the board is empty");
    output.say(&format!("\n{}", shown.totals));
    Ok(())
}

/// A board as a table: each epic with its stories below it, then what has no epic.
pub struct BoardTable {
    /// Key, title, points, priority.
    pub table: Table,
    /// How many of each, and the points.
    pub totals: String,
}

impl BoardTable {
    /// The table of a board as the API gives it.
    pub fn new(board: &Json) -> Self {
        let list = |value: &Json| value.as_array().cloned().unwrap_or_default();
        let epics = list(&board["epics"]);
        let columns = list(&board["columns"]);
        let items: Vec<Json> = columns.iter().flat_map(|column| list(&column["items"])).collect();
        let mut table = Table::new([
            ("Key", Align::Left),
            ("Title", Align::Left),
            ("Points", Align::Right),
            ("Priority", Align::Left),
        ])
        .fit(1, Live::width());
        for epic in &epics {
            row(&mut table, epic, "");
            let below = items.iter().filter(|item| item["parent"] == epic["key"]);
            below.for_each(|item| row(&mut table, item, "  "));
        }
        let is_alone = |item: &&Json| !epics.iter().any(|epic| epic["key"] == item["parent"]);
        items.iter().filter(is_alone).for_each(|item| row(&mut table, item, ""));
        let points: i64 = items.iter().filter_map(|item| item["points"].as_i64()).sum();
        let totals = format!(
            "{}, {}, {}",
            count(epics.len(), "epic", "epics"),
            count(items.len(), "item", "items"),
            count(usize::try_from(points).unwrap_or(0), "point", "points")
        );
        Self { table, totals }
    }
}

fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

fn row(table: &mut Table, item: &Json, indent: &str) {
    let points = item["points"].as_i64().map_or_else(String::new, |points| points.to_string());
    // Indenting the key and not the title keeps right-to-left titles in one column.
    let key = format!("{indent}{}", text(&item["key"]));
    table.indented_row([key, text(&item["title"]), points, text(&item["priority"])]);
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn stories_stand_below_their_epic() {
        let board = json!({
            "epics": [{"key": "C-1", "title": "Visits", "points": null, "priority": "high"}],
            "columns": [
                {"items": [{"key": "C-3", "title": "Alone", "points": 1, "priority": "low", "parent": null}]},
                {"items": [{"key": "C-2", "title": "حجز موعد", "points": 5, "priority": "high", "parent": "C-1"}]},
            ],
        });
        let shown = BoardTable::new(&board);
        assert_eq!(
            shown.table.lines(),
            [
                "Key    Title     Points  Priority",
                "C-1    Visits            high",
                "  C-2  حجز موعد       5  high",
                "C-3    Alone          1  low",
            ]
        );
        assert_eq!(shown.totals, "1 epic, 2 items, 6 points");
    }
}
