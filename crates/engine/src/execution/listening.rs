//! Listening to events of the system while an attempt waits.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::expression::{EvalError, Expression, Scope};

/// The name under which a condition reads the event.
pub(crate) const EVENT: &str = "event";

/// How an attempt listens to events of the system.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Listening {
    /// What its condition reads beside the event, as it was when the wait began; null
    /// without a condition.
    #[serde(default, skip_serializing_if = "Json::is_null")]
    pub given: Json,
    /// The number of the newest event when the wait began: those after it count. Whoever
    /// stores the fact fills it in, in the same transaction.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<i64>,
}

/// Whether an event is one that a step waits for: its condition holds, where it has one.
/// `given` is [`Listening::given`].
pub fn hears(when: Option<&Expression>, given: &Json, event: &Json) -> Result<bool, EvalError> {
    when.map_or(Ok(true), |when| when.is_true(&Heard { given, event }))
}

/// What the condition on an event reads.
struct Heard<'a> {
    given: &'a Json,
    event: &'a Json,
}

impl Heard<'_> {
    fn of(&self, root: &str) -> Option<&Json> {
        if root == EVENT { Some(self.event) } else { self.given.get(root) }
    }
}

impl Scope for Heard<'_> {
    fn root(&self, name: &str) -> Option<Json> {
        self.of(name).cloned()
    }

    fn member(&self, root: &str, name: &str) -> Option<Json> {
        self.of(root)?.get(name).cloned()
    }

    fn path(&self, root: &str, name: &str, field: &str) -> Option<Json> {
        self.of(root)?.get(name)?.get(field).cloned()
    }
}
