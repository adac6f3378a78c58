//! `hishamos project …`.

use clap::{Args, Subcommand};
use serde_json::{Map, Value as Json};

use crate::client::{Client, ClientFlags};
use crate::config::Environment;
use crate::failure::Result;
use crate::terminal::{Align, Output, Table};

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// All projects
    List(List),
    /// Make a project
    Create(Create),
}

/// All projects.
#[derive(Debug, Args)]
pub struct List {
    #[command(flatten)]
    client: ClientFlags,
}

/// Make a project.
#[derive(Debug, Args)]
pub struct Create {
    /// Its name
    name: String,
    /// Its key, such as CLINIC; made from the name when absent
    #[arg(long)]
    key: Option<String>,
    /// What it is about
    #[arg(long)]
    description: Option<String>,
    #[command(flatten)]
    client: ClientFlags,
}

/// Runs one of them.
pub async fn run(command: Command, output: Output, environment: &Environment) -> Result<()> {
    match command {
        Command::List(command) => {
            let projects =
                Client::new(&command.client, environment)?.all("/api/v1/projects").await?;
            let mut table = Table::new([
                ("Key", Align::Left),
                ("Name", Align::Left),
                ("Epics", Align::Right),
                ("Stories", Align::Right),
                ("Status", Align::Left),
            ]);
            for project in &projects {
                let count = |kind: &str| project["counts"][kind].to_string();
                table.row([
                    text(&project["key"]),
                    text(&project["name"]),
                    count("epics"),
                    count("stories"),
                    text(&project["status"]),
                ]);
            }
            output.table(
                &projects,
                &table,
                "no projects; make one with \"hishamos project create NAME\"",
            );
        }
        Command::Create(command) => {
            let mut body = Map::new();
            body.insert("name".to_owned(), command.name.into());
            for (field, value) in [("key", command.key), ("description", command.description)] {
                body.extend(value.map(|value| (field.to_owned(), Json::String(value))));
            }
            let client = Client::new(&command.client, environment)?;
            let project = client.post("/api/v1/projects", &Json::Object(body)).await?;
            output.line(&project, &format!("made project {}", text(&project["key"])));
        }
    }
    Ok(())
}

/// A text, or nothing.
pub(super) fn text(value: &Json) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
