//! The handlers of model groups.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use base::{ModelGroupId, OrganisationId, Page};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::Tx;
use utoipa_axum::routes;
use web::idempotency::{self, Reply};
use web::{
    Access, AuditEntry, Ctx, Error, FieldError, Json, Path, Permission, Problem, Result, Routes,
    conflict, not_found,
};

use super::{Group, GroupTarget, Strategy, sql};
use crate::Gateway;
use crate::platform::sql::touch;
use crate::secret::SecretError;

/// The routes of model groups.
pub(crate) fn routes(gateway: Gateway) -> Routes {
    let manage = Access::Permission(Permission::ManagePlatforms);
    Routes::new()
        .add(Access::Permission(Permission::ViewModels), routes!(list))
        .add(manage, routes!(create))
        .add(Access::Permission(Permission::ViewModels), routes!(get))
        .add(manage, routes!(change, remove))
        .with_state(gateway)
}

/// A model group to be made, or as it should be.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewGroup {
    /// The name that calls use for it; without a slash.
    name: String,
    /// How the first model is chosen; the others follow if it fails.
    #[serde(default)]
    strategy: Strategy,
    /// Its models; one makes the group an alias.
    targets: Vec<GroupTarget>,
    /// After so many milliseconds without a word, the second model is asked too, and the
    /// one that speaks first goes on; both may cost.
    #[serde(default)]
    hedge_after_ms: Option<i64>,
    /// Whether calls may use it.
    #[serde(default = "yes")]
    is_enabled: bool,
    /// The version that this changes; only for changes.
    #[serde(default)]
    version: Option<i64>,
}

const fn yes() -> bool {
    true
}

impl NewGroup {
    fn check(&self) -> Result<()> {
        let mut wrong = Vec::new();
        let mut refuse = |field: &str, message: &str| {
            wrong.push(FieldError { field: field.to_owned(), message: message.to_owned() });
        };
        let is_letter = |c: char| c.is_ascii_alphanumeric() || "-_.:@".contains(c);
        let name = &self.name;
        if name.is_empty() || name.len() > 128 || !name.chars().all(is_letter) {
            refuse("name", "use 1 to 128 letters, digits, `-`, `_`, `.`, `:` or `@`");
        }
        if name.starts_with("agent:") || name.starts_with("workflow:") {
            refuse("name", "names an agent or a workflow; choose another beginning");
        }
        if self.targets.is_empty() || self.targets.len() > 50 {
            refuse("targets", "name 1 to 50 models");
        }
        for (index, target) in self.targets.iter().enumerate() {
            if target.platform.is_empty() || target.model.is_empty() || target.model.len() > 255 {
                refuse(&format!("targets[{index}]"), "name a platform and its model");
            }
            if !(0..=1_000).contains(&target.weight) {
                refuse(&format!("targets[{index}].weight"), "is not between 0 and 1000");
            }
        }
        if self.hedge_after_ms.is_some_and(|ms| !(1..=600_000).contains(&ms)) {
            refuse("hedge_after_ms", "is not between 1 ms and 10 minutes");
        }
        if wrong.is_empty() { Ok(()) } else { Err(Error::invalid_fields(wrong)) }
    }
}

/// List the model groups.
#[utoipa::path(get, path = "/api/v1/model-groups", tag = "platforms",
    responses((status = 200, description = "Every group", body = Page<Group>)))]
async fn list(ctx: Ctx) -> Result<Json<Page<Group>>> {
    let mut tx = ctx.read().await?;
    let items = sql::all(&mut tx, ctx.organisation()?).await?;
    Ok(Json(Page { items, next: None }))
}

/// Make a model group. Its name then stands for its models in every call.
#[utoipa::path(post, path = "/api/v1/model-groups", tag = "platforms", request_body = NewGroup,
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes the request safe to repeat")),
    responses(
        (status = 201, description = "The new group", body = Group),
        (status = 400, description = "A field cannot be used", body = Problem),
        (status = 409, description = "The name is taken", body = Problem)))]
async fn create(
    ctx: Ctx,
    headers: HeaderMap,
    State(gateway): State<Gateway>,
    Json(new): Json<NewGroup>,
) -> Result<Reply> {
    new.check()?;
    let asked = json!(["model group", new]);
    let context = ctx.clone();
    let reply = idempotency::once(&ctx, &headers, &asked, move |tx| {
        Box::pin(async move {
            let organisation = context.organisation()?;
            let group = Group {
                id: ModelGroupId::new(context.now(), context.random().as_ref()),
                organisation,
                name: new.name,
                strategy: new.strategy,
                targets: new.targets,
                hedge_after_ms: new.hedge_after_ms,
                is_enabled: new.is_enabled,
                version: 1,
                created_at: context.now(),
                updated_at: context.now(),
            };
            if !sql::insert(tx, &group, &context.caller()?.user.to_string()).await? {
                return Err(taken(&group.name));
            }
            noted(tx, &context, "model_group_created", &group).await?;
            Reply::new(StatusCode::CREATED, &group)
        })
    })
    .await?;
    gateway.look_again(false).await.map_err(SecretError::into_web)?;
    Ok(reply)
}

