//! The handlers of prices.

use axum::extract::State;
use axum::http::StatusCode;
use base::{Page, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa_axum::routes;
use web::{Access, AuditEntry, Ctx, Json, Permission, Problem, Query, Result, Routes, not_found};

use super::model::ModelPrice;
use super::{UnknownPrice, import, sql};
use crate::Gateway;
use crate::platform::sql::{names, set_unknown_price, touch};
use crate::secret::SecretError;

/// The routes of prices.
pub(crate) fn routes(gateway: Gateway) -> Routes {
    let manage = Access::Permission(Permission::ManagePlatforms);
    Routes::new()
        .add(Access::Permission(Permission::ViewCosts), routes!(list))
        .add(manage, routes!(import_prices))
        .add(manage, routes!(remove))
        .add(manage, routes!(show_rule, set_rule))
        .with_state(gateway)
}

/// Which price is meant.
#[derive(Debug, Clone, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct Which {
    /// The platform's name.
    platform: String,
    /// The model; the price of every model of the platform when absent.
    model: Option<String>,
    /// From when it counts.
    valid_from: Timestamp,
}

/// How many prices were set.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct PricesImported {
    /// How many.
    imported: usize,
}

/// What happens to calls without a known price.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct PriceRule {
    /// Whether such calls are made and flagged, or refused.
    unknown_price: UnknownPrice,
}

/// List the prices that win over the bundled table.
#[utoipa::path(get, path = "/api/v1/prices", tag = "platforms",
    responses((status = 200, description = "Every price that was set", body = Page<ModelPrice>)))]
async fn list(ctx: Ctx) -> Result<Json<Page<ModelPrice>>> {
    let mut tx = ctx.read().await?;
    let items = sql::rows(&mut tx, ctx.organisation()?).await?;
    Ok(Json(Page { items, next: None }))
}

/// Set prices: a JSON list, or a CSV table with a heading and the same columns. Either all
/// are taken or none. A price of the same platform, model and moment is replaced.
#[utoipa::path(post, path = "/api/v1/prices", tag = "platforms",
    request_body(content((Vec<ModelPrice> = "application/json"), (String = "text/csv"))),
    responses(
        (status = 200, description = "How many were set", body = PricesImported),
        (status = 400, description = "A line cannot be used", body = Problem),
        (status = 422, description = "There is no such platform", body = Problem)))]
async fn import_prices(
    ctx: Ctx,
    State(gateway): State<Gateway>,
    import::Prices(prices): import::Prices,
) -> Result<Json<PricesImported>> {
    let imported = prices.len();
    let (context, picture) = (ctx.clone(), gateway.picture(ctx.organisation()?));
    ctx.write(move |tx| {
        Box::pin(async move {
            let organisation = context.organisation()?;
            let mut platforms = names(tx, organisation).await?;
            platforms.extend(picture.platforms.iter().map(|known| known.name.to_string()));
            import::check_platforms(&prices, &platforms)?;
            let user = context.caller()?.user.to_string();
            for price in &prices {
                sql::write(tx, organisation, price, &user, context.now()).await?;
            }
            touch(tx, organisation, context.now()).await?;
            let mut platforms: Vec<&str> = prices.iter().map(|one| one.platform.as_str()).collect();
            platforms.sort_unstable();
            platforms.dedup();
            let detail = json!({ "count": prices.len(), "platforms": platforms });
            AuditEntry::new("prices_set", "price", "").with(detail).write(tx, &context).await
        })
    })
    .await?;
    gateway.look_again(false).await.map_err(SecretError::into_web)?;
    Ok(Json(PricesImported { imported }))
}

/// Remove a price; the one before it counts again, or the bundled table.
#[utoipa::path(delete, path = "/api/v1/prices", operation_id = "remove_price", tag = "platforms", params(Which),
    responses(
        (status = 204, description = "It is gone"),
        (status = 404, description = "There is no such price", body = Problem)))]
async fn remove(
    ctx: Ctx,
    State(gateway): State<Gateway>,
    Query(which): Query<Which>,
) -> Result<StatusCode> {
    let context = ctx.clone();
    ctx.write(move |tx| {
        Box::pin(async move {
            let organisation = context.organisation()?;
            let model = which.model.as_deref().unwrap_or_default();
            let key = (which.platform.as_str(), model, which.valid_from);
            if !sql::delete(tx, organisation, key).await? {
                return Err(not_found("price", format!("{}/{model}", which.platform)));
            }
            touch(tx, organisation, context.now()).await?;
            let detail = json!({ "platform": which.platform, "model": which.model });
            AuditEntry::new("price_removed", "price", "").with(detail).write(tx, &context).await
        })
    })
    .await?;
    gateway.look_again(false).await.map_err(SecretError::into_web)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Show what happens to calls whose price nobody knows.
#[utoipa::path(get, path = "/api/v1/prices/rule", operation_id = "get_price_rule", tag = "platforms",
    responses((status = 200, description = "The rule", body = PriceRule)))]
async fn show_rule(ctx: Ctx, State(gateway): State<Gateway>) -> Result<Json<PriceRule>> {
    let unknown_price = gateway.picture(ctx.organisation()?).unknown_price;
    Ok(Json(PriceRule { unknown_price }))
}

/// Decide what happens to calls whose price nobody knows.
#[utoipa::path(put, path = "/api/v1/prices/rule", operation_id = "set_price_rule", tag = "platforms", request_body = PriceRule,
    responses((status = 200, description = "The rule as it is now", body = PriceRule)))]
async fn set_rule(
    ctx: Ctx,
    State(gateway): State<Gateway>,
    Json(rule): Json<PriceRule>,
) -> Result<Json<PriceRule>> {
    let context = ctx.clone();
    ctx.write(move |tx| {
        Box::pin(async move {
            let organisation = context.organisation()?;
            touch(tx, organisation, context.now()).await?;
            set_unknown_price(tx, organisation, rule.unknown_price.as_str()).await?;
            let detail = json!(rule);
            AuditEntry::new("price_rule_set", "price", "").with(detail).write(tx, &context).await
        })
    })
    .await?;
    gateway.look_again(false).await.map_err(SecretError::into_web)?;
    Ok(Json(rule))
}
