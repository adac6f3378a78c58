//! Events: the facts of an execution, one row of its journal each. Stored events never
//! change shape: add a variant or an optional field.

use base::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::approval::{ApprovalRequest, Decision};
use super::{AttemptKey, Failure, Listening, StepStatus};
use crate::expression::size;

/// One element that a step fans out over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// How people see it.
    pub label: String,
    /// Its value.
    pub value: Json,
}

/// Where an execution that continues an ended one comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// The id of the ended execution.
    pub execution: String,
    /// What is made of it.
    pub mode: LinkMode,
}

/// What is made of an ended execution.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkMode {
    /// What did not end well is done again.
    Retry,
    /// A step and everything after it is done again.
    Resume,
    /// As above, with other inputs or another definition.
    Fork,
    /// What was done is undone.
    Rollback,
}

impl LinkMode {
    /// Its word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Retry => "retry",
            Self::Resume => "resume",
            Self::Fork => "fork",
            Self::Rollback => "rollback",
        }
    }
}

/// An instance of a step whose result is kept from another execution.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KeptInstance {
    /// How people see its element.
    pub label: String,
    /// Its element.
    pub value: Json,
    /// What it gave; absent when it is to be done again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<Json>,
}

/// Why a step was not needed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SkipCause {
    /// Its condition was false, or no step failed into it.
    #[default]
    Condition,
    /// Something that it needs failed, or was skipped for that reason.
    NeedFailed,
}

/// A fact.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Event {
    /// It was accepted with these inputs. Always the first.
    ExecutionCreated {
        /// The inputs, checked and with defaults.
        inputs: Json,
        /// Where its jitter comes from.
        seed: u64,
        /// The ended execution that it continues.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        origin: Option<Origin>,
    },
    /// Results of a step were taken over from the execution that this one continues.
    StepKept {
        /// The step.
        step: usize,
        /// How it had ended; absent when it or some of its instances are to be done again.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        status: Option<StepStatus>,
        /// Its instances.
        instances: Vec<KeptInstance>,
        /// Why it had failed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        failure: Option<Failure>,
        /// What it did before it was to be done again, and has not done well again since.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        earlier: Vec<KeptInstance>,
    },
    /// Its turn came.
    ExecutionStarted {
        /// When it counts as failed, if it has not ended.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        deadline: Option<Timestamp>,
    },
    /// A step fans out over these elements (of which there may be none).
    StepExpanded {
        /// The step.
        step: usize,
        /// The elements.
        items: Vec<Item>,
    },
    /// An attempt may start.
    AttemptStarted {
        /// Which.
        #[serde(flatten)]
        key: AttemptKey,
        /// When it counts as failed if nothing is heard.
        deadline: Timestamp,
    },
    /// The process that ran an attempt died, and another one goes on with it.
    AttemptResumed {
        /// Which.
        #[serde(flatten)]
        key: AttemptKey,
        /// When it counts as failed now.
        deadline: Timestamp,
        /// How many processes have died while it ran.
        #[serde(default)]
        deaths: u32,
        /// Whether it waits until it may go on alone, because it is suspected of the deaths.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        held: bool,
    },
    /// An attempt had to wait, for a free place or to go on alone, and begins now.
    AttemptBegan {
        /// Which.
        #[serde(flatten)]
        key: AttemptKey,
        /// When it counts as failed now.
        deadline: Timestamp,
    },
    /// The dispatcher chose an agent for an attempt.
    AgentChosen {
        /// Which attempt.
        #[serde(flatten)]
        key: AttemptKey,
        /// The agent's slug.
        agent: String,
        /// The candidates with their scores, for people.
        explanation: Json,
    },
    /// An attempt waits for a time, a signal or an event of the system.
    WaitStarted {
        /// Which attempt.
        #[serde(flatten)]
        key: AttemptKey,
        /// Until when.
        until: Timestamp,
        /// The signal or the event; nothing but the time when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        signal: Option<String>,
        /// How it listens to events of the system; not at all when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        listens: Option<Listening>,
    },
    /// Somebody or something sent a signal.
    SignalReceived {
        /// Its name.
        name: String,
        /// What came with it.
        payload: Json,
        /// Who sent it.
        by: String,
    },
    /// People are asked.
    ApprovalRequested {
        /// Which attempt waits for them.
        #[serde(flatten)]
        key: AttemptKey,
        /// What they are asked.
        request: ApprovalRequest,
    },
    /// One of them has decided.
    ApprovalDecided {
        /// Which attempt it is about.
        #[serde(flatten)]
        key: AttemptKey,
        /// What they decided.
        decision: Decision,
    },
    /// Nobody answered, so others are asked as well.
    ApprovalEscalated {
        /// Which attempt it is about.
        #[serde(flatten)]
        key: AttemptKey,
    },
    /// An attempt ended well.
    AttemptCompleted {
        /// Which.
        #[serde(flatten)]
        key: AttemptKey,
        /// What it gave.
        output: Json,
    },
    /// An attempt failed.
    AttemptFailed {
        /// Which.
        #[serde(flatten)]
        key: AttemptKey,
        /// Why.
        failure: Failure,
    },
    /// Another attempt will follow.
    RetryScheduled {
        /// The failed attempt.
        #[serde(flatten)]
        key: AttemptKey,
        /// Not before this time.
        at: Timestamp,
    },
    /// A loop goes into another round.
    LoopContinued {
        /// The step.
        step: usize,
        /// The output of the round before.
        last: Json,
    },
    /// A gate sent work back: these steps are done again.
    WorkSentBack {
        /// The gate.
        gate: usize,
        /// Which time, from 1.
        round: u32,
        /// The steps, the gate among them.
        steps: Vec<usize>,
        /// What they read as `feedback`.
        feedback: Json,
    },
    /// All instances of a step ended well.
    StepCompleted {
        /// The step.
        step: usize,
        /// The name of the checkpoint that this makes.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        checkpoint: Option<String>,
    },
    /// A step failed beyond its retries.
    StepFailed {
        /// The step.
        step: usize,
        /// Why.
        failure: Failure,
    },
    /// A step was not needed.
    StepSkipped {
        /// The step.
        step: usize,
        /// Why.
        #[serde(default)]
        cause: SkipCause,
    },
    /// No new steps start.
    ExecutionPaused {
        /// Who asked for it.
        by: String,
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// It goes on.
    ExecutionResumed {
        /// Who asked for it.
        by: String,
    },
    /// What was done is being undone, last things first.
    RollbackStarted {
        /// Who asked for it; a failure when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<String>,
        /// The step that failed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        step: Option<String>,
        /// Why it failed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        failure: Option<Failure>,
    },
    /// Everything that can be undone is. Final.
    ExecutionRolledBack {
        /// The ids of steps that did something and say nothing about how to undo it.
        not_reversible: Vec<String>,
    },
    /// All steps ended. Final.
    ExecutionCompleted {
        /// What it gives back.
        outputs: Json,
    },
    /// A step failed. Final.
    ExecutionFailed {
        /// The step's id, when it was a step.
        step: Option<String>,
        /// Why.
        failure: Failure,
    },
    /// Somebody stopped it. Final.
    ExecutionCancelled {
        /// Who.
        by: String,
        /// Why.
        reason: Option<String>,
    },
}

