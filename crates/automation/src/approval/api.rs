//! Routes of approvals.

use axum::extract::State;
use base::{ApprovalId, ExecutionId, Page, PageRequest, Timestamp};
use engine::{ApprovalState, Decider, Decision, DecisionError, Input, Plan, Rejected, definition};
use serde::Deserialize;
use serde_json::json;
use utoipa_axum::routes;
use web::{
    Access, AuditEntry, Caller, Ctx, Error, Json, Path, Permission, Problem, Query, Result, Routes,
    decode_time_cursor, encode_time_cursor, forbidden, invalid, invalid_state, not_found,
};

use super::model::{Approval, Decide, DecisionView, Requester, Row};
use super::sql;
use crate::Automation;
use crate::execution::audited;
use crate::runner::InputError;

pub(crate) fn routes() -> Routes<Automation> {
    let view = Access::Permission(Permission::ViewWorkflows);
    // Whoever is named may decide, whatever else they may do; the engine knows who is.
    Routes::new().add(view, routes!(list)).add(view, routes!(get)).add(view, routes!(decide))
}

/// How many pages are read at most to fill one.
const MOST_READS: usize = 100;

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
struct ListQuery {
    /// `pending` (when absent), `approved`, `rejected`, `expired`, `cancelled`, `decided` (all
    /// but the pending) or `all`.
    status: Option<String>,
    /// Only those of this execution.
    execution: Option<ExecutionId>,
    /// Only those that you may decide about.
    #[serde(default)]
    mine: bool,
    /// How many items, 1 to 200 (50 when absent).
    limit: Option<i64>,
    /// The `next` of the page before.
    cursor: Option<String>,
}

/// List approvals, the oldest first; a list of those that are over alone begins with the one
/// that ended last.
#[utoipa::path(get, path = "/api/v1/approvals", operation_id = "list_approvals", tag = "approvals", params(ListQuery),
    responses((status = 200, description = "A page of approvals", body = Page<Approval>),
        (status = 400, description = "A filter or the cursor cannot be used", body = Problem)))]
async fn list(ctx: Ctx, Query(query): Query<ListQuery>) -> Result<Json<Page<Approval>>> {
    const KNOWN: [&str; 7] =
        ["pending", "approved", "rejected", "expired", "cancelled", "decided", "all"];
    let status = query.status.unwrap_or_else(|| "pending".to_owned());
    if !KNOWN.contains(&status.as_str()) {
        return Err(invalid("status", format!("use one of {}", KNOWN.join(", "))));
    }
    let caller = ctx.caller()?;
    let is_over = status != "pending" && status != "all";
    let place = |requested_at, decided_at: Option<Timestamp>| {
        if is_over { decided_at.unwrap_or(requested_at) } else { requested_at }
    };
    let status = (status != "all").then_some(status);
    let after = query.cursor.as_deref().map(decode_time_cursor).transpose()?;
    let page = PageRequest { limit: query.limit, cursor: None };
    let limit = page.limit();
    let mut filter = sql::Filter { status, execution: query.execution, after };
    let mut tx = ctx.read().await?;
    let (mut found, mut reads) = (Vec::new(), 0);
    // Who may decide is in no column, so what others are asked is read over.
    let unread = loop {
        let rows = if is_over {
            sql::list_over(&mut tx, caller.organisation, &filter, limit).await?
        } else {
            sql::list(&mut tx, caller.organisation, &filter, limit).await?
        };
        let is_last = rows.len() as i64 <= limit;
        filter.after = rows.last().map(|row| (place(row.requested_at, row.decided_at), row.id));
        let views = rows.into_iter().map(|row| view(row, caller));
        found.extend(views.filter(|approval| approval.can_decide || !query.mine));
        reads += 1;
        if is_last || found.len() as i64 > limit {
            break None;
        }
        if reads == MOST_READS {
            break filter.after;
        }
    };
    let mut page = Page::from_rows(found, limit, |last: &Approval| {
        encode_time_cursor(place(last.requested_at, last.decided_at), last.id)
    });
    page.next = page.next.or_else(|| unread.map(|(at, id)| encode_time_cursor(at, id)));
    Ok(Json(page))
}

/// Get one approval.
#[utoipa::path(get, path = "/api/v1/approvals/{id}", operation_id = "get_approval", tag = "approvals",
    params(("id" = ApprovalId, Path, description = "The approval's id")),
    responses((status = 200, description = "The approval", body = Approval),
        (status = 404, description = "There is no such approval", body = Problem)))]
async fn get(ctx: Ctx, Path(id): Path<ApprovalId>) -> Result<Json<Approval>> {
    Ok(Json(view(read(&ctx, id).await?, ctx.caller()?)))
}

/// Decide about an approval: approve or reject it.
#[utoipa::path(post, path = "/api/v1/approvals/{id}/decide", operation_id = "decide_approval", tag = "approvals",
    params(("id" = ApprovalId, Path, description = "The approval's id")), request_body = Decide,
    responses((status = 200, description = "The approval with your decision", body = Approval),
        (status = 400, description = "A field of the form is wrong", body = Problem),
        (status = 403, description = "You are not asked, or you started the execution", body = Problem),
        (status = 404, description = "There is no such approval", body = Problem),
        (status = 409, description = "It is decided or over, or you have decided already", body = Problem)))]
