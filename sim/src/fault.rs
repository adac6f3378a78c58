//! Faults that are planted to see whether the checker is blind. Each is a way in which real
//! runners and real stores go wrong; the engine's code stays as it is.

use engine::definition::{Action, Definition, OnError};
use engine::{Event, Plan};

/// A planted fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Answers and effects go out before the commit is durable.
    AckBeforeCommit,
    /// A process that lost the engine role may still write.
    NoFencing,
    /// A late result of an attempt that has ended is written over the first one.
    ResultOverwritten,
    /// What was stored of a result is not what the attempt gave.
    ResultChanged,
    /// Steps are tried once more than they may.
    RetryBeyondMax,
    /// Things are undone in the order in which they were done.
    ForwardCompensation,
    /// A compensation that ended is forgotten in a crash.
    CompensationTwice,
    /// The process's clock goes before the real one.
    TimerEarly,
    /// A commit whose answer was lost is sent again.
    CommitTwice,
    /// A cancel is written without looking at the state (an update by id alone).
    SecondFinal,
    /// A signal is acknowledged and not stored.
    LostSignal,
    /// A pause is acknowledged and not stored.
    LostPause,
    /// A gate sends work back as often as it likes.
    UnboundedGate,
    /// More attempts run at the same time than may.
    TooManyAtOnce,
    /// After a crash nobody goes on with what ran.
    NoRecovery,
    /// Two commits change places.
    CommitsReordered,
    /// A row of a commit is lost.
    TornCommit,
    /// Somebody may decide twice.
    DecidesTwice,
    /// What needs a failed step starts.
    FailureIgnored,
    /// A wake-up call gets lost.
    LostWakeUp,
}

impl Fault {
    /// All of them.
    pub const ALL: [Self; 20] = [
        Self::AckBeforeCommit,
        Self::NoFencing,
        Self::ResultOverwritten,
        Self::ResultChanged,
        Self::RetryBeyondMax,
        Self::ForwardCompensation,
        Self::CompensationTwice,
        Self::TimerEarly,
        Self::CommitTwice,
        Self::SecondFinal,
        Self::LostSignal,
        Self::LostPause,
        Self::UnboundedGate,
        Self::TooManyAtOnce,
        Self::NoRecovery,
        Self::CommitsReordered,
        Self::TornCommit,
        Self::DecidesTwice,
        Self::FailureIgnored,
        Self::LostWakeUp,
    ];

    /// Whether the fault forges the state itself. That a replay differs would give it away at
    /// once, so it is not asked there; the other promises have to find it.
    pub(crate) const fn forges(self) -> bool {
        matches!(self, Self::ForwardCompensation | Self::CompensationTwice)
    }

    /// The promises of which at least one is found broken.
    pub const fn rules(self) -> &'static [&'static str] {
        match self {
            Self::AckBeforeCommit => &["durable", "effects"],
            Self::NoFencing => {
                &["results", "news", "attempts", "order", "replay", "final", "pause"]
            }
            Self::ResultOverwritten | Self::ResultChanged => &["results"],
            Self::RetryBeyondMax => &["bounds"],
            Self::ForwardCompensation | Self::CompensationTwice => &["undo"],
            Self::TimerEarly => &["timer"],
            Self::CommitTwice => {
                &["results", "order", "pause", "news", "final", "attempts", "bounds", "undo"]
            }
            Self::SecondFinal => &["final"],
            Self::LostSignal => &["durable", "signals", "replay"],
            Self::LostPause => &["durable", "pause", "replay"],
            Self::UnboundedGate => &["bounds"],
            Self::TooManyAtOnce => &["places"],
            Self::NoRecovery => &["running", "stuck"],
            Self::CommitsReordered => &["order", "news", "attempts", "retry", "pause"],
            Self::TornCommit => &[
                "order", "news", "attempts", "results", "replay", "running", "durable", "retry",
                "signals", "final", "pause", "undo",
            ],
            Self::DecidesTwice => &["decisions"],
            Self::FailureIgnored => &["oracle", "doomed"],
            Self::LostWakeUp => &["stuck"],
        }
    }

    /// The plan that the faulty runner works with.
    pub(crate) fn bend(self, plan: &Plan) -> Plan {
        let mut definition: Definition = plan.definition().clone();
        match self {
            Self::RetryBeyondMax => {
                definition.steps.iter_mut().for_each(|step| step.retry.max_attempts += 1);
            }
            Self::UnboundedGate => {
                for step in &mut definition.steps {
                    if let Action::Gate(gate) = &mut step.action
                        && let Some(back) = &mut gate.back
                    {
                        back.max = 1000;
                    }
                }
            }
            Self::TooManyAtOnce => {
                definition.max_parallel = None;
                for step in &mut definition.steps {
                    if let Some(matrix) = &mut step.matrix {
                        matrix.max_parallel += 1;
                    }
                }
            }
            Self::FailureIgnored => {
                for step in &mut definition.steps {
                    step.on_error = OnError::Continue;
                }
            }
            _ => return plan.clone(),
        }
        Plan::new(definition)
    }

    /// What becomes of the facts of one commit on their way to the disk.
    pub(crate) fn spoil(self, events: &mut Vec<Event>, turn: usize) {
        match self {
            Self::ResultChanged => {
                for event in events {
                    if let Event::AttemptCompleted { output, .. } = event
                        && output.get("n").is_some()
                    {
                        output["n"] = serde_json::json!(0.5);
                    }
                }
            }
            Self::LostSignal => {
                events.retain(|event| !matches!(event, Event::SignalReceived { .. }));
            }
            Self::LostPause => {
                events.retain(|event| !matches!(event, Event::ExecutionPaused { .. }));
            }
            Self::TornCommit if events.len() > 1 && turn.is_multiple_of(5) => {
                events.remove(turn % events.len());
            }
            _ => {}
        }
    }
}
