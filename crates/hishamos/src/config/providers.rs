//! Section `[[providers]]`: servers that speak OpenAI's chat API.

use gateway::ProviderConfig;
use serde::Deserialize;

use super::reader::Reader;
use crate::failure::{Failure, Result};

pub(super) const PROVIDER_KEYS: [&str; 5] =
    ["name", "base_url", "api_key_env", "models", "max_concurrent"];

/// One block as it stands in the file. A key is named by its variable, never written down.
#[derive(Debug, Clone, Deserialize)]
pub struct ProviderEntry {
    pub name: String,
    pub base_url: String,
    #[serde(default)]
    pub api_key_env: Option<String>,
    #[serde(default)]
    pub models: Vec<String>,
    #[serde(default)]
    pub max_concurrent: Option<usize>,
}

/// The providers with their keys from the environment; one that is missing is an error where
/// somebody `needs_keys`.
pub(super) fn read(reader: &mut Reader<'_>, needs_keys: bool) -> Result<Vec<ProviderConfig>> {
    let file = reader.file();
    let mut providers = Vec::new();
    for (line, entry) in &file.providers {
        let origin = format!("{} line {line}", file.path.display());
        let mut provider = ProviderConfig::new(&entry.name, entry.base_url.trim_end_matches('/'));
        provider.models.clone_from(&entry.models);
        if let Some(most) = entry.max_concurrent {
            provider.max_concurrent = most;
        }
        provider.api_key = entry
            .api_key_env
            .as_deref()
            .filter(|variable| needs_keys || reader.environment().get(variable).is_some())
            .map(|variable| key(reader, &origin, entry, variable))
            .transpose()?;
        let secret = if provider.api_key.is_some() { ", key ***" } else { "" };
        let models = entry.models.join(" ");
        reader.note(
            &format!("providers.{}", entry.name),
            format!("{} {models}{secret}", provider.base_url),
            &origin,
        );
        providers.push(provider);
    }
    Ok(providers)
}

fn key(
    reader: &Reader<'_>,
    origin: &str,
    entry: &ProviderEntry,
    variable: &str,
) -> Result<base::Secret<String>> {
    let value = reader.environment().get(variable).ok_or_else(|| {
        Failure::invalid(format!(
            "provider \"{}\" ({origin}) wants its key in the variable {variable}, which is not set; set it, or remove api_key_env",
            entry.name
        ))
    })?;
    Ok(base::Secret::new(value.trim().to_owned()))
}
