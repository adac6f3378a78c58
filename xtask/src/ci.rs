//! `cargo xtask ci`: everything a change must pass, in one go. `.ci/run` calls it.

use std::time::Duration;

use anyhow::Result;

use crate::process;
use crate::repo::Repo;
use crate::stages::{Finding, Stages};
use crate::{cargo_tools, node, test};

/// A blocked network must not hold everything up.
const ADVISORIES_LIMIT: Duration = Duration::from_mins(2);

/// Run all stages and print what came of them; true when all passed.
pub fn run(repo: &Repo) -> Result<bool> {
    let mut stages = Stages::new();
    let ran = run_stages(repo, &mut stages);
    stages.report();
    ran.map(|()| stages.is_ok())
}

fn run_stages(repo: &Repo, stages: &mut Stages) -> Result<()> {
    let options = test::Options::ci();
    test::prepare(repo, &options, stages)?;
    stages.prepare("rustfmt and clippy", || cargo_tools::components(repo))?;
    stages.prepare("cargo-deny", || cargo_tools::deny(repo))?;

    stages.check("formatting", || {
        process::run(repo.cargo().args(["fmt", "--all", "--check"])).map(|()| Finding::default())
    });
    stages.check("clippy", || {
        let mut clippy = repo.cargo();
        clippy.args(["clippy", "--workspace", "--all-targets", "--quiet"]);
        process::run(clippy.args(["--", "-D", "warnings"])).map(|()| Finding::default())
    });
    stages.check("dependency rules", || {
        let mut deny = repo.cargo();
        process::run(deny.args(["deny", "check", "bans", "licenses", "sources"]))
            .map(|()| Finding::default())
    });
    stages.check("security advisories", || advisories(repo));
    stages.check("ui lint", || {
        process::run(&mut node::script(repo, "lint")).map(|()| Finding::default())
    });
    test::run_stages(repo, &options, stages)
}

/// Known vulnerabilities among the dependencies. The database lives outside; where it
/// cannot be fetched, nothing is known, and the table says so.
fn advisories(repo: &Repo) -> Result<Finding> {
    let mut deny = repo.cargo();
    deny.args(["deny", "check", "advisories"]);
    let ended = match process::run_and_keep(&mut deny, Some(ADVISORIES_LIMIT)) {
        Ok(ended) => ended,
        Err(error) => return Ok(unknown(format!("{error:#}"))),
    };
    let Err(error) = ended.verdict else { return Ok(Finding::default()) };
    if ended.lines.iter().any(|line| line.contains("failed to fetch advisory database")) {
        return Ok(unknown("the advisory database could not be fetched".to_owned()));
    }
    Err(error)
}

fn unknown(why: String) -> Finding {
    println!("security advisories: NOT CHECKED, {why}");
    Finding { unknown: Some(why), ..Finding::default() }
}
