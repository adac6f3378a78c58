//! What must hold of a finished order, however often its server was killed.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

/// Everything that is left of an order.
pub struct Work {
    pub execution: Json,
    pub journal: Vec<Json>,
    pub calls: Vec<Json>,
    pub items: Vec<Json>,
}

/// A step's instance: the step as the journal or the ledger names it, and the number.
type Instance = (String, i64);

/// The order that nobody disturbed shows what the others have to come to.
pub fn undisturbed(work: &Work) {
    whole(work, work, 0);
    assert_eq!(work.execution["recovered"], 0);
    assert!(work.calls.iter().all(|call| call["outcome"] == "ok"));
    assert!(titles(work).len() > 5, "{:?}", titles(work));
}

/// An order that was disturbed has come to the same.
pub fn whole(work: &Work, expected: &Work, kills: usize) {
    journal_is_whole(&work.journal);
    nothing_runs_after_it_finished(&work.journal);
    results_are_one_each(work, expected);
    board_is_as_expected(work, expected);
    ledger_is_whole(work, kills);
    let recovered = work.execution["recovered"].as_i64().unwrap();
    assert!(recovered <= kills as i64, "{recovered} recoveries after {kills} kills");
    assert_eq!(work.execution["progress"]["percent"], 100);
    assert_eq!(work.execution["scripted"], true);
}

fn journal_is_whole(journal: &[Json]) {
    for (fact, number) in journal.iter().zip(1..) {
        assert_eq!(fact["seq"], Json::from(number), "the journal has no gaps");
    }
    let is_end = |fact: &&Json| {
        let kind = fact["kind"].as_str().unwrap();
        matches!(kind, "execution_completed" | "execution_failed" | "execution_cancelled")
    };
    assert_eq!(journal.iter().filter(is_end).count(), 1, "it ends once");
    assert_eq!(journal.last().unwrap()["kind"], "execution_completed");
}

fn instance(of: &Json) -> Instance {
    (of["step"].to_string(), of["instance"].as_i64().unwrap())
}

/// Each instance of a step completes once, and nothing begins or goes on after that.
fn nothing_runs_after_it_finished(journal: &[Json]) {
    let mut finished = BTreeSet::new();
    for fact in journal {
        let kind = fact["kind"].as_str().unwrap();
        if !kind.starts_with("attempt_") {
            continue;
        }
        let instance = instance(&fact["body"]);
        assert!(!finished.contains(&instance), "{kind} of {instance:?}, which had finished");
        match kind {
            "attempt_completed" => drop(finished.insert(instance)),
            "attempt_failed" => panic!("the script makes nothing fail: {fact}"),
            _ => {}
        }
    }
}

/// The instances of each step with their results; one result each and no other.
fn results_are_one_each(work: &Work, expected: &Work) {
    let shape = |work: &Work| -> BTreeMap<String, usize> {
        let steps = work.execution["steps"].as_array().unwrap().iter();
        steps
            .map(|step| (step["id"].to_string(), step["instances"].as_array().unwrap().len()))
            .collect()
    };
    assert_eq!(shape(work), shape(expected));
    let mut results = BTreeSet::new();
    for step in work.execution["steps"].as_array().unwrap() {
        assert_eq!(step["status"], "completed", "{step:#}");
        for instance in step["instances"].as_array().unwrap() {
            assert_eq!(instance["attempts"].as_array().unwrap().len(), 1, "{instance:#}");
            let result = instance["result_id"].as_str().unwrap();
            assert!(results.insert(result.to_owned()), "{result} stands twice");
        }
    }
}

/// How many calls a kill fell into.
pub fn interrupted(work: &Work) -> usize {
    work.calls.iter().filter(|call| call["outcome"] == "interrupted").count()
}

fn titles(work: &Work) -> Vec<String> {
    let titles = work.items.iter().map(|item| format!("{} {}", item["kind"], item["title"]));
    let mut titles: Vec<String> = titles.collect();
    titles.sort_unstable();
    titles
}

fn board_is_as_expected(work: &Work, expected: &Work) {
    assert_eq!(titles(work), titles(expected), "no story is lost or doubled");
    let mut once = titles(work);
    once.dedup();
    assert_eq!(once, titles(work), "no title stands twice");
    for item in &work.items {
        assert_eq!(item["origin"]["execution_id"], work.execution["id"], "{item:#}");
    }
}

/// Every answer stands in the ledger once; beside them only calls that a kill interrupted.
fn ledger_is_whole(work: &Work, kills: usize) {
    let mut answered: BTreeMap<Instance, BTreeSet<String>> = BTreeMap::new();
    for call in &work.calls {
        match call["outcome"].as_str().unwrap() {
            "ok" => {
                let ids = answered.entry(instance(call)).or_default();
                ids.insert(call["id"].as_str().unwrap().to_owned());
            }
            "interrupted" => {}
            other => panic!("a call is {other}: {call:#}"),
        }
    }
    let mut told: BTreeMap<Instance, BTreeSet<String>> = BTreeMap::new();
    for step in work.execution["steps"].as_array().unwrap() {
        for instance in step["instances"].as_array().unwrap() {
            let calls = instance["attempts"][0]["calls"].as_array().unwrap().iter();
            let ids: BTreeSet<String> =
                calls.map(|call| call["id"].as_str().unwrap().to_owned()).collect();
            if step["kind"] == "agent" {
                assert_eq!(ids.len(), 1, "one answer is enough: {instance:#}");
                told.insert((step["id"].to_string(), instance["index"].as_i64().unwrap()), ids);
            }
        }
    }
    assert_eq!(answered, told, "the ledger and the turns tell the same");
    let interrupted = interrupted(work);
    assert!(interrupted <= 5 * kills, "{interrupted} calls were interrupted by {kills} kills");
    assert_eq!(work.execution["usage"]["model_calls"], work.calls.len());
}
