//! The handlers of projects.

use axum::http::{HeaderMap, StatusCode};
use base::{Page, PageRequest, ProjectId};
use serde::{Deserialize, Serialize};
use store::outbox::{self, Draft};
use store::{Signal, Tx};
use web::idempotency::{self, Reply};
use web::{
    Ctx, Error, Json, Path, Problem, Query, Result, conflict, decode_time_cursor,
    encode_time_cursor, not_found,
};

use super::{Locked, Project, Status, key, sql, topic};
use crate::check::{self, Checks};

/// A project to be made.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewProject {
    /// 2 to 10 letters and digits, starting with a letter; made from the name when absent.
    key: Option<String>,
    /// 1 to 255 characters.
    name: String,
    /// Up to 20,000 characters.
    #[serde(default)]
    description: String,
}

/// What to change of a project; what is absent stays.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ProjectChange {
    /// 1 to 255 characters.
    name: Option<String>,
    /// Up to 20,000 characters.
    description: Option<String>,
    /// Where it is in its life.
    status: Option<Status>,
}

/// List the projects, newest first.
#[utoipa::path(get, path = "/api/v1/projects", tag = "projects", params(PageRequest),
    responses((status = 200, description = "A page of projects", body = Page<Project>)))]
pub(super) async fn list(ctx: Ctx, Query(page): Query<PageRequest>) -> Result<Json<Page<Project>>> {
    let after = page.cursor.as_deref().map(decode_time_cursor::<String>).transpose()?;
    let after = after.as_ref().map(|(at, id)| (*at, id.as_str()));
    let mut tx = ctx.read().await?;
    let rows = sql::list(&mut tx, ctx.organisation()?, after, page.limit()).await?;
    Ok(Json(Page::from_rows(rows, page.limit(), |project| {
        encode_time_cursor(project.created_at, project.id)
    })))
}

/// Create a project with the default columns.
#[utoipa::path(post, path = "/api/v1/projects", tag = "projects", request_body = NewProject,
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes the request safe to repeat")),
    responses(
        (status = 201, description = "The new project", body = Project),
        (status = 409, description = "The key is taken", body = Problem)))]
pub(super) async fn create(
    ctx: Ctx,
    headers: HeaderMap,
    Json(request): Json<NewProject>,
) -> Result<Reply> {
    let mut checks = Checks::default();
    let name = checks.title("name", &request.name, check::TITLE);
    let description = checks.text("description", &request.description, check::DESCRIPTION);
    let wanted = request.key.as_deref().map(key::parse).transpose();
    let wanted = wanted.unwrap_or_else(|reason| {
        checks.refuse("key", reason);
        None
    });
    let (name, description, wanted) = checks.finish((name, description, wanted))?;
    let context = ctx.clone();
    idempotency::once(&ctx, &headers, &("project", request), move |tx| {
        Box::pin(async move {
            let project = insert(tx, &context, wanted, &name, &description).await?;
            Reply::new(StatusCode::CREATED, &project)
        })
    })
    .await
}

async fn insert(
    tx: &mut Tx,
    ctx: &Ctx,
    wanted: Option<String>,
    name: &str,
    description: &str,
) -> Result<Project> {
    let caller = ctx.caller()?;
    let organisation = caller.organisation;
    let key = if let Some(key) = wanted {
        key
    } else {
        let stem = key::from_name(name);
        // Only what begins alike can collide; two letters are enough to find it all.
        let alike: String = stem.chars().take(2).collect();
        key::free(&stem, &sql::keys_like(tx, organisation, &alike).await?)
    };
    let created_by = caller.user.to_string();
    let id = ProjectId::new(ctx.now(), ctx.random().as_ref());
    let new = sql::New {
        organisation,
        id,
        key: &key,
        name,
        description,
        created_by: &created_by,
        now: ctx.now(),
    };
    if !sql::insert(tx, &new).await? {
        return Err(conflict(format!(
            "project key \"{key}\" is taken by another project; choose another key"
        )));
    }
    written(tx, ctx, &key, "project.created").await
}

/// The project as it stands now, with an event about it in the outbox.
async fn written(tx: &mut Tx, ctx: &Ctx, key: &str, kind: &'static str) -> Result<Project> {
    let organisation = ctx.organisation()?;
    let project = sql::find(tx, organisation, key).await?;
    let project = project.ok_or_else(|| Error::internal("a project vanished while it was held"))?;
    let body = serde_json::json!({ "project": project });
    let draft = Draft { topic: topic(project.id), kind, body };
    outbox::append(tx, organisation, &[draft], ctx.now()).await?;
    Ok(project)
}

/// Show a project.
#[utoipa::path(get, path = "/api/v1/projects/{key}", tag = "projects",
    params(("key" = String, Path, description = "The project's key")),
    responses(
        (status = 200, description = "The project", body = Project),
        (status = 404, description = "There is no such project", body = Problem)))]
pub(super) async fn get(ctx: Ctx, Path(key): Path<String>) -> Result<Json<Project>> {
    let mut tx = ctx.read().await?;
    let project = sql::find(&mut tx, ctx.organisation()?, &key).await?;
    Ok(Json(project.ok_or_else(|| not_found("project", key))?))
}

/// Change a project's name, description or status.
#[utoipa::path(patch, path = "/api/v1/projects/{key}", tag = "projects", request_body = ProjectChange,
    params(("key" = String, Path, description = "The project's key")),
    responses(
        (status = 200, description = "The project as it is now", body = Project),
        (status = 404, description = "There is no such project", body = Problem)))]
pub(super) async fn change(
    ctx: Ctx,
    Path(key): Path<String>,
    Json(change): Json<ProjectChange>,
) -> Result<Json<Project>> {
    let organisation = ctx.organisation()?;
    let mut checks = Checks::default();
    let name = change.name.map(|name| checks.title("name", &name, check::TITLE));
    let description =
        change.description.map(|text| checks.text("description", &text, check::DESCRIPTION));
    let (name, description) = checks.finish((name, description))?;
    let context = ctx.clone();
    let project = ctx
        .write(move |tx| {
            Box::pin(async move {
                let held: Option<Locked> = sql::lock(tx, organisation, &key, context.now()).await?;
                let held = held.ok_or_else(|| not_found("project", &key))?;
                sql::update(tx, &held, name, description, change.status).await?;
                written(tx, &context, &held.key, "project.updated").await
            })
        })
        .await?;
    ctx.app().bus.send(Signal::Outbox { organisation, topic: topic(project.id) });
    Ok(Json(project))
}
