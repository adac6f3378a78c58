//! `cargo xtask real-model`: the doors and the codecs against a real small model, on a
//! server that nobody here wrote.
//!
//! The program installs a model of its catalogue and llama.cpp's server. It is asked through
//! every door, once as the program's own `local` platform and once for each dialect that the
//! model's server speaks, each set to what the server leaves undone there. Each question is
//! asked once. Shapes are checked strictly; of what a small model says, only that it says
//! something and that its JSON fits the schema.

mod ask;
mod door;
mod event;
mod table;
mod task;
mod upstream;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use clap::Args;
use serde_json::json;

use crate::api::Api;
use crate::process;
use crate::repo::Repo;
use crate::services::Folder;
use crate::services::hishamos::{Hishamos, create_admin};

use ask::Client;
use door::Door;
use table::{Row, Table};
use task::Task;
use upstream::Upstream;

/// Which model, and where the outcome goes.
#[derive(Args)]
pub struct Options {
    /// A model of the program's catalogue; `hishamos model list` shows them.
    #[arg(long, default_value = "qwen2.5-coder-0.5b")]
    model: String,
    /// Append the outcome to this file, one JSON object a line.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// The program to ask; a debug build of the workspace without it.
    #[arg(long, value_name = "FILE")]
    program: Option<PathBuf>,
}

/// Ask everything; whether all of it went well.
pub fn run(repo: &Repo, options: &Options) -> Result<bool> {
    let program = program(repo, options)?;
    // kept, so that the model is downloaded once
    let data = repo.state()?.join("real-model");
    std::fs::create_dir_all(&data).context("cannot make the data folder")?;
    let mut install = Command::new(&program);
    process::run(install.args(["model", "install", &options.model]).arg("--data").arg(&data))?;
    for file in ["hishamos.db", "hishamos.db-wal", "hishamos.db-shm", "cli.key"] {
        // every run begins with an empty ledger; where there was none, there is nothing to remove
        let _ = std::fs::remove_file(data.join(file));
    }
    let folder = Folder::create(false)?;
    let upstream = Upstream::start(&data, &options.model, &folder)?;
    create_admin(&program, &data, "model@example.com", "only for this temporary server")?;
    let mut server = Hishamos::start(&program, &folder, &data, None)?;
    server.wait_until_ready()?;
    server.wait_for_key()?;
    let address: SocketAddr =
        server.url().trim_start_matches("http://").parse().context("no address")?;
    let api = Api::of(address, &data)?;
    let made = api.send("POST", "/api/v1/virtual-keys", &json!({"name": "real model"}))?;
    let key = made["key"].as_str().context("the new key is not shown")?;
    let client = Client::new(address, key);
    let mut table = Table::default();
    for (title, name) in upstream.platforms(&api)? {
        let model = format!("{name}/{}", options.model);
        for door in Door::ALL {
            for task in Task::ALL {
                crate::interrupt::check()?;
                let row = Row::of(title, door, task, || door.carry_out(task, &client, &model));
                table.push(row);
            }
        }
    }
    table.push(ledger(&api, &table));
    table.print();
    table.append(options.json.as_deref())?;
    if !table.is_good() {
        println!("\nthe program's log ends with:\n{}", server.last_lines());
    }
    Ok(table.is_good())
}

fn program(repo: &Repo, options: &Options) -> Result<PathBuf> {
    if let Some(program) = &options.program {
        return program.canonicalize().context("there is no such program");
    }
    process::run(repo.cargo().args(["build", "--package", "hishamos", "--bin", "hishamos"]))?;
    Ok(repo.target.join("debug/hishamos"))
}

/// Every call that was answered is in the ledger, with the tokens that its client was told.
fn ledger(api: &Api, table: &Table) -> Row {
    Row::of_all("ledger", || {
        let (calls, tokens) = table.told();
        let told = (calls, tokens);
        let mut booked = (0, 0);
        // rows are written in groups, a moment after the answers
        for _ in 0..100 {
            let page = api.send("GET", "/api/v1/model-calls?limit=200", &json!({}))?;
            let rows = page["items"].as_array().context("no list of calls")?;
            let number = |row: &serde_json::Value, name: &str| row[name].as_u64().unwrap_or(0);
            let sum =
                rows.iter().map(|row| number(row, "input_tokens") + number(row, "output_tokens"));
            booked = (rows.len(), sum.sum());
            if booked == told {
                return Ok(());
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        ensure!(booked == told, "{told:?} calls and tokens were told, {booked:?} are booked");
        Ok(())
    })
}
