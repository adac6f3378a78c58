//! The handlers that show, test and remove platforms; `save.rs` sets them up.

use axum::extract::State;
use base::{OrganisationId, Page, PlatformId};
use serde::Serialize;
use store::Tx;
use web::{AuditEntry, Ctx, Json, Path, Problem, Result, not_found};

use super::{Backend, Platform, Record, Shown, Source, Trial, sql, trial};
use crate::Gateway;
use crate::call::key_place;
use crate::secret::{SecretError, Secrets};

/// The models that a platform serves.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct PlatformModels {
    /// Their names, as it says itself.
    models: Vec<String>,
}

/// List the platforms: those of the database first, then those of the configuration and
/// those that come by nature.
#[utoipa::path(get, path = "/api/v1/platforms", tag = "platforms",
    responses((status = 200, description = "Every platform", body = Page<Shown>)))]
pub(super) async fn list(ctx: Ctx, State(gateway): State<Gateway>) -> Result<Json<Page<Shown>>> {
    let organisation = ctx.organisation()?;
    let mut tx = ctx.read().await?;
    let hints = Secrets::hints(&mut tx, organisation, "platforms", "api_key").await?;
    let records = sql::all(&mut tx, organisation).await?;
    let mut items: Vec<Shown> = records.into_iter().map(|record| shown(record, &hints)).collect();
    let shared = gateway.directory().load().shared.clone();
    let others = shared.platforms.iter().filter(|platform| {
        !platform.is_detected || items.iter().all(|item| *item.name != *platform.name)
    });
    let others: Vec<Shown> = others.map(|platform| shown_by_nature(platform)).collect();
    items.extend(others);
    Ok(Json(Page { items, next: None }))
}

/// A stored platform as it is shown.
pub(super) fn shown(record: Record, hints: &[(String, String)]) -> Shown {
    let id = record.id.to_string();
    let hint = hints.iter().find(|(row, _)| *row == id).map(|(_, hint)| hint.as_str());
    record.shown(hint)
}

fn shown_by_nature(platform: &Platform) -> Shown {
    let has_key = match (&platform.backend, platform.source) {
        (Backend::Fixed(provider), Source::Configuration) => {
            provider.endpoint().is_some_and(|endpoint| endpoint.api_key.is_some())
        }
        _ => false,
    };
    Shown {
        id: None,
        source: platform.source,
        name: platform.name.to_string(),
        kind: platform.kind,
        base_url: platform.base_url.clone(),
        api_key: has_key.then(|| "…".to_owned()),
        models: platform.offer().models,
        default_model: None,
        is_enabled: true,
        requests_per_minute: None,
        tokens_per_minute: None,
        daily_budget_micros: None,
        fallback_order: 0,
        weight: 1,
        settings: platform.settings.clone(),
        tested: None,
        version: 0,
        created_at: None,
        updated_at: None,
    }
}

/// Show a platform.
#[utoipa::path(get, path = "/api/v1/platforms/{id}", tag = "platforms",
    params(("id" = PlatformId, Path, description = "The platform's id")),
    responses(
        (status = 200, description = "The platform", body = Shown),
        (status = 404, description = "There is no such platform", body = Problem)))]
pub(super) async fn get(ctx: Ctx, Path(id): Path<PlatformId>) -> Result<Json<Shown>> {
    let organisation = ctx.organisation()?;
    let mut tx = ctx.read().await?;
    let hints = Secrets::hints(&mut tx, organisation, "platforms", "api_key").await?;
    Ok(Json(shown(found(&mut tx, organisation, id).await?, &hints)))
}

/// The platform with this id, or the answer that there is none.
pub(super) async fn found(
    tx: &mut Tx,
    organisation: OrganisationId,
    id: PlatformId,
) -> Result<Record> {
    sql::find(tx, organisation, id).await?.ok_or_else(|| not_found("platform", id))
}

