//! What must hold of the money in the end, whatever failed and was killed: the ledger laid
//! beside the provider's own log.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde_json::Value as Json;

use super::provider::Call;
use super::shop::{Shop, text};
use crate::crash::site::Site;
use crate::program::Server;

/// What was found.
#[derive(Debug, Default)]
pub struct Figures {
    calls: usize,
    faults: usize,
    executions: usize,
    rows: usize,
    estimated: usize,
    known_micros: i64,
    door_micros: (i64, i64),
    refused: u64,
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} calls with {} faults; {} executions: {} rows, {} of them estimated, difference 0 in {} known micro-dollars; doors: the provider counts {}, the ledger {}, {} refused for want of money",
            self.calls,
            self.faults,
            self.executions,
            self.rows,
            self.estimated,
            self.known_micros,
            self.door_micros.0,
            self.door_micros.1,
            self.refused
        )
    }
}

/// Checks every call, row and budget; nothing may be under way.
pub async fn check(
    site: &Site,
    server: &Server,
    shop: &Shop,
    calls: &[Call],
    budgets: &[Json],
) -> Figures {
    let rows = site.all(server, "/model-calls?limit=200").await;
    assert!(rows.iter().all(|row| row["outcome"] != "running"), "a row is still open");
    let (door_rows, rows): (Vec<&Json>, Vec<&Json>) =
        rows.iter().partition(|row| row["execution_id"].is_null());
    let is_of_door = |call: &&Call| shop.keys.iter().any(|key| is_of(call, key.name));
    let (door_calls, own_calls): (Vec<&Call>, Vec<&Call>) = calls.iter().partition(is_of_door);
    let mut figures = Figures {
        calls: calls.len(),
        faults: calls.iter().filter(|call| call.manner != super::provider::Manner::Answer).count(),
        executions: shop.orders.len(),
        rows: rows.len(),
        estimated: rows.iter().filter(|row| row["estimated"] == true).count(),
        refused: shop.refused.get(),
        ..Figures::default()
    };
    figures.known_micros = each_call_has_its_row(shop, &own_calls, &rows);
    for order in &shop.orders {
        let id = order.id.as_deref().expect("it was accepted");
        let of = rows.iter().filter(|row| row["execution_id"] == id);
        let detail = site.read(server, &format!("/executions/{id}")).await;
        let cost: i64 = of.clone().map(|row| number(row, "cost_micros")).sum();
        assert_eq!(detail["usage"]["cost_micros"], cost, "{detail:#}");
        assert_eq!(detail["usage"]["model_calls"], of.count(), "{detail:#}");
    }
    let total: i64 = rows.iter().map(|row| number(row, "cost_micros")).sum();
    assert_eq!(spent(budgets, "project", None), total, "a project's budget is its calls");
    figures.door_micros = doors_are_never_below(shop, &door_calls, &door_rows, budgets);
    let counted: i64 = calls.iter().map(Call::micros).sum();
    assert!(spent(budgets, "organisation", None) >= counted, "{counted}: {budgets:#?}");
    for budget in budgets {
        let is_within = number(budget, "spent_micros") <= number(budget, "cap_micros");
        assert!(is_within, "it is above its cap: {budget:#}");
    }
    figures
}

fn is_of(call: &Call, name: &str) -> bool {
    call.who.split('/').next() == Some(name)
}

fn number(value: &Json, name: &str) -> i64 {
    value[name].as_i64().unwrap_or_else(|| panic!("{name} of {value:#}"))
}

fn tokens(row: &Json) -> (i64, i64) {
    (number(row, "input_tokens"), number(row, "output_tokens"))
}

fn spent(budgets: &[Json], scope: &str, id: Option<&str>) -> i64 {
    let is_it =
        |budget: &&Json| budget["scope"] == scope && id.is_none_or(|id| budget["scope_id"] == id);
    number(budgets.iter().find(is_it).unwrap(), "spent_micros")
}

