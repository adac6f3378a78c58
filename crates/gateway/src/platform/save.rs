//! The handlers that set a platform up and change it. What is saved was tested, unless the
//! admin insists.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use base::{PlatformId, Secret};
use reqwest::Url;
use serde::Deserialize;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use store::Tx;
use web::idempotency::{self, Reply};
use web::{AuditEntry, Ctx, Error, Json, Path, Problem, Query, Result, conflict, invalid};

use super::api::{found, shown};
use super::check::{NewPlatform, PlatformChange, check};
use super::{Record, Shown, Trial, sql, trial};
use crate::Gateway;
use crate::call::key_place;
use crate::secret::{Kept, Place, SecretError, Secrets};

/// Whether to save what does not work.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Insist {
    /// Save the platform even when its test fails.
    #[serde(default)]
    force: bool,
}

/// The secrets, which are there once the program has started.
pub(super) fn secrets(gateway: &Gateway) -> Result<&Secrets> {
    gateway.secrets().ok_or_else(|| Error::internal("the gateway has no database"))
}

/// Set up a platform. It is tested first, and saved only when the test succeeds or `force`
/// is set.
#[utoipa::path(post, path = "/api/v1/platforms", tag = "platforms", request_body = NewPlatform,
    params(Insist, ("Idempotency-Key" = Option<String>, Header, description = "Makes the request safe to repeat")),
    responses(
        (status = 201, description = "The new platform", body = Shown),
        (status = 400, description = "A field cannot be used", body = Problem),
        (status = 409, description = "The name is taken", body = Problem),
        (status = 422, description = "The test failed; the detail is the provider's own error", body = Problem)))]
pub(super) async fn create(
    ctx: Ctx,
    headers: HeaderMap,
    State(gateway): State<Gateway>,
    Query(insist): Query<Insist>,
    Json(new): Json<NewPlatform>,
) -> Result<Reply> {
    let organisation = ctx.organisation()?;
    let key = new.api_key.clone().filter(|key| !key.reveal().is_empty());
    let draft = new.draft();
    check(&draft, key.as_ref())?;
    refuse_taken(&gateway, &draft.name)?;
    let tested = trial(&draft, key.clone(), ctx.now()).await;
    passed(&tested, insist.force)?;
    let id = PlatformId::new(ctx.now(), ctx.random().as_ref());
    let place = key_place(organisation, id);
    let kept = keep(&gateway, &place, key.as_ref()).await?;
    let record = Record {
        organisation,
        id,
        draft,
        tested: Some(tested.tested(ctx.now())),
        version: 1,
        created_at: ctx.now(),
        updated_at: ctx.now(),
    };
    let (context, written) = (ctx.clone(), place.clone());
    let asked = fingerprint(&record, key.as_ref());
    let saved = idempotency::once(&ctx, &headers, &asked, move |tx| {
        Box::pin(async move {
            let user = context.caller()?.user.to_string();
            if !sql::insert(tx, &record, &user).await? {
                return Err(conflict(format!(
                    "platform \"{}\" is there already; choose another name",
                    record.draft.name
                )));
            }
            write_key(tx, &context, &written, kept, key).await?;
            noted(tx, &context, &record, "platform_created", &user).await?;
            Reply::new(StatusCode::CREATED, &current(tx, &context, id).await?)
        })
    })
    .await;
    // the answer of an earlier request is about the platform that one made
    let own = id.to_string();
    if !saved.as_ref().is_ok_and(|reply| reply.body["id"] == own.as_str()) {
        forget(&gateway, &place).await;
    }
    gateway.look_again(false).await.map_err(SecretError::into_web)?;
    saved
}

/// Change a platform. When the change decides how it is reached, it is tested first. With the
/// address of another server goes its key, also when that is the same.
#[utoipa::path(patch, path = "/api/v1/platforms/{id}", tag = "platforms", request_body = PlatformChange,
    params(Insist, ("id" = PlatformId, Path, description = "The platform's id")),
    responses(
        (status = 200, description = "The platform as it is now", body = Shown),
        (status = 400, description = "A field cannot be used, or the key is needed again", body = Problem),
        (status = 404, description = "There is no such platform", body = Problem),
        (status = 409, description = "Somebody else changed it", body = Problem),
        (status = 422, description = "The test failed; the detail is the provider's own error", body = Problem)))]
