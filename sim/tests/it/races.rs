//! Rescue, completion, failure, cancel and a second rescue of one step in every order there
//! is (reliability R7), and planted faults that are found among them.

use sim::race::{Move, Slip, race, rivals};

fn factorial(number: u128) -> u128 {
    (1..=number).product()
}

/// How many orders there are, by arithmetic: the moves of each process among themselves, then
/// all processes interleaved.
fn orders(moves: &[Vec<Move>]) -> u128 {
    let all = moves.iter().map(Vec::len).sum::<usize>() as u128;
    let among = moves.iter().map(|moves| {
        let bound = moves.iter().filter(|it| matches!(it, Move::Claim | Move::Read)).count();
        let writes = moves.iter().filter(|it| matches!(it, Move::Write)).count();
        factorial((moves.len() - bound) as u128) / factorial(writes as u128)
    });
    let apart = moves.iter().map(|moves| factorial(moves.len() as u128));
    factorial(all) / apart.product::<u128>() * among.product::<u128>()
}

#[test]
fn one_end_wins_whatever_the_order_and_nothing_newer_is_overwritten() {
    let moves = rivals();
    let report = race(&moves, None).unwrap_or_else(|violation| panic!("{violation}"));
    assert_eq!(report.orders, orders(&moves), "no order is left out");
    assert!(report.orders > 1_000_000, "{report:?}");
    for end in ["completed", "cancelled"] {
        assert!(report.ends.get(end).is_some_and(|orders| *orders > 1_000_000), "{report:?}");
    }
}

#[test]
fn a_race_that_is_lost_is_found() {
    fn check(slip: Slip, rules: &[&str]) {
        let found = race(&rivals(), Some(slip)).expect_err("it is found");
        assert!(rules.contains(&found.rule), "{slip:?} was found as {found}");
    }
    check(Slip::NoFencing, &["overwritten"]);
    check(Slip::ReadFirst, &["overwritten"]);
    check(Slip::LateNews, &["results", "news", "final"]);
}
