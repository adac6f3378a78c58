//! What others learn of executions: events in the outbox, written with the facts that they
//! tell of. Lists, inboxes, notifications and triggers live by them.

use base::{OrganisationId, Timestamp};
use engine::Event;
use serde_json::json;
use store::outbox::{self, Draft};
use store::{Error, Rows, Sql, Tx};

use super::change::Change;

/// The topic of executions that end.
pub(crate) const EXECUTIONS: &str = "executions";
/// The topic of questions to people.
pub(crate) const APPROVALS: &str = "approvals";

/// Tells of all changes that were written; gives the number of the last event, if there is one.
pub(super) async fn announce(
    tx: &mut Tx,
    changes: &[Change],
    written: &[bool],
    now: Timestamp,
) -> Result<Option<i64>, Error> {
    let kept = changes.iter().zip(written).filter(|(_, written)| **written);
    let all = gather(kept.map(|(change, _)| change));
    if all.is_empty() {
        return Ok(None);
    }
    outbox::append_all(tx, told(&all), now).await.map(Some)
}

/// What tells of all changes, as rows of one statement, where it fits into one.
pub(super) fn parts(changes: &[Change], now: Timestamp) -> Option<Vec<(Sql, Rows)>> {
    outbox::parts(told(&gather(changes)), now)
}

/// The events of changes, each with the organisation whose it is.
fn gather<'c>(changes: impl IntoIterator<Item = &'c Change>) -> Vec<(OrganisationId, Draft)> {
    let drafts =
        |change: &'c Change| drafts(change).into_iter().map(|draft| (change.organisation, draft));
    changes.into_iter().flat_map(drafts).collect()
}

fn told(
    all: &[(OrganisationId, Draft)],
) -> impl ExactSizeIterator<Item = (OrganisationId, &Draft)> + Clone {
    all.iter().map(|(organisation, draft)| (*organisation, draft))
}

/// The topics that a change has something new about.
pub(super) fn topics(change: &Change) -> Vec<&'static str> {
    let mut topics: Vec<&'static str> =
        change.events.iter().flat_map(|fact| kinds(&fact.event)).map(|(topic, _)| topic).collect();
    topics.dedup();
    topics
}

fn drafts(change: &Change) -> Vec<Draft> {
    let facts = change.events.iter();
    let kinds = facts.flat_map(|fact| kinds(&fact.event).map(move |kind| (fact, kind)));
    let told = kinds.map(|(fact, (topic, kind))| {
        let mut body = json!({
            "execution_id": change.id, "workflow": change.workflow, "project": change.project,
            "title": change.title, "status": change.head.status,
        });
        if let Event::ApprovalRequested { key, request } = &fact.event {
            body["step"] = json!(change.plan.step(key.step).id);
            body["approval"] = json!(request.title);
        }
        if change.head.status.is_final() {
            body["outputs"] = change.head.outputs.clone().unwrap_or_default();
            body["error"] = change.head.error.clone().unwrap_or_default();
        }
        Draft { topic: topic.to_owned(), kind, body }
    });
    told.collect()
}

/// What a fact is called outside, and where it is told. A rollback that could not undo
/// everything needs somebody at once, so it is told apart as well.
fn kinds(event: &Event) -> impl Iterator<Item = (&'static str, &'static str)> + use<> {
    let is_undone_in_part = matches!(event, Event::ExecutionFailed { failure, .. } if failure.code == "rollback_failed");
    let more = is_undone_in_part.then_some((EXECUTIONS, "execution.rollback_failed"));
    kind(event).into_iter().chain(more)
}

const fn kind(event: &Event) -> Option<(&'static str, &'static str)> {
    Some(match event {
        Event::ExecutionCompleted { .. } => (EXECUTIONS, "execution.completed"),
        Event::ExecutionFailed { .. } => (EXECUTIONS, "execution.failed"),
        Event::ExecutionCancelled { .. } => (EXECUTIONS, "execution.cancelled"),
        Event::ExecutionRolledBack { .. } => (EXECUTIONS, "execution.rolled_back"),
        Event::ApprovalRequested { .. } => (APPROVALS, "approval.requested"),
        Event::ApprovalEscalated { .. } => (APPROVALS, "approval.escalated"),
        Event::ApprovalDecided { .. } => (APPROVALS, "approval.decided"),
        _ => return None,
    })
}
