//! Saving a definition: each save that changes something makes a new immutable revision.

use base::{WorkflowId, WorkflowRevisionId};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use web::{Ctx, Result, conflict, not_found};

use super::find::{check, refused};
use super::model::{Workflow, WorkflowSource, WorkflowStatus, slug};
use super::sql::{self, NewRevision, Saved};
use crate::{Automation, trigger};

/// Which workflow a definition is saved as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// The one whose slug its name makes, new or not.
    ByName,
    /// This one, which is there already.
    Existing(String),
    /// This one, which is not there yet.
    New(String),
}

/// What who saves expects to find.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct SaveQuery {
    /// The newest revision that who saves knows of, 0 for none: when there is another one by
    /// now, nothing is saved. When absent, it is saved whatever others have saved meanwhile.
    pub revision: Option<i64>,
}

/// Checks a definition and saves it, unless `known` says which revision is expected to be the
/// newest and it is not. A text that is the newest one already is saved as it is.
pub(super) async fn save(
    ctx: &Ctx,
    automation: &Automation,
    text: String,
    place: Place,
    known: Option<i64>,
) -> Result<Workflow> {
    let caller = ctx.caller()?.clone();
    let (organisation, now) = (caller.organisation, ctx.now());
    let mut tx = ctx.read().await?;
    if let Place::Existing(key) = &place
        && sql::latest(&mut tx, organisation, key).await?.is_none()
        && automation.workflows.get(key).is_none()
    {
        return Err(not_found("workflow", key));
    }
    let checked = check(automation, &mut tx, organisation, &text).await?;
    drop(tx);
    let plan = checked.map_err(refused)?;
    let key = match &place {
        Place::ByName => slug(&plan.definition().name),
        Place::Existing(key) | Place::New(key) => key.clone(),
    };
    if automation.workflows.get(&key).is_some() {
        return Err(conflict(format!(
            "the workflow \"{key}\" comes with the program; give yours another name"
        )));
    }
    let hash = base::hex(&Sha256::digest(text.as_bytes()));
    let workflow = WorkflowId::new(now, ctx.random().as_ref());
    let id = WorkflowRevisionId::new(now, ctx.random().as_ref());
    let definition = plan.definition().clone();
    let random = ctx.random().clone();
    let must_be_new = matches!(place, Place::New(_));
    let (key, number, at, status) = ctx
        .write(move |tx| {
            Box::pin(async move {
                let latest = sql::latest(tx, organisation, &key).await?;
                if must_be_new && latest.is_some() {
                    return Err(conflict(format!(
                        "there is a workflow \"{key}\" already; choose another name"
                    )));
                }
                let status = latest.as_ref().map(|latest| WorkflowStatus::of(latest.archived_at));
                let status = status.unwrap_or(WorkflowStatus::Active);
                if let Some(same) = latest.as_ref().filter(|latest| latest.content_hash == hash) {
                    return Ok((key, same.revision, same.created_at, status));
                }
                let newest = latest.as_ref().map_or(0, |latest| latest.revision);
                if let Some(known) = known.filter(|known| *known != newest) {
                    return Err(conflict(overtaken(&key, known, latest.as_ref())));
                }
                let new = NewRevision {
                    organisation,
                    workflow: latest.map_or(workflow, |latest| latest.id),
                    id,
                    slug: &key,
                    number: newest + 1,
                    name: &definition.name,
                    description: &definition.description,
                    definition: &text,
                    content_hash: &hash,
                    by: &caller.name,
                    at: now,
                };
                if !sql::save(tx, &new).await? {
                    return Err(conflict(format!(
                        "somebody else saved workflow \"{key}\" just now; look at theirs first"
                    )));
                }
                trigger::declare(
                    tx,
                    random.as_ref(),
                    organisation,
                    &key,
                    &definition,
                    (&caller, now),
                )
                .await?;
                Ok((key, newest + 1, now, status))
            })
        })
        .await?;
    let mut workflow = Workflow::new(&key, &plan, WorkflowSource::Organisation);
    workflow.revision = Some(number);
    workflow.created_at = Some(at);
    workflow.status = status;
    Ok(workflow)
}

/// What somebody is told who knows of another newest revision than there is.
fn overtaken(key: &str, known: i64, latest: Option<&Saved>) -> String {
    match latest {
        Some(_) if known == 0 => {
            format!("there is a workflow \"{key}\" already; choose another name")
        }
        Some(Saved { revision, created_by, created_at, .. }) => format!(
            "the newest revision of workflow \"{key}\" is {revision}, not {known}: {created_by} \
             saved it at {created_at}; look at it, then save after it"
        ),
        None => format!("workflow \"{key}\" has no revision {known}: nothing of it is saved yet"),
    }
}
