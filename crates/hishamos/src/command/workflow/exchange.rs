//! `hishamos workflow export SLUG` and `hishamos workflow import FILE`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::file::read;
use crate::client::{Client, ClientFlags, part};
use crate::command::project::text;
use crate::config::Environment;
use crate::failure::{Failure, Result};
use crate::terminal::{Output, print_line};

/// The form of an exported workflow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ExportFormat {
    /// The definition as it is written.
    Yaml,
    /// With the agents and commands that it uses.
    Json,
}

/// Export a workflow.
#[derive(Debug, Args)]
pub struct Export {
    /// Its slug
    slug: String,
    /// The form; JSON with -o json
    #[arg(long = "format", value_enum, default_value = "yaml")]
    form: ExportFormat,
    /// Write it into this file instead of printing it
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    #[command(flatten)]
    client: ClientFlags,
}

/// Import a workflow.
#[derive(Debug, Args)]
pub struct Import {
    /// What was exported, or a definition, YAML or JSON; - reads standard input
    file: PathBuf,
    /// Save it only while this is the newest revision; 0 for a new workflow
    #[arg(long, value_name = "NUMBER")]
    revision: Option<u32>,
    #[command(flatten)]
    client: ClientFlags,
}

/// Exports it.
pub async fn export(command: Export, output: Output, environment: &Environment) -> Result<()> {
    let is_json = output.is_json() || command.form == ExportFormat::Json;
    let format = if is_json { "json" } else { "yaml" };
    let path = format!("/api/v1/workflows/{}/export?format={format}", part(&command.slug)?);
    let exported = Client::new(&command.client, environment)?.get_text(&path).await?;
    let Some(file) = command.file else {
        print_line(exported.trim_end());
        return Ok(());
    };
    std::fs::write(&file, exported).map_err(|error| {
        Failure::failed(format!("cannot write the file {}: {error}", file.display()))
    })?;
    output.say(&format!("wrote {}", file.display()));
    Ok(())
}

/// Imports it.
pub async fn import(command: Import, output: Output, environment: &Environment) -> Result<()> {
    let written = read(&command.file)?;
    let client = Client::new(&command.client, environment)?;
    let known = command.revision.map_or_else(String::new, |number| format!("?revision={number}"));
    let saved = client.post_text(&format!("/api/v1/workflows/import{known}"), written).await?;
    let slug = text(&saved["slug"]);
    output.line(&saved, &format!("saved workflow {slug}, revision {}", saved["revision"]));
    Ok(())
}
