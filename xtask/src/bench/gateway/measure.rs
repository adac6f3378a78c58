//! The steps that everybody goes through.

use std::fs;

use anyhow::{Context, Result, bail};
use rustix::param::clock_ticks_per_second;

use super::load::{Load, Target};
use crate::bench::figure::Figure;

/// Where the upstreams are, and how long a step takes.
pub struct Bench {
    /// The port of the upstream that answers at once.
    pub fast: u16,
    /// The port of the one that thinks for 50 ms.
    pub slow: u16,
    /// How long a step takes.
    pub seconds: u64,
}

/// Who is measured.
pub struct Subject {
    /// The name in the figures.
    pub peer: &'static str,
    /// The model behind which the fast upstream is.
    pub fast: Target,
    /// The model behind which the slow one is.
    pub slow: Target,
    /// The process whose descendants count too.
    pub pid: u32,
}

/// The load without anybody between.
pub struct Direct {
    pub c1: Load,
    pub c32: Load,
    pub c1_stream: Load,
    pub c32_stream: Load,
    pub c32_slow: Load,
}

/// What was measured of one.
pub struct Measured {
    pub peer: &'static str,
    pub values: Vec<(&'static str, f64, &'static str)>,
    pub bad: usize,
}

impl Bench {
    /// The load on the upstreams themselves.
    pub fn direct(&self) -> Result<Direct> {
        let target = |port: u16| Target {
            address: ([127, 0, 0, 1], port).into(),
            path: "/v1/chat/completions".to_owned(),
            model: "gpt-4o-mini".to_owned(),
            key: String::new(),
        };
        let (fast, slow) = (target(self.fast), target(self.slow));
        Ok(Direct {
            c1: fast.load(1, self.seconds, false)?,
            c32: fast.load(32, self.seconds, false)?,
            c1_stream: fast.load(1, self.seconds, true)?,
            c32_stream: fast.load(32, self.seconds, true)?,
            c32_slow: slow.load(32, self.seconds, false)?,
        })
    }

    /// One after the other: whole answers, streams, a slow upstream.
    pub fn measure(&self, subject: &Subject, direct: &Direct) -> Result<Measured> {
        let (status, body) = subject.fast.once()?;
        if status != 200 {
            bail!("{} answers {status}: {body}", subject.peer);
        }
        subject.fast.load(8, 1, false)?;
        let c1 = subject.fast.load(1, self.seconds, false)?;
        let before = cpu_seconds(subject.pid)?;
        let c32 = subject.fast.load(32, self.seconds, false)?;
        let cpu = cpu_seconds(subject.pid)? - before;
        let memory = resident_mib(subject.pid)?;
        let c1_stream = subject.fast.load(1, self.seconds, true)?;
        let c32_stream = subject.fast.load(32, self.seconds, true)?;
        let memory = memory.max(resident_mib(subject.pid)?);
        let slow = subject.slow.load(32, self.seconds, false)?;
        // the processor's time covers the second of warm-up too
        let share = self.seconds as f64 / (self.seconds as f64 + 1.0);
        let cpu_ms = cpu * 1000.0 * share / c32.total.len().max(1) as f64;
        let values = vec![
            ("c32 requests/s", c32.rate(), "1/s"),
            ("c32 CPU ms/request", cpu_ms, "ms"),
            ("c1 added p50 ms", c1.total_at(50.0) - direct.c1.total_at(50.0), "ms"),
            ("c1 added p99 ms", c1.total_at(99.0) - direct.c1.total_at(99.0), "ms"),
            (
                "c32 50ms-upstream added p99 ms",
                slow.total_at(99.0) - direct.c32_slow.total_at(99.0),
                "ms",
            ),
            ("c32 streams/s", c32_stream.rate(), "1/s"),
            ("stream added ms", c1_stream.total_at(50.0) - direct.c1_stream.total_at(50.0), "ms"),
            ("load RSS MiB", memory, "MiB"),
        ];
        let bad = c1.bad + c32.bad + c1_stream.bad + c32_stream.bad + slow.bad;
        Ok(Measured { peer: subject.peer, values, bad })
    }
}

impl Measured {
    /// The figures for the file.
    pub fn figures(&self) -> Vec<Figure> {
        let figure = |(metric, value, unit): &(&'static str, f64, &'static str)| Figure {
            peer: self.peer,
            metric,
            value: *value,
            unit,
        };
        self.values.iter().map(figure).collect()
    }
}

/// A process and all its descendants.
fn family(pid: u32) -> Result<Vec<u32>> {
    let mut parents = Vec::new();
    for entry in fs::read_dir("/proc").context("there is no /proc")? {
        let name = entry?.file_name();
        let Some(child) = name.to_str().and_then(|name| name.parse::<u32>().ok()) else { continue };
        if let Some(fields) = stat(child) {
            parents.push((child, fields[1].parse::<u32>().unwrap_or(0)));
        }
    }
    let mut family = vec![pid];
    let mut next = 0;
    while let Some(parent) = family.get(next).copied() {
        family.extend(parents.iter().filter(|(_, of)| *of == parent).map(|(child, _)| *child));
        next += 1;
    }
    Ok(family)
}

/// The fields of `/proc/PID/stat` after the name, which may hold anything.
fn stat(pid: u32) -> Option<Vec<String>> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, rest) = text.rsplit_once(')')?;
    Some(rest.split_whitespace().map(str::to_owned).collect())
}

/// The time that a family of processes has spent on processors.
fn cpu_seconds(pid: u32) -> Result<f64> {
    let ticks: u64 = family(pid)?
        .into_iter()
        .filter_map(stat)
        .map(|fields| {
            let ticks = |index: usize| fields[index].parse::<u64>().unwrap_or(0);
            ticks(11) + ticks(12)
        })
        .sum();
    Ok(ticks as f64 / clock_ticks_per_second() as f64)
}

/// The resident memory of a family of processes.
fn resident_mib(pid: u32) -> Result<f64> {
    let kib: f64 = family(pid)?
        .into_iter()
        .filter_map(|pid| fs::read_to_string(format!("/proc/{pid}/status")).ok())
        .filter_map(|text| {
            let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
            line.split_whitespace().next()?.parse::<f64>().ok()
        })
        .sum();
    Ok(kib / 1024.0)
}
