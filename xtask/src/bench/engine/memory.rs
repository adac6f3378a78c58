//! What a process tree holds in memory and has used of the processors.

use std::collections::{BTreeSet, HashMap};
use std::fs;

/// A process and all its descendants.
pub fn tree(root: u32) -> BTreeSet<u32> {
    let mut children: HashMap<u32, Vec<u32>> = HashMap::new();
    for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else {
            continue;
        };
        if let Some(parent) = fields(pid).and_then(|fields| fields.get(1)?.parse().ok()) {
            children.entry(parent).or_default().push(pid);
        }
    }
    let mut found = BTreeSet::new();
    let mut todo = vec![root];
    while let Some(pid) = todo.pop() {
        if found.insert(pid) {
            todo.extend(children.remove(&pid).unwrap_or_default());
        }
    }
    found
}

/// The fields of `/proc/PID/stat` after the program's name, which may have spaces in it.
fn fields(pid: u32) -> Option<Vec<String>> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, rest) = stat.rsplit_once(") ")?;
    Some(rest.split(' ').map(str::to_owned).collect())
}

/// Resident memory of the trees, in MiB.
pub fn resident_mib(roots: &[u32]) -> f64 {
    let pids: BTreeSet<u32> = roots.iter().flat_map(|root| tree(*root)).collect();
    let kib: f64 = pids.iter().filter_map(|pid| resident_kib(*pid)).sum();
    kib / 1024.0
}

fn resident_kib(pid: u32) -> Option<f64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.split_whitespace().next()?.parse().ok()
}

/// Milliseconds of processor time that the trees have used; the kernel counts in ticks of 10 ms.
pub fn cpu_ms(roots: &[u32]) -> f64 {
    let pids: BTreeSet<u32> = roots.iter().flat_map(|root| tree(*root)).collect();
    let ticks = |pid: &u32| {
        let fields = fields(*pid)?;
        let user: f64 = fields.get(11)?.parse().ok()?;
        let system: f64 = fields.get(12)?.parse().ok()?;
        Some(user + system)
    };
    pids.iter().filter_map(ticks).sum::<f64>() * 10.0
}

/// The load of the machine over the last minute.
pub fn load() -> f64 {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().and_then(|load| load.parse().ok()).unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn we_are_in_our_own_tree_and_hold_memory() {
        let own = std::process::id();
        assert!(tree(own).contains(&own));
        assert!(resident_mib(&[own]) > 1.0);
        assert!(cpu_ms(&[own]) >= 0.0);
    }
}
