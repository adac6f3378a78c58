//! How a step or an execution behaves when something does not go well, and how it shares
//! what is scarce.

use std::time::Duration;

use base::Micros;
use serde::{Deserialize, Serialize};

use crate::expression::Template;

/// The most attempts that a step can ask for.
pub const MOST_ATTEMPTS: u32 = 100;

/// How urgent an execution is.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Priority {
    /// Before everything else: a hotfix.
    Critical,
    /// Before ordinary work.
    High,
    /// Ordinary work.
    #[default]
    Medium,
    /// When nothing else waits.
    Low,
}

impl Priority {
    /// Its word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
        }
    }
}

/// Executions of one group wait for each other.
#[derive(Debug, Clone, PartialEq)]
pub struct Concurrency {
    /// The group's name; it reads inputs and env only.
    pub group: Template,
    /// How many of the group run at the same time.
    pub limit: usize,
    /// Whether a new one cancels those that run, instead of waiting for them.
    pub cancel_in_progress: bool,
}

/// What an execution does when a step fails and nothing handles it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum OnFailure {
    /// It fails.
    #[default]
    Stop,
    /// The compensations of what was done run in reverse order first.
    Rollback,
}

/// What follows when a step fails beyond its retries.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum OnError {
    /// The execution fails.
    #[default]
    Stop,
    /// What needs the step goes on as if it had ended well, with null outputs.
    Continue,
    /// What needs the step is skipped, unless its own condition says otherwise.
    SkipDependants,
    /// As above, and the step at this position runs.
    Branch(usize),
}

/// What may be spent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// The most, in micro-dollars.
    pub cap: Micros,
    /// What happens when a call would pass it.
    pub on_exceeded: OnBudget,
}

/// What happens when a call would pass a budget.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum OnBudget {
    /// The execution pauses; it goes on when somebody resumes it.
    #[default]
    Pause,
    /// The step fails.
    Fail,
}

/// How often a step is tried, and how long it waits in between.
#[derive(Debug, Clone, PartialEq)]
pub struct Retry {
    /// How many attempts at most, the first included.
    pub max_attempts: u32,
    /// The wait before the second attempt.
    pub first_wait: Duration,
    /// What each further wait is multiplied with.
    pub multiplier: f64,
    /// The longest wait.
    pub max_wait: Duration,
    /// Whether waits are shortened by a random part, so that retries do not march in step.
    pub jitter: bool,
    /// The codes of the failures that are tried again; all that may pass when empty.
    pub on: Vec<String>,
}

impl Default for Retry {
    /// Three attempts, 2 s, doubled, at most 60 s (catalogue 5.7).
    fn default() -> Self {
        Self {
            max_attempts: 3,
            first_wait: Duration::from_secs(2),
            multiplier: 2.0,
            max_wait: Duration::from_secs(60),
            jitter: true,
            on: Vec::new(),
        }
    }
}

impl Retry {
    /// The wait after a failed attempt (counted from 1). `luck` in 0..1000 is the jitter's
    /// share; the wait lies between half and all of the exponential one.
    pub fn wait(&self, attempt: u32, luck: u32) -> Duration {
        let exponent = i32::try_from(attempt.saturating_sub(1)).unwrap_or(i32::MAX);
        let seconds = self.first_wait.as_secs_f64() * self.multiplier.powi(exponent);
        let seconds = seconds.min(self.max_wait.as_secs_f64()).max(0.0);
        let share = if self.jitter { 1.0 - f64::from(luck % 1000) / 2000.0 } else { 1.0 };
        Duration::from_secs_f64(seconds * share)
    }
}
