//! What a platform's state is called. Pure.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// How a platform is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = PlatformStatus)]
pub(crate) enum Status {
    /// It lacks a key or a model.
    NotConfigured,
    /// It does not answer, or fails again and again.
    Down,
    /// It wants fewer calls, or nearly has as many as it takes.
    RateLimited,
    /// Its daily budget is nearly or wholly used.
    BudgetExceeded,
    /// It answers.
    Healthy,
    /// It answers, but refuses us: the key is wrong or cannot be read, or there is no credit.
    Error,
}

impl Status {
    const ALL: [Self; 6] = [
        Self::NotConfigured,
        Self::Down,
        Self::RateLimited,
        Self::BudgetExceeded,
        Self::Healthy,
        Self::Error,
    ];

    /// Its word.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::NotConfigured => "not_configured",
            Self::Down => "down",
            Self::RateLimited => "rate_limited",
            Self::BudgetExceeded => "budget_exceeded",
            Self::Healthy => "healthy",
            Self::Error => "error",
        }
    }

    /// Whether its calls fail, whatever is asked.
    pub(crate) const fn is_down(self) -> bool {
        match self {
            Self::NotConfigured | Self::Down | Self::Error => true,
            Self::RateLimited | Self::BudgetExceeded | Self::Healthy => false,
        }
    }
}

impl FromStr for Status {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut all = Self::ALL.into_iter();
        all.find(|one| one.as_str() == text).ok_or_else(|| format!("unknown status \"{text}\""))
    }
}

/// What the status follows from.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Facts {
    /// Why it cannot be called at all, such as a key that cannot be read.
    pub(crate) broken: Option<String>,
    /// What it lacks.
    pub(crate) lacks: Option<&'static str>,
    /// The code and words of the newest failure, when nothing was answered after it.
    pub(crate) failing: Option<(&'static str, String)>,
    /// What the newest probe said when it was no answer.
    pub(crate) probe: Option<String>,
    /// Whether its breaker keeps calls away.
    pub(crate) is_open: bool,
    /// Whether it asked for a pause.
    pub(crate) is_held: bool,
    /// The part of its requests or tokens a minute that is used.
    pub(crate) rate_usage: f64,
    /// The part of its daily budget that is used.
    pub(crate) budget_usage: f64,
}

/// The part from which a limit counts as reached.
const NEARLY: f64 = 0.9;

/// The status and a sentence about it.
pub(crate) fn status(facts: &Facts) -> (Status, String) {
    let percent = |part: f64| format!("{:.0} %", part * 100.0);
    if let Some(reason) = &facts.broken {
        return (Status::Error, reason.clone());
    }
    if let Some(what) = facts.lacks {
        return (Status::NotConfigured, what.to_owned());
    }
    if let Some((code, message)) = &facts.failing
        && matches!(*code, "unauthenticated" | "out_of_credit")
    {
        return (Status::Error, message.clone());
    }
    if facts.is_open {
        let why = facts.failing.as_ref().map(|(_, message)| message.as_str()).unwrap_or_default();
        return (Status::Down, format!("it failed again and again and rests: {why}"));
    }
    if let Some(trouble) = &facts.probe {
        return (Status::Down, trouble.clone());
    }
    if facts.is_held {
        let why = facts.failing.as_ref().map(|(_, message)| message.as_str()).unwrap_or_default();
        return (Status::RateLimited, format!("it asked for a pause: {why}"));
    }
    if facts.budget_usage > NEARLY {
        let used = percent(facts.budget_usage);
        return (Status::BudgetExceeded, format!("{used} of its daily budget is used"));
    }
    if facts.rate_usage > NEARLY {
        let used = percent(facts.rate_usage);
        return (Status::RateLimited, format!("{used} of what it takes in a minute is used"));
    }
    (Status::Healthy, String::new())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_back() {
        for one in Status::ALL {
            assert_eq!(one.as_str().parse(), Ok(one));
        }
    }

    #[test]
    fn worst_thing_is_told() {
        let check = |facts: Facts, expected: Status| {
            assert_eq!(status(&facts).0, expected, "{facts:?}");
        };
        let failing = |code| Some((code, "words".to_owned()));
        check(Facts::default(), Status::Healthy);
        check(
            Facts { broken: Some("key".into()), is_open: true, ..Facts::default() },
            Status::Error,
        );
        check(Facts { lacks: Some("a key"), ..Facts::default() }, Status::NotConfigured);
        check(
            Facts { failing: failing("unauthenticated"), is_open: true, ..Facts::default() },
            Status::Error,
        );
        check(Facts { failing: failing("overloaded"), ..Facts::default() }, Status::Healthy);
        check(
            Facts { failing: failing("overloaded"), is_open: true, ..Facts::default() },
            Status::Down,
        );
        check(Facts { probe: Some("no".into()), ..Facts::default() }, Status::Down);
        check(Facts { is_held: true, ..Facts::default() }, Status::RateLimited);
        check(Facts { rate_usage: 0.9, ..Facts::default() }, Status::Healthy);
        check(Facts { rate_usage: 0.91, ..Facts::default() }, Status::RateLimited);
        check(
            Facts { budget_usage: 1.5, rate_usage: 2.0, ..Facts::default() },
            Status::BudgetExceeded,
        );
    }
}
