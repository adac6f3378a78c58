//! In which order the targets of a model group are asked. Pure: luck is a number.

use serde::{Deserialize, Serialize};

/// How the first target is chosen; the others follow if it fails.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = RoutingStrategy)]
pub enum Strategy {
    /// In the order that was set.
    #[default]
    Priority,
    /// By chance, in proportion to the weights.
    Weighted,
    /// The one that charges least.
    Cheapest,
    /// The one whose first words came soonest, as a moving average.
    Fastest,
    /// The one with the fewest calls under way for what it can take.
    LeastLoaded,
}

impl Strategy {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Priority, Self::Weighted, Self::Cheapest, Self::Fastest, Self::LeastLoaded];

    /// Its word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Priority => "priority",
            Self::Weighted => "weighted",
            Self::Cheapest => "cheapest",
            Self::Fastest => "fastest",
            Self::LeastLoaded => "least_loaded",
        }
    }
}

impl std::str::FromStr for Strategy {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut all = Self::ALL.into_iter();
        all.find(|one| one.as_str() == text).ok_or_else(|| format!("unknown strategy \"{text}\""))
    }
}

/// What is known about a target at this moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Candidate {
    /// Its place in the order that was set.
    pub order: i64,
    /// Its share of the calls; at least 1 counts.
    pub weight: u32,
    /// What a million tokens to read and a quarter million to write cost, in micro-dollars.
    pub price: Option<i64>,
    /// How long its first words took lately.
    pub latency_ms: Option<u64>,
    /// How many calls are under way.
    pub in_flight: u32,
    /// How many may be.
    pub capacity: u32,
}

/// The order in which the candidates are asked, as their indexes. `luck` decides where
/// chance is wanted.
pub fn order(strategy: Strategy, candidates: &[Candidate], luck: u64) -> Vec<usize> {
    let mut indexes: Vec<usize> = (0..candidates.len()).collect();
    let of = |index: &usize| candidates[*index];
    match strategy {
        Strategy::Priority => indexes.sort_by_key(|index| of(index).order),
        Strategy::Weighted => {
            indexes.sort_by_key(|index| of(index).order);
            if let Some(place) = drawn(&indexes, candidates, luck) {
                let first = indexes.remove(place);
                indexes.insert(0, first);
            }
        }
        // nobody knows what it costs: last, since it may be the dearest
        Strategy::Cheapest => {
            indexes.sort_by_key(|index| (of(index).price.unwrap_or(i64::MAX), of(index).order));
        }
        // not measured yet: first, since measuring is the only way to know
        Strategy::Fastest => {
            indexes.sort_by_key(|index| (of(index).latency_ms.unwrap_or(0), of(index).order));
        }
        Strategy::LeastLoaded => indexes.sort_by_key(|index| {
            let one = of(index);
            let share = u64::from(one.in_flight) * 1_000_000 / u64::from(one.capacity.max(1));
            (share, one.order)
        }),
    }
    indexes
}

/// The place that chance draws, in proportion to the weights.
fn drawn(indexes: &[usize], candidates: &[Candidate], luck: u64) -> Option<usize> {
    let weight = |index: &usize| u64::from(candidates[*index].weight);
    let total: u64 = indexes.iter().map(weight).sum();
    let mut rest = luck.checked_rem(total)?;
    indexes.iter().position(|index| {
        let is_here = rest < weight(index);
        rest = rest.saturating_sub(weight(index));
        is_here
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{Strategy as _, any, prop, prop_assert_eq, proptest};

    use super::*;

    fn three() -> [Candidate; 3] {
        let one = |order, weight, price, latency_ms, in_flight, capacity| Candidate {
            order,
            weight,
            price,
            latency_ms,
            in_flight,
            capacity,
        };
        [
            one(2, 1, Some(500), Some(90), 4, 8),
            one(1, 3, Some(900), Some(40), 1, 1),
            one(3, 0, None, None, 1, 8),
        ]
    }

    #[test]
    fn each_strategy_has_its_order() {
        let check = |strategy, expected: [usize; 3]| {
            assert_eq!(order(strategy, &three(), 0), expected, "{strategy:?}");
        };
        check(Strategy::Priority, [1, 0, 2]);
        check(Strategy::Cheapest, [0, 1, 2]);
        check(Strategy::Fastest, [2, 1, 0]);
        check(Strategy::LeastLoaded, [2, 0, 1]);
        check(Strategy::Weighted, [1, 0, 2]);
        assert_eq!(order(Strategy::Weighted, &three(), 3), [0, 1, 2]);
    }

    #[test]
    fn words_are_read_back() {
        for strategy in Strategy::ALL {
            assert_eq!(strategy.as_str().parse(), Ok(strategy));
        }
        assert!("luck".parse::<Strategy>().is_err());
    }

    fn candidates() -> impl proptest::strategy::Strategy<Value = Vec<Candidate>> {
        let one = (0..5_i64, 0..9_u32, any::<Option<u16>>(), any::<Option<u16>>(), 0..9_u32);
        let one = one.prop_map(|(order, weight, price, latency, in_flight)| Candidate {
            order,
            weight,
            price: price.map(i64::from),
            latency_ms: latency.map(u64::from),
            in_flight,
            capacity: 4,
        });
        prop::collection::vec(one, 0..12)
    }

    proptest! {
        /// Everybody is asked exactly once, whatever the strategy.
        #[test]
        fn order_is_a_permutation(candidates in candidates(), luck: u64, which in 0..5_usize) {
            let mut found = order(Strategy::ALL[which], &candidates, luck);
            found.sort_unstable();
            prop_assert_eq!(found, (0..candidates.len()).collect::<Vec<_>>());
        }

        /// Each gets its share of the first places, exactly, over one round of luck.
        #[test]
        fn weights_are_shares(weights in prop::collection::vec(0..20_u32, 1..6)) {
            let candidates: Vec<Candidate> =
                weights.iter().map(|&weight| Candidate { weight, ..Candidate::default() }).collect();
            let total: u32 = weights.iter().sum();
            let mut firsts = vec![0_u32; weights.len()];
            for luck in 0..u64::from(total) {
                firsts[order(Strategy::Weighted, &candidates, luck)[0]] += 1;
            }
            if total > 0 {
                prop_assert_eq!(firsts, weights);
            }
        }

        /// The first one is never beaten by another in what the strategy looks at.
        #[test]
        fn first_is_the_best(candidates in candidates(), luck: u64) {
            let first = |strategy| order(strategy, &candidates, luck).first().map(|i| candidates[*i]);
            if let Some(cheapest) = first(Strategy::Cheapest) {
                let least = candidates.iter().filter_map(|one| one.price).min();
                prop_assert_eq!(cheapest.price, least);
            }
            if let Some(fastest) = first(Strategy::Fastest) {
                let least = candidates.iter().map(|one| one.latency_ms.unwrap_or(0)).min();
                prop_assert_eq!(fastest.latency_ms.unwrap_or(0), least.unwrap_or(0));
            }
        }
    }
}
