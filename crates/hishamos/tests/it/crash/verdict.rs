//! What must hold of every execution in the end, whatever was killed and whenever. It is
//! read from the journals, the rows that the API shows, and the endpoint's own log.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use super::customer::{Customer, Order};
use super::endpoint::Call;
use super::site::Site;
use super::works::{Kind, NAP_SECONDS, PROJECT};
use crate::program::Server;

/// How late timers were, in milliseconds: while the server ran, and how many fell due while
/// it was down.
#[derive(Debug, Default)]
pub struct Timers {
    pub late: Vec<i64>,
}

/// Checks everything that was wanted; the work has to be done.
pub async fn check(site: &Site, server: &Server, customer: &Customer, calls: &[Call]) -> Timers {
    let mut timers = Timers::default();
    let mut by_key: BTreeMap<&str, Vec<&Call>> = BTreeMap::new();
    for call in calls {
        by_key.entry(&call.key).or_default().push(call);
    }
    for order in &customer.orders {
        let id = order.id.as_deref().expect("it was accepted");
        let detail = site.read(server, &format!("/executions/{id}")).await;
        let journal = site.all(server, &format!("/executions/{id}/journal?limit=200")).await;
        ends_once(order, &detail, &journal);
        results_are_whole(order, &detail, &journal);
        calls_belong_to_attempts(id, &detail, &journal, &by_key, site.on_its_way_ms);
        nothing_starts_after_a_cancel(order, calls);
        undone_in_reverse(order, calls);
        timers.late.extend(timers_are_never_early(&journal));
    }
    for id in &customer.decided {
        let approval = site.read(server, &format!("/approvals/{id}")).await;
        assert_eq!(approval["status"], "approved", "{approval:#}");
        assert_eq!(approval["decisions"].as_array().unwrap().len(), 1, "{approval:#}");
    }
    let filed = customer.orders.iter().filter(|order| order.kind == Kind::Filed).count();
    let items = site.all(server, &format!("/projects/{PROJECT}/work-items?limit=200")).await;
    assert_eq!(items.len(), filed, "each of them filed one item");
    let ids = site.all(server, "/executions?limit=200").await;
    let top = ids.iter().filter(|one| one["parent"].is_null()).count();
    assert_eq!(top, customer.orders.len(), "each request made one execution");
    let callers = customer.orders.iter().filter(|order| order.kind == Kind::Assembly).count();
    assert_eq!(ids.len() - top, callers, "each step that calls a workflow made one execution");
    timers
}

/// R1: one final fact, the last one, and no gaps before it.
fn ends_once(order: &Order, detail: &Json, journal: &[Json]) {
    assert_eq!(detail["status"], order.kind.end(), "{detail:#}");
    for (fact, number) in journal.iter().zip(1..) {
        assert_eq!(fact["seq"], Json::from(number), "the journal has no gaps");
    }
    let kinds: Vec<&str> = journal.iter().map(|fact| fact["kind"].as_str().unwrap()).collect();
    let finals =
        ["execution_completed", "execution_failed", "execution_cancelled", "execution_rolled_back"];
    let ends: Vec<usize> = (0..kinds.len()).filter(|at| finals.contains(&kinds[*at])).collect();
    assert_eq!(ends, [kinds.len() - 1], "{}: {kinds:?}", order.name);
}

/// `(step, instance, attempt)` of a fact; the step by its number.
fn key(body: &Json) -> (u64, u64, u64) {
    let number = |name: &str| body[name].as_u64().unwrap();
    (number("step"), number("instance"), number("attempt"))
}

/// R2: each attempt that completed did so once and has one result, and the work is all there.
fn results_are_whole(order: &Order, detail: &Json, journal: &[Json]) {
    let mut completed = BTreeSet::new();
    for fact in journal.iter().filter(|fact| fact["kind"] == "attempt_completed") {
        assert!(completed.insert(key(&fact["body"])), "{}: twice {fact}", order.name);
    }
    if let Some(expected) = order.kind.results() {
        assert_eq!(completed.len(), expected, "{}: {detail:#}", order.name);
    }
    if order.kind == Kind::Assembly {
        assert_eq!(detail["outputs"]["done"]["word"], order.name.as_str());
        let inner = step(detail, "inner");
        assert!(inner["instances"][0]["output"]["n"].is_u64(), "{inner:#}");
    }
}