/// Show a model group.
#[utoipa::path(get, path = "/api/v1/model-groups/{id}", tag = "platforms",
    params(("id" = ModelGroupId, Path, description = "The group's id")),
    responses(
        (status = 200, description = "The group", body = Group),
        (status = 404, description = "There is no such group", body = Problem)))]
async fn get(ctx: Ctx, Path(id): Path<ModelGroupId>) -> Result<Json<Group>> {
    let mut tx = ctx.read().await?;
    found(&mut tx, ctx.organisation()?, id).await.map(Json)
}

/// Change a model group: everything is as given afterwards.
#[utoipa::path(put, path = "/api/v1/model-groups/{id}", tag = "platforms", request_body = NewGroup,
    params(("id" = ModelGroupId, Path, description = "The group's id")),
    responses(
        (status = 200, description = "The group as it is now", body = Group),
        (status = 404, description = "There is no such group", body = Problem),
        (status = 409, description = "Somebody else changed it, or the name is taken", body = Problem)))]
async fn change(
    ctx: Ctx,
    State(gateway): State<Gateway>,
    Path(id): Path<ModelGroupId>,
    Json(new): Json<NewGroup>,
) -> Result<Json<Group>> {
    new.check()?;
    let Some(version) = new.version else {
        return Err(web::invalid("version", "name the version that this changes"));
    };
    let context = ctx.clone();
    let group = ctx
        .write(move |tx| {
            Box::pin(async move {
                let organisation = context.organisation()?;
                let old = found(tx, organisation, id).await?;
                let namesake = sql::find_named(tx, organisation, &new.name).await?;
                if namesake.is_some_and(|namesake| namesake.id != id) {
                    return Err(taken(&new.name));
                }
                let group = Group {
                    name: new.name,
                    strategy: new.strategy,
                    targets: new.targets,
                    hedge_after_ms: new.hedge_after_ms,
                    is_enabled: new.is_enabled,
                    ..old
                };
                if !sql::update(tx, &group, version, context.now()).await? {
                    return Err(conflict(format!(
                        "model group \"{}\" was changed by somebody else; read it again and repeat the change",
                        group.name
                    )));
                }
                noted(tx, &context, "model_group_changed", &group).await?;
                found(tx, organisation, id).await
            })
        })
        .await?;
    gateway.look_again(false).await.map_err(SecretError::into_web)?;
    Ok(Json(group))
}

/// Remove a model group. Calls that name it are refused from then on.
#[utoipa::path(delete, path = "/api/v1/model-groups/{id}", operation_id = "remove_model_group", tag = "platforms",
    params(("id" = ModelGroupId, Path, description = "The group's id")),
    responses(
        (status = 204, description = "It is gone"),
        (status = 404, description = "There is no such group", body = Problem)))]
async fn remove(
    ctx: Ctx,
    State(gateway): State<Gateway>,
    Path(id): Path<ModelGroupId>,
) -> Result<StatusCode> {
    let context = ctx.clone();
    ctx.write(move |tx| {
        Box::pin(async move {
            let organisation = context.organisation()?;
            let group = found(tx, organisation, id).await?;
            sql::delete(tx, organisation, id).await?;
            noted(tx, &context, "model_group_removed", &group).await
        })
    })
    .await?;
    gateway.look_again(false).await.map_err(SecretError::into_web)?;
    Ok(StatusCode::NO_CONTENT)
}

async fn found(tx: &mut Tx, organisation: OrganisationId, id: ModelGroupId) -> Result<Group> {
    sql::find(tx, organisation, id).await?.ok_or_else(|| not_found("model group", id))
}

fn taken(name: &str) -> Error {
    conflict(format!("model group \"{name}\" is there already; choose another name"))
}

async fn noted(tx: &mut Tx, ctx: &Ctx, action: &'static str, group: &Group) -> Result<()> {
    touch(tx, group.organisation, ctx.now()).await?;
    let detail =
        json!({ "name": group.name, "strategy": group.strategy, "targets": group.targets });
    AuditEntry::new(action, "model_group", group.id).with(detail).write(tx, ctx).await
}
