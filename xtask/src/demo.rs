//! `cargo xtask demo`: from a fresh clone to a board made from an idea.

use std::env;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use clap::Args;

use crate::repo::Repo;
use crate::{apt, process};

/// What to make and with which model.
#[derive(Args)]
pub struct Options {
    /// The idea, in your words; a clinic's booking system when left out.
    idea: Option<String>,
    /// The data folder; kept, so that the second time starts at once.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Where the server listens.
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<String>,
    /// A model of a connected provider instead of the local one, which is then not installed.
    #[arg(long, value_name = "NAME", conflicts_with = "model_script")]
    model: Option<String>,
    /// A file with scripted answers instead of a real model.
    #[arg(long, value_name = "FILE")]
    model_script: Option<PathBuf>,
    /// End when the board is printed instead of serving on.
    #[arg(long)]
    once: bool,
}

/// Install, build, and become the program.
pub fn run(repo: &Repo, options: &Options) -> Result<()> {
    apt::install(&[&apt::COMPILER, &apt::PYTHON])?;
    let program = repo.release_program(None)?;
    let data = options.data.clone().unwrap_or_else(|| default_data(repo));
    std::fs::create_dir_all(&data)
        .with_context(|| format!("cannot create the data folder {}", data.display()))?;
    if options.model.is_none() && options.model_script.is_none() {
        install_model(&program, &data);
    }
    println!("data folder: {}", data.display());
    let mut demo = command(&program, &data, options);
    crate::interrupt::check()?;
    let error = demo.exec();
    Err(error).with_context(|| format!("cannot start {}", program.display()))
}

/// The local model is a convenience, not a condition: a connected provider does as well,
/// and the program says plainly when there is no model at all.
fn install_model(program: &Path, data: &Path) {
    let mut install = Command::new(program);
    install.args(["model", "install", "default"]).arg("--data").arg(data);
    if let Err(error) = process::run(&mut install) {
        eprintln!("the local model could not be installed: {error:#}");
    }
}

fn command(program: &Path, data: &Path, options: &Options) -> Command {
    let mut demo = Command::new(program);
    demo.arg("demo").arg("--data").arg(data);
    if let Some(listen) = &options.listen {
        demo.args(["--listen", listen]);
    }
    if let Some(model) = &options.model {
        demo.args(["--model", model]);
    }
    if let Some(script) = &options.model_script {
        demo.arg("--model-script").arg(script);
    }
    if options.once {
        demo.arg("--once");
    }
    if let Some(idea) = &options.idea {
        demo.arg("--").arg(idea);
    }
    demo
}

/// The user's data folder survives `cargo clean`; a model in it is a gigabyte.
fn default_data(repo: &Repo) -> PathBuf {
    let named = env::var_os("XDG_DATA_HOME").filter(|folder| !folder.is_empty());
    let home = env::var_os("HOME").filter(|folder| !folder.is_empty());
    named
        .map(PathBuf::from)
        .or_else(|| home.map(|home| PathBuf::from(home).join(".local/share")))
        .map_or_else(|| repo.target.join("demo-data"), |folder| folder.join("hishamos-demo"))
}
