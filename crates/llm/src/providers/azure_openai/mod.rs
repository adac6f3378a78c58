//! OpenAI's models at Azure: the bodies are OpenAI's, the addresses and the key's header
//! are not.
//!
//! With a version of the API, every model is a deployment with an address of its own;
//! without one it is the newer address `/openai/v1`, where the body names the deployment.

#[cfg(test)]
mod tests;

use super::path_segment;
use crate::Endpoint;

/// The header of the key.
pub const KEY_HEADER: &str = "api-key";

/// Where this operation of this deployment goes, below the base URL.
pub fn path(
    endpoint: &Endpoint,
    api_version: Option<&str>,
    deployment: &str,
    operation: &str,
) -> String {
    let base = endpoint.base_url.trim_end_matches('/');
    match api_version {
        None if base.ends_with("/openai/v1") => operation.to_owned(),
        None if base.ends_with("/openai") => format!("v1/{operation}"),
        None => format!("openai/v1/{operation}"),
        Some(version) => {
            let folder = if base.ends_with("/openai") { "" } else { "openai/" };
            let deployment = path_segment(deployment);
            let version = path_segment(version);
            format!("{folder}deployments/{deployment}/{operation}?api-version={version}")
        }
    }
}

/// Where the list of models is.
pub fn models_path(endpoint: &Endpoint, api_version: Option<&str>) -> String {
    let folder =
        if endpoint.base_url.trim_end_matches('/').ends_with("/openai") { "" } else { "openai/" };
    match api_version {
        None => path(endpoint, None, "", "models"),
        Some(version) => format!("{folder}models?api-version={}", path_segment(version)),
    }
}