impl Event {
    /// Its name in the journal and on streams.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::ExecutionCreated { .. } => "execution_created",
            Self::StepKept { .. } => "step_kept",
            Self::ExecutionStarted { .. } => "execution_started",
            Self::AttemptBegan { .. } => "attempt_began",
            Self::AgentChosen { .. } => "agent_chosen",
            Self::WaitStarted { .. } => "wait_started",
            Self::SignalReceived { .. } => "signal_received",
            Self::ApprovalRequested { .. } => "approval_requested",
            Self::ApprovalDecided { .. } => "approval_decided",
            Self::ApprovalEscalated { .. } => "approval_escalated",
            Self::LoopContinued { .. } => "loop_continued",
            Self::WorkSentBack { .. } => "work_sent_back",
            Self::RollbackStarted { .. } => "rollback_started",
            Self::ExecutionRolledBack { .. } => "execution_rolled_back",
            Self::StepExpanded { .. } => "step_expanded",
            Self::AttemptStarted { .. } => "attempt_started",
            Self::AttemptResumed { .. } => "attempt_resumed",
            Self::AttemptCompleted { .. } => "attempt_completed",
            Self::AttemptFailed { .. } => "attempt_failed",
            Self::RetryScheduled { .. } => "retry_scheduled",
            Self::StepCompleted { .. } => "step_completed",
            Self::StepFailed { .. } => "step_failed",
            Self::StepSkipped { .. } => "step_skipped",
            Self::ExecutionPaused { .. } => "execution_paused",
            Self::ExecutionResumed { .. } => "execution_resumed",
            Self::ExecutionCompleted { .. } => "execution_completed",
            Self::ExecutionFailed { .. } => "execution_failed",
            Self::ExecutionCancelled { .. } => "execution_cancelled",
        }
    }

    /// About how many bytes it carries: what people, tools and models gave.
    pub(crate) fn payload(&self) -> usize {
        match self {
            Self::ExecutionCreated { inputs: value, .. }
            | Self::SignalReceived { payload: value, .. }
            | Self::AttemptCompleted { output: value, .. }
            | Self::LoopContinued { last: value, .. }
            | Self::WorkSentBack { feedback: value, .. }
            | Self::AgentChosen { explanation: value, .. }
            | Self::WaitStarted { listens: Some(Listening { given: value, .. }), .. } => {
                size(value)
            }
            Self::StepExpanded { items, .. } => items.iter().map(|item| size(&item.value)).sum(),
            Self::StepKept { instances, earlier, .. } => {
                let kept =
                    |one: &KeptInstance| size(&one.value) + one.output.as_ref().map_or(0, size);
                instances.iter().chain(earlier).map(kept).sum()
            }
            _ => 0,
        }
    }

    /// The fact as it is stored: where it says that an attempt listens to events of the
    /// system, those after this number count.
    #[must_use]
    pub fn heard_after(mut self, number: i64) -> Self {
        if let Self::WaitStarted { listens: Some(listens), .. } = &mut self {
            listens.after = Some(number);
        }
        self
    }

    /// Whether the execution ends with it.
    pub const fn is_final(&self) -> bool {
        matches!(
            self,
            Self::ExecutionCompleted { .. }
                | Self::ExecutionFailed { .. }
                | Self::ExecutionCancelled { .. }
                | Self::ExecutionRolledBack { .. }
        )
    }
}
