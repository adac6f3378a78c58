//! `cargo xtask sim`: a long simulation, and all races for one step. It prints what it did
//! and the hash of all histories, which is the same for the same seed.

use std::process::ExitCode;

use sim::race::{race, rivals};
use sim::{Options, Report, run};

const USAGE: &str = "usage: sim [--seed N] [--events N] [--record FOLDER]";
/// How many histories are recorded.
const HISTORIES: usize = 30;

fn main() -> ExitCode {
    let options = match options(std::env::args().skip(1)) {
        Ok((options, None)) => options,
        Ok((options, Some(folder))) => return record(options.seed, &folder),
        Err(problem) => {
            eprintln!("error: {problem}\n{USAGE}");
            return ExitCode::FAILURE;
        }
    };
    match run(options) {
        Ok(report) => {
            print(options.seed, &report);
            races()
        }
        Err(found) => {
            eprintln!("seed {}, execution {}: {}", options.seed, found.execution, found.violation);
            eprintln!("{}", found.definition);
            for fact in &found.history {
                eprintln!("{fact}");
            }
            println!("0 passed, 1 failed");
            ExitCode::FAILURE
        }
    }
}

/// Every order of what three processes do about one step.
fn races() -> ExitCode {
    match race(&rivals(), None) {
        Ok(report) => {
            println!("races       {} orders through {} worlds", report.orders, report.worlds);
            ExitCode::SUCCESS
        }
        Err(violation) => {
            eprintln!("a race: {violation}");
            println!("0 passed, 1 failed");
            ExitCode::FAILURE
        }
    }
}

/// Writes histories for the tests to replay.
fn record(seed: u64, folder: &str) -> ExitCode {
    let histories = match sim::record::record(seed, HISTORIES) {
        Ok(histories) => histories,
        Err(violation) => {
            eprintln!("error: {violation}");
            return ExitCode::FAILURE;
        }
    };
    for (number, history) in histories.iter().enumerate() {
        let path = format!("{folder}/{seed}-{:02}.jsonl", number + 1);
        if let Err(error) = std::fs::write(&path, history) {
            eprintln!("error: cannot write {path}: {error}");
            return ExitCode::FAILURE;
        }
    }
    println!("{} histories in {folder}", histories.len());
    ExitCode::SUCCESS
}

fn options(mut words: impl Iterator<Item = String>) -> Result<(Options, Option<String>), String> {
    let mut folder = None;
    let mut options = Options { seed: 1, events: 1_000_000, fault: None };
    while let Some(word) = words.next() {
        let value = words.next().ok_or_else(|| format!("\"{word}\" needs a number"))?;
        if word == "--record" {
            folder = Some(value);
            continue;
        }
        let number = value.replace('_', "").parse();
        let number = number.map_err(|_| format!("\"{value}\" is no number"))?;
        match word.as_str() {
            "--seed" => options.seed = number,
            "--events" => options.events = number,
            other => return Err(format!("unknown option \"{other}\"")),
        }
    }
    Ok((options, folder))
}

fn print(seed: u64, report: &Report) {
    let [completed, failed, cancelled, rolled_back] = report.ends;
    println!("seed        {seed}");
    println!(
        "executions  {} ({} continue others): {completed} completed, {failed} failed, {cancelled} cancelled, {rolled_back} rolled back",
        report.executions, report.links
    );
    println!("events      {}", report.events);
    println!("history     {}", report.hash);
}
