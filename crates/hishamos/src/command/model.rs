//! `hishamos model …`: the local model of a data folder, whether the server runs or not.

use clap::{Args, Subcommand};
use gateway::local::LocalModel;
use serde_json::{Value as Json, json};

use super::offline;
use crate::config::{DataFlags, Environment};
use crate::failure::{Exit, Failure, Result};
use crate::serve::local_model;
use crate::terminal::{Align, Bar, Output, Table};

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// What can be installed, and what is
    List(Folder),
    /// Download, check and install a model; `default` is a good first choice
    Install(Named),
    /// Make a model the default one
    Use(Named),
    /// Delete a model
    Remove(Named),
    /// Whether its server can run, and where its log is
    Status(Folder),
}

/// Which data folder.
#[derive(Debug, Args)]
pub struct Folder {
    #[command(flatten)]
    data: DataFlags,
}

/// Which model.
#[derive(Debug, Args)]
pub struct Named {
    /// The model
    name: String,
    #[command(flatten)]
    data: DataFlags,
}

/// Runs one of them.
pub async fn run(command: Command, output: Output, environment: &Environment) -> Result<()> {
    let data = match &command {
        Command::List(folder) | Command::Status(folder) => &folder.data,
        Command::Install(named) | Command::Use(named) | Command::Remove(named) => &named.data,
    };
    let config = offline::configuration(data, environment)?;
    let local = local_model(&config);
    match command {
        Command::List(_) => list(&local.list(), output),
        Command::Install(named) => {
            let bar = Bar::new(output.quiet || output.is_json());
            let name = local.install(&named.name, &bar).await.map_err(failure)?;
            drop(bar);
            output.line(&json!({ "installed": name }), &format!("installed local/{name}"));
        }
        Command::Use(named) => {
            let name = local.use_model(&named.name).map_err(failure)?;
            output.line(&json!({ "default": name }), &format!("{name} is the default model"));
        }
        Command::Remove(named) => {
            local.remove(&named.name).map_err(failure)?;
            output.line(&json!({ "removed": named.name }), &format!("removed {}", named.name));
        }
        Command::Status(_) => {
            let status = local.status();
            let models: Vec<Json> = status.models.iter().map(as_json).collect();
            let value = json!({
                "default": status.chosen,
                "server": status.server,
                "log": status.log,
                "models": models,
            });
            let mut table = Table::of_text(["What", "State"]);
            let installed: Vec<&str> =
                status.models.iter().filter(|m| is_installed(m)).map(|m| m.name.as_str()).collect();
            let or = |text: String, nothing: &str| {
                if text.is_empty() { nothing.to_owned() } else { text }
            };
            table.row([
                "chosen".to_owned(),
                or(status.chosen.clone().unwrap_or_default(), "the best installed one"),
            ]);
            table.row([
                "installed".to_owned(),
                or(installed.join(", "), "none; run \"hishamos model install default\""),
            ]);
            table.row([
                "server".to_owned(),
                or(
                    status.server.clone().unwrap_or_default(),
                    "none; installing a model installs it",
                ),
            ]);
            table.row(["log".to_owned(), status.log.display().to_string()]);
            output.table(&value, &table, "");
        }
    }
    Ok(())
}

fn list(models: &[LocalModel], output: Output) {
    let mut table = Table::new([
        ("Name", Align::Left),
        ("Size", Align::Right),
        ("State", Align::Left),
        ("Licence", Align::Left),
        ("Good for", Align::Left),
    ]);
    for model in models {
        let mark = if model.is_chosen { " (default)" } else { "" };
        table.row([
            format!("{}{mark}", model.name),
            format!("{} MB", model.size_bytes / 1_000_000),
            if is_installed(model) { "installed" } else { "not installed" }.to_owned(),
            model.licence.clone(),
            model.summary.clone(),
        ]);
    }
    let value: Vec<Json> = models.iter().map(as_json).collect();
    output.table(&value, &table, "no models");
}

fn is_installed(model: &LocalModel) -> bool {
    model.status != gateway::ModelStatus::NotInstalled
}

fn as_json(model: &LocalModel) -> Json {
    json!({
        "name": model.name,
        "summary": model.summary,
        "licence": model.licence,
        "size_bytes": model.size_bytes,
        "is_tiny": model.is_tiny,
        "is_default": model.is_chosen,
        "is_installed": is_installed(model),
    })
}

fn failure(error: gateway::local::Error) -> Failure {
    use gateway::local::Error;
    let exit = match &error {
        Error::Unknown { .. } | Error::NotInstalled(_) => Exit::NotFound,
        Error::NoSource { .. } | Error::Download(_) => Exit::Unreachable,
        Error::NoSpace { .. }
        | Error::Busy(_)
        | Error::Python(_)
        | Error::Checksum { .. }
        | Error::File { .. } => Exit::Failed,
    };
    Failure::new(exit, error)
}
