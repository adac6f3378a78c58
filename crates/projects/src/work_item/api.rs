//! The handlers that list, show and make work items.

use axum::http::{HeaderMap, StatusCode};
use base::{OrganisationId, Page, PageRequest};
use serde::{Deserialize, Serialize};
use store::{Tx, outbox};
use web::idempotency::{self, Reply};
use web::{
    Ctx, Json, Path, Problem, Query, Result, decode_cursor, encode_cursor, invalid, invalid_state,
    not_found,
};

use super::sql::Filter;
use super::{Author, Content, Happened, Kind, Planned, Priority, WorkItem, announce};
use super::{create::insert_all, sql};
use crate::project::{self, Locked};

/// A work item to be made.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewWorkItem {
    /// What kind of work it is.
    pub(super) kind: Kind,
    /// 1 to 255 characters.
    pub(super) title: String,
    /// Up to 20,000 characters.
    #[serde(default)]
    pub(super) description: String,
    /// The key of an epic of the same project.
    pub(super) parent: Option<String>,
    /// A column of the board; the first one when absent. Epics have none.
    pub(super) column: Option<String>,
    /// 1, 2, 3, 5, 8 or 13.
    pub(super) points: Option<i64>,
    /// `medium` when absent.
    pub(super) priority: Option<Priority>,
    /// As a …
    pub(super) user_role: Option<String>,
    /// I want …
    pub(super) feature: Option<String>,
    /// So that …
    pub(super) benefit: Option<String>,
    /// Up to 20.
    #[serde(default)]
    pub(super) acceptance_criteria: Vec<String>,
}

/// Which items to list.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ListQuery {
    /// Only this kind.
    kind: Option<Kind>,
    /// Only items in this column.
    column: Option<String>,
    /// Only items of this epic, by key.
    parent: Option<String>,
    /// How many items, 1 to 200 (50 when absent).
    limit: Option<i64>,
    /// The `next` of the page before; absent for the first page.
    cursor: Option<String>,
}

/// List a project's work items by number.
#[utoipa::path(get, path = "/api/v1/projects/{key}/work-items", tag = "work items",
    params(("key" = String, Path, description = "The project's key"), ListQuery),
    responses(
        (status = 200, description = "A page of work items", body = Page<WorkItem>),
        (status = 404, description = "There is no such project", body = Problem)))]
pub(super) async fn list(
    ctx: Ctx,
    Path(key): Path<String>,
    Query(query): Query<ListQuery>,
) -> Result<Json<Page<WorkItem>>> {
    let page = PageRequest { limit: query.limit, cursor: query.cursor };
    let after_number = page.cursor.as_deref().map_or(Ok(0), position)?;
    let limit = page.limit();
    let (kind, column, parent) = (query.kind, query.column, query.parent);
    let filter = Filter { kind, column, parent, after_number, limit };
    let organisation = ctx.organisation()?;
    let mut tx = ctx.read().await?;
    let project = project::sql::find(&mut tx, organisation, &key).await?;
    let project = project.ok_or_else(|| not_found("project", key))?;
    let rows = sql::list(&mut tx, organisation, project.id, &filter).await?;
    Ok(Json(Page::from_rows(rows, limit, |item| encode_cursor(&[&item.number.to_string()]))))
}

fn position(cursor: &str) -> Result<i64> {
    let [number] = decode_cursor::<1>(cursor)?;
    number.parse().map_err(|_| invalid("cursor", "is not a cursor of this list"))
}

/// Create a work item at the end of a column.
#[utoipa::path(post, path = "/api/v1/projects/{key}/work-items", tag = "work items", request_body = NewWorkItem,
    params(
        ("key" = String, Path, description = "The project's key"),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes the request safe to repeat")),
    responses(
        (status = 201, description = "The new work item", body = WorkItem),
        (status = 400, description = "Fields were refused", body = Problem),
        (status = 404, description = "There is no such project", body = Problem)))]
