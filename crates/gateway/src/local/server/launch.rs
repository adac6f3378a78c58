//! How a server is started.

use std::fmt;
use std::path::PathBuf;
use std::process::Stdio;

use base::Secret;
use serde_json::json;
use tokio::io::AsyncWriteExt as _;
use tokio::process::{Child, ChildStdin, Command};

use super::log;

const PACKAGED: &str = include_str!("llama_server.py");
const NATIVE: &str = include_str!("llama_server.sh");

/// A server that can be started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::local) enum Program {
    /// The package, run by Python.
    Package { python: PathBuf, packages: PathBuf },
    /// A `llama-server`.
    Native(PathBuf),
}

impl fmt::Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Package { packages, .. } => write!(f, "the package in {}", packages.display()),
            Self::Native(path) => path.display().fmt(f),
        }
    }
}

/// What is to be started.
#[derive(Debug, Clone)]
pub(in crate::local) struct Launch {
    pub(in crate::local) program: Program,
    pub(in crate::local) weights: PathBuf,
    /// The name under which the server knows the model.
    pub(in crate::local) model: String,
    pub(in crate::local) threads: usize,
    pub(in crate::local) context_tokens: u32,
}

/// A child and the pipe that keeps it alive.
#[derive(Debug)]
pub(super) struct Started {
    pub(super) child: Child,
    pub(super) lifeline: ChildStdin,
}

impl Launch {
    /// Starts the server; what it says goes to the log.
    pub(super) async fn spawn(
        &self,
        port: u16,
        key: &Secret<String>,
        log_path: &std::path::Path,
    ) -> std::io::Result<Started> {
        let output = log::open(log_path)?;
        let mut command = match &self.program {
            Program::Package { python, .. } => {
                let mut command = Command::new(python);
                command.args(["-I", "-c", PACKAGED]);
                command
            }
            Program::Native(path) => self.native(path, port, key),
        };
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(output.try_clone()?)
            .stderr(output)
            // an interrupt typed into the terminal is for us, who let running calls end first
            .process_group(0)
            .kill_on_drop(true)
            .spawn()?;
        let mut lifeline = child.stdin.take().ok_or_else(|| std::io::Error::other("no pipe"))?;
        if let Program::Package { packages, .. } = &self.program {
            let options = json!({
                "packages": packages, "weights": self.weights, "model": self.model,
                "port": port, "key": key.reveal(), "threads": self.threads,
                "context_tokens": self.context_tokens,
            });
            lifeline.write_all(format!("{options}\n").as_bytes()).await?;
        }
        Ok(Started { child, lifeline })
    }

    fn native(&self, path: &std::path::Path, port: u16, key: &Secret<String>) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", NATIVE, "sh"]).arg(path).arg("--model").arg(&self.weights);
        let number = |value: u64| value.to_string();
        command.args(["--alias", &self.model, "--host", "127.0.0.1", "--parallel", "1"]);
        command.args(["--port", &number(u64::from(port))]);
        command.args(["--threads", &number(self.threads as u64)]);
        command.args(["--ctx-size", &number(u64::from(self.context_tokens))]);
        // not in the command line, which everyone on the machine can read
        command.env("LLAMA_API_KEY", key.reveal());
        // as for the package; versions that do not know these variables ignore them
        command.env("LLAMA_ARG_CACHE_RAM", "0").env("LLAMA_ARG_ENDPOINT_SLOTS", "0");
        command
    }
}
