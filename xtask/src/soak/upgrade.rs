//! R33: one version takes over from another while executions are under way, and back again.
//! Each is killed or stopped half-way; each execution has to end once, as the revision of
//! its workflow says that it was started with.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use clap::Args;
use serde_json::json;

use super::Database;
use crate::bench::engine::client::Client;
use crate::bench::engine::crash::{Phase, read};
use crate::bench::engine::endpoint::Endpoint;
use crate::bench::engine::ours::save;
use crate::bench::engine::server::{Server, Setup};
use crate::interrupt;
use crate::repo::Repo;
use crate::services::postgres::Postgres;
use crate::stopwatch::Stopwatch;

/// Which versions, and how much is under way.
#[derive(Args)]
pub struct Options {
    /// The program of the earlier version.
    #[arg(long, value_name = "FILE")]
    from: PathBuf,
    /// The program of the later version; built from this repository when absent.
    #[arg(long, value_name = "FILE")]
    to: Option<PathBuf>,
    /// How many executions are under way at each change.
    #[arg(long, default_value_t = 500)]
    executions: usize,
    /// On which database.
    #[arg(long, default_value = "both")]
    pub database: Database,
}

/// How a server is ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    /// `kill -9`.
    Kill,
    /// In good order.
    Stop,
}

/// How long the timer of each execution runs, in seconds: longer than it takes to start all.
const NAP: usize = 20;
/// Until everything has to have ended after a change.
const PATIENCE: Duration = Duration::from_mins(5);
/// What a program says that meets the schema of a later one.
const TOO_NEW: &str = "the database is newer than this program";

/// Change forth and back on each database.
pub fn run(repo: &Repo, options: &Options, postgres: Option<&Postgres>) -> Result<()> {
    let to = repo.release_program(options.to.as_deref())?;
    for database in options.database.each() {
        let setup = Setup { program: &options.from, database, postgres };
        let folder = tempfile::tempdir().context("cannot create a temporary folder")?;
        let log = folder.path().join("steps.log");
        let endpoint = Endpoint::start(&log)?;
        let allowed = format!("[tools]\nhttp_allow = \"{}\"\n", endpoint.address);
        let server = Server::start(&setup, 4 * options.executions, &allowed)?;
        let address = format!("http://{}", endpoint.address);
        let slug = save(&mut server.connect()?, &definition(&address, 1))?;
        let mut site = Site { server, slug, address, log, revision: 1, runs: 0 };
        let programs = [("earlier", options.from.as_path()), ("later", to.as_path())];
        for (from, until, end) in
            [(0, 1, End::Kill), (1, 0, End::Kill), (0, 1, End::Stop), (1, 0, End::Stop)]
        {
            interrupt::check()?;
            let how = if end == End::Kill { "killed" } else { "stopped" };
            let (from, until) = (programs[from], programs[until]);
            print!("{}: {} {how}, {} goes on: ", database.peer(), from.0, until.0);
            let outcome = site.change(until.1, from.1, end, options.executions)?;
            println!("{outcome}");
        }
    }
    Ok(())
}

/// The revision of the workflow: two slow steps, a timer between them, and its number.
fn definition(endpoint: &str, revision: usize) -> String {
    format!(
        "name: In flight
inputs:
  run: {{ type: string, description: Its name in the log, required: true }}
steps:
  - {{id: first, needs: [], tool: http, with: {{method: POST, url: '{endpoint}/${{{{ inputs.run }}}}/1'}}}}
  - {{id: nap, needs: [first], wait: {{seconds: {NAP}}}}}
  - {{id: second, needs: [nap], tool: http, with: {{method: POST, url: '{endpoint}/${{{{ inputs.run }}}}/2'}}}}
  - {{id: done, needs: [second], tool: set, with: {{revision: {revision}}}}}
outputs: {{ revision: '${{{{ steps.done.outputs.revision }}}}' }}
"
    )
}

struct Site {
    server: Server,
    slug: String,
    address: String,
    log: PathBuf,
    /// The newest revision of the workflow.
    revision: usize,
    runs: usize,
}

