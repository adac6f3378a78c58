//! Our server under measurement: a fresh data folder or database, an administrator's key,
//! a restart after a crash.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use clap::ValueEnum;
use rustix::process::{Pid, Signal, kill_process};

use crate::bench::engine::client::Client;
use crate::process;
use crate::services::hishamos::{create_admin_in, is_ready, listening_on};
use crate::services::postgres::Postgres;
use crate::services::{Folder, Service, Start, Stop};
use crate::stopwatch::Stopwatch;

/// Which database ours runs on.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Database {
    /// SQLite with `synchronous = FULL`.
    Sqlite,
    /// PostgreSQL with its defaults for durability.
    Pg,
}

impl Database {
    /// What figures call it.
    pub const fn peer(self) -> &'static str {
        match self {
            Self::Sqlite => "hishamos-sqlite",
            Self::Pg => "hishamos-pg",
        }
    }
}

/// What a server is made of.
pub struct Setup<'a> {
    /// The release program.
    pub program: &'a Path,
    /// Its database.
    pub database: Database,
    /// The cluster, where one is needed.
    pub postgres: Option<&'a Postgres>,
}

/// A server with an administrator.
pub struct Server {
    service: Option<Service>,
    folder: Folder,
    data: PathBuf,
    program: PathBuf,
    url: Option<String>,
    running: usize,
    /// How long the last start took until requests were served.
    pub started_s: f64,
    /// Where it listens.
    pub address: SocketAddr,
    /// A key with an administrator's rights.
    pub key: String,
    /// The first process of its PostgreSQL.
    postgres: Option<u32>,
    /// Where its process id is written before it begins, so that it is held there.
    held_by: Option<PathBuf>,
    /// What it finds in its environment beside the usual.
    environment: Vec<(&'static str, OsString)>,
}

impl Server {
    /// Start on nothing. `running` is how many executions may run at the same time;
    /// `configuration` goes into its file.
    pub fn start(setup: &Setup<'_>, running: usize, configuration: &str) -> Result<Self> {
        Self::start_held(setup, running, configuration, None)
    }

    /// The same within a group of the kernel, whose file of processes is named.
    pub fn start_held(
        setup: &Setup<'_>,
        running: usize,
        configuration: &str,
        held_by: Option<&Path>,
    ) -> Result<Self> {
        let folder = Folder::create(false)?;
        let data = folder.inside("data")?;
        std::fs::write(data.join("hishamos.toml"), configuration)
            .context("cannot write hishamos.toml")?;
        let url = match (setup.database, setup.postgres) {
            (Database::Sqlite, _) => None,
            (Database::Pg, postgres) => {
                Some(postgres.context("PostgreSQL was not started")?.fresh_database("hishamos")?)
            }
        };
        let mut server = Self {
            service: None,
            folder,
            data,
            program: setup.program.to_path_buf(),
            url,
            running,
            started_s: 0.0,
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            key: String::new(),
            postgres: setup.postgres.filter(|_| setup.database == Database::Pg).map(Postgres::pid),
            held_by: held_by.map(Path::to_path_buf),
            environment: Vec::new(),
        };
        server.start_again()?;
        // The command line works on the database itself, so the server makes way.
        server.stop();
        server.sign_up()?;
        server.start_again()?;
        Ok(server)
    }

    /// Start on what is there.
    pub fn start_again(&mut self) -> Result<()> {
        let mut serve = self.command("serve");
        serve.args(["--listen", "127.0.0.1:0", "--log", "warn"]);
        serve.env("HISHAMOS_RUNNING_EXECUTIONS", self.running.to_string());
        for (name, value) in &self.environment {
            serve.env(name, value);
        }
        let watch = Stopwatch::start();
        let mut service = Service::start(&Start {
            name: "hishamos",
            command: &serve,
            folder: self.folder.path(),
            stop: Stop::Terminate,
            privileges: &[],
        })?;
        let address = service.wait_until(listening_on)?;
        service.wait_until(|_| is_ready(address).then_some(()))?;
        self.started_s = watch.elapsed().as_secs_f64();
        self.address = address;
        self.service = Some(service);
        Ok(())
    }

    /// Another program goes on with what is there, from the next start.
    pub fn change_program(&mut self, program: &Path) {
        program.clone_into(&mut self.program);
    }

    /// It finds this in its environment, from the next start.
    pub fn change_environment(&mut self, environment: Vec<(&'static str, OsString)>) {
        self.environment = environment;
    }

    fn sign_up(&mut self) -> Result<()> {
        let database: Vec<&str> = self.url.iter().flat_map(|url| ["--database", url]).collect();
        create_admin_in(
            &self.program,
            &self.data,
            &database,
            "bench@example.com",
            "a password for the bench",
        )?;
        let printed = process::capture(&mut self.command("api-key"))?;
        printed.trim().clone_into(&mut self.key);
        Ok(())
    }

    fn command(&self, verb: &str) -> Command {
        let mut command = match &self.held_by {
            Some(file) if verb == "serve" => {
                let mut shell = Command::new("sh");
                shell.args(["-c", "echo $$ > \"$0\" && exec \"$@\""]).arg(file).arg(&self.program);
                shell
            }
            Some(_) | None => Command::new(&self.program),
        };
        command.arg(verb);
        if verb == "api-key" {
            command.arg("create");
        }
        command.arg("--data").arg(&self.data);
        if let Some(url) = &self.url {
            command.args(["--database", url]);
        }
        command
    }

    /// A connection to it.
    pub fn connect(&self) -> Result<Client> {
        Client::connect(self.address, &self.key)
    }

    /// Ask it to end, and wait.
    pub fn stop(&mut self) {
        self.service = None;
    }

    /// `kill -9`.
    pub fn kill(&mut self) -> Result<()> {
        let service = self.service.take().context("the server is not running")?;
        let pid = i32::try_from(service.pid()).ok().and_then(Pid::from_raw);
        kill_process(pid.context("a process without an id")?, Signal::KILL)?;
        Ok(())
    }

    /// The processes that do its work: itself and its PostgreSQL.
    pub fn processes(&self) -> Vec<u32> {
        self.service.iter().map(Service::pid).chain(self.postgres).collect()
    }

    /// The file of its SQLite database.
    pub fn sqlite_file(&self) -> PathBuf {
        self.data.join("hishamos.db")
    }
}
