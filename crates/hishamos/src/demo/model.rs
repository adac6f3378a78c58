//! Which model works, said plainly.

use serde_json::Value as Json;

use crate::config::Config;
use crate::failure::{Failure, Result};

/// How to connect a larger model.
const CONNECT: &str = "connect OpenAI, Anthropic, Gemini, Ollama or any OpenAI-compatible URL: docs/user/providers.md";

/// The lines that tell which model works, or why none can.
pub fn lines(models: &Json, config: &Config) -> Result<Vec<String>> {
    let folder = config.data.folder.display();
    let items = models["items"].as_array().map(Vec::as_slice).unwrap_or_default();
    let Some(default) = models["default"].as_str() else {
        let running = items.iter().find(|item| item["status"] == "ready");
        let other = running.and_then(|item| item["id"].as_str()).map_or_else(
            || "connect a provider (docs/user/providers.md)".to_owned(),
            |id| format!("use the one that runs on this machine with --model {id}"),
        );
        return Err(Failure::failed(format!(
            "no model is installed or connected; run \"hishamos model install default --data {folder}\", or {other}"
        )));
    };
    let item = items.iter().find(|item| item["id"] == default);
    let status = item.and_then(|item| item["status"].as_str()).unwrap_or("ready");
    if matches!(status, "not_installed" | "error") {
        let detail = item.and_then(|item| item["status_detail"].as_str()).unwrap_or_default();
        return Err(Failure::failed(format!(
            "the model {default} cannot be used: {detail}; choose another with --model, or run \"hishamos model install default --data {folder}\""
        )));
    }
    Ok(match models["notice"].as_str() {
        Some("scripted_model") => vec![format!(
            "model: {default}: no model at all; the answers come from a file, and everything made from them is marked as scripted"
        )],
        Some("tiny_model") => vec![
            format!("model: {default}: a tiny model for trying things out; its stories are simple"),
            format!("       to see real ones, {CONNECT}"),
        ],
        _ => vec![format!("model: {default}")],
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::json;

    use super::*;
    use crate::config::{Environment, ServeFlags, read};

    #[test]
    fn header_says_what_works() {
        let flags = ServeFlags::default();
        let environment = Environment::from([("HISHAMOS_DATA", "/nowhere")]);
        let config = read(&flags, &environment, "warn").unwrap().config;
        let check = |models: Json, expected: &str| {
            let text = match lines(&models, &config) {
                Ok(lines) => lines.join("\n"),
                Err(failure) => failure.message,
            };
            assert!(text.contains(expected), "{text}");
        };
        check(
            json!({"default": null, "items": []}),
            "hishamos model install default --data /nowhere",
        );
        check(
            json!({"default": null, "items": [{"id": "ollama/x", "status": "ready"}]}),
            "--model ollama/x",
        );
        check(
            json!({"default": "local/q", "notice": "tiny_model", "items": [{"id": "local/q", "status": "stopped"}]}),
            "a tiny model",
        );
        check(
            json!({"default": "local/q", "notice": "tiny_model", "items": []}),
            "Anthropic, Gemini, Ollama",
        );
        check(
            json!({"default": "scripted/rehearsal", "notice": "scripted_model", "items": []}),
            "marked as scripted",
        );
        check(
            json!({"default": "local/q", "items": [{"id": "local/q", "status": "not_installed", "status_detail": "is not installed"}]}),
            "cannot be used: is not installed",
        );
    }
}
