//! Secrets in HashiCorp Vault, or OpenBao, by the API of its key-value engine version 2.
//! When it cannot be reached, says no, or gives something else, the secret is not had:
//! nothing takes its place.

use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use base::Secret;
use futures::future::BoxFuture;
use reqwest::redirect::Policy;
use reqwest::{Client, Method, StatusCode};
use serde_json::{Value as Json, json};
use store::Db;

use super::{Kept, Place, SecretError, SecretStore};

/// The word for secrets that are kept in a vault.
const VAULT: &str = "vault";
/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// No answer that we want is longer.
const MAX_BYTES: usize = 1 << 20;

/// Where the vault is and how we prove who we are.
#[derive(Debug, Clone)]
pub struct VaultConfig {
    /// Its address, such as `https://vault.example.com:8200`.
    pub address: String,
    /// The path at which the key-value engine is mounted, such as `secret`.
    pub mount: String,
    /// The folder under which we write, such as `hishamos`.
    pub prefix: String,
    /// The namespace, where the vault has them.
    pub namespace: Option<String>,
    /// How we prove who we are.
    pub access: VaultAccess,
}

/// How we prove who we are.
#[derive(Debug, Clone)]
pub enum VaultAccess {
    /// A token that somebody else renews.
    Token(Secret<String>),
    /// A role and its secret, from which we get tokens.
    AppRole {
        /// The role.
        role_id: String,
        /// Its secret.
        secret_id: Secret<String>,
    },
}

/// A vault.
pub struct Vault {
    config: VaultConfig,
    client: Client,
    /// The token that the role's secret got us.
    token: Mutex<Option<Secret<String>>>,
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vault").field("address", &self.config.address).finish_non_exhaustive()
    }
}

impl Vault {
    /// Prepares the connection; nothing is asked yet.
    pub fn new(config: VaultConfig) -> Result<Self, SecretError> {
        let url = reqwest::Url::parse(&config.address)
            .map_err(|error| trouble(format!("its address \"{}\": {error}", config.address)))?;
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
        let is_near = host == "localhost"
            || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
        if url.scheme() != "https" && !(url.scheme() == "http" && is_near) {
            return Err(trouble(format!(
                "its address \"{}\" must begin with https://, since secrets travel there",
                config.address
            )));
        }
        let builder = llm::client_builder().map_err(|error| trouble(error.to_string()))?;
        // a redirect would carry the token elsewhere
        let builder = builder.timeout(PATIENCE).connect_timeout(PATIENCE).redirect(Policy::none());
        let builder = if is_near { builder.no_proxy() } else { builder };
        let client = builder.build().map_err(|error| trouble(error.to_string()))?;
        Ok(Self { config, client, token: Mutex::default() })
    }

    fn path(&self, place: &Place) -> String {
        let Place { organisation, table, row, field } = place;
        format!("{}/{organisation}/{table}/{row}/{field}", self.config.prefix.trim_matches('/'))
    }

    /// Asks; when a token of our role is refused, asks once more with a new one.
    async fn ask(
        &self,
        method: Method,
        path: &str,
        body: Option<Json>,
    ) -> Result<(StatusCode, Json), SecretError> {
        let answer = self.ask_once(method.clone(), path, body.clone()).await?;
        let may_renew = matches!(self.config.access, VaultAccess::AppRole { .. });
        if answer.0 == StatusCode::FORBIDDEN && may_renew {
            *self.token.lock().unwrap_or_else(PoisonError::into_inner) = None;
            return self.ask_once(method, path, body).await;
        }
        Ok(answer)
    }

    async fn ask_once(
        &self,
        method: Method,
        path: &str,
        body: Option<Json>,
    ) -> Result<(StatusCode, Json), SecretError> {
        let token = self.token().await?;
        self.send(method, path, body, Some(&token)).await
    }

