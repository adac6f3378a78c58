//! The others, from PyPI, each in a virtual environment under the target folder.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use super::load::Target;
use super::measure::{Bench, Direct, Measured, Subject};
use crate::repo::Repo;
use crate::services::{Folder, Service, Start, Stop, free_port};
use crate::{apt, process};

const MODEL: &str = "gpt-4o-mini";

/// LiteLLM's proxy with one worker and its bundled prices, without a database.
pub fn litellm(repo: &Repo, bench: &Bench, direct: &Direct) -> Result<Measured> {
    let home = environment(repo, "litellm", "litellm[proxy]")?;
    let folder = Folder::create(false)?;
    let port = free_port()?;
    let config = folder.path().join("litellm.yaml");
    let model = |name: &str, upstream: u16| {
        format!(
            "  - model_name: {name}\n    litellm_params: {{model: openai/{MODEL}, api_base: \"http://127.0.0.1:{upstream}/v1\", api_key: none}}\n"
        )
    };
    let text = format!(
        "model_list:\n{}{}general_settings:\n  master_key: sk-bench\n",
        model(MODEL, bench.fast),
        model("slow", bench.slow)
    );
    fs::write(&config, text).context("cannot write the configuration")?;
    let mut command = Command::new(home.join("bin/litellm"));
    command.arg("--config").arg(&config).args(["--host", "127.0.0.1", "--num_workers", "1"]);
    command.args(["--port", &port.to_string()]);
    command.env("LITELLM_LOCAL_MODEL_COST_MAP", "True").env("LITELLM_TELEMETRY", "False");
    command.env("LITELLM_LOG", "ERROR");
    let target = |model: &str| Target {
        address: ([127, 0, 0, 1], port).into(),
        path: "/v1/chat/completions".to_owned(),
        model: model.to_owned(),
        key: "sk-bench".to_owned(),
    };
    let (fast, slow) = (target(MODEL), target("slow"));
    let mut service = start("litellm", &command, folder.path())?;
    service.wait_until(|_| fast.once().is_ok_and(|(status, _)| status == 200).then_some(()))?;
    let pid = service.pid();
    bench.measure(&Subject { peer: "litellm", fast, slow, pid }, direct)
}

/// Starts the gateway that TensorZero's package carries, and says where it is.
const TENSORZERO: &str = "import sys, threading, tensorzero\n\
g = tensorzero._start_http_gateway(config_file=sys.argv[1], clickhouse_url=None, postgres_url=None, valkey_url=None, async_setup=False)\n\
print('BASE', g.base_url, flush=True)\n\
threading.Event().wait()\n";

/// TensorZero's gateway, without its observability.
pub fn tensorzero(repo: &Repo, bench: &Bench, direct: &Direct) -> Result<Measured> {
    let home = environment(repo, "tensorzero", "tensorzero")?;
    let folder = Folder::create(false)?;
    let model = |name: &str, upstream: u16| {
        format!(
            "[models.\"{name}\"]\nrouting = [\"upstream\"]\n\n[models.\"{name}\".providers.upstream]\ntype = \"openai\"\nmodel_name = \"{MODEL}\"\napi_base = \"http://127.0.0.1:{upstream}/v1/\"\napi_key_location = \"none\"\n\n"
        )
    };
    let text = format!(
        "[gateway]\nobservability.enabled = false\n\n{}{}",
        model(MODEL, bench.fast),
        model("slow", bench.slow)
    );
    // Python looks for modules beside the script first, so it must not be called like one
    let (config, script) =
        (folder.path().join("tensorzero.toml"), folder.path().join("start_gateway.py"));
    fs::write(&config, text).context("cannot write the configuration")?;
    fs::write(&script, TENSORZERO).context("cannot write the starter")?;
    let mut command = Command::new(home.join("bin/python"));
    command.arg(&script).arg(&config);
    let mut service = start("tensorzero", &command, folder.path())?;
    let (address, path) = service.wait_until(base)?;
    let target = |model: &str| Target {
        address,
        path: format!("{path}/chat/completions"),
        model: format!("tensorzero::model_name::{model}"),
        key: String::new(),
    };
    let pid = service.pid();
    let subject = Subject { peer: "tensorzero", fast: target(MODEL), slow: target("slow"), pid };
    bench.measure(&subject, direct)
}

/// The address and path behind `BASE`.
fn base(printed: &str) -> Option<(SocketAddr, String)> {
    let line = printed.lines().find_map(|line| line.trim().strip_prefix("BASE http://"))?;
    let (address, path) = line.trim_end_matches('/').split_once('/').unwrap_or((line, ""));
    let address = address.replace("0.0.0.0", "127.0.0.1").parse().ok()?;
    Some((address, if path.is_empty() { String::new() } else { format!("/{path}") }))
}

fn start(name: &'static str, command: &Command, folder: &Path) -> Result<Service> {
    Service::start(&Start { name, command, folder, stop: Stop::Terminate, privileges: &[] })
}

/// A virtual environment with a package in it, made once.
fn environment(repo: &Repo, name: &str, package: &str) -> Result<PathBuf> {
    let home = repo.state()?.join("peers").join(name);
    let mark = home.join("complete");
    if mark.exists() {
        return Ok(home);
    }
    apt::install(&[&apt::PYTHON])?;
    process::run(Command::new("python3").args(["-m", "venv"]).arg(&home))?;
    process::run(Command::new(home.join("bin/pip")).args(["install", "--quiet", package]))?;
    fs::write(&mark, "").context("cannot mark the environment as complete")?;
    Ok(home)
}

#[cfg(test)]
mod tests {
    use super::base;

    #[test]
    fn base_is_an_address_and_a_path() {
        let check = |printed: &str, expected: Option<(&str, &str)>| {
            let found = base(printed);
            let found = found.as_ref().map(|(address, path)| (address.to_string(), path.as_str()));
            let expected = expected.map(|(address, path)| (address.to_owned(), path));
            assert_eq!(found, expected, "{printed}");
        };
        check("BASE http://127.0.0.1:3000/openai/v1\n", Some(("127.0.0.1:3000", "/openai/v1")));
        check("x\nBASE http://0.0.0.0:3000/openai/v1/\n", Some(("127.0.0.1:3000", "/openai/v1")));
        check("BASE nothing", None);
    }
}
