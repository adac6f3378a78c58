//! Everything that can be reached, with who may: the features' routes, the program's own,
//! and below them the UI.

use std::sync::Arc;
use std::time::Duration;

use automation::Automation;
use axum::Router;
use base::Secret;
use gateway::{Doors, Gateway};
use identity::Identity;
use utoipa::openapi::OpenApi;
use web::{App, RouteAccess, Routes};

use super::layers;
use crate::probe::Metrics;
use crate::{openapi, probe, ui};

/// What the routes work on.
#[derive(Clone)]
pub struct Reachable {
    /// People.
    pub identity: Identity,
    /// Models.
    pub gateway: Gateway,
    /// Outside clients.
    pub doors: Doors,
    /// Workflows.
    pub automation: Automation,
    /// The recorder of metrics.
    pub metrics: Metrics,
    /// What lets a scraper on this machine in.
    pub metrics_token: Option<Secret<String>>,
}

/// The router, the document and the table of all routes. The doors are documented with the
/// others; requests reach them by a router of their own, see [`router`].
pub fn parts(reachable: Reachable) -> (Router, OpenApi, Vec<RouteAccess>) {
    let Reachable { identity, gateway, doors, automation, metrics, metrics_token } = reachable;
    let document = openapi::Document::default();
    let (router, found, table) = Routes::new()
        .merge(identity::routes(&identity))
        .merge(projects::routes())
        .merge(gateway::routes(gateway))
        .merge(gateway::door_routes(doors))
        .merge(automation::routes(automation.clone()))
        .merge(probe::routes(probe::State {
            automation,
            metrics,
            metrics_token: metrics_token.map(Arc::new),
        }))
        .merge(openapi::routes(document.clone()))
        .into_parts();
    let found = openapi::finish(found, &table);
    document.set(&found);
    (router, found, table)
}

/// The whole HTTP side.
pub fn router(app: &App, reachable: Reachable, request_timeout: Duration) -> Router {
    let (doors, _, _) = gateway::door_routes(reachable.doors.clone()).into_parts();
    let (router, _, _) = parts(reachable);
    let rest = layers::wrap(router.fallback(ui::serve), app, request_timeout);
    layers::wrap_doors(doors).fallback_service(rest)
}