    async fn token(&self) -> Result<Secret<String>, SecretError> {
        let (role_id, secret_id) = match &self.config.access {
            VaultAccess::Token(token) => return Ok(token.clone()),
            VaultAccess::AppRole { role_id, secret_id } => (role_id, secret_id),
        };
        let known = self.token.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(token) = known {
            return Ok(token);
        }
        let body = json!({ "role_id": role_id, "secret_id": secret_id.reveal() });
        let (status, answer) =
            self.send(Method::POST, "auth/approle/login", Some(body), None).await?;
        let token = answer["auth"]["client_token"].as_str().filter(|_| status.is_success());
        let token = token.ok_or_else(|| refused("signing in with the role", status, &answer))?;
        let token = Secret::new(token.to_owned());
        *self.token.lock().unwrap_or_else(PoisonError::into_inner) = Some(token.clone());
        Ok(token)
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<Json>,
        token: Option<&Secret<String>>,
    ) -> Result<(StatusCode, Json), SecretError> {
        let url = format!("{}/v1/{path}", self.config.address.trim_end_matches('/'));
        let mut request = self.client.request(method, url).header("x-vault-request", "true");
        if let Some(token) = token {
            request = request.header("x-vault-token", token.reveal());
        }
        if let Some(namespace) = &self.config.namespace {
            request = request.header("x-vault-namespace", namespace);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        let unreachable = |error: reqwest::Error| trouble(error.without_url().to_string());
        let mut response = request.send().await.map_err(unreachable)?;
        let status = response.status();
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(unreachable)? {
            bytes.extend_from_slice(&chunk);
            if bytes.len() > MAX_BYTES {
                return Err(trouble("its answer has more than 1 MiB".to_owned()));
            }
        }
        Ok((status, serde_json::from_slice(&bytes).unwrap_or(Json::Null)))
    }
}

impl SecretStore for Vault {
    fn word(&self) -> &'static str {
        VAULT
    }

    fn keep<'a>(
        &'a self,
        _: &'a Db,
        place: &'a Place,
        secret: &'a Secret<String>,
    ) -> BoxFuture<'a, Result<Kept, SecretError>> {
        Box::pin(async move {
            let path = self.path(place);
            let url = format!("{}/data/{path}", self.config.mount.trim_matches('/'));
            let body = json!({ "data": { "value": secret.reveal(), "place": path } });
            let (status, answer) = self.ask(Method::POST, &url, Some(body)).await?;
            let version = answer["data"]["version"].as_u64().filter(|_| status.is_success());
            let version = version.ok_or_else(|| refused("writing", status, &answer))?;
            Ok(Kept { kept_in: VAULT.to_owned(), key_id: version.to_string(), kept: path })
        })
    }

    fn open<'a>(
        &'a self,
        _: &'a Db,
        place: &'a Place,
        kept: &'a Kept,
    ) -> BoxFuture<'a, Result<Secret<String>, SecretError>> {
        Box::pin(async move {
            let path = self.path(place);
            // a row that points to another one's secret is as good as a moved seal
            if kept.kept != path {
                return Err(SecretError::Tampered(place.to_string()));
            }
            let mount = self.config.mount.trim_matches('/');
            let url = format!("{mount}/data/{path}?version={}", kept.key_id);
            let (status, answer) = self.ask(Method::GET, &url, None).await?;
            if !status.is_success() {
                return Err(refused("reading", status, &answer));
            }
            let data = &answer["data"]["data"];
            if data["place"].as_str() != Some(path.as_str()) {
                return Err(SecretError::Tampered(place.to_string()));
            }
            let value = data["value"].as_str();
            let value = value.ok_or_else(|| refused("reading", status, &answer))?;
            Ok(Secret::new(value.to_owned()))
        })
    }

    fn forget<'a>(&'a self, place: &'a Place) -> BoxFuture<'a, Result<(), SecretError>> {
        Box::pin(async move {
            let mount = self.config.mount.trim_matches('/');
            let url = format!("{mount}/metadata/{}", self.path(place));
            let (status, answer) = self.ask(Method::DELETE, &url, None).await?;
            if status.is_success() || status == StatusCode::NOT_FOUND {
                return Ok(());
            }
            Err(refused("deleting", status, &answer))
        })
    }
}

fn trouble(message: String) -> SecretError {
    SecretError::Vault(message)
}

/// What the vault said, without what it was asked.
fn refused(doing: &str, status: StatusCode, answer: &Json) -> SecretError {
    let errors = answer["errors"].as_array().map(Vec::as_slice).unwrap_or_default();
    let said: Vec<&str> = errors.iter().filter_map(Json::as_str).collect();
    let said = if said.is_empty() { "no reason given".to_owned() } else { said.join("; ") };
    let said: String = said.chars().take(300).collect();
    trouble(format!("{doing} was answered with {}: {said}", status.as_u16()))
}
