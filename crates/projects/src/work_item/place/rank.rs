//! Places in a column as text, so that an item moves between two others by writing one row.
//!
//! A rank is ten digits and then, between neighbours that leave no room, more digits. Only
//! digits are used because every collation of every database sorts them the same way.
//! Adding at either end counts the ten digits up or down, so columns that only grow keep
//! short ranks.

/// How many digits every rank begins with.
const WHOLE: usize = 10;
/// The first rank of a column, with as much room before as after it.
const MIDDLE: u64 = 5_000_000_000;
/// The largest whole part.
const LARGEST: u64 = 9_999_999_999;
/// The longest rank; a longer one means that the column is numbered anew.
const LONGEST: usize = 64;

/// The rank of the `index`th item of a column that is numbered anew.
pub(crate) fn nth(index: usize) -> String {
    whole(MIDDLE + index as u64)
}

/// A rank strictly between two, or at an end of the column when one is absent. `None` when
/// there is no room: number the column anew and ask again.
pub(crate) fn between(low: Option<&str>, high: Option<&str>) -> Option<String> {
    let rank = match (low, high) {
        (None, None) => whole(MIDDLE),
        (Some(low), None) => whole(number(low)?.checked_add(1).filter(|next| *next <= LARGEST)?),
        (None, Some(high)) => whole(number(high)?.checked_sub(1)?),
        (Some(low), Some(high)) if low < high => middle(low.as_bytes(), high.as_bytes())?,
        (Some(_), Some(_)) => return None,
    };
    (rank.len() <= LONGEST).then_some(rank)
}

fn whole(number: u64) -> String {
    format!("{number:0WHOLE$}")
}

fn number(rank: &str) -> Option<u64> {
    rank.get(..WHOLE)?.parse().ok()
}

/// The text between two, read as digits behind a decimal point. The result has at least
/// [`WHOLE`] digits and never ends in a needless zero behind them, so that there is always
/// something between it and whatever is larger.
fn middle(low: &[u8], high: &[u8]) -> Option<String> {
    let digit = |text: &[u8], at: usize| text.get(at).copied().unwrap_or(b'0');
    let differ = (0..high.len()).find(|&at| digit(low, at) != digit(high, at))?;
    let mut rank = high[..differ].to_vec();
    let (below, above) = (digit(low, differ), digit(high, differ));
    if above - below > 1 {
        rank.push(below + (above - below) / 2);
    } else {
        // Nothing fits at this digit: stay with the lower one and go above what follows it.
        rank.push(below);
        let mut at = differ + 1;
        while digit(low, at) == b'9' {
            rank.push(b'9');
            at += 1;
        }
        let rest = digit(low, at);
        rank.push(rest + (b'9' + 1 - rest).div_ceil(2));
    }
    while rank.len() < WHOLE {
        rank.push(b'0');
    }
    String::from_utf8(rank).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ranks_fall_between() {
        let check = |low: Option<&str>, high: Option<&str>, expected: Option<&str>| {
            assert_eq!(between(low, high).as_deref(), expected, "{low:?} {high:?}");
        };
        check(None, None, Some("5000000000"));
        check(Some("5000000000"), None, Some("5000000001"));
        check(None, Some("5000000000"), Some("4999999999"));
        check(Some("50000000005"), None, Some("5000000001"));
        check(None, Some("50000000005"), Some("4999999999"));
        check(Some("5000000000"), Some("5000000001"), Some("50000000005"));
        check(Some("5000000000"), Some("5000000004"), Some("5000000002"));
        check(Some("5000000000"), Some("50000000001"), Some("500000000005"));
        check(Some("50000000009"), Some("5000000001"), Some("500000000095"));
        check(Some("4999999999"), Some("5000000000"), Some("49999999995"));
        check(Some("9999999999"), None, None);
        check(None, Some("0000000000"), None);
        check(Some("5000000000"), Some("5000000000"), None);
        check(Some("5000000001"), Some("5000000000"), None);
        check(Some("odd"), None, None);
    }

    proptest! {
        /// Insert anywhere, again and again, numbering anew when there is no room: the
        /// order is always the intended one and no rank is ever longer than the bound.
        #[test]
        fn any_insertions_keep_the_order(places in prop::collection::vec(any::<prop::sample::Index>(), 1..300)) {
            let mut column: Vec<String> = Vec::new();
            for place in places {
                insert(&mut column, place)?;
            }
        }

        /// Always squeezing into the same gap is the worst case for the length.
        #[test]
        fn one_gap_takes_any_number(at_front in any::<bool>()) {
            let mut column = vec![nth(0), nth(1)];
            let mut renumbered = 0;
            for _ in 0..1_000 {
                let at = if at_front { 1 } else { column.len() - 1 };
                renumbered += i32::from(put(&mut column, at)?);
            }
            prop_assert!(renumbered < 20, "{renumbered}");
        }
    }

    fn insert(column: &mut Vec<String>, place: prop::sample::Index) -> Result<(), TestCaseError> {
        let at = place.index(column.len() + 1);
        put(column, at).map(|_| ())
    }

    fn put(column: &mut Vec<String>, at: usize) -> Result<bool, TestCaseError> {
        let neighbours = |column: &[String]| {
            let low = at.checked_sub(1).map(|at| column[at].clone());
            (low, column.get(at).cloned())
        };
        let (low, high) = neighbours(column);
        let mut rank = between(low.as_deref(), high.as_deref());
        let is_full = rank.is_none();
        if is_full {
            *column = (0..column.len()).map(nth).collect();
            let (low, high) = neighbours(column);
            rank = between(low.as_deref(), high.as_deref());
        }
        let rank = rank.ok_or_else(|| TestCaseError::fail("no room in a new column"))?;
        prop_assert!(rank.len() <= LONGEST && rank.len() >= WHOLE);
        column.insert(at, rank);
        prop_assert!(column.is_sorted_by(|a, b| a < b), "{column:?}");
        Ok(is_full)
    }
}