async fn decide(
    ctx: Ctx,
    State(automation): State<Automation>,
    Path(id): Path<ApprovalId>,
    Json(body): Json<Decide>,
) -> Result<Json<Approval>> {
    let row = read(&ctx, id).await?;
    if row.status != "pending" {
        return Err(invalid_state(format!("approval {id} is {} already", row.status)));
    }
    let mut tx = ctx.read().await?;
    let text = sql::definition(&mut tx, ctx.organisation()?, row.execution).await?;
    let requester = sql::requester(&mut tx, ctx.organisation()?, &row.requester).await?;
    drop(tx);
    let definition = definition::parse(&text).map_err(|problems| {
        Error::internal(format!("execution {} is not understood: {problems:?}", row.execution))
    })?;
    let step = Plan::new(definition)
        .position(&row.step)
        .ok_or_else(|| Error::internal(format!("approval {id} is about no step")))?;
    let decision = Decision {
        by: decider(ctx.caller()?, &row),
        approve: body.approve,
        comment: body.comment.chars().take(2000).collect(),
        form: body.form,
        at: ctx.now(),
        excused: excused(&row, requester.as_ref()),
    };
    let input = Input::Decide { step, instance: row.instance as usize, decision };
    let entry = AuditEntry::new("approval_decided", "approval", id);
    let entry = entry.with(json!({ "execution": row.execution, "approve": body.approve }));
    let beside = Some(audited(&ctx, entry)?);
    let given = automation.runner.input(row.execution, input, beside).await;
    given.map_err(|error| refused(error, id))?;
    Ok(Json(view(read(&ctx, id).await?, ctx.caller()?)))
}

async fn read(ctx: &Ctx, id: ApprovalId) -> Result<Row> {
    let mut tx = ctx.read().await?;
    let row = sql::get(&mut tx, ctx.organisation()?, id).await?;
    row.ok_or_else(|| not_found("approval", id))
}

fn refused(error: InputError, id: ApprovalId) -> Error {
    match error {
        InputError::Rejected(Rejected::Decision(
            error @ (DecisionError::NotAsked(_) | DecisionError::Requester),
        )) => forbidden(error.to_string()),
        InputError::Rejected(Rejected::Decision(DecisionError::Form(problem))) => {
            invalid(problem.field, problem.message)
        }
        InputError::Rejected(rejected) => invalid_state(format!("{rejected}: {id}")),
        InputError::Unknown => invalid_state(format!("the execution of approval {id} has ended")),
        InputError::Unavailable(why) => {
            Error::unavailable("engine_unavailable", why, std::time::Duration::from_secs(2))
        }
    }
}

/// Whoever calls, as the engine knows them.
fn decider(caller: &Caller, row: &Row) -> Decider {
    Decider {
        id: caller.user.to_string(),
        email: caller.email.clone(),
        name: caller.name.clone(),
        role: caller.role.clone(),
        may_approve: caller.permissions.contains(&Permission::ApproveWorkflows),
        is_admin: caller.permissions.contains(&Permission::ManageSettings),
        is_requester: row.requester == caller.user.to_string(),
    }
}

/// Those among the people who are or will be asked who started the execution and are no
/// administrator.
fn excused(row: &Row, requester: Option<&Requester>) -> Vec<String> {
    if requester.is_some_and(|requester| requester.is_admin) {
        return Vec::new();
    }
    let is_requester = |person: &&String| {
        **person == row.requester
            || requester.is_some_and(|requester| person.eq_ignore_ascii_case(&requester.email))
    };
    let later = row.request.escalation.iter().flat_map(|later| &later.people);
    row.request.people.iter().chain(later).filter(is_requester).cloned().collect()
}

fn view(row: Row, caller: &Caller) -> Approval {
    let by = decider(caller, &row);
    let mut state = ApprovalState::new(row.request.clone());
    if row.escalated {
        state.escalate();
    }
    state.decisions.clone_from(&row.decisions);
    // A refusal needs no form, so it shows whether they may decide at all.
    let refusal = Decision {
        by,
        approve: false,
        comment: String::new(),
        form: json!(null),
        at: row.requested_at,
        excused: Vec::new(),
    };
    let can_decide = row.status == "pending" && state.admits(&refusal).is_ok();
    let request = row.request;
    Approval {
        id: row.id,
        execution_id: row.execution,
        execution_title: row.execution_title,
        workflow: row.workflow,
        workflow_name: row.workflow_name,
        project: row.project,
        step: row.step,
        instance: row.instance,
        title: request.title,
        message: request.message,
        people: request.people,
        roles: request.roles,
        rule: json!(request.rule),
        form: json!(request.form),
        status: row.status,
        escalated: row.escalated,
        requested_at: row.requested_at,
        expires_at: request.expires_at,
        escalates_at: request.escalates_at,
        decided_at: row.decided_at,
        requested_by: row.requested_by,
        decisions: row.decisions.iter().map(DecisionView::from).collect(),
        can_decide,
    }
}
