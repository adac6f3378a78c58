//! Reading approvals.

use base::{ApprovalId, ExecutionId, OrganisationId, Timestamp};
use store::{Result, Row as DbRow, Tx, params, sql};
use web::Permission;

use super::model::{Requester, Row};

/// Which approvals to list.
pub(super) struct Filter {
    /// Only those in this state; `decided` is every state but `pending`.
    pub status: Option<String>,
    /// Only those of this execution.
    pub execution: Option<ExecutionId>,
    /// Only those after this one, in the order of the list.
    pub after: Option<(Timestamp, ApprovalId)>,
}

/// Approvals, the oldest first; one more than `limit`, to know whether more follow.
pub(super) async fn list(
    tx: &mut Tx,
    organisation: OrganisationId,
    filter: &Filter,
    limit: i64,
) -> Result<Vec<Row>> {
    let (at, id) = filter.after.map_or((None, None), |(at, id)| (Some(at), Some(id)));
    let rows = match filter.execution {
        // a text of its own, so that the index of the execution's approvals serves it
        Some(execution) => {
            tx.fetch_all(
                sql!("select a.*, e.title as execution_title, e.workflow_slug, e.workflow_name, e.project_key, coalesce(e.started_for_id, e.started_by_id) as requester, e.started_by_name from approvals a join executions e on e.organisation_id = a.organisation_id and e.id = a.execution_id where a.organisation_id = $1 and a.execution_id = $6 and (cast($2 as text) is null or a.status = $2) and (cast($3 as bigint) is null or a.requested_at > $3 or (a.requested_at = $3 and a.id > $4)) order by a.requested_at, a.id limit $5"),
                params![organisation, filter.status.clone(), at, id, limit + 1, execution],
            )
            .await?
        }
        None => {
            tx.fetch_all(
                sql!("select a.*, e.title as execution_title, e.workflow_slug, e.workflow_name, e.project_key, coalesce(e.started_for_id, e.started_by_id) as requester, e.started_by_name from approvals a join executions e on e.organisation_id = a.organisation_id and e.id = a.execution_id where a.organisation_id = $1 and (cast($2 as text) is null or a.status = $2) and (cast($3 as bigint) is null or a.requested_at > $3 or (a.requested_at = $3 and a.id > $4)) order by a.requested_at, a.id limit $5"),
                params![organisation, filter.status.clone(), at, id, limit + 1],
            )
            .await?
        }
    };
    rows.iter().map(row).collect()
}

/// Approvals that are over, the last that ended first; one more than `limit`. All of them have
/// an end, so it orders them.
pub(super) async fn list_over(
    tx: &mut Tx,
    organisation: OrganisationId,
    filter: &Filter,
    limit: i64,
) -> Result<Vec<Row>> {
    let (at, id) = filter.after.map_or((None, None), |(at, id)| (Some(at), Some(id)));
    let rows = tx
        .fetch_all(
            sql!("select a.*, e.title as execution_title, e.workflow_slug, e.workflow_name, e.project_key, coalesce(e.started_for_id, e.started_by_id) as requester, e.started_by_name from approvals a join executions e on e.organisation_id = a.organisation_id and e.id = a.execution_id where a.organisation_id = $1 and a.status <> 'pending' and (cast($2 as text) = 'decided' or a.status = $2) and (cast($6 as text) is null or a.execution_id = $6) and (cast($3 as bigint) is null or a.decided_at < $3 or (a.decided_at = $3 and a.id < $4)) order by a.decided_at desc, a.id desc limit $5"),
            params![organisation, filter.status.clone(), at, id, limit + 1, filter.execution],
        )
        .await?;
    rows.iter().map(row).collect()
}

pub(super) async fn get(
    tx: &mut Tx,
    organisation: OrganisationId,
    id: ApprovalId,
) -> Result<Option<Row>> {
    let found = tx
        .fetch_optional(
            sql!("select a.*, e.title as execution_title, e.workflow_slug, e.workflow_name, e.project_key, coalesce(e.started_for_id, e.started_by_id) as requester, e.started_by_name from approvals a join executions e on e.organisation_id = a.organisation_id and e.id = a.execution_id where a.organisation_id = $1 and a.id = $2"),
            params![organisation, id],
        )
        .await?;
    found.as_ref().map(row).transpose()
}

/// The definition of an execution. It may be large, and a list of questions needs none of them.
pub(super) async fn definition(
    tx: &mut Tx,
    organisation: OrganisationId,
    execution: ExecutionId,
) -> Result<String> {
    let row = tx
        .fetch_one(
            sql!("select definition from executions where organisation_id = $1 and id = $2"),
            params![organisation, execution],
        )
        .await?;
    row.get("definition")
}

/// Whoever started an execution, if that is a user.
pub(super) async fn requester(
    tx: &mut Tx,
    organisation: OrganisationId,
    user: &str,
) -> Result<Option<Requester>> {
    let row = tx
        .fetch_optional(
            sql!("select u.email, u.is_active, r.permissions from users u join roles r on r.organisation_id = u.organisation_id and r.id = u.role_id where u.organisation_id = $1 and u.id = $2"),
            params![organisation, user],
        )
        .await?;
    row.map(|row| {
        let permissions: Vec<String> = row.json("permissions")?;
        let may_all = permissions.iter().any(|name| name == Permission::ManageSettings.as_str());
        Ok(Requester { email: row.get("email")?, is_admin: may_all && row.get("is_active")? })
    })
    .transpose()
}

fn row(row: &DbRow) -> Result<Row> {
    Ok(Row {
        id: row.get("id")?,
        execution: row.get("execution_id")?,
        execution_title: row.get("execution_title")?,
        workflow: row.get("workflow_slug")?,
        workflow_name: row.get("workflow_name")?,
        project: row.get("project_key")?,
        requester: row.get("requester")?,
        requested_by: row.get("started_by_name")?,
        step: row.get("step")?,
        instance: row.get("instance")?,
        request: row.json("request")?,
        decisions: row.json("decisions")?,
        status: row.get("status")?,
        escalated: row.get("escalated")?,
        requested_at: row.get("requested_at")?,
        decided_at: row.get("decided_at")?,
    })
}