/// Each call that the provider counts has exactly one row: the one with its tokens, or,
/// where nobody heard the end, an estimate that is not below it. Gives what is known.
fn each_call_has_its_row(shop: &Shop, calls: &[&Call], rows: &[&Json]) -> i64 {
    let names: BTreeMap<&str, &str> = shop
        .orders
        .iter()
        .filter_map(|order| Some((order.id.as_deref()?, order.name.as_str())))
        .collect();
    let mut of_who: BTreeMap<String, Vec<&Json>> = BTreeMap::new();
    for row in rows {
        let name = names[row["execution_id"].as_str().unwrap()];
        let who = format!("{name}/{}/{}", text(&row["step"]), row["instance"]);
        of_who.entry(who).or_default().push(row);
    }
    let mut counted: BTreeMap<&str, BTreeSet<(i64, i64)>> = BTreeMap::new();
    for call in calls.iter().filter(|call| call.manner.is_paid()) {
        assert!(of_who.contains_key(&call.who), "no row for {call:?}");
        counted.entry(&call.who).or_default().insert((call.input, call.output));
    }
    let (mut known, mut expected) = (0, 0);
    for (who, rows) in &of_who {
        let mut left = counted.remove(who.as_str()).unwrap_or_default();
        let (estimates, exact): (Vec<&Json>, Vec<&Json>) =
            rows.iter().partition(|row| row["estimated"] == true);
        for row in exact {
            let cost = number(row, "cost_micros");
            if row["outcome"] == "error" {
                assert_eq!((tokens(row), cost), ((0, 0), 0), "{row:#}");
                continue;
            }
            assert_eq!(row["outcome"], "ok", "{row:#}");
            assert!(left.remove(&tokens(row)), "no call of {who}, or a second row: {row:#}");
            known += cost;
            expected += tokens(row).0 + 2 * tokens(row).1;
        }
        assert!(left.len() <= estimates.len(), "{who}: {left:?} are in no row of {rows:#?}");
        for row in estimates {
            assert_ne!(row["outcome"], "ok", "{row:#}");
            let most = tokens(row);
            let is_enough = left.iter().all(|call| most.0 >= call.0 && most.1 >= call.1);
            assert!(is_enough, "{who}: {left:?} may be more than {row:#}");
        }
    }
    assert_eq!(known, expected, "the difference is 0");
    known
}

/// The doors' rows are never below the provider's log, as a whole and by key; what is
/// known in them is exact. Gives the money by the log and by the ledger.
fn doors_are_never_below(
    shop: &Shop,
    calls: &[&Call],
    rows: &[&Json],
    budgets: &[Json],
) -> (i64, i64) {
    let paid = || calls.iter().filter(|call| call.manner.is_paid());
    let sum = |name: &str| rows.iter().map(|row| number(row, name)).sum::<i64>();
    let input: i64 = paid().map(|call| call.input).sum();
    let output: i64 = paid().map(|call| call.output).sum();
    let money = (input + 2 * output, sum("cost_micros"));
    assert!(sum("calls") >= paid().count() as i64, "{} calls", sum("calls"));
    assert!(sum("input_tokens") >= input && sum("output_tokens") >= output);
    assert!(money.1 >= money.0, "the ledger has {}, the provider {}", money.1, money.0);
    let mut left: BTreeSet<(i64, i64)> = paid().map(|call| (call.input, call.output)).collect();
    for row in rows.iter().filter(|row| row["outcome"] == "ok") {
        assert_eq!(row["estimated"], false, "{row:#}");
        assert!(left.remove(&tokens(row)), "no call, or a second row: {row:#}");
        assert_eq!(number(row, "cost_micros"), tokens(row).0 + 2 * tokens(row).1, "{row:#}");
    }
    for key in &shop.keys {
        let of = paid().filter(|call| is_of(call, key.name));
        let counted: i64 = of.map(|call| call.micros()).sum();
        let booked = spent(budgets, "key", Some(&key.id));
        assert!(booked >= counted, "{} has {booked}, the provider {counted}", key.name);
    }
    money
}
