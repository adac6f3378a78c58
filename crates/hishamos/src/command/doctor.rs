//! `hishamos doctor`: looks at this machine and says what is missing and how to mend it.

use clap::Args;
use serde::Serialize;
use store::{DataFolder, FolderError, Target, migrate};

use super::offline;
use crate::client::{Client, ClientFlags};
use crate::config::{Config, DataFlags, Environment, near};
use crate::failure::{Failure, Result};
use crate::serve::local_model;
use crate::terminal::{Output, Table};
use crate::ui;

/// Less free space than this is told.
const LITTLE_SPACE: u64 = 1 << 30;

/// Look at this machine.
#[derive(Debug, Args)]
pub struct DoctorCommand {
    #[command(flatten)]
    data: DataFlags,
}

/// What was found out about one thing.
#[derive(Debug, Serialize)]
struct Finding {
    what: &'static str,
    state: State,
    detail: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum State {
    Ok,
    Warning,
    Problem,
}

/// Looks; fails when something keeps the program from working.
pub async fn run(command: DoctorCommand, output: Output, environment: &Environment) -> Result<()> {
    let config = offline::configuration(&command.data, environment)?;
    let (folder, is_in_use) = folder(&config);
    let findings = vec![
        folder,
        space(&config),
        database(&config).await,
        server(&config, is_in_use, environment).await,
        model(&config),
        interface(),
    ];
    let mut table = Table::of_text(["What", "State", "Detail"]);
    for finding in &findings {
        let state = match finding.state {
            State::Ok => "ok",
            State::Warning => "warning",
            State::Problem => "problem",
        };
        table.row([finding.what.to_owned(), state.to_owned(), finding.detail.clone()]);
    }
    output.table(&findings, &table, "");
    match findings.iter().filter(|finding| finding.state == State::Problem).count() {
        0 => Ok(()),
        1 => Err(Failure::failed("there is 1 problem")),
        count => Err(Failure::failed(format!("there are {count} problems"))),
    }
}

fn finding(what: &'static str, state: State, detail: impl ToString) -> Finding {
    Finding { what, state, detail: detail.to_string() }
}

fn folder(config: &Config) -> (Finding, bool) {
    const WHAT: &str = "data folder";
    let path = &config.data.folder;
    if !path.exists() {
        let detail = format!("{} is not there yet; the first start makes it", path.display());
        return (finding(WHAT, State::Ok, detail), false);
    }
    match DataFolder::open(path) {
        Ok(_) => (finding(WHAT, State::Ok, path.display()), false),
        Err(FolderError::InUse { holder, .. }) => {
            let detail = format!("{}, used by process {holder}", path.display());
            (finding(WHAT, State::Ok, detail), true)
        }
        Err(error @ (FolderError::NotWritable { .. } | FolderError::Shared { .. })) => {
            (finding(WHAT, State::Problem, error), false)
        }
    }
}

fn space(config: &Config) -> Finding {
    const WHAT: &str = "free space";
    let existing = config.data.folder.ancestors().find(|path| path.exists());
    let Some(Ok(stat)) = existing.map(rustix::fs::statvfs) else {
        return finding(WHAT, State::Warning, "cannot be found out");
    };
    let free = stat.f_bavail.saturating_mul(stat.f_frsize);
    let detail = format!("{} MiB", free >> 20);
    if free < LITTLE_SPACE {
        return finding(
            WHAT,
            State::Warning,
            format!("{detail}; a local model needs 600 and more"),
        );
    }
    finding(WHAT, State::Ok, detail)
}

async fn database(config: &Config) -> Finding {
    const WHAT: &str = "database";
    if let Target::Sqlite { path } = &config.database.target
        && !path.exists()
    {
        return finding(WHAT, State::Ok, "SQLite; the first start makes it");
    }
    let db = match store::Db::connect(&config.database.target).await {
        Ok(db) => db,
        Err(error) => return finding(WHAT, State::Problem, error),
    };
    let status = migrate::status(&db).await;
    let kind = format!("{:?}", db.kind());
    db.close().await;
    match status {
        Err(error) => finding(WHAT, State::Problem, error),
        Ok(status) if status.pending.is_empty() => {
            finding(WHAT, State::Ok, format!("{kind}, schema {}", status.version))
        }
        Ok(status) => {
            let detail = format!(
                "{kind}, {} migrations pending; the next start runs them",
                status.pending.len()
            );
            finding(WHAT, State::Warning, detail)
        }
    }
}

async fn server(config: &Config, is_in_use: bool, environment: &Environment) -> Finding {
    const WHAT: &str = "server";
    let (listen, address) = (config.server.listen, near(config.server.listen));
    let flags = ClientFlags {
        server: Some(format!("http://{address}")),
        data: Some(config.data.folder.clone()),
        ..ClientFlags::default()
    };
    let answer = match Client::new(&flags, environment) {
        Ok(client) => client.get("/ready").await,
        Err(failure) => Err(failure),
    };
    match (answer, is_in_use) {
        (Ok(_), _) => finding(WHAT, State::Ok, format!("ready at http://{address}")),
        (Err(_), true) => {
            finding(WHAT, State::Warning, format!("runs, but is not ready at http://{address}"))
        }
        (Err(_), false) => match std::net::TcpListener::bind(listen) {
            Ok(_) => finding(WHAT, State::Ok, format!("not running; {listen} is free")),
            Err(error) => finding(
                WHAT,
                State::Problem,
                format!("cannot listen on {listen}: {error}; pass --listen"),
            ),
        },
    }
}

fn model(config: &Config) -> Finding {
    const WHAT: &str = "model";
    if let Some(model) = &config.model.default {
        return finding(WHAT, State::Ok, format!("{model}, as configured"));
    }
    let status = local_model(config).status();
    let installed = status.models.iter().find(|m| m.status != gateway::ModelStatus::NotInstalled);
    match (status.chosen, installed) {
        (Some(chosen), _) => finding(WHAT, State::Ok, chosen),
        (None, Some(model)) => finding(WHAT, State::Ok, format!("local/{}", model.name)),
        (None, None) => finding(
            WHAT,
            State::Warning,
            "none; run \"hishamos model install default\" or connect a provider (docs/user/providers.md)",
        ),
    }
}

fn interface() -> Finding {
    const WHAT: &str = "UI";
    if ui::is_inside() {
        finding(WHAT, State::Ok, "inside the program")
    } else {
        finding(
            WHAT,
            State::Warning,
            "not inside this program; build it in ui/ first, then the program",
        )
    }
}
