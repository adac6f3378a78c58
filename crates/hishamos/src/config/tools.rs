//! Section `tools`.

use super::reader::{Key, Reader};
use crate::failure::Result;

const HTTP_ALLOW: Key =
    Key { name: "tools.http_allow", variable: "HISHAMOS_TOOLS_HTTP_ALLOW", flag: "" };

pub(super) const KEYS: [Key; 1] = [HTTP_ALLOW];

/// What tools of workflows may reach.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tools {
    /// Hosts with their ports that the tool `http` may call; none when empty.
    pub http_allow: Vec<String>,
}

impl Tools {
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self> {
        let listed: String = reader.value(HTTP_ALLOW, None, String::new())?;
        let hosts = listed.split(',').map(str::trim).filter(|host| !host.is_empty());
        Ok(Self { http_allow: hosts.map(str::to_owned).collect() })
    }
}
