//! Python, which fetches packages and runs the packaged server.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::process::Command;

use super::folder::Folder;
use super::{Error, Result};

/// Fails on a Python that is too old for the server's package.
const VERSION_CHECK: &str = "import sys; sys.exit(0 if sys.version_info >= (3, 10) else 1)";

/// A Python that exists.
#[derive(Debug, Clone)]
pub(super) struct Python(PathBuf);

impl Python {
    /// The configured one, else `python3`.
    pub(super) async fn find(configured: Option<&Path>) -> Result<Self> {
        let python = Self(program(configured));
        match run(command(&python.0, ["-c", VERSION_CHECK])).await {
            Ok(_) => Ok(python),
            Err(reason) => Err(Error::Python(format!(
                "this needs Python 3.10 or newer, but \"{}\" cannot be used ({reason}); install Python, or put a llama-server on the PATH and download the model's file yourself",
                python.0.display()
            ))),
        }
    }

    /// Runs a script with arguments.
    pub(super) async fn script(
        &self,
        script: &str,
        arguments: impl IntoIterator<Item = &Path>,
    ) -> Result<(), String> {
        let mut command = command(&self.0, ["-I", "-c", script]);
        command.args(arguments);
        run(command).await.map(drop)
    }

    /// A Python with pip: this one, or an environment made for it.
    pub(super) async fn with_pip(&self, folder: &Folder) -> Result<Self> {
        let has_pip = async |python: &Path| run(command(python, ["-m", "pip", "--version"])).await;
        if has_pip(&self.0).await.is_ok() {
            return Ok(self.clone());
        }
        let tools = folder.tools();
        let python = tools.join("bin").join("python3");
        if has_pip(&python).await.is_ok() {
            return Ok(Self(python));
        }
        let mut make = command(&self.0, ["-m", "venv", "--clear"]);
        make.arg(&tools);
        run(make).await.map_err(|reason| {
            Error::Python(format!(
                "Python has neither pip nor venv ({reason}); install one of them, such as the package python3-venv"
            ))
        })?;
        Ok(Self(python))
    }

    /// Runs pip; `arguments` begin with its command.
    pub(super) async fn pip<A: AsRef<OsStr>>(
        &self,
        arguments: impl IntoIterator<Item = A>,
    ) -> Result<(), String> {
        let mut command = command(&self.0, ["-m", "pip"]);
        command.args(arguments);
        command.args(["--quiet", "--disable-pip-version-check", "--no-input"]);
        run(command).await.map(drop)
    }
}

/// The Python to use, without looking whether it exists.
pub(super) fn program(configured: Option<&Path>) -> PathBuf {
    configured.map_or_else(|| PathBuf::from("python3"), Path::to_owned)
}

fn command<const N: usize>(python: &Path, arguments: [&str; N]) -> Command {
    let mut command = Command::new(python);
    command.args(arguments);
    command
}

/// Runs a program to its end; fails with the last lines of what it said.
async fn run(mut command: Command) -> Result<Vec<u8>, String> {
    let output = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        // giving up the installation ends what it started
        .kill_on_drop(true)
        .output()
        .await
        .map_err(|error| error.to_string())?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let lines: Vec<&str> = said.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let last = lines[lines.len().saturating_sub(3)..].join("; ");
    Err(if last.is_empty() { output.status.to_string() } else { last })
}
