//! `cargo xtask test`: every test there is, from nothing but Rust, Node.js and Python.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result};
use clap::Args;

use crate::counts::{self, Counts};
use crate::process::{Ended, run_and_keep};
use crate::repo::Repo;
use crate::services::hishamos::{self, Hishamos};
use crate::services::{Folder, postgres, redis};
use crate::stages::{Finding, Stages};
use crate::{apt, cargo_tools, node, process, sdk, sim};

/// The scripted model of the browser journey.
const REHEARSAL: &str = "library/rehearsals/idea_to_backlog.json";
/// The looks in which every state is kept: both languages, both widths, both themes.
const LOOKS: &str = "wide-en-light,phone-ar-dark";
const JOURNEY_LIMIT: Duration = Duration::from_mins(20);
const ADMIN_EMAIL: &str = "admin@example.com";
const ADMIN_PASSWORD: &str = "only for this temporary server";

/// What to run and what to leave behind.
#[derive(Args, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub struct Options {
    /// Only the Rust tests.
    #[arg(long, conflicts_with_all = ["ui_only", "e2e_only"])]
    rust_only: bool,
    /// Only the UI's type check and unit tests.
    #[arg(long, conflicts_with = "e2e_only")]
    ui_only: bool,
    /// Only the journey through a real server in a real browser.
    #[arg(long)]
    e2e_only: bool,
    /// Keep the temporary folder (databases, logs) and say where it is.
    #[arg(long)]
    keep: bool,
    /// Try a Rust test or a screen that failed once more; one that passes then is named in
    /// the summary.
    #[arg(long)]
    retry: bool,
}

impl Options {
    /// Everything, on a machine whose load nobody knows.
    pub fn ci() -> Self {
        Self { retry: true, ..Self::default() }
    }

    fn rust(&self) -> bool {
        !self.ui_only && !self.e2e_only
    }

    fn ui(&self) -> bool {
        !self.rust_only && !self.e2e_only
    }

    fn e2e(&self) -> bool {
        !self.rust_only && !self.ui_only
    }
}

/// Run the tests and print what came of them; true when all passed.
pub fn run(repo: &Repo, options: &Options) -> Result<bool> {
    let mut stages = Stages::new();
    let prepared =
        prepare(repo, options, &mut stages).and_then(|()| run_stages(repo, options, &mut stages));
    stages.report();
    prepared.map(|()| stages.is_ok())
}

/// Install what is missing and build the UI, which the program carries inside.
pub fn prepare(repo: &Repo, options: &Options, stages: &mut Stages) -> Result<()> {
    stages.prepare("system packages", || apt::install(&needs(options)))?;
    if options.rust() {
        stages.prepare("test runner", || cargo_tools::nextest(repo))?;
    }
    stages.prepare("ui packages", || node::packages(repo))?;
    stages.prepare("ui build", || node::build(repo))
}

fn needs(options: &Options) -> Vec<&'static apt::Need> {
    let mut needs = vec![&apt::COMPILER];
    if options.rust() {
        needs.extend([&apt::POSTGRES, &apt::REDIS, &apt::SANDBOX, &apt::STRACE, &apt::PYTHON]);
    }
    if options.e2e() {
        needs.push(&apt::BROWSER);
    }
    needs
}

/// The test stages; everything was prepared before.
pub fn run_stages(repo: &Repo, options: &Options, stages: &mut Stages) -> Result<()> {
    let folder = Folder::create(options.keep)?;
    if options.rust() {
        stages.check("rust tests", || rust_tests(repo, &folder, options.retry));
        stages.check("simulation", || sim::stage(repo));
    }
    if options.ui() {
        stages.check("ui types", || {
            process::run(&mut node::script(repo, "typecheck")).map(|()| Finding::default())
        });
        stages.check("ui tests", || {
            run_and_keep(&mut node::script(repo, "test"), None).map(|ended| tests_of(&ended))
        });
    }
    if options.e2e() {
        stages.check_beside(
            "screens",
            || screens(repo, options.retry),
            |stages| {
                stages.check("client libraries", || client_libraries(repo, options, &folder));
                stages.check("browser journey", || journey(repo, options, &folder));
            },
        );
    }
    crate::interrupt::check()
}

/// All Rust tests, with both databases and Redis at hand.
fn rust_tests(repo: &Repo, folder: &Folder, retry: bool) -> Result<Finding> {
    let postgres = postgres::start(folder)?;
    let redis = redis::start(folder)?;
    let mut nextest = repo.cargo();
    nextest
        .args(["nextest", "run", "--workspace", "--no-fail-fast"])
        .args(["--retries", if retry { "1" } else { "0" }])
        .env("HISHAMOS_TEST_POSTGRES", &postgres.url)
        .env("HISHAMOS_TEST_REDIS", &redis.url);
    run_and_keep(&mut nextest, None).map(|ended| tests_of(&ended))
}

