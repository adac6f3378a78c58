//! What a call may come to, or came to.

use base::Micros;

/// Money, calls and tokens, added up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Amount {
    pub(crate) micros: i64,
    pub(crate) calls: i64,
    pub(crate) input: i64,
    pub(crate) output: i64,
}

impl Amount {
    /// One call.
    pub(crate) fn call(cost: Micros, input: u64, output: u64) -> Self {
        let tokens = |count: u64| i64::try_from(count).unwrap_or(i64::MAX / 1024);
        Self { micros: cost.0, calls: 1, input: tokens(input), output: tokens(output) }
    }

    pub(crate) fn is_zero(self) -> bool {
        self == Self::default()
    }

    /// Whether no part of `other` is more than this one's.
    pub(super) fn covers(self, other: Self) -> bool {
        self.micros >= other.micros
            && self.calls >= other.calls
            && self.input >= other.input
            && self.output >= other.output
    }

    pub(super) fn plus(self, other: Self) -> Self {
        self.combine(other, i64::saturating_add)
    }

    pub(super) fn minus(self, other: Self) -> Self {
        self.combine(other, i64::saturating_sub)
    }

    pub(super) fn times(self, factor: i64) -> Self {
        let part = |value: i64| value.saturating_mul(factor);
        Self {
            micros: part(self.micros),
            calls: part(self.calls),
            input: part(self.input),
            output: part(self.output),
        }
    }

    /// The larger of each part.
    pub(crate) fn or_more(self, other: Self) -> Self {
        self.combine(other, i64::max)
    }

    fn combine(self, other: Self, op: impl Fn(i64, i64) -> i64) -> Self {
        Self {
            micros: op(self.micros, other.micros),
            calls: op(self.calls, other.calls),
            input: op(self.input, other.input),
            output: op(self.output, other.output),
        }
    }
}