pub(super) async fn create(
    ctx: Ctx,
    Path(key): Path<String>,
    headers: HeaderMap,
    Json(request): Json<NewWorkItem>,
) -> Result<Reply> {
    let content = request.check()?;
    let organisation = ctx.organisation()?;
    let found = project::sql::find(&mut ctx.read().await?, organisation, &key).await?;
    let project_id = found.ok_or_else(|| not_found("project", &key))?.id;
    let (context, new) = (ctx.clone(), request.clone());
    let project_key = key.clone();
    let reply = idempotency::once(&ctx, &headers, &("work_item", &key, &request), move |tx| {
        Box::pin(async move {
            let project = open_project(tx, &context, organisation, &project_key).await?;
            let item = insert(tx, &context, &project, &new, content).await?;
            Reply::new(StatusCode::CREATED, &item)
        })
    })
    .await?;
    announce(&ctx, organisation, project_id);
    Ok(reply)
}

/// Holds a project whose items may be changed.
pub(super) async fn open_project(
    tx: &mut Tx,
    ctx: &Ctx,
    organisation: OrganisationId,
    key: &str,
) -> Result<Locked> {
    let project = project::sql::lock(tx, organisation, key, ctx.now()).await?;
    let project = project.ok_or_else(|| not_found("project", key))?;
    project.check_open().map_err(invalid_state)?;
    Ok(project)
}

async fn insert(
    tx: &mut Tx,
    ctx: &Ctx,
    project: &Locked,
    new: &NewWorkItem,
    content: Content,
) -> Result<WorkItem> {
    let column = column_of(project, new)?;
    let parent = match &new.parent {
        None => None,
        Some(key) => Some(epic(tx, project, new.kind, key).await?),
    };
    let author = Author {
        created_by: ctx.caller()?.user.to_string(),
        origin: None,
        now: ctx.now(),
        random: ctx.random().clone(),
    };
    let parent = parent.map(|epic| (epic.id, epic.key));
    let planned = Planned { kind: new.kind, content, parent };
    let mut items = insert_all(tx, project, &author, column, vec![planned]).await?;
    let item = items.pop().expect("one item was planned, so one was made");
    outbox::append(tx, project.organisation, &[Happened::Created.to(&item)], ctx.now()).await?;
    Ok(item)
}

fn column_of<'a>(project: &'a Locked, new: &NewWorkItem) -> Result<&'a str> {
    match (new.kind, &new.column) {
        (Kind::Epic, None) => Ok(""),
        (Kind::Epic, Some(_)) => Err(invalid("column", "epics stand in no column; leave it out")),
        (_, None) => Ok(project.first_column()),
        (_, Some(name)) => project.column(name).map_err(|reason| invalid("column", reason)),
    }
}

/// The epic that an item of this kind may be put in.
pub(super) async fn epic(tx: &mut Tx, project: &Locked, kind: Kind, key: &str) -> Result<WorkItem> {
    if kind == Kind::Epic {
        return Err(invalid("parent", "an epic cannot be in another epic; leave it out"));
    }
    let parent = sql::find(tx, project.organisation, key).await?;
    let parent = parent.filter(|parent| parent.project_id == project.id);
    match parent {
        Some(parent) if parent.kind == Kind::Epic => Ok(parent),
        Some(parent) => {
            let kind = parent.kind.as_str();
            Err(invalid("parent", format!("{key} is a {kind}; name an epic")))
        }
        None => {
            let reason = format!("project \"{}\" has no epic \"{key}\"", project.key);
            Err(invalid("parent", reason))
        }
    }
}

/// Show a work item.
#[utoipa::path(get, path = "/api/v1/work-items/{item_key}", tag = "work items",
    params(("item_key" = String, Path, description = "The item's key, such as CLINIC-3")),
    responses(
        (status = 200, description = "The work item", body = WorkItem),
        (status = 404, description = "There is no such work item", body = Problem)))]
pub(super) async fn get(ctx: Ctx, Path(key): Path<String>) -> Result<Json<WorkItem>> {
    let mut tx = ctx.read().await?;
    let item = sql::find(&mut tx, ctx.organisation()?, &key).await?;
    Ok(Json(item.ok_or_else(|| not_found("work item", key))?))
}
