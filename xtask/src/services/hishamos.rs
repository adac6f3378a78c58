//! The program itself as a service: for the browser journey and for measurements.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::process;
use crate::services::{Folder, Service, Start, Stop};

/// A running server with a data folder of its own.
pub struct Hishamos {
    service: Service,
    program: PathBuf,
    data: PathBuf,
    address: SocketAddr,
}

impl Hishamos {
    /// Start the program on a data folder and a free port; it listens when this returns.
    pub fn start(
        program: &Path,
        folder: &Folder,
        data: &Path,
        model_script: Option<&Path>,
    ) -> Result<Self> {
        let mut serve = Command::new(program);
        serve.arg("serve").arg("--data").arg(data).args(["--listen", "127.0.0.1:0"]);
        if let Some(script) = model_script {
            serve.arg("--model-script").arg(script);
        }
        let mut service = Service::start(&Start {
            name: "hishamos",
            command: &serve,
            folder: folder.path(),
            stop: Stop::Terminate,
            privileges: &[],
        })?;
        let address = service.wait_until(listening_on)?;
        Ok(Self { service, program: program.to_path_buf(), data: data.to_path_buf(), address })
    }

    /// Wait for `/ready` to answer 200.
    pub fn wait_until_ready(&mut self) -> Result<()> {
        let address = self.address;
        self.service.wait_until(|_| is_ready(address).then_some(()))
    }

    /// Wait for the key that it leaves in its data folder, a moment after it is ready.
    pub fn wait_for_key(&mut self) -> Result<()> {
        let file = self.data.join("cli.key");
        let is_there = || std::fs::read_to_string(&file).is_ok_and(|key| !key.trim().is_empty());
        self.service.wait_until(|_| is_there().then_some(()))
    }

    /// Where it listens.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The process id.
    pub fn pid(&self) -> u32 {
        self.service.pid()
    }

    /// The end of its log.
    pub fn last_lines(&self) -> String {
        self.service.last_lines()
    }

    /// A link that signs the only user in, once.
    pub fn sign_in_link(&self) -> Result<String> {
        let mut ask = Command::new(&self.program);
        ask.args(["user", "sign-in-link", "--url", &self.url()]).arg("--data").arg(&self.data);
        let printed = process::capture(&mut ask)?;
        printed
            .lines()
            .find_map(|line| line.trim().strip_prefix("sign-in link: "))
            .map(str::to_owned)
            .with_context(|| format!("no `sign-in link: …` in what it printed: {printed}"))
    }
}

/// Make the first administrator of an empty data folder.
pub fn create_admin(program: &Path, data: &Path, email: &str, password: &str) -> Result<()> {
    create_admin_in(program, data, &[], email, password)
}

/// The same in another database, named by the arguments that name it to the program.
pub fn create_admin_in(
    program: &Path,
    data: &Path,
    database: &[&str],
    email: &str,
    password: &str,
) -> Result<()> {
    let mut child = Command::new(program)
        .args(["user", "create-admin", "--email", email, "--name", "Test Admin"])
        .arg("--password-stdin")
        .arg("--data")
        .arg(data)
        .args(database)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .with_context(|| format!("cannot start {}", program.display()))?;
    let mut stdin = child.stdin.take().context("a piped program has no standard input")?;
    writeln!(stdin, "{password}").context("cannot hand over the password")?;
    drop(stdin);
    let status = child.wait().context("cannot wait for `hishamos user create-admin`")?;
    if !status.success() {
        bail!("`hishamos user create-admin` failed ({status})");
    }
    Ok(())
}

/// The address in what it prints when it listens.
pub fn listening_on(printed: &str) -> Option<SocketAddr> {
    let mut lines = printed.split_inclusive('\n').filter_map(|line| line.strip_suffix('\n'));
    lines.find_map(|line| line.trim().strip_prefix("listening on http://")?.parse().ok())
}

/// Whether it serves requests.
pub fn is_ready(address: SocketAddr) -> bool {
    get_status(address, "/ready").is_ok_and(|status| status == 200)
}

fn get_status(address: SocketAddr, path: &str) -> Result<u16> {
    let limit = Duration::from_secs(5);
    let mut stream = TcpStream::connect_timeout(&address, limit)?;
    stream.set_read_timeout(Some(limit))?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.take(16 * 1024).read_to_string(&mut answer)?;
    let status = answer.split(' ').nth(1).context("no HTTP status line")?;
    status.parse().context("no HTTP status code")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(printed: &str, expected: Option<u16>) {
        assert_eq!(listening_on(printed).map(|address| address.port()), expected, "{printed:?}");
    }

    #[test]
    fn address_is_read_from_a_whole_line_only() {
        check("listening on http://127.0.0.1:8484\n", Some(8484));
        check("data folder: x\nlistening on http://127.0.0.1:8484\nsetup link: …", Some(8484));
        check("listening on http://127.0.0.1:84", None);
        check("", None);
    }
}
