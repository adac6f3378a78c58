//! A short simulation; the long one is `cargo xtask sim`.

use sim::{Options, run};

fn simulate(seed: u64, events: u64) -> sim::Report {
    run(Options { seed, events, fault: None }).unwrap_or_else(|found| {
        panic!(
            "seed {seed}, execution {}: {}\n{}",
            found.execution, found.violation, found.definition
        )
    })
}

#[test]
fn every_promise_holds_in_any_weather() {
    let report = simulate(1, 20_000);
    assert!(report.ends.iter().all(|count| *count > 0), "every end is reached: {report:?}");
    assert!(report.links > 0);
}

#[test]
fn a_seed_always_gives_the_same_histories() {
    let first = simulate(7, 5_000);
    assert_eq!(simulate(7, 5_000), first);
    assert_ne!(simulate(8, 5_000).hash, first.hash);
}
