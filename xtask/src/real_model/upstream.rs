//! The model's server, as nobody here wrote it.

use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::json;

use crate::api::Api;
use crate::services::{Folder, Service, Start, Stop, free_port};

const SERVE: &str = include_str!("upstream.py");

/// A running server.
pub struct Upstream {
    _service: Service,
    port: u16,
    model: String,
}

impl Upstream {
    /// Serve a model that the program has installed in a data folder.
    pub fn start(data: &Path, model: &str, folder: &Folder) -> Result<Self> {
        let models = data.join("models");
        let weights = models.join(format!("{model}.gguf"));
        let packages = models.join("server");
        ensure!(packages.is_dir(), "the server's package is not in {}", packages.display());
        let port = free_port()?;
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let mut command = Command::new("python3");
        command.args(["-I", "-c", SERVE]).arg(packages).arg(weights).arg(model);
        command.args([port.to_string(), cores.saturating_sub(1).max(1).to_string()]);
        let mut service = Service::start(&Start {
            name: "llama",
            command: &command,
            folder: folder.path(),
            stop: Stop::Terminate,
            privileges: &[],
        })?;
        service.wait_until(|printed| {
            let listens = TcpStream::connect(SocketAddr::from(([127, 0, 0, 1], port))).is_ok();
            (printed.contains("listening") && listens).then_some(())
        })?;
        Ok(Self { _service: service, port, model: model.to_owned() })
    }

    /// Sets up a platform for each dialect that the server speaks. Gives what to call them,
    /// with the program's own server first, and their names.
    pub fn platforms(&self, api: &Api) -> Result<[(&'static str, &'static str); 4]> {
        let address = format!("http://127.0.0.1:{}", self.port);
        // it enforces a schema in one dialect of three, and looks for marks around calls that
        // a model this small does not write
        let dialects = [
            ("openai", "real-chat", format!("{address}/v1"), "enforced"),
            ("openai_responses", "real-responses", format!("{address}/v1"), "asked"),
            ("anthropic", "real-messages", address, "asked"),
        ];
        for (kind, name, base_url, schemas) in dialects {
            let settings = json!({"retries": 0, "tool_calls": "written", "schemas": schemas});
            println!("platform {name} of the kind {kind}: {settings}");
            let body = json!({
                "name": name, "kind": kind, "base_url": base_url, "api_key": "sk-none-is-wanted",
                "models": [self.model], "is_enabled": true, "settings": settings,
            });
            api.send("POST", "/api/v1/platforms", &body)
                .with_context(|| format!("the platform \"{name}\" cannot be set up"))?;
        }
        Ok([
            ("local", "local"),
            ("openai chat", "real-chat"),
            ("openai responses", "real-responses"),
            ("anthropic", "real-messages"),
        ])
    }
}
