//! The other engines: what has to run for each, and the programs of ours that drive them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};
use clap::ValueEnum;

use crate::bench::engine::crash::{self, Crashable};
use crate::bench::engine::record::Record;
use crate::bench::engine::stack::{Piece, Ready, Stack};
use crate::bench::engine::workload::{CRASH_AT_ONCE, Sizes};
use crate::bench::engine::{Options, Part, memory};
use crate::repo::Repo;
use crate::services::postgres::{self, Postgres};
use crate::services::{Folder, free_port};
use crate::stopwatch::Stopwatch;
use crate::{interrupt, process};

const IDLE: Duration = Duration::from_secs(5);

/// The metrics that a peer's program may print, with their units.
const METRICS: [(&str, &str); 5] = [
    ("W1 runs", "runs/s"),
    ("W2 fan-out 500+join", "s"),
    ("W3 chain, per step", "ms"),
    ("W4 p50", "ms"),
    ("W4 p99", "ms"),
];

/// The engines that ours is measured beside.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Peer {
    /// Restate, one node, a handler on Node.
    Restate,
    /// DBOS Transact in Python, on PostgreSQL and on SQLite.
    Dbos,
    /// LangGraph in Python, with its SQLite and its PostgreSQL checkpointer.
    Langgraph,
    /// Temporal's development server on SQLite, a worker in Python.
    Temporal,
}

impl Peer {
    /// Its folder's name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Restate => "restate",
            Self::Dbos => "dbos",
            Self::Langgraph => "langgraph",
            Self::Temporal => "temporal",
        }
    }

    /// Whether one of its forms runs on PostgreSQL.
    pub const fn needs_postgres(self) -> bool {
        matches!(self, Self::Dbos | Self::Langgraph)
    }

    /// The forms that are measured: what figures call each, and its program's first argument.
    const fn forms(self) -> &'static [(&'static str, Option<&'static str>)] {
        match self {
            Self::Restate => &[("restate", None)],
            Self::Dbos => &[("dbos-pg", Some("pg")), ("dbos-sqlite", Some("sqlite"))],
            Self::Langgraph => {
                &[("langgraph-sqlite", Some("sqlite")), ("langgraph-pg", Some("pg"))]
            }
            Self::Temporal => &[("temporal-sqlite", None)],
        }
    }

    /// Executions of W1, so that each takes some seconds.
    const fn runs(self) -> usize {
        match self {
            Self::Restate => 4000,
            Self::Dbos => 1000,
            Self::Langgraph => 1000,
            Self::Temporal => 600,
        }
    }
}

/// Measure all forms of a peer.
pub fn measure(
    repo: &Repo,
    peer: Peer,
    installed: &Path,
    database: Option<&Postgres>,
    options: &Options,
    sizes: &Sizes,
    record: &mut Record,
) -> Result<()> {
    for (name, form) in peer.forms() {
        let site = || Site::new(repo, peer, *form, installed, database, sizes, options);
        let parts = [Part::W1, Part::W2, Part::W3, Part::W4];
        if options.wants(Part::Idle) {
            site()?.idle(name, record)?;
        }
        if parts.iter().any(|part| options.wants(*part)) {
            site()?.bench(name, record)?;
        }
        if options.wants(Part::W5) {
            for _ in 0..options.runs {
                interrupt::check()?;
                site()?.crash(name, sizes, record)?;
            }
        }
    }
    Ok(())
}