fn step<'a>(detail: &'a Json, id: &str) -> &'a Json {
    detail["steps"].as_array().unwrap().iter().find(|step| step["id"] == id).unwrap()
}

/// R4: what is recorded of a call is the effect that its key had, and no key is called
/// again once its end is recorded.
fn calls_belong_to_attempts(
    id: &str,
    detail: &Json,
    journal: &[Json],
    calls: &BTreeMap<&str, Vec<&Call>>,
    on_its_way_ms: i64,
) {
    let steps = detail["steps"].as_array().unwrap();
    let mut recorded: BTreeMap<String, i64> = BTreeMap::new();
    for fact in journal {
        let kind = fact["kind"].as_str().unwrap();
        if !matches!(kind, "attempt_completed" | "attempt_failed") {
            continue;
        }
        let (number, instance, attempt) = key(&fact["body"]);
        let Some(name) = steps.get(number as usize).map(|step| step["id"].as_str().unwrap()) else {
            panic!("no step {number} in {detail:#}")
        };
        let key = format!("{id}/{name}/{instance}/{attempt}");
        let output = &fact["body"]["output"]["body"];
        if output["n"].is_u64() {
            let made = calls.get(key.as_str()).unwrap_or_else(|| panic!("{key} was never called"));
            assert_eq!(output["n"].as_u64(), Some(made[0].effect as u64), "{key}");
        }
        let at = fact["at"].as_str().unwrap();
        recorded.insert(key, at.parse::<base::Timestamp>().unwrap().as_millis());
    }
    for (key, at) in &recorded {
        for call in calls.get(key.as_str()).into_iter().flatten() {
            let is_in_time = call.at <= *at + on_its_way_ms;
            assert!(is_in_time, "{key} was called at {} and had ended at {at}", call.at);
        }
    }
}

/// R11: no call arrives once the server has said that it is cancelled; one that was on its
/// way by then may.
fn nothing_starts_after_a_cancel(order: &Order, calls: &[Call]) {
    const ON_ITS_WAY_MS: i64 = 500;
    let Some(at) = order.cancelled_at else { return };
    let path = format!("{}/", order.name);
    let late =
        calls.iter().find(|call| call.path.starts_with(&path) && call.at > at + ON_ITS_WAY_MS);
    assert!(late.is_none(), "cancelled at {at}: {late:?}");
}

/// R12: what undoes comes in reverse order, each effect once, after what it undoes.
fn undone_in_reverse(order: &Order, calls: &[Call]) {
    if order.kind != Kind::Undone {
        return;
    }
    let path = format!("{}/undo-", order.name);
    let mut effects: Vec<(usize, &str)> = Vec::new();
    let mut keys = BTreeSet::new();
    for call in calls {
        if let Some(step) = call.path.strip_prefix(&path)
            && keys.insert(&call.key)
        {
            effects.push((call.effect, step));
        }
    }
    let mut order_of: Vec<&str> = effects.iter().map(|(_, step)| *step).collect();
    order_of.dedup();
    assert_eq!(order_of, ["c", "b", "a"], "{}: {effects:?}", order.name);
    // Those of b fail once and are tried again: two instances of two attempts each.
    let count = |step: &str| effects.iter().filter(|(_, other)| *other == step).count();
    assert_eq!([count("a"), count("b"), count("c")], [1, 4, 1], "{}: {effects:?}", order.name);
}

/// R8: a wait ends at its time or after it; how late, in milliseconds.
fn timers_are_never_early(journal: &[Json]) -> Vec<i64> {
    let mut until = BTreeMap::new();
    let mut late = Vec::new();
    for fact in journal {
        let time =
            |value: &Json| value.as_str().unwrap().parse::<base::Timestamp>().unwrap().as_millis();
        let body = &fact["body"];
        match fact["kind"].as_str().unwrap() {
            "wait_started" if body["signal"].is_null() => {
                until.insert(key(body), time(&body["until"]));
                assert!(time(&body["until"]) - time(&fact["at"]) <= NAP_SECONDS as i64 * 2000);
            }
            "attempt_completed" => {
                if let Some(until) = until.remove(&key(body)) {
                    let ended = time(&fact["at"]);
                    assert!(ended >= until, "it ended at {ended}, before {until}: {fact}");
                    late.push(ended - until);
                }
            }
            _ => {}
        }
    }
    assert!(until.is_empty(), "waits never ended: {until:?}");
    late
}
