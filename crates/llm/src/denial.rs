//! Why we make no call ourselves: what the person may use on whose account it would be, and what
//! the organisation may today.

use std::fmt;
use std::str::FromStr;

/// What may not be used, in the order in which it is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Denial {
    /// The platform that would answer.
    Platform,
    /// The model that would answer.
    Model,
    /// The agent that would ask.
    Agent,
    /// As many tokens as the request may take.
    Tokens,
    /// Another request within this hour.
    Requests,
    /// More requests or tokens on this day: the organisation has used what it may.
    Day,
}

impl Denial {
    /// All of them, in order.
    pub const ALL: [Self; 6] =
        [Self::Platform, Self::Model, Self::Agent, Self::Tokens, Self::Requests, Self::Day];

    /// A stable word for journals, metrics and API errors.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Platform => "platform_access_denied",
            Self::Model => "model_access_denied",
            Self::Agent => "agent_access_denied",
            Self::Tokens => "request_tokens_exceeded",
            Self::Requests => "hourly_requests_exceeded",
            Self::Day => "daily_limit_exceeded",
        }
    }
}

impl fmt::Display for Denial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Denial {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut all = Self::ALL.into_iter();
        all.find(|one| one.as_str() == text).ok_or_else(|| format!("unknown denial \"{text}\""))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_round_trip_and_the_order_is_that_of_the_list() {
        for one in Denial::ALL {
            assert_eq!(one.to_string().parse(), Ok(one));
        }
        assert!(Denial::ALL.is_sorted());
        assert!("forbidden".parse::<Denial>().is_err());
    }
}