impl Site {
    /// Starts executions, saves another revision, ends the server half-way, and lets another
    /// program go on; what came of it.
    fn change(&mut self, next: &Path, current: &Path, end: End, count: usize) -> Result<String> {
        let mut client = self.server.connect()?;
        let (pinned, first) = (self.revision, self.runs);
        let begun_before = self.ended(1).len();
        let ids = self.start(&mut client, count)?;
        self.revision += 1;
        let body = json!({ "definition": definition(&self.address, self.revision) });
        let path = format!("/api/v1/workflows/{}", self.slug);
        let (status, answer) = client.status("PUT", &path, "", &body.to_string())?;
        ensure!(
            status == 200,
            "a revision was answered {status}: {}",
            String::from_utf8_lossy(&answer)
        );
        // Half of the first steps have ended; their timers run.
        self.wait(|site| Ok(site.ended(1).len() >= begun_before + count / 2))?;
        match end {
            End::Kill => self.server.kill()?,
            End::Stop => self.server.stop(),
        }
        let lines = fs::read_to_string(&self.log).unwrap_or_default().lines().count();
        let refused = self.go_on(next, current)?;
        let mut client = self.server.connect()?;
        let watch = Stopwatch::start();
        self.wait(|site| Ok(site.ended(2).len() >= first + count))?;
        let mut taken_up = 0;
        for id in &ids {
            taken_up += usize::from(ends_once(&mut client, id, pinned)?);
        }
        ensure!(taken_up > count / 2, "only {taken_up} of {count} were under way at the change");
        let repeated = self.repeated(lines);
        Ok(format!(
            "{taken_up} of {count} were under way; each ended once on revision {pinned}, the last after {:.1} s; {repeated} steps that had ended were repeated{}",
            watch.elapsed().as_secs_f64(),
            if refused {
                format!("; the earlier program refused, as it says: \"{TOO_NEW}\"")
            } else {
                String::new()
            },
        ))
    }

    /// Starts the next program; the current one again when the schema is too new for it, which
    /// it has to say.
    fn go_on(&mut self, next: &Path, current: &Path) -> Result<bool> {
        self.server.change_program(next);
        let Err(error) = self.server.start_again() else { return Ok(false) };
        let told = format!("{error:#}");
        if !told.contains(TOO_NEW) {
            bail!("the other program did not start and does not say why: {told}");
        }
        self.server.change_program(current);
        self.server.start_again()?;
        Ok(true)
    }

    fn start(&mut self, client: &mut Client, count: usize) -> Result<Vec<String>> {
        let path = format!("/api/v1/workflows/{}/execute", self.slug);
        let mut ids = Vec::with_capacity(count);
        for _ in 0..count {
            let body = json!({ "inputs": { "run": format!("r{}", self.runs) } });
            let made = client.post(&path, &body.to_string())?;
            ids.push(made["id"].as_str().context("an execution without an id")?.to_owned());
            self.runs += 1;
        }
        Ok(ids)
    }

    /// The executions whose step has ended, as the endpoint saw it.
    fn ended(&self, step: usize) -> BTreeSet<String> {
        let lines = read(&self.log).into_iter();
        let of = lines.filter(|line| line.step == step && line.phase == Phase::End);
        of.map(|line| line.run).collect()
    }

    /// How many steps had ended within so many lines of the log and began again after them.
    fn repeated(&self, lines: usize) -> usize {
        let all = read(&self.log);
        let (before, after) = all.split_at(lines.min(all.len()));
        let of =
            |lines: &[crate::bench::engine::crash::Line], phase| -> BTreeSet<(String, usize)> {
                let lines = lines.iter().filter(|line| line.phase == phase);
                lines.map(|line| (line.run.clone(), line.step)).collect()
            };
        of(before, Phase::End).intersection(&of(after, Phase::Start)).count()
    }

    fn wait(&self, is_there: impl Fn(&Self) -> Result<bool>) -> Result<()> {
        let watch = Stopwatch::start();
        while !is_there(self)? {
            interrupt::check()?;
            ensure!(watch.elapsed() < PATIENCE, "executions do not go on");
            thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }
}

/// An execution has one end, its outputs and its own revision; it is waited for. Whether
/// it was under way at the change.
fn ends_once(client: &mut Client, id: &str, revision: usize) -> Result<bool> {
    let watch = Stopwatch::start();
    let path = format!("/api/v1/executions/{id}");
    let mut found = client.get(&path)?;
    while found["finished_at"].is_null() {
        ensure!(watch.elapsed() < PATIENCE, "it does not end: {found}");
        thread::sleep(Duration::from_millis(20));
        found = client.get(&path)?;
    }
    let journal = client.get(&format!("{path}/journal?limit=200"))?;
    let facts = journal["items"].as_array().context("a journal without items")?;
    let kinds: Vec<&str> = facts.iter().filter_map(|fact| fact["kind"].as_str()).collect();
    let count = |wanted: &str| kinds.iter().filter(|kind| **kind == wanted).count();
    ensure!(
        found["status"] == "completed"
            && found["workflow"]["revision"] == revision
            && found["outputs"]["revision"] == revision,
        "it did not end as revision {revision} says: {found}"
    );
    ensure!(
        count("execution_completed") == 1 && count("attempt_completed") == 4,
        "it did not end once: {kinds:?}"
    );
    Ok(found["recovered"].as_u64().is_some_and(|times| times > 0))
}
