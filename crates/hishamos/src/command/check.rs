//! `hishamos check`: whether the data keep what the product promises.

use clap::Args;
use serde_json::json;

use super::offline;
use crate::config::{DataFlags, Environment};
use crate::failure::{Failure, Result};
use crate::terminal::{Output, Table};

/// Look for data that should never be there.
#[derive(Debug, Args)]
pub struct CheckCommand {
    #[command(flatten)]
    data: DataFlags,
}

/// Checks everything; fails when there is something to tell.
pub async fn run(command: CheckCommand, output: Output, environment: &Environment) -> Result<()> {
    let config = offline::configuration(&command.data, environment)?;
    let (_folder, db) = offline::locked_database(&config).await?;
    let found = store::check::run(&db).await;
    db.close().await;
    let findings = found?;
    let mut table = Table::of_text(["Table", "Row", "Problem", "What to do"]);
    for finding in &findings {
        let text = [&finding.table, &finding.key, &finding.problem, &finding.fix];
        table.row(text.map(Clone::clone));
    }
    output.table(
        &json!({ "findings": findings }),
        &table,
        "nothing found: the data are as they should be",
    );
    if findings.is_empty() {
        return Ok(());
    }
    Err(Failure::failed(format!(
        "{} findings; keep a copy of the data folder before you repair",
        findings.len()
    )))
}
