//! A line of the ledger.

use std::fmt;
use std::str::FromStr;

use base::{CallId, ExecutionId, Micros, Timestamp, Usage, UserId, VirtualKeyId};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use store::ProcedureError;

/// How a call ended, or that it has not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CallOutcome {
    /// It is under way; tokens and cost are the most that it may come to.
    Running,
    /// The model answered.
    Ok,
    /// It failed.
    Error,
    /// The process died during the call; tokens and cost are the most that it may have
    /// come to, since nobody heard the end.
    Interrupted,
}

impl CallOutcome {
    const ALL: [Self; 4] = [Self::Running, Self::Ok, Self::Error, Self::Interrupted];

    /// Its word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Ok => "ok",
            Self::Error => "error",
            Self::Interrupted => "interrupted",
        }
    }
}

impl fmt::Display for CallOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for CallOutcome {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut words = Self::ALL.into_iter();
        words
            .find(|word| word.as_str() == text)
            .ok_or_else(|| format!("unknown call outcome \"{text}\""))
    }
}

/// One model call.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
#[expect(clippy::struct_excessive_bools, reason = "each is a column of the ledger")]
pub struct Call {
    /// The call's id.
    pub id: CallId,
    /// The execution that it was for; none for a call of an outside client.
    pub execution_id: Option<ExecutionId>,
    /// The step, when it was for an execution.
    pub step: Option<String>,
    /// The instance of the step, from 0.
    pub instance: i64,
    /// The attempt of the instance.
    pub attempt: i64,
    /// The model, as `provider/model`; what was asked for while the call runs.
    pub model: String,
    /// The provider that served it.
    pub provider: String,
    /// Whether the scripted model answered.
    pub scripted: bool,
    /// Whether it asked for a repair of an answer in the wrong shape.
    pub repair: bool,
    /// Tokens that the model read.
    pub input_tokens: i64,
    /// Tokens that the model wrote.
    pub output_tokens: i64,
    /// What it cost.
    pub cost_micros: Micros,
    /// Whether tokens or cost are estimates.
    pub estimated: bool,
    /// How long it took.
    pub duration_ms: i64,
    /// When it began.
    pub started_at: Timestamp,
    /// How it ended.
    pub outcome: CallOutcome,
    /// Why it failed.
    pub error: Option<String>,
    /// The door through which an outside client made it, such as `chat/completions`.
    pub door: Option<String>,
    /// The virtual key of the outside client.
    pub key_id: Option<VirtualKeyId>,
    /// The name of that key.
    pub key_name: Option<String>,
    /// On whose account it was made.
    pub user_id: Option<UserId>,
    /// The project that it was for.
    pub project: Option<String>,
    /// The agent that made it.
    pub agent: Option<String>,
    /// How many calls the row stands for: more than one only when it is the estimate for
    /// calls of a server that died.
    pub calls: i64,
    /// Tokens that the provider read from its cache, counted in the input too.
    pub cached_input_tokens: i64,
    /// Whether the cost rests on a known price.
    pub cost_known: bool,
    /// Whether our own cache answered, at no cost.
    pub is_cached: bool,
}

/// Input that the runner gives a procedure, as the type it should be.
pub(super) fn parse<T: for<'de> Deserialize<'de>>(
    procedure: &str,
    input: Json,
) -> Result<T, ProcedureError> {
    serde_json::from_value(input)
        .map_err(|error| ProcedureError::Invalid(format!("input of {procedure}: {error}")))
}

/// What to add to the execution's usage, as a procedure's output.
pub(super) fn usage_output(usage: Usage) -> store::procedure::Done {
    store::procedure::Done { output: serde_json::json!(usage), events: Vec::new() }
}
