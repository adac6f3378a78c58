//! Histories that were recorded once come to the same state for ever, and facts are stored
//! in the same form. A new kind of fact gets a new history; an old one is never written again.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use engine::Event;
use sim::history;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("histories")
}

fn recorded() -> Vec<(String, String)> {
    let mut all: Vec<(String, String)> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            (
                path.file_name().unwrap().to_str().unwrap().to_owned(),
                fs::read_to_string(path).unwrap(),
            )
        })
        .collect();
    all.sort();
    all
}

#[test]
fn every_recorded_history_comes_to_the_same_state() {
    let all = recorded();
    assert!(all.len() >= 20, "{} histories", all.len());
    for (name, history) in all {
        let state =
            history::replays(&history).unwrap_or_else(|problem| panic!("{name}: {problem}"));
        assert!(state.status.is_final(), "{name}");
    }
}

#[test]
fn a_history_that_comes_to_another_state_is_noticed() {
    let (name, history) = recorded().into_iter().next_back().unwrap();
    let short: Vec<&str> = history.lines().take(history.lines().count() - 1).collect();
    assert!(history::replays(&short.join("\n")).is_err(), "{name} without its end");
    // Some results are forgotten later, when work is sent back; most are not.
    let changed = recorded().into_iter().map(|(_, it)| it.replacen("\"v\":\"", "\"v\":\"x", 1));
    let noticed = changed.filter(|history| history::replays(history).is_err()).count();
    assert!(noticed >= 15, "{noticed} changed results were noticed");
}

#[test]
fn the_recorded_histories_have_every_kind_of_fact() {
    let mut kinds = BTreeSet::new();
    for (_, history) in recorded() {
        for line in history.lines().skip(1) {
            let event: Event = serde_json::from_str(line).unwrap();
            kinds.insert(event.kind());
        }
    }
    // The match in `Event::kind` is complete; this is its length.
    assert_eq!(kinds.len(), 28, "{kinds:?}");
}
