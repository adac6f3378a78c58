//! Where a provider is and how we show who we are.

use base::Secret;

use crate::Abilities;

/// The address and credentials of one provider.
#[derive(Debug, Clone)]
pub struct Endpoint {
    /// The address that paths are appended to, such as `https://api.openai.com/v1`.
    pub base_url: String,
    /// The key, sent in the header that its kind of provider reads.
    pub api_key: Option<Secret<String>>,
    /// Further headers; their values may be secrets too.
    pub headers: Vec<(String, Secret<String>)>,
    /// What it sees to by itself.
    pub abilities: Abilities,
}

impl Endpoint {
    /// An endpoint without a key or further headers.
    pub fn new(base_url: impl Into<String>) -> Self {
        Self {
            base_url: base_url.into(),
            api_key: None,
            headers: Vec::new(),
            abilities: Abilities::default(),
        }
    }

    /// The same endpoint with this key.
    #[must_use]
    pub fn with_key(mut self, key: impl Into<String>) -> Self {
        self.api_key = Some(Secret::new(key.into()));
        self
    }

    /// The same endpoint, seeing to this by itself.
    #[must_use]
    pub fn with_abilities(self, abilities: Abilities) -> Self {
        Self { abilities, ..self }
    }

    /// The path below the version of the API, which the base URL may name already.
    pub(crate) fn versioned(&self, version: &str, path: &str) -> String {
        if self.base_url.trim_end_matches('/').ends_with(&format!("/{version}")) {
            path.to_owned()
        } else {
            format!("{version}/{path}")
        }
    }
}