/// One form of a peer with a folder and ports of its own.
struct Site {
    peer: Peer,
    form: Option<&'static str>,
    installed: PathBuf,
    programs: PathBuf,
    folder: Folder,
    work: PathBuf,
    ports: [u16; 4],
    environment: Vec<(&'static str, String)>,
    postgres: Option<u32>,
    privileges: Vec<String>,
    stack: Option<Stack>,
}

impl Site {
    fn new(
        repo: &Repo,
        peer: Peer,
        form: Option<&'static str>,
        installed: &Path,
        database: Option<&Postgres>,
        sizes: &Sizes,
        options: &Options,
    ) -> Result<Self> {
        let folder = Folder::create(false)?;
        let work = folder.inside("work")?;
        // Temporal's server does not run as root.
        let privileges = match peer {
            Peer::Temporal => postgres::other_user(&work)?,
            Peer::Restate | Peer::Dbos | Peer::Langgraph => Vec::new(),
        };
        let uses_postgres = form == Some("pg");
        let url = match database.filter(|_| uses_postgres) {
            Some(postgres) => postgres.fresh_database(peer.name())?,
            None => String::new(),
        };
        let ports = [free_port()?, free_port()?, free_port()?, free_port()?];
        let wanted = [(Part::W1, "w1"), (Part::W2, "w2"), (Part::W3, "w3"), (Part::W4, "w4")];
        let parts: Vec<&str> =
            wanted.iter().filter(|(part, _)| options.wants(*part)).map(|(_, name)| *name).collect();
        let runs = peer.runs().min(sizes.runs);
        let environment = vec![
            ("BENCH_PARTS", parts.join(",")),
            ("BENCH_REPEAT", options.runs.to_string()),
            ("BENCH_RUNS", runs.to_string()),
            ("BENCH_FAN", sizes.fan.to_string()),
            ("BENCH_CHAIN", sizes.chain.to_string()),
            ("BENCH_SINGLES", sizes.singles.to_string()),
            ("BENCH_CRASH_RUNS", sizes.crash_runs.to_string()),
            ("BENCH_ACTIVITIES", CRASH_AT_ONCE.max(100).to_string()),
            ("BENCH_FOLDER", work.display().to_string()),
            ("BENCH_STEP_LOG", folder.path().join("steps.log").display().to_string()),
            ("BENCH_PG_URL", url),
            ("BENCH_TEMPORAL", format!("127.0.0.1:{}", ports[0])),
            ("BENCH_INGRESS_PORT", ports[0].to_string()),
            ("BENCH_ADMIN_PORT", ports[1].to_string()),
            ("BENCH_HANDLER_PORT", ports[3].to_string()),
            ("NODE_NO_WARNINGS", "1".to_owned()),
        ];
        Ok(Self {
            peer,
            form,
            installed: installed.to_path_buf(),
            programs: repo.root.join("bench/engine").join(peer.name()),
            folder,
            work,
            ports,
            environment,
            postgres: database.filter(|_| uses_postgres).map(Postgres::pid),
            privileges,
            stack: None,
        })
    }

    /// One of our programs in a mode.
    fn program(&self, mode: &str) -> Result<Command> {
        let mut command = if self.peer == Peer::Restate {
            let file = if mode == "handler" { "handler.mjs" } else { "client.mjs" };
            // A module finds its packages beside itself.
            let copy = self.installed.join(file);
            fs::copy(self.programs.join(file), &copy).context("cannot copy a peer's program")?;
            let mut node = Command::new("node");
            node.arg(copy);
            node
        } else {
            let mut python = Command::new(self.installed.join("bin/python"));
            python.arg(self.programs.join("bench.py"));
            python
        };
        command.args(self.form).arg(mode).envs(self.environment.iter().cloned());
        Ok(command)
    }

    /// The servers that the peer needs, without a worker.
    fn servers(&self) -> Result<Vec<Piece>> {
        let [first, second, third, _] = self.ports;
        Ok(match self.peer {
            Peer::Dbos | Peer::Langgraph => Vec::new(),
            Peer::Restate => {
                let mut server = Command::new(restate_server(&self.installed)?);
                server
                    .env("RESTATE_INGRESS__BIND_ADDRESS", format!("127.0.0.1:{first}"))
                    .env("RESTATE_ADMIN__BIND_ADDRESS", format!("127.0.0.1:{second}"))
                    .env("RESTATE_BIND_ADDRESS", format!("127.0.0.1:{third}"))
                    .env("RESTATE_ADVERTISED_ADDRESS", format!("http://127.0.0.1:{third}"))
                    .env("RESTATE_LISTEN_MODE", "tcp")
                    .env("RESTATE_NODE_NAME", "bench")
                    .env("RESTATE_AUTO_PROVISION", "true")
                    .env("RESTATE_DISABLE_TELEMETRY", "true")
                    .env("RESTATE_LOG_FILTER", "warn")
                    .env("RESTATE_BASE_DIR", &self.work);
                vec![Piece {
                    name: "restate-server",
                    command: server,
                    ready: Ready::Listens(second),
                    privileges: Vec::new(),
                }]
            }
            Peer::Temporal => {
                let mut server = Command::new(self.installed.join("bin/temporal"));
                server.args(["server", "start-dev", "--headless", "--ip", "127.0.0.1"]);
                server.args(["--port", &first.to_string(), "--http-port", &second.to_string()]);
                server.args(["--metrics-port", &third.to_string(), "--log-level", "error"]);
                server.arg("--db-filename").arg(self.work.join("temporal.db"));
                // It looks for a configuration there, which must not be somebody else's.
                server.env("HOME", &self.work);
                vec![Piece {
                    name: "temporal-server",
                    command: server,
                    ready: Ready::Listens(first),
                    privileges: self.privileges.clone(),
                }]
            }
        })
    }

