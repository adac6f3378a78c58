//! Which executions a list holds, as its query says.

use base::Timestamp;
use web::{Result, decode_time_cursor, invalid};

use super::sql::Filter;

/// Which executions are wanted.
#[derive(Debug, Default, PartialEq, Eq, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ListQuery {
    /// Only those in this state; may be repeated for several.
    status: Vec<String>,
    /// Only those that work for this project.
    project: Option<String>,
    /// Only those of this workflow.
    workflow: Option<String>,
    /// Only those started like this: `manual`, `api`, `schedule`, `webhook`, `event`, …
    trigger: Option<String>,
    /// Only those that are `critical`, `high`, `medium` or `low`.
    priority: Option<String>,
    /// Only those that somebody with this id or name started.
    started_by: Option<String>,
    /// Only those with this in their title, their workflow's name or their id.
    q: Option<String>,
    /// Only those that were accepted at this time or later.
    #[param(value_type = Option<Timestamp>)]
    from: Option<String>,
    /// Only those that were accepted at this time or before.
    #[param(value_type = Option<Timestamp>)]
    to: Option<String>,
    /// How many items, 1 to 200 (50 when absent).
    pub limit: Option<i64>,
    /// The `next` of the page before.
    cursor: Option<String>,
}

impl ListQuery {
    /// Reads the pairs of a query. Names that nobody documents were refused before.
    pub(super) fn read(given: Vec<(String, String)>) -> Result<Self> {
        let mut query = Self::default();
        for (name, value) in given {
            match name.as_str() {
                "status" => query.status.push(value),
                "project" => query.project = Some(value),
                "workflow" => query.workflow = Some(value),
                "trigger" => query.trigger = Some(value),
                "priority" => query.priority = Some(value),
                "started_by" => query.started_by = Some(value),
                "q" => query.q = Some(value).filter(|part| !part.trim().is_empty()),
                "from" => query.from = Some(value),
                "to" => query.to = Some(value),
                "limit" => {
                    let limit = value.parse();
                    query.limit = Some(limit.map_err(|_| invalid("limit", "is not a number"))?);
                }
                "cursor" => query.cursor = Some(value),
                _ => {}
            }
        }
        Ok(query)
    }

    /// The same, checked.
    pub(super) fn filter(self) -> Result<Filter> {
        for status in &self.status {
            let known: Result<engine::Status, _> = status.parse();
            known.map_err(|_| {
                invalid(
                    "status",
                    "use queued, running, waiting_approval, paused, rolling_back, completed, failed, cancelled or rolled_back",
                )
            })?;
        }
        let time = |field: &str, text: Option<String>| -> Result<Option<Timestamp>> {
            let time = text.map(|text| text.parse()).transpose();
            time.map_err(|_| invalid(field, "is not a time; write it like 2026-11-21T09:00:00Z"))
        };
        Ok(Filter {
            status: self.status,
            // A project is kept by its key in capitals, however it is typed.
            project: self.project.map(|key| key.to_ascii_uppercase()),
            workflow: self.workflow,
            trigger: self.trigger,
            priority: self.priority,
            started_by: self.started_by,
            part: self.q.map(|part| part.trim().to_owned()),
            from: time("from", self.from)?,
            to: time("to", self.to)?,
            before: self.cursor.as_deref().map(decode_time_cursor).transpose()?,
        })
    }
}