/// The platform and its key; nothing is done with a platform whose key cannot be read.
async fn with_key(
    ctx: &Ctx,
    gateway: &Gateway,
    id: PlatformId,
) -> Result<(Record, Option<base::Secret<String>>)> {
    let organisation = ctx.organisation()?;
    let record = {
        let mut tx = ctx.read().await?;
        found(&mut tx, organisation, id).await?
    };
    let secrets = super::save::secrets(gateway)?;
    let key = secrets.read(&key_place(organisation, id)).await.map_err(SecretError::into_web)?;
    Ok((record, key))
}

/// Test the connection to a platform with a tiny question. The answer has the latency or
/// the provider's own error; both are shown with the platform from then on.
#[utoipa::path(post, path = "/api/v1/platforms/{id}/test", operation_id = "test_platform", tag = "platforms",
    params(("id" = PlatformId, Path, description = "The platform's id")),
    responses(
        (status = 200, description = "How it went", body = Trial),
        (status = 404, description = "There is no such platform", body = Problem)))]
pub(super) async fn test(
    ctx: Ctx,
    State(gateway): State<Gateway>,
    Path(id): Path<PlatformId>,
) -> Result<Json<Trial>> {
    let (record, key) = with_key(&ctx, &gateway, id).await?;
    let found = trial(&record.draft, key, ctx.now()).await;
    let (organisation, tested) = (record.organisation, found.tested(ctx.now()));
    ctx.write(move |tx| {
        Box::pin(async move { Ok(sql::write_test(tx, organisation, id, &tested).await?) })
    })
    .await?;
    Ok(Json(found))
}

/// Ask a platform for the models that it serves.
#[utoipa::path(get, path = "/api/v1/platforms/{id}/models", operation_id = "list_platform_models", tag = "platforms",
    params(("id" = PlatformId, Path, description = "The platform's id")),
    responses(
        (status = 200, description = "The models", body = PlatformModels),
        (status = 404, description = "There is no such platform", body = Problem),
        (status = 502, description = "The platform does not say", body = Problem)))]
pub(super) async fn models(
    ctx: Ctx,
    State(gateway): State<Gateway>,
    Path(id): Path<PlatformId>,
) -> Result<Json<PlatformModels>> {
    let (record, key) = with_key(&ctx, &gateway, id).await?;
    let models = super::trial::served(&record.draft, key).await;
    let models = models.map_err(|error| {
        let status = axum::http::StatusCode::BAD_GATEWAY;
        web::Error::new(status, error.code(), error.to_string())
    })?;
    Ok(Json(PlatformModels { models }))
}

/// Remove a platform and its key. What it cost stays in the ledger.
#[utoipa::path(delete, path = "/api/v1/platforms/{id}", operation_id = "remove_platform", tag = "platforms",
    params(("id" = PlatformId, Path, description = "The platform's id")),
    responses(
        (status = 204, description = "It is gone"),
        (status = 404, description = "There is no such platform", body = Problem)))]
pub(super) async fn remove(
    ctx: Ctx,
    State(gateway): State<Gateway>,
    Path(id): Path<PlatformId>,
) -> Result<axum::http::StatusCode> {
    let organisation = ctx.organisation()?;
    let place = key_place(organisation, id);
    let (context, held) = (ctx.clone(), place.clone());
    ctx.write(move |tx| {
        Box::pin(async move {
            let record = found(tx, organisation, id).await?;
            sql::delete(tx, organisation, id).await?;
            sql::set_daily_budget(
                tx,
                &record,
                None,
                &context.caller()?.user.to_string(),
                context.now(),
            )
            .await?;
            Secrets::remove(tx, &held).await?;
            sql::touch(tx, organisation, context.now()).await?;
            let detail = serde_json::json!({ "name": record.draft.name });
            AuditEntry::new("platform_removed", "platform", id)
                .with(detail)
                .write(tx, &context)
                .await
        })
    })
    .await?;
    gateway.look_again(false).await.map_err(SecretError::into_web)?;
    if let Err(error) = super::save::secrets(&gateway)?.forget(&place).await {
        // the row is gone and so is the way to the secret; only the vault still has it
        tracing::warn!("the removed platform's {place} is still in the vault: {error}");
    }
    Ok(axum::http::StatusCode::NO_CONTENT)
}
