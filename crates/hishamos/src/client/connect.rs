//! Which server, and with which key.

use std::path::PathBuf;
use std::time::Duration;

use base::Secret;
use clap::Args;
use reqwest::redirect::Policy;

use crate::config::{Environment, default_folder};
use crate::failure::{Exit, Failure, Result};
use crate::serve::KEY_FILE;

/// Where the server is and who asks.
#[derive(Debug, Clone, Default, Args)]
pub struct ClientFlags {
    /// The server [env: HISHAMOS_SERVER] [default: http://127.0.0.1:8484]
    #[arg(long, value_name = "URL")]
    pub server: Option<String>,
    /// The API key [env: HISHAMOS_API_KEY] [default: the one in the data folder]
    #[arg(long, value_name = "KEY", hide_env_values = true)]
    pub api_key: Option<String>,
    /// The data folder of a server on this machine, for its key [env: HISHAMOS_DATA]
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
}

/// A connection to a server.
#[derive(Debug, Clone)]
pub struct Client {
    pub(super) http: reqwest::Client,
    pub(super) streams: reqwest::Client,
    pub(super) base: String,
    pub(super) key: Option<Secret<String>>,
}

impl Client {
    /// A client by flags, then environment, then the key file of the data folder.
    pub fn new(flags: &ClientFlags, environment: &Environment) -> Result<Self> {
        let pick = |flag: Option<&String>, variable: &str| {
            flag.cloned().or_else(|| environment.get(variable).map(str::to_owned))
        };
        let server = pick(flags.server.as_ref(), "HISHAMOS_SERVER");
        let server = server.unwrap_or_else(|| "http://127.0.0.1:8484".to_owned());
        let key = pick(flags.api_key.as_ref(), "HISHAMOS_API_KEY");
        let folder =
            flags.data.clone().or_else(|| environment.get("HISHAMOS_DATA").map(PathBuf::from));
        let folder = folder.unwrap_or_else(|| default_folder(environment));
        let is_nearby = is_loopback(&server);
        // A key of this machine's server is not shown to any other one.
        let key = key
            .or_else(|| std::fs::read_to_string(folder.join(KEY_FILE)).ok().filter(|_| is_nearby));
        // A file of variables with the line ends of Windows leaves one in the key.
        Self::to(&server, key.map(|key| Secret::new(key.trim().to_owned())))
    }

    /// A client of this server.
    pub fn to(server: &str, key: Option<Secret<String>>) -> Result<Self> {
        let base = server.trim().trim_end_matches('/').to_owned();
        let is_address = reqwest::Url::parse(&base)
            .is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        if !is_address {
            return Err(Failure::new(
                Exit::Usage,
                format!(
                    "the server address \"{server}\" cannot be used; write it like http://127.0.0.1:8484"
                ),
            ));
        }
        let builder = || -> Result<reqwest::ClientBuilder> {
            let builder = llm::client_builder()
                .map_err(Failure::failed)?
                .user_agent(concat!("hishamos/", env!("CARGO_PKG_VERSION")))
                .redirect(Policy::none())
                .connect_timeout(Duration::from_secs(5));
            Ok(if is_loopback(&base) { builder.no_proxy() } else { builder })
        };
        // Streams last as long as they like, but a heartbeat comes every 15 seconds.
        let http = builder()?.timeout(Duration::from_secs(60)).build().map_err(Failure::failed)?;
        let streams =
            builder()?.read_timeout(Duration::from_secs(45)).build().map_err(Failure::failed)?;
        Ok(Self { http, streams, base, key })
    }
}

fn is_loopback(server: &str) -> bool {
    reqwest::Url::parse(server).ok().is_some_and(|url| {
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
        host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn key_file_is_for_servers_of_this_machine_only() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(KEY_FILE), "hos_1\n").unwrap();
        let check = |server: &str, api_key: Option<&str>, expected: Option<&str>| {
            let flags = ClientFlags {
                server: Some(server.to_owned()),
                api_key: api_key.map(str::to_owned),
                data: Some(folder.path().to_owned()),
            };
            let client = Client::new(&flags, &Environment::default()).unwrap();
            assert_eq!(client.key.as_ref().map(|key| key.reveal().as_str()), expected, "{server}");
        };
        check("http://127.0.0.1:8484", None, Some("hos_1"));
        check("http://[::1]:8484/", None, Some("hos_1"));
        check("http://localhost:1", Some("hos_2"), Some("hos_2"));
        check("http://localhost:1", Some("hos_2\r\n"), Some("hos_2"));
        check("https://hishamos.example.com", None, None);
        check("https://127.0.0.1.example.com", None, None);
    }

    #[test]
    fn addresses_are_checked() {
        let client = Client::to(" http://127.0.0.1:8484/ \r\n", None).unwrap();
        assert_eq!(client.base, "http://127.0.0.1:8484");
        for server in ["nowhere", "ftp://x", "http://"] {
            let failure = Client::to(server, None).unwrap_err();
            assert_eq!(failure.exit, Exit::Usage, "{server}");
        }
    }
}
