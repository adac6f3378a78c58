//! The states of an execution and of a step (catalogue 5.3). What has ended stays ended.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

macro_rules! texts {
    ($name:ident: $($variant:ident = $text:literal),* $(,)?) => {
        impl $name {
            /// Its name in SQL, JSON and the UI.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl FromStr for $name {
            type Err = String;

            fn from_str(text: &str) -> Result<Self, String> {
                match text {
                    $($text => Ok(Self::$variant),)*
                    _ => Err(format!("unknown state \"{text}\"")),
                }
            }
        }
    };
}

/// The state of an execution.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Accepted, waiting for its turn.
    #[default]
    Queued,
    /// Steps run.
    Running,
    /// Nothing runs; people have to decide before it goes on.
    WaitingApproval,
    /// Running steps finish, no new ones start.
    Paused,
    /// What was done is being undone.
    RollingBack,
    /// All steps ended well. Final.
    Completed,
    /// A step failed beyond its retries. Final.
    Failed,
    /// Somebody stopped it. Final.
    Cancelled,
    /// What was done is undone. Final.
    RolledBack,
}

texts!(Status: Queued = "queued", Running = "running", WaitingApproval = "waiting_approval",
    Paused = "paused", RollingBack = "rolling_back", Completed = "completed", Failed = "failed",
    Cancelled = "cancelled", RolledBack = "rolled_back");

impl Status {
    /// Whether it will never change again.
    pub const fn is_final(self) -> bool {
        match self {
            Self::Completed | Self::Failed | Self::Cancelled | Self::RolledBack => true,
            Self::Queued
            | Self::Running
            | Self::WaitingApproval
            | Self::Paused
            | Self::RollingBack => false,
        }
    }
}

/// The state of a step.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepStatus {
    /// Waits for its needs.
    #[default]
    Pending,
    /// At least one instance has started.
    Running,
    /// Ended well. Final.
    Completed,
    /// Failed beyond its retries. Final.
    Failed,
    /// Not needed: its condition was false, or the execution ended before it. Final.
    Skipped,
    /// Was running when the execution was cancelled. Final.
    Cancelled,
}

texts!(StepStatus: Pending = "pending", Running = "running", Completed = "completed", Failed = "failed",
    Skipped = "skipped", Cancelled = "cancelled");

impl StepStatus {
    /// Whether it will never change again.
    pub const fn is_final(self) -> bool {
        match self {
            Self::Completed | Self::Failed | Self::Skipped | Self::Cancelled => true,
            Self::Pending | Self::Running => false,
        }
    }
}
