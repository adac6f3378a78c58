//! What the API tells of schedules.

use base::{ScheduleId, Timestamp};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value as Json;

use super::missed::Missed;
use crate::execution::Priority;
use crate::trigger::{LastRun, TriggerSource};

/// How many coming times are told.
pub(super) const NEXT: usize = 5;

/// Times at which a workflow starts.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub(super) struct Schedule {
    /// Its id.
    pub id: ScheduleId,
    /// The slug of the workflow that it starts.
    pub workflow: String,
    /// What people call it.
    pub name: Option<String>,
    /// The cron expression.
    pub cron: String,
    /// The IANA time zone in which it is read.
    pub timezone: String,
    /// The workflow's inputs.
    #[schema(value_type = Object)]
    pub inputs: Json,
    /// How urgent its executions are; as the workflow says when `null`.
    #[schema(value_type = Option<Priority>)]
    pub priority: Option<String>,
    /// The key of the project that its executions work for.
    pub project: Option<String>,
    /// What happens to times that came while no engine ran.
    pub missed: Missed,
    /// Whether it fires.
    pub enabled: bool,
    /// Where it comes from; one that a definition declares is changed there.
    pub source: TriggerSource,
    /// The next five times; empty when it is off or never fires again.
    pub next_runs: Vec<Timestamp>,
    /// The last time that it fired, or could not.
    pub last_run: Option<LastRun>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A schedule to add.
#[derive(Debug, Clone, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewSchedule {
    /// The slug of the workflow to start.
    pub workflow: String,
    /// What people call it.
    pub name: Option<String>,
    /// A cron expression of five fields, or six with seconds first.
    pub cron: String,
    /// The IANA time zone in which it is read; UTC when absent.
    #[serde(default = "utc")]
    #[schema(value_type = Option<String>)]
    pub timezone: String,
    /// The workflow's inputs.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub inputs: Json,
    /// How urgent its executions are; as the workflow says when absent.
    pub priority: Option<Priority>,
    /// The key of the project that its executions work for.
    pub project: Option<String>,
    /// What happens to times that came while no engine ran.
    #[serde(default)]
    #[schema(value_type = Option<Missed>)]
    pub missed: Missed,
    /// Whether it fires; it does when absent.
    #[serde(default = "yes")]
    #[schema(value_type = Option<bool>)]
    pub enabled: bool,
}

/// What is different about a schedule from now on; what is absent stays.
#[derive(Debug, Clone, Default, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(clippy::option_option, reason = "absent, null and a value are three different wishes")]
pub(super) struct ChangeSchedule {
    /// The slug of the workflow to start.
    pub workflow: Option<String>,
    /// What people call it; `null` takes the name away.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    pub name: Option<Option<String>>,
    /// A cron expression.
    pub cron: Option<String>,
    /// The IANA time zone in which it is read.
    pub timezone: Option<String>,
    /// The workflow's inputs.
    #[schema(value_type = Option<Object>)]
    pub inputs: Option<Json>,
    /// How urgent its executions are; `null` leaves it to the workflow.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Priority>)]
    pub priority: Option<Option<Priority>>,
    /// The key of the project that its executions work for; `null` for none.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    pub project: Option<Option<String>>,
    /// What happens to times that came while no engine ran.
    pub missed: Option<Missed>,
    /// Whether it fires.
    pub enabled: Option<bool>,
}

impl ChangeSchedule {
    /// Whether it does nothing but turn the schedule on or off.
    pub(super) const fn is_a_switch(&self) -> bool {
        self.workflow.is_none()
            && self.name.is_none()
            && self.cron.is_none()
            && self.timezone.is_none()
            && self.inputs.is_none()
            && self.priority.is_none()
            && self.project.is_none()
            && self.missed.is_none()
    }

    /// Whether it decides what is started or when: whoever wants that asks for what the
    /// schedule starts from now on.
    pub(super) const fn asks(&self) -> bool {
        self.workflow.is_some()
            || self.cron.is_some()
            || self.timezone.is_some()
            || self.inputs.is_some()
            || self.priority.is_some()
            || self.project.is_some()
            || self.missed.is_some()
            || matches!(self.enabled, Some(true))
    }
}

/// What a cron expression means.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub(super) struct SchedulePreview {
    /// In words, in English.
    pub description: String,
    /// The next five times.
    pub next_runs: Vec<Timestamp>,
}

fn utc() -> String {
    "UTC".to_owned()
}

const fn yes() -> bool {
    true
}

/// A field that is there, even as `null`.
#[expect(clippy::option_option, reason = "absent, null and a value are three different wishes")]
fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}
