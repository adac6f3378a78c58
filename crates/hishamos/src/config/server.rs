//! Section `server`: where to listen and under which name.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use base::Secret;

use super::reader::{Key, Reader};
use crate::failure::{Failure, Result};

const LISTEN: Key = Key { name: "server.listen", variable: "HISHAMOS_LISTEN", flag: "--listen" };
const PUBLIC_URL: Key =
    Key { name: "server.public_url", variable: "HISHAMOS_PUBLIC_URL", flag: "--public-url" };
const METRICS_TOKEN: Key =
    Key { name: "server.metrics_token", variable: "HISHAMOS_METRICS_TOKEN", flag: "" };

pub(super) const KEYS: [Key; 3] = [LISTEN, PUBLIC_URL, METRICS_TOKEN];

/// Where the server listens and what it is called.
#[derive(Debug, Clone)]
pub struct Server {
    /// The address; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The address that people use, when it is another one.
    pub public_url: Option<String>,
    /// What lets a scraper on this machine read the metrics.
    pub metrics_token: Option<Secret<String>>,
}

impl Server {
    pub(super) fn read(
        reader: &mut Reader<'_>,
        listen: Option<&str>,
        public_url: Option<&str>,
    ) -> Result<Self> {
        let default = SocketAddr::from(([127, 0, 0, 1], 8484));
        let listen = reader.value(LISTEN, listen, Listen(default))?.0;
        let public_url: Option<String> = reader.optional(PUBLIC_URL, public_url)?;
        let public_url = public_url.map(|url| url.trim_end_matches('/').to_owned());
        if let Some(url) = &public_url {
            host(url).ok_or_else(|| {
                Failure::invalid(format!(
                    "server.public_url \"{url}\": write it as https://host, without a path"
                ))
            })?;
        }
        let metrics_token = reader.secret(METRICS_TOKEN, None);
        Ok(Self { listen, public_url, metrics_token })
    }

    /// Whether people reach it over TLS.
    pub fn is_https(&self) -> bool {
        self.public_url.as_deref().is_some_and(|url| url.starts_with("https://"))
    }

    /// The host names that it answers for beside loopback ones.
    pub fn hosts(&self) -> Vec<String> {
        let mut hosts: Vec<String> =
            self.public_url.as_deref().and_then(host).into_iter().collect();
        let ip = self.listen.ip();
        if !ip.is_loopback() && !ip.is_unspecified() {
            hosts.push(if ip.is_ipv6() { format!("[{ip}]") } else { ip.to_string() });
        }
        hosts
    }
}

/// Where this machine's own programs and browsers reach what listens there: "every address" is
/// none that can be asked for, and no host that a server answers for.
pub fn near(mut address: SocketAddr) -> SocketAddr {
    match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => address.set_ip(Ipv4Addr::LOCALHOST.into()),
        IpAddr::V6(ip) if ip.is_unspecified() => address.set_ip(Ipv6Addr::LOCALHOST.into()),
        IpAddr::V4(_) | IpAddr::V6(_) => {}
    }
    address
}

/// An address to listen on, with an error that says how one looks.
#[derive(Debug, Clone, Copy)]
struct Listen(SocketAddr);

impl std::str::FromStr for Listen {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.replacen("localhost:", "127.0.0.1:", 1);
        text.parse().map(Self).map_err(|_| "write an IP address and a port, such as 127.0.0.1:8484")
    }
}

impl std::fmt::Display for Listen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// The host of `http(s)://host[:port]`, without the port.
fn host(url: &str) -> Option<String> {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"))?;
    let is_bare = !rest.is_empty() && !rest.contains(['/', '?', '#', '@', ' ']);
    let name = match rest.rsplit_once(':') {
        Some((name, port)) if !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => rest,
    };
    (is_bare && !name.is_empty()).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_is_reached_at_a_loopback_one() {
        let check = |listen: &str, expected: &str| {
            let address = listen.parse().expect("an address");
            assert_eq!(near(address).to_string(), expected);
        };
        check("0.0.0.0:8484", "127.0.0.1:8484");
        check("[::]:8484", "[::1]:8484");
        check("10.0.0.5:8484", "10.0.0.5:8484");
    }

    #[test]
    fn hosts_of_public_urls() {
        let check = |url: &str, expected: Option<&str>| {
            assert_eq!(host(url).as_deref(), expected, "{url}");
        };
        check("https://hishamos.example.com", Some("hishamos.example.com"));
        check("http://10.0.0.5:8484", Some("10.0.0.5"));
        check("https://[::1]:8484", Some("[::1]"));
        check("https://", None);
        check("hishamos.example.com", None);
        check("https://a/b", None);
    }
}
