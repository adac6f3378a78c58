//! Section `model`: which model answers.

use std::path::{Path, PathBuf};

use super::reader::{Key, Reader};
use crate::failure::{Failure, Result};

const DEFAULT: Key = Key { name: "model.default", variable: "HISHAMOS_MODEL", flag: "--model" };
const SCRIPT: Key =
    Key { name: "model.script", variable: "HISHAMOS_MODEL_SCRIPT", flag: "--model-script" };

const SERVER: Key = Key { name: "model.server_path", variable: "HISHAMOS_MODEL_SERVER", flag: "" };
const THREADS: Key = Key { name: "model.threads", variable: "HISHAMOS_MODEL_THREADS", flag: "" };
const CONTEXT: Key =
    Key { name: "model.context_tokens", variable: "HISHAMOS_MODEL_CONTEXT_TOKENS", flag: "" };

pub(super) const KEYS: [Key; 5] = [DEFAULT, SCRIPT, SERVER, THREADS, CONTEXT];

/// Which model answers when nobody names one.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    /// Its name, `provider/model`.
    pub default: Option<String>,
    /// The script of the scripted model.
    pub script: Option<serde_json::Value>,
    /// The `llama-server` for the local model, instead of the packaged one.
    pub server_path: Option<PathBuf>,
    /// How many threads the local model computes with; all cores but one when absent.
    pub threads: Option<usize>,
    /// How long a conversation with the local model may be.
    pub context_tokens: u32,
}

impl Model {
    pub(super) fn read(
        reader: &mut Reader<'_>,
        default: Option<&str>,
        script: Option<&Path>,
    ) -> Result<Self> {
        let default: Option<String> = reader.optional(DEFAULT, default)?;
        let shown = script.map(|path| path.display().to_string());
        let path: Option<String> = reader.optional(SCRIPT, shown.as_deref())?;
        let script = path.map(|path| read_script(&PathBuf::from(path))).transpose()?;
        let server: Option<String> = reader.optional(SERVER, None)?;
        let server_path = server.map(PathBuf::from);
        if let Some(path) = server_path.as_ref().filter(|path| !path.is_file()) {
            return Err(Failure::invalid(format!(
                "model.server_path {} is not a file; name the llama-server program",
                path.display()
            )));
        }
        let threads = reader.optional(THREADS, None)?;
        let context_tokens = reader.value(CONTEXT, None, 4096)?;
        Ok(Self { default, script, server_path, threads, context_tokens })
    }
}

/// Reads the answers of the scripted model.
fn read_script(path: &Path) -> Result<serde_json::Value> {
    let shown = path.display();
    let text = std::fs::read_to_string(path).map_err(|error| {
        Failure::invalid(format!("cannot read the model script {shown}: {error}; name a JSON file"))
    })?;
    serde_json::from_str(&text)
        .map_err(|error| Failure::invalid(format!("the model script {shown} is not JSON: {error}")))
}
