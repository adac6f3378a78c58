//! Debian packages: find what is missing and install it in one go.

use std::fs;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};

use crate::process;
use crate::services::postgres;

/// Something the system must have, and the packages that bring it.
pub struct Need {
    packages: &'static [&'static str],
    is_met: fn() -> bool,
}

/// A C compiler and the C library's headers: Rust links with them.
pub const COMPILER: Need =
    Need { packages: &["gcc", "libc6-dev"], is_met: || process::which("cc").is_some() };
/// A C++ compiler: libFuzzer is written in C++.
pub const CPLUSPLUS: Need = Need { packages: &["g++"], is_met: || process::which("c++").is_some() };
/// PostgreSQL's server programs.
pub const POSTGRES: Need =
    Need { packages: &["postgresql"], is_met: || postgres::programs().is_some() };
/// The Redis server.
pub const REDIS: Need =
    Need { packages: &["redis-server"], is_met: || process::which("redis-server").is_some() };
/// A browser for the journey through the UI.
pub const BROWSER: Need =
    Need { packages: &["chromium", "fonts-dejavu-core"], is_met: || browser().is_some() };
/// The sandbox that tools run in.
pub const SANDBOX: Need =
    Need { packages: &["bubblewrap"], is_met: || process::which("bwrap").is_some() };
/// What records the calls of a program: power cuts are made from it.
pub const STRACE: Need =
    Need { packages: &["strace"], is_met: || process::which("strace").is_some() };
/// Python with virtual environments and pip: the local model's server lives in one.
pub const PYTHON: Need =
    Need { packages: &["python3", "python3-pip", "python3-venv"], is_met: python_is_whole };

/// A clock for a program that can be set.
pub const FAKETIME: Need = Need { packages: &["libfaketime"], is_met: || faketime().is_some() };

/// The library that sets a program's clock, in its form for programs with threads.
pub fn faketime() -> Option<PathBuf> {
    let library = Path::new("faketime/libfaketimeMT.so.1");
    // Debian has a folder for each architecture, others have one for all.
    let folders = fs::read_dir("/usr/lib").into_iter().flatten().flatten();
    let mut folders = folders.map(|folder| folder.path().join(library));
    let of_all = Path::new("/usr/lib").join(library);
    folders.find(|file| file.is_file()).or_else(|| of_all.is_file().then_some(of_all))
}

/// The browser's program.
pub fn browser() -> Option<PathBuf> {
    ["chromium", "chromium-browser", "google-chrome"].into_iter().find_map(process::which)
}

fn python_is_whole() -> bool {
    process::succeeds(Command::new("python3").args(["-c", "import ensurepip, pip, venv"]))
}

/// Install the packages of all needs that are not met.
pub fn install(needs: &[&Need]) -> Result<()> {
    let packages: Vec<&str> = needs
        .iter()
        .filter(|need| !(need.is_met)())
        .flat_map(|need| need.packages.iter().copied())
        .collect();
    if packages.is_empty() {
        println!("every system package is there");
        return Ok(());
    }
    if process::which("apt-get").is_none() {
        bail!(
            "this system has no apt-get; install what these Debian packages bring, then run this \
             again: {}",
            packages.join(" ")
        );
    }
    let privilege = Privilege::find(&packages)?;
    privilege.apt_get(&["update"])?;
    let mut arguments = vec!["install", "-y", "--no-install-recommends"];
    arguments.extend(&packages);
    privilege.apt_get(&arguments)?;
    match needs.iter().find(|need| !(need.is_met)()) {
        None => Ok(()),
        Some(need) => bail!("installed {}, but it cannot be found", need.packages.join(" ")),
    }
}

/// How we may become root.
enum Privilege {
    Root,
    /// sudo asks for nothing.
    Sudo,
    /// sudo may ask for a password on the terminal.
    SudoAsking,
}

impl Privilege {
    fn find(packages: &[&str]) -> Result<Self> {
        if rustix::process::geteuid().is_root() {
            return Ok(Self::Root);
        }
        if process::succeeds(Command::new("sudo").args(["-n", "true"])) {
            return Ok(Self::Sudo);
        }
        if process::which("sudo").is_some() && std::io::stdin().is_terminal() {
            return Ok(Self::SudoAsking);
        }
        bail!(
            "Debian packages are missing and we are neither root nor allowed to use sudo; run \
             `apt-get install {}` as root, then run this again",
            packages.join(" ")
        )
    }

    fn apt_get(&self, arguments: &[&str]) -> Result<()> {
        let mut command = match self {
            Self::Root => Command::new("env"),
            Self::Sudo => {
                let mut sudo = Command::new("sudo");
                sudo.args(["-n", "env"]);
                sudo
            }
            Self::SudoAsking => {
                let mut sudo = Command::new("sudo");
                sudo.arg("env");
                sudo
            }
        };
        command.args(["DEBIAN_FRONTEND=noninteractive", "apt-get", "-q"]).args(arguments);
        match self {
            Self::Root | Self::Sudo => process::run(&mut command),
            Self::SudoAsking => process::run_with_terminal(&mut command),
        }
    }
}
