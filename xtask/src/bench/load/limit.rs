//! A limit of the kernel on the memory of a server: a group of the memory controller, of
//! either version, as near below our own as the kernel allows.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};

/// Which version of the interface a group has, with what its files are called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Version {
    One,
    Two,
}

impl Version {
    const fn limit(self) -> &'static str {
        match self {
            Self::One => "memory.limit_in_bytes",
            Self::Two => "memory.max",
        }
    }

    /// What also bounds swapped memory, and its value; not every kernel has it.
    fn swap(self, bytes: u64) -> (&'static str, u64) {
        match self {
            Self::One => ("memory.memsw.limit_in_bytes", bytes),
            Self::Two => ("memory.swap.max", 0),
        }
    }

    /// The file with the line `oom_kill COUNT`.
    const fn kills(self) -> &'static str {
        match self {
            Self::One => "memory.oom_control",
            Self::Two => "memory.events",
        }
    }
}

/// A group with a limit; it goes when it is dropped.
pub struct Limit {
    folder: PathBuf,
    version: Version,
}

impl Limit {
    /// Make one. The error says why this machine, or this user, cannot.
    pub fn create(bytes: u64) -> Result<Self> {
        let mounts = fs::read_to_string("/proc/self/mounts").context("no list of mounts")?;
        let own = fs::read_to_string("/proc/self/cgroup").context("no groups of the kernel")?;
        let mut reasons = Vec::new();
        for (version, root, below) in groups(&mounts, &own) {
            let own = root.join(below.trim_start_matches('/'));
            // In version 2 a group with processes cannot have groups with limits below it, so
            // there it may have to be one beside our own, or beside one above.
            let levels = if version == Version::Two { usize::MAX } else { 1 };
            let parents = own.ancestors().take_while(|folder| folder.starts_with(&root));
            for parent in parents.take(levels) {
                match Self::below(parent, version, bytes) {
                    Ok(limit) => return Ok(limit),
                    Err(error) => reasons.push(format!("{error:#}")),
                }
            }
        }
        reasons.truncate(3);
        bail!("no group with a limit on memory can be made here: {}", reasons.join("; "))
    }

    fn below(parent: &Path, version: Version, bytes: u64) -> Result<Self> {
        let folder = parent.join(format!("hishamos-bench-{}", std::process::id()));
        fs::create_dir(&folder).with_context(|| format!("no group {}", folder.display()))?;
        // From here on it goes when something is wrong with it.
        let limit = Self { folder, version };
        limit.write(version.limit(), bytes)?;
        let (swap, value) = version.swap(bytes);
        if limit.folder.join(swap).exists() {
            limit.write(swap, value)?;
        }
        Ok(limit)
    }

    fn write(&self, file: &str, value: u64) -> Result<()> {
        let file = self.folder.join(file);
        fs::write(&file, value.to_string()).with_context(|| format!("no limit {}", file.display()))
    }

    /// Where a process writes its id to be held.
    pub fn processes(&self) -> PathBuf {
        self.folder.join("cgroup.procs")
    }

    /// How many processes the kernel killed because there was no memory left.
    pub fn kills(&self) -> Result<usize> {
        let file = self.folder.join(self.version.kills());
        let text =
            fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
        kills(&text).context("the kernel does not count its kills")
    }
}

impl Drop for Limit {
    fn drop(&mut self) {
        // What was held ends a moment before its group can go.
        for _ in 0..100 {
            if fs::remove_dir(&self.folder).is_ok() {
                return;
            }
            thread::sleep(Duration::from_millis(20));
        }
        eprintln!("the group {} is still there", self.folder.display());
    }
}

fn kills(text: &str) -> Option<usize> {
    text.lines().find_map(|line| line.strip_prefix("oom_kill "))?.trim().parse().ok()
}

/// Where the memory controller is mounted, and which of its groups we are in.
fn groups(mounts: &str, own: &str) -> Vec<(Version, PathBuf, String)> {
    let mounted = |line: &str| {
        let mut fields = line.split(' ').skip(1);
        let (at, kind, options) = (fields.next()?, fields.next()?, fields.next()?);
        let version = match kind {
            "cgroup" if options.split(',').any(|option| option == "memory") => Version::One,
            "cgroup2" => Version::Two,
            _ => return None,
        };
        let below = own.lines().find_map(|line| {
            let (_, rest) = line.split_once(':')?;
            let (controllers, path) = rest.split_once(':')?;
            let is_it = match version {
                Version::One => controllers.split(',').any(|one| one == "memory"),
                Version::Two => controllers.is_empty(),
            };
            is_it.then(|| path.to_owned())
        })?;
        Some((version, PathBuf::from(at), below))
    };
    mounts.lines().filter_map(mounted).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_controllers_of_both_versions_are_found() {
        let old = "cgroup /sys/fs/cgroup/cpu cgroup rw,cpu 0 0\ncgroup /sys/fs/cgroup/memory cgroup rw,relatime,memory 0 0\n";
        let own = "4:memory:/a/b\n1:cpu:/\n0::/c\n";
        let memory = (Version::One, PathBuf::from("/sys/fs/cgroup/memory"), "/a/b".to_owned());
        assert_eq!(groups(old, own), [memory]);
        let new = "cgroup2 /sys/fs/cgroup cgroup2 rw 0 0\n";
        let unified = (Version::Two, PathBuf::from("/sys/fs/cgroup"), "/c".to_owned());
        assert_eq!(groups(new, own), [unified]);
        assert_eq!(groups("proc /proc proc rw 0 0\n", own), []);
    }

    #[test]
    fn kills_are_read_in_both_versions() {
        assert_eq!(kills("oom_kill_disable 0\nunder_oom 0\noom_kill 3\n"), Some(3));
        assert_eq!(kills("low 0\noom 2\noom_kill 1\noom_group_kill 0\n"), Some(1));
        assert_eq!(kills("low 0\n"), None);
    }
}
