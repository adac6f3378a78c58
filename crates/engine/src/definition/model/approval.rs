//! People decide whether work goes on.

use std::time::Duration;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::InputType;
use crate::expression::Template;

/// A question to people.
#[derive(Debug, Clone, PartialEq)]
pub struct Approval {
    /// What is asked, in one line.
    pub title: Option<Template>,
    /// What they need to know to decide.
    pub message: Option<Template>,
    /// Who may decide: e-mail addresses or ids of users.
    pub people: Vec<String>,
    /// Whoever has one of these roles may decide. When people and roles are both empty, it is
    /// whoever may approve workflows.
    pub roles: Vec<String>,
    /// How many of them.
    pub rule: Rule,
    /// When it is over without a decision.
    pub expires: Option<Duration>,
    /// What it means that it is over.
    pub on_expiry: OnExpiry,
    /// Who is asked as well when nobody answers.
    pub escalate: Option<Escalation>,
    /// What they fill in.
    pub form: IndexMap<String, FormField>,
    /// Whether whoever started the execution may decide too.
    pub requester_may_approve: bool,
}

/// How many have to agree. One who refuses decides against it, except under a quorum.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// One.
    #[default]
    Any,
    /// Each of the named people, and one for each named role.
    All,
    /// This many.
    Quorum(u32),
}

/// What it means that nobody has decided in time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnExpiry {
    /// The step fails with `approval_expired`.
    #[default]
    Fail,
    /// It counts as approved.
    Approve,
    /// It counts as rejected.
    Reject,
}

/// Who is asked as well when nobody answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Escalation {
    /// After this long.
    pub after: Duration,
    /// People, as above.
    pub people: Vec<String>,
    /// Roles, as above.
    pub roles: Vec<String>,
}

/// A field that is filled in with a decision.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FormField {
    /// Its type.
    #[serde(rename = "type")]
    pub kind: InputType,
    /// What to put in.
    pub description: String,
    /// Whether an approval must have it.
    pub required: bool,
    /// The values that it may have; any of its type when empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<Json>,
}
