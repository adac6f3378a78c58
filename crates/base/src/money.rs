//! Money and token counts. Money is integer micro-dollars; a float never holds it.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Sub};

use serde::{Deserialize, Serialize};

/// An amount of money in micro-dollars (1 USD = 1,000,000).
#[derive(
    Debug,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    utoipa::ToSchema,
)]
#[serde(transparent)]
#[schema(value_type = i64)]
pub struct Micros(pub i64);

impl Micros {
    /// Nothing.
    pub const ZERO: Self = Self(0);
}

impl Add for Micros {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sub for Micros {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl AddAssign for Micros {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sum for Micros {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

impl fmt::Display for Micros {
    /// Dollars with as many decimals as the amount needs, at least two: `$0.0413`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let amount = self.0.unsigned_abs();
        let decimals = format!("{:06}", amount % 1_000_000);
        let decimals = decimals.trim_end_matches('0');
        write!(f, "{sign}${}.{decimals:0<2}", amount / 1_000_000)
    }
}

/// What model calls used, added up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Usage {
    /// How many calls.
    pub model_calls: i64,
    /// Tokens sent to the model.
    pub input_tokens: i64,
    /// Tokens that the model wrote.
    pub output_tokens: i64,
    /// What it cost, in micro-dollars.
    pub cost_micros: Micros,
}

impl AddAssign for Usage {
    fn add_assign(&mut self, other: Self) {
        self.model_calls += other.model_calls;
        self.input_tokens += other.input_tokens;
        self.output_tokens += other.output_tokens;
        self.cost_micros += other.cost_micros;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_prints_as_dollars() {
        let check = |micros: i64, expected: &str| assert_eq!(Micros(micros).to_string(), expected);
        check(0, "$0.00");
        check(1, "$0.000001");
        check(41_300, "$0.0413");
        check(1_500_000, "$1.50");
        check(-20_000, "-$0.02");
    }
}