/// The client libraries of OpenAI and Anthropic against a fresh server.
fn client_libraries(repo: &Repo, options: &Options, folder: &Folder) -> Result<Finding> {
    let program = program(repo, options)?;
    let found: Vec<Finding> = sdk::run(repo, &program, folder)?.iter().map(tests_of).collect();
    Ok(Finding {
        counts: found.iter().map(|one| one.counts).sum(),
        failure: found.into_iter().find_map(|one| one.failure),
        ..Finding::default()
    })
}

/// The program: after the Rust tests the one that they built, whose parts were compiled with
/// what tests need beside; otherwise one by itself, which is there sooner.
fn program(repo: &Repo, options: &Options) -> Result<PathBuf> {
    let mut build = repo.cargo();
    build.args(["build", "--bin", "hishamos"]);
    if options.rust() {
        build.args(["--workspace", "--tests"]);
    } else {
        build.args(["--package", "hishamos"]);
    }
    process::run(&mut build)?;
    Ok(repo.target.join("debug/hishamos"))
}

/// A fresh server with the scripted model, walked through by a browser.
fn journey(repo: &Repo, options: &Options, folder: &Folder) -> Result<Finding> {
    let program = program(repo, options)?;
    let data = folder.inside("journey")?;
    hishamos::create_admin(&program, &data, ADMIN_EMAIL, ADMIN_PASSWORD)?;
    let mut server = Hishamos::start(&program, folder, &data, Some(&repo.root.join(REHEARSAL)))?;
    server.wait_until_ready()?;

    let shots = shots(repo, "journey")?;
    let browser = apt::browser().context("no browser is installed")?;
    let mut e2e = node::script(repo, "e2e");
    e2e.env("HISHAMOS_URL", server.url())
        .env("HISHAMOS_SIGN_IN_LINK", server.sign_in_link()?)
        .env("HISHAMOS_BROWSER", browser)
        .env("SHOTS_DIR", &shots);
    let ended = run_and_keep(&mut e2e, Some(JOURNEY_LIMIT))?;
    if ended.verdict.is_err() {
        eprintln!("the end of the server's log:\n{}", server.last_lines());
    }
    println!("screenshots: {}", repo.shown(&shots));
    Ok(tests_of(&ended))
}

/// Every screen in each of its states (empty, loading, failing, …) on the UI's own test
/// double, in both languages, wide and on a phone: checked by axe, kept as pictures.
fn screens(repo: &Repo, retry: bool) -> Result<Finding> {
    let shots = shots(repo, "states")?;
    let browser = apt::browser().context("no browser is installed")?;
    let mut screens = node::script(repo, "screens");
    screens.env("HISHAMOS_BROWSER", browser).env("SHOTS_DIR", &shots).env("LOOKS", LOOKS);
    if retry {
        screens.env("RETRY", "1");
    }
    let ended = run_and_keep(&mut screens, Some(JOURNEY_LIMIT))?;
    println!("screenshots: {}", repo.shown(&shots));
    Ok(tests_of(&ended))
}

/// The folder for pictures of one kind, made when absent.
fn shots(repo: &Repo, kind: &str) -> Result<PathBuf> {
    let shots = repo.target.join("screenshots").join(kind);
    std::fs::create_dir_all(&shots)
        .with_context(|| format!("cannot create {}", shots.display()))?;
    Ok(shots)
}

/// What a test runner found; one without any count is a failure, never a success.
fn tests_of(ended: &Ended) -> Finding {
    let failure = ended.verdict.as_ref().err().map(|error| format!("{error:#}"));
    let Some((line, counts)) = counts::summary(&ended.lines) else {
        let failure = failure.unwrap_or_else(|| "the runner printed no summary".to_owned());
        let counts = Counts { passed: 0, failed: 1 };
        return Finding { counts, failure: Some(failure), ..Finding::default() };
    };
    // A runner that failed without counting a failed test still must not read as "0 failed".
    let failed = if failure.is_some() { counts.failed.max(1) } else { counts.failed };
    let mut summary = line;
    for test in counts::flaky(&ended.lines) {
        summary.push_str("\n  passed only when tried again: ");
        summary.push_str(&test);
    }
    let counts = Counts { failed, ..counts };
    Finding { counts, summary: Some(summary), failure, unknown: None }
}
