//! PostgreSQL for tests: Debian's server programs, a fresh cluster, its own user when we
//! are root (PostgreSQL refuses to run as root).

use std::fs;
use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::process;
use crate::services::{Folder, Service, Start, Stop, free_port};

/// A running cluster and the address of its `postgres` database.
pub struct Postgres {
    service: Service,
    /// `postgres://…/postgres`, as its superuser.
    pub url: String,
}

impl Postgres {
    /// The process id of its first process.
    pub fn pid(&self) -> u32 {
        self.service.pid()
    }

    /// An empty database with this name, the only one of its kind; its address.
    pub fn fresh_database(&self, name: &str) -> Result<String> {
        self.query(&format!("drop database if exists bench_{name} with (force)"))?;
        self.query(&format!("create database bench_{name}"))?;
        let cluster =
            self.url.rsplit_once('/').context("a PostgreSQL address without a database")?.0;
        Ok(format!("{cluster}/bench_{name}"))
    }

    /// Run a statement as its superuser; what it prints, a line a row.
    pub fn query(&self, statement: &str) -> Result<String> {
        let psql = programs().context("PostgreSQL's programs are not installed")?.join("psql");
        let mut ask = Command::new(psql);
        ask.args(["-qAtX", "-v", "ON_ERROR_STOP=1", "-c", statement]).arg(&self.url);
        process::capture(&mut ask)
    }
}

/// Gives a folder to the user that runs PostgreSQL, for other programs that refuse to run as
/// root; the arguments that make `setpriv` this user.
pub fn other_user(folder: &Path) -> Result<Vec<String>> {
    let user = ServerUser::find()?;
    user.own(folder)?;
    Ok(user.privileges())
}

/// The folder with `initdb` and `postgres`, the newest where there are several.
pub fn programs() -> Option<PathBuf> {
    let installed = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let newest = installed
        .map(|entry| entry.path().join("bin"))
        .filter(|bin| bin.join("initdb").is_file())
        .max_by_key(|bin| major(bin));
    newest.or_else(|| process::which("initdb")?.parent().map(Path::to_path_buf))
}

fn major(bin: &Path) -> u32 {
    let version = bin.parent().and_then(Path::file_name).and_then(|name| name.to_str());
    version.and_then(|name| name.parse().ok()).unwrap_or(0)
}

/// Make a cluster in the folder and start it with Debian's settings: durability stays on.
pub fn start(folder: &Folder) -> Result<Postgres> {
    start_with(folder, &[])
}

/// The same with settings of its configuration, each `name=value`.
pub fn start_with(folder: &Folder, settings: &[&str]) -> Result<Postgres> {
    let bin = programs().context("PostgreSQL's programs are not installed")?;
    let user = ServerUser::find()?;
    let data = folder.inside("postgres")?;
    user.own(&data)?;
    let mut initdb = user.command(&bin.join("initdb"));
    initdb
        .args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C"])
        .arg("--no-sync")
        .arg("--pgdata")
        .arg(data.join("cluster"))
        .current_dir(&data);
    process::capture(&mut initdb)?;

    let port = free_port()?;
    let mut postgres = Command::new(bin.join("postgres"));
    postgres
        .arg("-D")
        .arg(data.join("cluster"))
        .arg("-k")
        .arg(&data)
        .args(["-p", &port.to_string(), "-h", "127.0.0.1"])
        .args(["-c", "max_connections=300"])
        .args(settings.iter().flat_map(|setting| ["-c", setting]))
        .current_dir(&data);
    // SIGINT is PostgreSQL's fast shutdown: it does not wait for clients to leave.
    let mut service = Service::start(&Start {
        name: "postgres",
        command: &postgres,
        folder: folder.path(),
        stop: Stop::Interrupt,
        privileges: &user.privileges(),
    })?;
    let is_ready = bin.join("pg_isready");
    service.wait_until(|_| {
        let mut ask = Command::new(&is_ready);
        ask.args(["-q", "-h", "127.0.0.1", "-p", &port.to_string()]);
        process::succeeds(&mut ask).then_some(())
    })?;
    let url = format!("postgres://postgres@127.0.0.1:{port}/postgres");
    Ok(Postgres { service, url })
}

/// Who runs the server.
enum ServerUser {
    /// We ourselves, when we are not root.
    Ourselves,
    /// The user that Debian's package made.
    Other { uid: u32, gid: u32 },
}

impl ServerUser {
    fn find() -> Result<Self> {
        if !rustix::process::geteuid().is_root() {
            return Ok(Self::Ourselves);
        }
        let id = |flag| -> Result<u32> {
            let printed = process::capture(Command::new("id").args([flag, "postgres"]))?;
            printed.trim().parse().context("`id` did not print a number")
        };
        Ok(Self::Other { uid: id("-u")?, gid: id("-g")? })
    }

    fn own(&self, folder: &Path) -> Result<()> {
        let Self::Other { uid, gid } = self else { return Ok(()) };
        chown(folder, Some(*uid), Some(*gid))
            .with_context(|| format!("cannot give {} to PostgreSQL's user", folder.display()))
    }

    /// What makes `setpriv` this user.
    fn privileges(&self) -> Vec<String> {
        match self {
            Self::Ourselves => Vec::new(),
            Self::Other { uid, gid } => {
                vec![format!("--reuid={uid}"), format!("--regid={gid}"), "--clear-groups".into()]
            }
        }
    }

    fn command(&self, program: &Path) -> Command {
        let mut setpriv = Command::new("setpriv");
        setpriv.args(self.privileges()).arg("--").arg(program);
        setpriv
    }
}
