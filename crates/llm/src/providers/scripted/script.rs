//! The shape of a script.

use std::time::Duration;

use base::Micros;
use serde::Deserialize;
use serde_json::Value;

use crate::chat::Finish;
use crate::{Error, Phase, Result};

/// One rule: when it answers, and what.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rule {
    #[serde(default)]
    pub when: When,
    /// The answer: text, or JSON that is sent as text.
    pub reply: Option<Value>,
    /// What the model says when it will not answer.
    pub refusal: Option<String>,
    /// What the model thinks aloud before it.
    pub reasoning: Option<String>,
    #[serde(default)]
    pub tool_calls: Vec<ScriptedCall>,
    /// Why the model stops; by default that it is done, waits for its tools or will not answer.
    pub finish: Option<Finish>,
    /// How long the model takes to begin.
    #[serde(default)]
    pub delay_ms: u64,
    /// In how many pieces the text comes.
    #[serde(default = "one")]
    pub chunks: usize,
    /// How long it takes between two pieces.
    #[serde(default)]
    pub chunk_delay_ms: u64,
    pub input_tokens: Option<u64>,
    pub output_tokens: Option<u64>,
    /// A price to pretend; by default scripted calls are free.
    pub cost_micros: Option<i64>,
    /// Fails the call; with a reply as well, fails it after the reply's text has been sent.
    pub error: Option<ScriptedError>,
    /// How often the rule answers before it no longer fits.
    pub times: Option<u64>,
}

/// Conditions; all that are given must hold.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct When {
    /// The request's label `command`.
    pub command: Option<String>,
    /// A text that a user or a tool said.
    pub contains: Option<String>,
    /// The how-manieth call, from 1, that gets as far as this rule and meets its other
    /// conditions. It is counted from the start of the process.
    pub nth: Option<u64>,
    /// The how-manieth turn of the conversation, from 1: one more than the assistant has
    /// had. It depends on the request alone.
    pub turn: Option<u64>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ScriptedCall {
    pub id: Option<String>,
    pub name: String,
    #[serde(default)]
    pub arguments: Value,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ScriptedError {
    kind: ErrorKind,
    retry_after_ms: Option<u64>,
    message: Option<String>,
}

/// The errors that a script can play, by their [`Error::code`].
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ErrorKind {
    RateLimited,
    Overloaded,
    Timeout,
    Connection,
    Unauthenticated,
    OutOfCredit,
    ContextTooLong,
    BadRequest,
    ContentFiltered,
    InvalidReply,
    StreamCut,
    Cancelled,
    ModelUnavailable,
}

const fn one() -> usize {
    1
}

/// Reads a list of rules, bare or as `{"rules": […]}`.
pub(super) fn parse(script: Value) -> Result<Vec<Rule>> {
    let rules = match script {
        Value::Array(rules) => rules,
        Value::Object(mut object) => match object.remove("rules") {
            Some(Value::Array(rules)) => rules,
            _ => return Err(Error::bad_request("a script needs a list called \"rules\"")),
        },
        _ => return Err(Error::bad_request("a script is a list of rules")),
    };
    rules.into_iter().enumerate().map(|(index, rule)| parse_rule(index + 1, rule)).collect()
}

fn parse_rule(number: usize, rule: Value) -> Result<Rule> {
    let problem = |why: String| Error::bad_request(format!("script rule {number}: {why}"));
    let rule: Rule = serde_json::from_value(rule).map_err(|error| problem(error.to_string()))?;
    if rule.says_nothing() && rule.error.is_none() {
        let needs = "it needs a \"reply\", a \"refusal\", \"tool_calls\" or an \"error\"";
        return Err(problem(needs.to_owned()));
    }
    Ok(rule)
}

impl Rule {
    pub fn stated_cost(&self) -> Option<Micros> {
        self.cost_micros.map(Micros)
    }

    /// Whether the call fails before anything is said.
    pub fn fails_at_once(&self) -> bool {
        self.error.is_some() && self.says_nothing()
    }

    fn says_nothing(&self) -> bool {
        self.reply.is_none() && self.refusal.is_none() && self.tool_calls.is_empty()
    }
}

impl ScriptedError {
    pub fn to_error(&self, model: &str) -> Error {
        let message =
            self.message.clone().unwrap_or_else(|| "the script plays this error".to_owned());
        let retry_after = self.retry_after_ms.map(Duration::from_millis);
        match self.kind {
            ErrorKind::RateLimited => Error::RateLimited { retry_after, message },
            ErrorKind::Overloaded => Error::Overloaded { retry_after, message },
            ErrorKind::Timeout => Error::Timeout { which: Phase::Idle, after: Duration::ZERO },
            ErrorKind::Connection => Error::Connection { message },
            ErrorKind::Unauthenticated => Error::Unauthenticated { message },
            ErrorKind::OutOfCredit => Error::OutOfCredit { message },
            ErrorKind::ContextTooLong => Error::ContextTooLong { message },
            ErrorKind::BadRequest => Error::BadRequest { message },
            ErrorKind::ContentFiltered => Error::ContentFiltered { message },
            ErrorKind::InvalidReply => Error::InvalidReply { message },
            ErrorKind::StreamCut => Error::StreamCut,
            ErrorKind::Cancelled => Error::Cancelled,
            ErrorKind::ModelUnavailable => {
                Error::ModelUnavailable { model: model.to_owned(), message }
            }
        }
    }
}
