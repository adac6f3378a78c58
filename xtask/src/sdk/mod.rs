//! The stock client libraries of OpenAI and Anthropic, in Python and TypeScript, against the
//! doors of the program: only their base URL is changed.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::json;

use crate::api::Api;
use crate::process::{self, Ended, run_and_keep};
use crate::repo::Repo;
use crate::services::Folder;
use crate::services::hishamos::{Hishamos, create_admin};

/// What the scripted model says.
const RULES: &str = include_str!("clients/rules.json");
/// The Python clients.
const PYTHON: [(&str, &str); 2] = [
    ("openai_client.py", include_str!("clients/openai_client.py")),
    ("anthropic_client.py", include_str!("clients/anthropic_client.py")),
];
/// The TypeScript clients.
const NODE: [(&str, &str); 2] = [
    ("openai_client.mjs", include_str!("clients/openai_client.mjs")),
    ("anthropic_client.mjs", include_str!("clients/anthropic_client.mjs")),
];
const LIMIT: Duration = Duration::from_mins(3);

/// Run every client against a fresh server of this program with the scripted model.
pub fn run(repo: &Repo, program: &Path, folder: &Folder) -> Result<Vec<Ended>> {
    let python = python(repo)?;
    let node = node(repo)?;
    let data = folder.inside("sdk")?;
    fs::create_dir_all(&data).context("cannot make the data folder")?;
    let rules = folder.path().join("rules.json");
    fs::write(&rules, RULES).context("cannot write the script")?;
    create_admin(program, &data, "sdk@example.com", "only for this temporary server")?;
    let mut server = Hishamos::start(program, folder, &data, Some(&rules))?;
    server.wait_until_ready()?;
    server.wait_for_key()?;
    let address: SocketAddr =
        server.url().trim_start_matches("http://").parse().context("no address")?;
    let api = Api::of(address, &data)?;
    let key = |body: serde_json::Value| -> Result<String> {
        let made = api.send("POST", "/api/v1/virtual-keys", &body)?;
        Ok(made["key"].as_str().context("the new key is not shown")?.to_owned())
    };
    let keys = [
        ("DOOR_URL", server.url()),
        ("DOOR_KEY", key(json!({"name": "sdk"}))?),
        ("DOOR_NARROW", key(json!({"name": "narrow", "models": ["another"]}))?),
    ];
    let mut ended = Vec::new();
    let clients = PYTHON
        .iter()
        .map(|client| (client, python.join("bin/python"), folder.path().to_path_buf()))
        .chain(NODE.iter().map(|client| (client, PathBuf::from("node"), node.clone())));
    for ((name, text), interpreter, place) in clients {
        let file = place.join(name);
        fs::write(&file, text).with_context(|| format!("cannot write {}", file.display()))?;
        // one request a minute, for each client anew; the patience of the doors is shorter
        let limited = key(json!({"name": name, "requests_per_minute": 1}))?;
        let mut command = Command::new(interpreter);
        command.arg(&file).envs(keys.clone()).env("DOOR_LIMITED", limited);
        ended.push(run_and_keep(&mut command, Some(LIMIT))?);
    }
    Ok(ended)
}

/// A virtual environment with the Python libraries, made once.
fn python(repo: &Repo) -> Result<PathBuf> {
    let home = repo.state()?.join("sdk-python");
    let mark = home.join("complete");
    if !mark.exists() {
        process::run(Command::new("python3").args(["-m", "venv"]).arg(&home))?;
        let mut pip = Command::new(home.join("bin/pip"));
        process::run(pip.args(["install", "--quiet", "openai", "anthropic"]))?;
        fs::write(&mark, "").context("cannot mark the environment as complete")?;
    }
    Ok(home)
}

/// A folder with the TypeScript libraries, made once.
fn node(repo: &Repo) -> Result<PathBuf> {
    let home = repo.state()?.join("sdk-node");
    let mark = home.join("complete");
    if !mark.exists() {
        fs::create_dir_all(&home).context("cannot make a folder for the libraries")?;
        fs::write(home.join("package.json"), "{\"private\": true}")
            .context("cannot write a package.json")?;
        let mut npm = Command::new("npm");
        npm.current_dir(&home).args(["install", "--ignore-scripts", "--no-audit", "--no-fund"]);
        process::run(npm.args(["openai", "@anthropic-ai/sdk"]))?;
        fs::write(&mark, "").context("cannot mark the folder as complete")?;
    }
    Ok(home)
}