pub(super) async fn change(
    ctx: Ctx,
    State(gateway): State<Gateway>,
    Path(id): Path<PlatformId>,
    Query(insist): Query<Insist>,
    Json(change): Json<PlatformChange>,
) -> Result<Json<Shown>> {
    let organisation = ctx.organisation()?;
    let place = key_place(organisation, id);
    let old = {
        let mut tx = ctx.read().await?;
        found(&mut tx, organisation, id).await?
    };
    if old.version != change.version {
        return Err(stale(&old));
    }
    let draft = change.apply(&old.draft);
    let new_key = change.api_key.clone().filter(|key| !key.reveal().is_empty());
    check(&draft, new_key.as_ref())?;
    let mut tested = old.tested.clone();
    if change.wants_test(&old.draft, &draft) {
        let key = match (&change.api_key, &new_key) {
            (None, _) => {
                let key = secrets(&gateway)?.read(&place).await.map_err(SecretError::into_web)?;
                if key.is_some() && !is_same_server(&old.draft.base_url, &draft.base_url) {
                    return Err(invalid(
                        "api_key",
                        "is needed again, because the address is another server's: a key that nobody can read does not go where it was not given for",
                    ));
                }
                key
            }
            (Some(_), key) => key.clone(),
        };
        let found = trial(&draft, key, ctx.now()).await;
        passed(&found, insist.force)?;
        tested = Some(found.tested(ctx.now()));
    }
    let kept = keep(&gateway, &place, new_key.as_ref()).await?;
    let removes_key = change.api_key.is_some() && new_key.is_none();
    let record = Record { draft, tested, ..old };
    let context = ctx.clone();
    let saved = ctx
        .write(move |tx| {
            Box::pin(async move {
                let user = context.caller()?.user.to_string();
                if !sql::update(tx, &record, record.version, context.now()).await? {
                    return Err(stale(&record));
                }
                if removes_key {
                    Secrets::remove(tx, &place).await?;
                }
                write_key(tx, &context, &place, kept, new_key).await?;
                noted(tx, &context, &record, "platform_changed", &user).await?;
                current(tx, &context, id).await
            })
        })
        .await?;
    gateway.look_again(false).await.map_err(SecretError::into_web)?;
    Ok(Json(saved))
}

/// Whether two addresses lead to the same server by the same protocol.
fn is_same_server(one: &str, other: &str) -> bool {
    let origin = |address: &str| Url::parse(address).map(|url| url.origin());
    matches!((origin(one), origin(other)), (Ok(one), Ok(other)) if one == other)
}

fn stale(record: &Record) -> Error {
    conflict(format!(
        "platform \"{}\" was changed by somebody else; read it again and repeat the change",
        record.draft.name
    ))
}

/// A name of the configuration or of ours means something else already.
fn refuse_taken(gateway: &Gateway, name: &str) -> Result<()> {
    let shared = gateway.directory().load().shared.clone();
    match shared.platform(name) {
        Some(known) if !known.is_detected => Err(conflict(format!(
            "platform \"{name}\" is there already, by the server's configuration; choose another name"
        ))),
        _ => Ok(()),
    }
}

/// Refuses what did not pass its test.
fn passed(trial: &Trial, force: bool) -> Result<()> {
    match &trial.error {
        Some(error) if !force => Err(Error::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "platform_test_failed",
            format!("{error}; nothing was saved: correct it, or save it untested with force"),
        )),
        _ => Ok(()),
    }
}

async fn keep(
    gateway: &Gateway,
    place: &Place,
    key: Option<&Secret<String>>,
) -> Result<Option<Kept>> {
    let Some(key) = key else { return Ok(None) };
    secrets(gateway)?.keep(place, key).await.map(Some).map_err(SecretError::into_web)
}

async fn write_key(
    tx: &mut Tx,
    ctx: &Ctx,
    place: &Place,
    kept: Option<Kept>,
    key: Option<Secret<String>>,
) -> Result<()> {
    let (Some(kept), Some(key)) = (kept, key) else { return Ok(()) };
    if Secrets::write(tx, place, &kept, &key, ctx.now()).await? {
        return Ok(());
    }
    Err(conflict(
        "the keys that seal secrets were replaced at this very moment; repeat the request",
    ))
}

/// What every change of a platform leaves behind: its budget, the version that calls look
/// at, and a line of the audit log.
async fn noted(
    tx: &mut Tx,
    ctx: &Ctx,
    record: &Record,
    action: &'static str,
    user: &str,
) -> Result<()> {
    sql::set_daily_budget(tx, record, record.draft.daily_budget, user, ctx.now()).await?;
    sql::touch(tx, record.organisation, ctx.now()).await?;
    let draft = &record.draft;
    let detail = json!({
        "name": draft.name,
        "kind": draft.kind,
        "base_url": draft.base_url,
        "is_enabled": draft.is_enabled,
    });
    AuditEntry::new(action, "platform", record.id).with(detail).write(tx, ctx).await
}

async fn current(tx: &mut Tx, ctx: &Ctx, id: PlatformId) -> Result<Shown> {
    let organisation = ctx.organisation()?;
    let hints = Secrets::hints(tx, organisation, "platforms", "api_key").await?;
    Ok(shown(found(tx, organisation, id).await?, &hints))
}

/// What tells one request from another, without the key itself.
fn fingerprint(record: &Record, key: Option<&Secret<String>>) -> serde_json::Value {
    let draft = &record.draft;
    let key = key.map(|key| base::hex(&Sha256::digest(key.reveal())));
    json!([
        "platform",
        draft.name,
        draft.kind,
        draft.base_url,
        draft.models,
        draft.default_model,
        draft.is_enabled,
        draft.requests_per_minute,
        draft.tokens_per_minute,
        draft.daily_budget,
        draft.fallback_order,
        draft.weight,
        draft.settings,
        key,
    ])
}

async fn forget(gateway: &Gateway, place: &Place) {
    let Ok(secrets) = secrets(gateway) else { return };
    if let Err(error) = secrets.forget(place).await {
        tracing::warn!("the {place} that was not saved is still in the vault: {error}");
    }
}