    /// The servers and what carries out steps; an embedded engine in this mode.
    fn pieces(&self, mode: &str) -> Result<Vec<Piece>> {
        let mut pieces = self.servers()?;
        let mode = match self.peer {
            Peer::Restate => "handler",
            Peer::Temporal => "worker",
            Peer::Dbos | Peer::Langgraph => mode,
        };
        pieces.push(Piece {
            name: "worker",
            command: self.program(mode)?,
            ready: Ready::Says,
            privileges: Vec::new(),
        });
        Ok(pieces)
    }

    fn is_embedded(&self) -> bool {
        matches!(self.peer, Peer::Dbos | Peer::Langgraph)
    }

    fn idle(self, name: &'static str, record: &mut Record) -> Result<()> {
        let watch = Stopwatch::start();
        let stack = Stack::start(&self.pieces("ready")?, self.folder.path())?;
        record.add(name, "cold start", watch.elapsed().as_secs_f64(), "s");
        thread::sleep(IDLE);
        let processes: Vec<u32> = stack.processes().into_iter().chain(self.postgres).collect();
        record.add(name, "idle RSS", memory::resident_mib(&processes), "MiB");
        Ok(())
    }

    fn bench(self, name: &'static str, record: &mut Record) -> Result<()> {
        let pieces = if self.is_embedded() { Vec::new() } else { self.pieces("worker")? };
        let _stack = Stack::start(&pieces, self.folder.path())?;
        let ended = process::run_and_keep(&mut self.program("bench")?, None)?;
        ended.verdict?;
        for line in &ended.lines {
            let mut fields = line.split('\t');
            let known = METRICS.iter().find(|(metric, _)| fields.clone().next() == Some(metric));
            if let Some((metric, unit)) = known {
                let value = fields.nth(1).and_then(|value| value.parse().ok());
                record.add(
                    name,
                    metric,
                    value.context("a peer printed a figure without a number")?,
                    unit,
                );
            }
        }
        Ok(())
    }

    fn crash(mut self, name: &'static str, sizes: &Sizes, record: &mut Record) -> Result<()> {
        let log = self.folder.path().join("steps.log");
        self.stack = Some(Stack::start(&self.pieces("crash-start")?, self.folder.path())?);
        if !self.is_embedded() {
            process::capture(&mut self.program("crash-submit")?)?;
        }
        crash::crash(name, &mut self, &log, sizes, record)
    }
}

impl Crashable for Site {
    fn kill(&mut self) -> Result<()> {
        self.stack.take().context("nothing runs")?.kill();
        Ok(())
    }

    fn restart(&mut self) -> Result<()> {
        self.stack = Some(Stack::start(&self.pieces("crash-restart")?, self.folder.path())?);
        Ok(())
    }
}

/// The server's program, which npm installs in a package named after the platform.
fn restate_server(installed: &Path) -> Result<PathBuf> {
    let packages = installed.join("node_modules/@restatedev");
    let found =
        fs::read_dir(&packages).with_context(|| format!("cannot read {}", packages.display()))?;
    found
        .flatten()
        .map(|entry| entry.path().join("bin/restate-server"))
        .find(|file| file.is_file())
        .context("npm installed no Restate server for this platform")
}
