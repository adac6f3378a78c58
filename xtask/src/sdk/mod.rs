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
/// The Python clients, and what they share.
const PYTHON: [(&str, &str); 3] = [
    ("openai_client.py", include_str!("clients/openai_client.py")),
    ("anthropic_client.py", include_str!("clients/anthropic_client.py")),
    ("checks.py", include_str!("clients/checks.py")),
];
/// The versions of the Python libraries.
const PYTHON_LIBRARIES: &str = include_str!("clients/requirements.txt");
/// The TypeScript clients, what they share, and how they are compiled.
const NODE: [(&str, &str); 4] = [
    ("openai_client.ts", include_str!("clients/openai_client.ts")),
    ("anthropic_client.ts", include_str!("clients/anthropic_client.ts")),
    ("checks.ts", include_str!("clients/checks.ts")),
    ("tsconfig.json", include_str!("clients/tsconfig.json")),
];
/// The versions of the TypeScript libraries and of the compiler.
const NODE_LIBRARIES: [(&str, &str); 2] = [
    ("package.json", include_str!("clients/package.json")),
    ("package-lock.json", include_str!("clients/package-lock.json")),
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
    for (interpreter, client) in [
        (python.join("bin/python"), python.join("openai_client.py")),
        (python.join("bin/python"), python.join("anthropic_client.py")),
        (PathBuf::from("node"), node.join("made/openai_client.js")),
        (PathBuf::from("node"), node.join("made/anthropic_client.js")),
    ] {
        // one request a minute, for each client anew; the patience of the doors is shorter
        let name = client.file_name().context("a client has a name")?.to_string_lossy();
        let limited = key(json!({"name": name, "requests_per_minute": 1}))?;
        let mut command = Command::new(interpreter);
        command.arg(&client).envs(keys.clone()).env("DOOR_LIMITED", limited);
        ended.push(run_and_keep(&mut command, Some(LIMIT))?);
    }
    Ok(ended)
}

/// The Python clients in a virtual environment with their libraries, which is made anew when
/// these are others.
fn python(repo: &Repo) -> Result<PathBuf> {
    let home = repo.state()?.join("sdk-python");
    prepare(&home, PYTHON_LIBRARIES, || {
        let list = home.join("requirements.txt");
        write(&home, &[("requirements.txt", PYTHON_LIBRARIES)])?;
        process::run(Command::new("python3").args(["-m", "venv"]).arg(&home))?;
        let mut pip = Command::new(home.join("bin/pip"));
        process::run(pip.args(["install", "--quiet", "--no-deps", "--requirement"]).arg(list))
    })?;
    write(&home, &PYTHON)?;
    Ok(home)
}

/// The TypeScript clients, compiled, in a folder with their libraries, which is made anew when
/// these are others.
fn node(repo: &Repo) -> Result<PathBuf> {
    let home = repo.state()?.join("sdk-node");
    prepare(&home, NODE_LIBRARIES[1].1, || {
        write(&home, &NODE_LIBRARIES)?;
        let mut npm = Command::new("npm");
        npm.current_dir(&home).args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
        process::run(&mut npm)
    })?;
    write(&home, &NODE)?;
    let mut compiler = Command::new("node");
    process::run(compiler.arg("node_modules/typescript/bin/tsc").current_dir(&home))?;
    Ok(home)
}

/// A folder that was made from these very libraries.
fn prepare(home: &Path, libraries: &str, make: impl FnOnce() -> Result<()>) -> Result<()> {
    let mark = home.join("complete");
    if fs::read_to_string(&mark).is_ok_and(|made_from| made_from == libraries) {
        return Ok(());
    }
    if home.exists() {
        fs::remove_dir_all(home).with_context(|| format!("cannot remove {}", home.display()))?;
    }
    fs::create_dir_all(home).with_context(|| format!("cannot make {}", home.display()))?;
    make()?;
    fs::write(&mark, libraries).with_context(|| format!("cannot write {}", mark.display()))
}

fn write(folder: &Path, files: &[(&str, &str)]) -> Result<()> {
    for (name, text) in files {
        let file = folder.join(name);
        fs::write(&file, text).with_context(|| format!("cannot write {}", file.display()))?;
    }
    Ok(())
}
