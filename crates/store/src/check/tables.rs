//! What every row must hold, table by table: ids and JSON that parse, times that are not
//! before 1970. A test compares this list with the schema.

use base::{
    ApiKeyId, ApprovalId, AuditId, BudgetId, CallId, EventTriggerId, ExecutionId, ModelGroupId,
    OrganisationId, PlatformId, ProjectId, ResultId, RoleId, ScheduleId, SessionId, UserId,
    VirtualKeyId, WebhookId, WorkItemId, WorkflowId, WorkflowRevisionId,
};

/// One table.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) name: &'static str,
    /// The primary key, in order.
    pub(super) key: &'static [Key],
    /// Columns with ids, and what reads them.
    pub(super) ids: &'static [(&'static str, Parse)],
    /// Columns with JSON.
    pub(super) json: &'static [&'static str],
    /// Columns with milliseconds since 1970.
    pub(super) times: &'static [&'static str],
}

/// Says what is wrong with the text of an id.
pub(super) type Parse = fn(&str) -> Result<(), String>;

/// A column of a key.
#[derive(Debug, Clone, Copy)]
pub(super) enum Key {
    Text(&'static str),
    Integer(&'static str),
}

impl Key {
    pub(super) const fn column(self) -> &'static str {
        match self {
            Self::Text(column) | Self::Integer(column) => column,
        }
    }
}

macro_rules! id {
    ($column:literal, $type:ty) => {
        ($column, |text| text.parse::<$type>().map(drop).map_err(|error| error.to_string()))
    };
}

const ORGANISATION: (&str, Parse) = id!("organisation_id", OrganisationId);
const EXECUTION: (&str, Parse) = id!("execution_id", ExecutionId);
const BY_ID: &[Key] = &[Key::Text("organisation_id"), Key::Text("id")];

/// Every table with a primary key that holds ids, JSON or times.
pub(super) const TABLES: &[Table] = &[
    Table {
        name: "outbox",
        key: &[Key::Text("organisation_id"), Key::Integer("number")],
        ids: &[ORGANISATION],
        json: &["body"],
        times: &["created_at"],
    },
    Table {
        name: "organisations",
        key: &[Key::Text("id")],
        ids: &[id!("id", OrganisationId)],
        json: &[],
        times: &["created_at", "updated_at"],
    },
    Table {
        name: "roles",
        key: BY_ID,
        ids: &[ORGANISATION, id!("id", RoleId)],
        json: &["permissions"],
        times: &["created_at", "updated_at"],
    },
    Table {
        name: "users",
        key: BY_ID,
        ids: &[ORGANISATION, id!("id", UserId), id!("role_id", RoleId)],
        json: &[],
        times: &["last_login_at", "created_at", "updated_at"],
    },
    Table {
        name: "sessions",
        key: BY_ID,
        ids: &[ORGANISATION, id!("id", SessionId), id!("user_id", UserId)],
        json: &[],
        times: &["created_at", "last_seen_at", "expires_at", "revoked_at"],
    },
    Table {
        name: "api_keys",
        key: BY_ID,
        ids: &[ORGANISATION, id!("id", ApiKeyId), id!("user_id", UserId)],
        json: &[],
        times: &["created_at", "last_used_at", "expires_at", "revoked_at"],
    },
    Table {
        name: "one_time_links",
        key: &[Key::Text("token_hash")],
        ids: &[ORGANISATION, id!("user_id", UserId)],
        json: &[],
        times: &["created_at", "expires_at", "used_at"],
    },
    Table {
        name: "audit_logs",
        key: BY_ID,
        ids: &[ORGANISATION, id!("id", AuditId)],
        json: &["detail"],
        times: &["at"],
    },
    Table {
        name: "idempotency_keys",
        key: &[Key::Text("organisation_id"), Key::Text("user_id"), Key::Text("key")],
        ids: &[ORGANISATION],
        json: &[],
        times: &["created_at"],
    },
    Table {
        name: "projects",
        key: BY_ID,
        ids: &[ORGANISATION, id!("id", ProjectId)],
        json: &["columns"],
        times: &["created_at", "updated_at"],
    },
    Table {
        name: "work_items",
        key: BY_ID,
        ids: &[
            ORGANISATION,
            id!("id", WorkItemId),
            id!("project_id", ProjectId),
            id!("parent_id", WorkItemId),
            id!("origin_execution_id", ExecutionId),
            id!("origin_result_id", ResultId),
        ],
        json: &["acceptance_criteria", "labels"],
        times: &["created_at", "updated_at", "completed_at"],
    },
    Table {
        name: "workflows",
        key: BY_ID,
        ids: &[ORGANISATION, id!("id", WorkflowId)],
        json: &[],
        times: &["created_at", "updated_at", "archived_at"],
    },
    Table {
        name: "workflow_revisions",
        key: BY_ID,
        ids: &[ORGANISATION, id!("id", WorkflowRevisionId), id!("workflow_id", WorkflowId)],
        json: &[],
        times: &["created_at"],
    },
    Table {
        name: "executions",
        key: BY_ID,
        ids: &[
            ORGANISATION,
            id!("id", ExecutionId),
            id!("revision_id", WorkflowRevisionId),
            id!("parent_execution_id", ExecutionId),
            id!("origin_execution_id", ExecutionId),
        ],
        json: &["inputs", "outputs", "error", "running"],
        times: &["created_at", "started_at", "finished_at"],
    },
    Table {
        name: "execution_events",
        key: &[Key::Text("organisation_id"), Key::Text("execution_id"), Key::Integer("seq")],
        ids: &[ORGANISATION, EXECUTION],
        json: &["body"],
        times: &["at"],
    },
    Table {
        name: "turn_events",
        key: &[
            Key::Text("organisation_id"),
            Key::Text("execution_id"),
            Key::Text("step"),
            Key::Integer("instance"),
            Key::Integer("attempt"),
            Key::Integer("seq"),
        ],
        ids: &[ORGANISATION, EXECUTION],
        json: &["body"],
        times: &["at"],
    },
    Table {
        name: "execution_steps",
        key: &[Key::Text("organisation_id"), Key::Text("execution_id"), Key::Text("step")],
        ids: &[ORGANISATION, EXECUTION],
        json: &[],
        times: &["started_at", "finished_at"],
    },
    Table {
        name: "attempts",
        key: &[
            Key::Text("organisation_id"),
            Key::Text("execution_id"),
            Key::Text("step"),
            Key::Integer("instance"),
            Key::Integer("number"),
        ],
        ids: &[ORGANISATION, EXECUTION, id!("result_id", ResultId)],
        json: &[],
        times: &["started_at", "finished_at", "wait_until"],
    },
    Table {
        name: "results",
        key: BY_ID,
        ids: &[ORGANISATION, id!("id", ResultId), EXECUTION, id!("kept_from", ExecutionId)],
        json: &["output"],
        times: &["created_at"],
    },
    Table {
        name: "model_calls",
        key: BY_ID,
        ids: &[
            ORGANISATION,
            id!("id", CallId),
            EXECUTION,
            id!("key_id", VirtualKeyId),
            id!("user_id", UserId),
        ],
        json: &[],
        times: &["started_at", "finished_at"],
    },
    Table {
        name: "virtual_keys",
        key: BY_ID,
        ids: &[ORGANISATION, id!("id", VirtualKeyId), id!("user_id", UserId)],
        json: &["models", "scopes"],
        times: &["created_at", "updated_at", "last_used_at", "expires_at", "revoked_at"],
    },
    Table {
        name: "budgets",
        key: BY_ID,
        ids: &[ORGANISATION, id!("id", BudgetId)],
        json: &[],
        times: &["period_at", "created_at", "updated_at"],
    },
    Table {
        name: "reservations",
        key: &[Key::Text("organisation_id"), Key::Text("call_id"), Key::Text("budget_id")],
        ids: &[ORGANISATION, id!("call_id", CallId), id!("budget_id", BudgetId)],
        json: &[],
        times: &[],
    },
    Table {
        name: "budget_slices",
        key: &[Key::Text("organisation_id"), Key::Text("node"), Key::Text("budget_id")],
        ids: &[ORGANISATION],
        json: &[],
        times: &["seen_at"],
    },
    Table {
        name: "rate_limits",
        key: &[Key::Text("organisation_id"), Key::Text("scope"), Key::Text("scope_id")],
        ids: &[ORGANISATION],
        json: &[],
        times: &["created_at", "updated_at"],
    },
    Table {
        name: "ai_access",
        key: &[Key::Text("organisation_id"), Key::Text("user_id")],
        ids: &[ORGANISATION, id!("user_id", UserId), id!("updated_by", UserId)],
        json: &["platforms", "models", "agents"],
        times: &["created_at", "updated_at"],
    },
    Table {
        name: "data_keys",
        key: BY_ID,
        ids: &[ORGANISATION],
        json: &[],
        times: &["created_at"],
    },
    Table {
        name: "secrets",
        key: &[
            Key::Text("organisation_id"),
            Key::Text("table_name"),
            Key::Text("row_id"),
            Key::Text("field"),
        ],
        ids: &[ORGANISATION],
        json: &[],
        times: &["created_at", "updated_at"],
    },
    Table {
        name: "gateway_settings",
        key: &[Key::Text("organisation_id")],
        ids: &[ORGANISATION],
        json: &[],
        times: &["updated_at"],
    },
    Table {
        name: "platforms",
        key: BY_ID,
        ids: &[ORGANISATION, id!("id", PlatformId)],
        json: &["models", "settings"],
        times: &["tested_at", "created_at", "updated_at"],
    },
    Table {
        name: "model_groups",
        key: BY_ID,
        ids: &[ORGANISATION, id!("id", ModelGroupId)],
        json: &["targets"],
        times: &["created_at", "updated_at"],
    },
    Table {
        name: "model_prices",
        key: &[
            Key::Text("organisation_id"),
            Key::Text("platform"),
            Key::Text("model"),
            Key::Integer("valid_from"),
        ],
        ids: &[ORGANISATION],
        json: &[],
        times: &["valid_from", "created_at"],
    },
    Table {
        name: "platform_health",
        key: &[Key::Text("organisation_id"), Key::Text("platform"), Key::Integer("at")],
        ids: &[ORGANISATION],
        json: &[],
        times: &["at"],
    },
    Table {
        name: "approvals",
        key: BY_ID,
        ids: &[ORGANISATION, id!("id", ApprovalId), EXECUTION],
        json: &["request", "decisions"],
        times: &["requested_at", "expires_at", "decided_at"],
    },
    Table {
        name: "schedules",
        key: BY_ID,
        ids: &[ORGANISATION, id!("id", ScheduleId), id!("last_execution_id", ExecutionId)],
        json: &["inputs"],
        times: &["next_at", "last_at", "created_at", "updated_at"],
    },
    Table {
        name: "webhooks",
        key: BY_ID,
        ids: &[ORGANISATION, id!("id", WebhookId)],
        json: &["inputs"],
        times: &["last_used_at", "created_at", "updated_at"],
    },
    Table {
        name: "event_triggers",
        key: BY_ID,
        ids: &[ORGANISATION, id!("id", EventTriggerId), id!("last_execution_id", ExecutionId)],
        json: &["inputs"],
        times: &["last_at", "created_at", "updated_at"],
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    /// Tables without a tenant's rows: the counters, the lease, and failed sign-ins.
    const LEFT_OUT: [&str; 3] = ["counters", "engine_lease", "login_attempts"];

    #[test]
    fn every_table_and_every_time_of_the_schema_is_listed() {
        let text: String =
            crate::migrate::SHIPPED.0.iter().map(|one| one.up).collect::<Vec<_>>().join("\n");
        let mut seen = 0;
        for block in text.split("create table ").skip(1) {
            let name = block.split_whitespace().next().unwrap_or_default();
            // A table that a migration makes anew is checked under the name that it gets.
            let made_anew = format!("alter table {name} rename to ");
            let is_listed = TABLES.iter().any(|table| table.name == name);
            let renamed = text.split(&made_anew).nth(1).filter(|_| !is_listed);
            let name = renamed.map_or(name, |rest| rest.split(';').next().unwrap_or_default());
            if LEFT_OUT.contains(&name) {
                continue;
            }
            let table = TABLES.iter().find(|table| table.name == name);
            let table = table.unwrap_or_else(|| panic!("table {name} is not checked"));
            let body = block.split("\n);").next().unwrap_or_default();
            for line in body.lines().map(str::trim) {
                let column = line.split(' ').next().unwrap_or_default();
                if line.contains(" BIGINT") && (column == "at" || column.ends_with("_at")) {
                    assert!(table.times.contains(&column), "{name}.{column} is not checked");
                    seen += 1;
                }
            }
        }
        assert!(seen > 30, "the schema was read");
    }
}
