//! The socket, and the lines that tell where it is.

use std::io::{ErrorKind, Write as _};
use std::net::SocketAddr;

use tokio::net::{TcpListener, TcpSocket};
use web::App;

use crate::config::Config;
use crate::failure::{Failure, Result};

/// How many connections may wait to be taken. A thousand clients that come back at once, as
/// after a restart, must not be turned away; the kernel bounds it by `net.core.somaxconn`.
const KNOCKING: u32 = 4096;

/// Listens, before anything else runs.
pub fn bind(address: SocketAddr) -> Result<(TcpListener, SocketAddr)> {
    let refused = |error: std::io::Error| {
        Failure::failed(match error.kind() {
            ErrorKind::AddrInUse => format!(
                "port {} on {} is in use; stop the other program or pass --listen {}:PORT (0 takes a free one)",
                address.port(),
                address.ip(),
                address.ip()
            ),
            ErrorKind::PermissionDenied => format!(
                "not allowed to listen on {address}; ports below 1024 need rights, pass --listen with a higher one"
            ),
            ErrorKind::AddrNotAvailable => format!(
                "this machine has no address {}; pass --listen with one that it has, such as 127.0.0.1:8484",
                address.ip()
            ),
            _ => format!("cannot listen on {address}: {error}; pass another --listen"),
        })
    };
    let listener = listen(address).map_err(refused)?;
    let address = listener.local_addr().map_err(refused)?;
    Ok((listener, address))
}

/// Like [`TcpListener::bind`], which lets only 128 wait.
fn listen(address: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // A server that was stopped a moment ago must be able to come back.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(KNOCKING)
}

/// Says what is risky about the way it listens.
pub fn warn_if_open(config: &Config) {
    let ip = config.server.listen.ip();
    if !ip.is_loopback() && !config.server.is_https() {
        tracing::warn!(
            "listening on {ip} without TLS: passwords cross the network readable; put a proxy with TLS in front and pass --public-url https://…"
        );
    }
}

/// Prints a whole line at once, so that a reader of the pipe never sees half of it.
pub fn print_line(line: &str) {
    let mut out = std::io::stdout().lock();
    // Whoever started us may have closed the pipe; the server goes on.
    let _ = out.write_all(format!("{line}\n").as_bytes());
    let _ = out.flush();
}

/// Prints the one-time link of the first set-up while there is no user.
pub async fn print_setup_link(app: &App, url: &str) -> Result<()> {
    let token = identity::setup::ensure_link(&app.db, app.now(), &app.random).await?;
    if let Some(token) = token {
        print_line(&format!("setup link: {url}/setup#token={}", token.reveal()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::net::TcpStream;
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn five_hundred_may_knock_at_once() {
        let (_listener, address) = bind(([127, 0, 0, 1], 0).into()).unwrap();
        let patience = Duration::from_secs(5);
        // Nobody takes them.
        let knock = |_| TcpStream::connect_timeout(&address, patience).unwrap();
        let waiting: Vec<TcpStream> = (0..500).map(knock).collect();
        assert_eq!(waiting.len(), 500);
    }
}
