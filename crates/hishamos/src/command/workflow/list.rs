//! `hishamos workflow list`.

use clap::Args;

use crate::client::{Client, ClientFlags};
use crate::command::project::text;
use crate::config::Environment;
use crate::failure::Result;
use crate::terminal::{Align, Live, Output, Table};

/// The workflows that the server knows.
#[derive(Debug, Args)]
pub struct List {
    #[command(flatten)]
    client: ClientFlags,
}

/// Lists them.
pub async fn list(command: List, output: Output, environment: &Environment) -> Result<()> {
    let client = Client::new(&command.client, environment)?;
    let workflows = client.get("/api/v1/workflows").await?["items"].take();
    let mut table = Table::new([
        ("Slug", Align::Left),
        ("Steps", Align::Right),
        ("From", Align::Left),
        ("Status", Align::Left),
        ("Description", Align::Left),
    ])
    .fit(4, Live::width());
    for workflow in workflows.as_array().into_iter().flatten() {
        table.row([
            text(&workflow["slug"]),
            workflow["steps"].as_array().map_or(0, Vec::len).to_string(),
            text(&workflow["source"]),
            text(&workflow["status"]),
            text(&workflow["description"]),
        ]);
    }
    output.table(&workflows, &table, "no workflows");
    Ok(())
}
