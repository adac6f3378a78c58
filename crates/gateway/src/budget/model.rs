//! What a budget is.

use std::fmt;
use std::str::FromStr;

use base::{BudgetId, Micros, Timestamp};
use serde::{Deserialize, Serialize};

/// What a budget is for.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[schema(as = BudgetScope)]
pub enum Scope {
    /// Everything; it has no id.
    Organisation,
    /// A department, by its name.
    Department,
    /// A project, by its key.
    Project,
    /// A sprint.
    Sprint,
    /// An epic, by its key.
    Epic,
    /// A story, task or bug, by its key.
    Item,
    /// An execution.
    Execution,
    /// A step of an execution: the execution's id, a slash and the step.
    Step,
    /// A person.
    User,
    /// A virtual key.
    Key,
    /// A provider, by its name.
    Provider,
}

impl Scope {
    const ALL: [Self; 11] = [
        Self::Organisation,
        Self::Department,
        Self::Project,
        Self::Sprint,
        Self::Epic,
        Self::Item,
        Self::Execution,
        Self::Step,
        Self::User,
        Self::Key,
        Self::Provider,
    ];

    /// Its word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Organisation => "organisation",
            Self::Department => "department",
            Self::Project => "project",
            Self::Sprint => "sprint",
            Self::Epic => "epic",
            Self::Item => "item",
            Self::Execution => "execution",
            Self::Step => "step",
            Self::User => "user",
            Self::Key => "key",
            Self::Provider => "provider",
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Scope {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|scope| scope.as_str() == text)
            .ok_or_else(|| format!("unknown scope of a budget \"{text}\""))
    }
}

/// A scope and its id as one text, by which budgets are found.
pub(crate) fn target(scope: Scope, id: &str) -> String {
    match scope {
        Scope::Organisation => scope.as_str().to_owned(),
        _ => format!("{scope}:{id}"),
    }
}

/// For how long a budget counts before it begins anew.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[schema(as = BudgetPeriod)]
pub enum Period {
    /// For ever.
    Total,
    /// A day, from midnight UTC.
    Day,
    /// A week, from Monday, midnight UTC.
    Week,
    /// A month, from its first day, midnight UTC.
    Month,
}

impl Period {
    /// Its word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Total => "total",
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
        }
    }
}

impl FromStr for Period {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        [Self::Total, Self::Day, Self::Week, Self::Month]
            .into_iter()
            .find(|period| period.as_str() == text)
            .ok_or_else(|| format!("unknown period of a budget \"{text}\""))
    }
}

/// What happens to a call for which the money does not suffice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OnExceeded {
    /// It is refused.
    Stop,
    /// It is refused, and the execution that wanted it waits for a person.
    Pause,
    /// A cheaper model takes it, as `provider/model`, as long as the money suffices for that.
    Fallback(String),
}

impl fmt::Display for OnExceeded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stop => f.write_str("stop"),
            Self::Pause => f.write_str("pause"),
            Self::Fallback(model) => write!(f, "fallback:{model}"),
        }
    }
}

impl FromStr for OnExceeded {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match (text, text.strip_prefix("fallback:")) {
            ("stop", _) => Ok(Self::Stop),
            ("pause", _) => Ok(Self::Pause),
            (_, Some(model)) if !model.is_empty() => Ok(Self::Fallback(model.to_owned())),
            _ => Err(format!("\"{text}\" is not stop, pause or fallback:MODEL")),
        }
    }
}

impl Serialize for OnExceeded {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for OnExceeded {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// A budget, and how far it is used up.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Budget {
    /// Its id.
    pub id: BudgetId,
    /// What it is for.
    pub scope: Scope,
    /// Which one; empty for the organisation.
    pub scope_id: String,
    /// The name of the virtual key that it is for; other things are known by their id, or
    /// named elsewhere.
    pub scope_name: Option<String>,
    /// For how long it counts.
    pub period: Period,
    /// The most that may be spent in a period.
    pub cap_micros: Micros,
    /// `stop`, `pause` or `fallback:` and a model.
    #[schema(value_type = String)]
    pub on_exceeded: OnExceeded,
    /// Whether it counts.
    pub is_active: bool,
    /// What was spent in this period.
    pub spent_micros: Micros,
    /// What is set aside for calls under way.
    pub reserved_micros: Micros,
    /// When this period began.
    pub period_at: Timestamp,
    /// The highest alert of this period that went out: 0, 80, 90 or 100.
    pub alerted_percent: i64,
    /// Grows with each change; send it with the next one.
    pub version: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl Budget {
    /// What may still be set aside.
    pub(crate) fn remaining(&self) -> Micros {
        self.cap_micros - self.spent_micros - self.reserved_micros
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_round_trip() {
        for scope in Scope::ALL {
            assert_eq!(scope.as_str().parse(), Ok(scope));
        }
        for text in ["stop", "pause", "fallback:openai/gpt-4o-mini"] {
            assert_eq!(text.parse::<OnExceeded>().map(|one| one.to_string()), Ok(text.to_owned()));
        }
        for text in ["", "fallback:", "warn"] {
            assert!(text.parse::<OnExceeded>().is_err(), "{text}");
        }
    }

    #[test]
    fn targets_name_scope_and_id() {
        assert_eq!(target(Scope::Organisation, ""), "organisation");
        assert_eq!(target(Scope::Project, "HISH"), "project:HISH");
    }
}
