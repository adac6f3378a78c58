//! Section `secrets`: what opens the keys of platforms, and where they are kept.

use base::Secret;
use gateway::secret::{SecretsConfig, VaultAccess, VaultConfig};

use super::reader::{Key, Reader};
use crate::failure::{Failure, Result};

const MASTER: Key = Key { name: "secrets.master_key", variable: "HISHAMOS_MASTER_KEY", flag: "" };
const URL: Key = Key { name: "secrets.vault_url", variable: "VAULT_URL", flag: "" };
const MOUNT: Key = Key { name: "secrets.vault_mount", variable: "HISHAMOS_VAULT_MOUNT", flag: "" };
const PREFIX: Key =
    Key { name: "secrets.vault_prefix", variable: "HISHAMOS_VAULT_PREFIX", flag: "" };
const NAMESPACE: Key =
    Key { name: "secrets.vault_namespace", variable: "VAULT_NAMESPACE", flag: "" };
const TOKEN: Key = Key { name: "secrets.vault_token", variable: "VAULT_TOKEN", flag: "" };
const ROLE: Key = Key { name: "secrets.vault_role_id", variable: "VAULT_ROLE_ID", flag: "" };
const ROLE_SECRET: Key =
    Key { name: "secrets.vault_secret_id", variable: "VAULT_SECRET_ID", flag: "" };

pub(super) const KEYS: [Key; 8] = [MASTER, URL, MOUNT, PREFIX, NAMESPACE, TOKEN, ROLE, ROLE_SECRET];

/// What opens secrets, and where they are kept.
#[derive(Debug, Clone)]
pub struct Secrets {
    /// The master key; a file in the data folder has it when absent.
    pub master_key: Option<Secret<String>>,
    /// The vault that keeps new secrets.
    pub vault: Option<VaultConfig>,
}

impl Secrets {
    pub(super) fn read(reader: &mut Reader<'_>, needs_keys: bool) -> Result<Self> {
        let master_key = reader.secret(MASTER, None);
        let address: Option<String> = reader.optional(URL, None)?;
        let mount = reader.value(MOUNT, None, "secret".to_owned())?;
        let prefix = reader.value(PREFIX, None, "hishamos".to_owned())?;
        let namespace = reader.optional(NAMESPACE, None)?;
        let token = reader.secret(TOKEN, None);
        let role_id: Option<String> = reader.optional(ROLE, None)?;
        let secret_id = reader.secret(ROLE_SECRET, None);
        let Some(address) = address else { return Ok(Self { master_key, vault: None }) };
        let access = match (role_id, secret_id, token) {
            (Some(role_id), Some(secret_id), _) => VaultAccess::AppRole { role_id, secret_id },
            (_, _, Some(token)) => VaultAccess::Token(token),
            _ if !needs_keys => return Ok(Self { master_key, vault: None }),
            _ => {
                return Err(Failure::invalid(format!(
                    "{} is set, but nothing proves to the vault who we are; set {}, or {} and {}",
                    URL.name, TOKEN.variable, ROLE.variable, ROLE_SECRET.variable
                )));
            }
        };
        let vault = Some(VaultConfig { address, mount, prefix, namespace, access });
        Ok(Self { master_key, vault })
    }

    /// The same for the gateway, with the data folder.
    pub fn for_gateway(&self, folder: &std::path::Path) -> SecretsConfig {
        let (master_key, vault) = (self.master_key.clone(), self.vault.clone());
        SecretsConfig { master_key, vault, ..SecretsConfig::new(folder) }
    }
}
