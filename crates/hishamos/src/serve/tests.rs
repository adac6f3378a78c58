//! The server's parts on a temporary folder, without a socket.

#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use automation::{Automation, HttpTool, Options, Parts};
use axum::Router;
use base::{Clock, OsRandom, Random, SystemClock};
use identity::Identity;
use store::Bus;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use utoipa::openapi::OpenApi;
use web::{AllowedHosts, App, AppParts, RouteAccess};

use super::routes::{self, Reachable};
use super::{features, library};
use crate::config::{self, DataFlags, Environment, ServeFlags};
use crate::probe::Metrics;

/// An application on a fresh SQLite database, and what its routes work on.
pub async fn application() -> (App, Reachable) {
    let test = store::testing::sqlite().await;
    let db = test.db.clone();
    // The folder goes when the process does; the tests here end with it.
    std::mem::forget(test);
    let folder = tempfile::tempdir().unwrap();
    let data = DataFlags { data: Some(folder.path().to_owned()), database: None };
    let flags = ServeFlags { data, ..ServeFlags::default() };
    let config = config::read(&flags, &Environment::default(), "info").unwrap().config;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let random: Arc<dyn Random> = Arc::new(OsRandom);
    let gateway = features::gateway(&config, None, clock.clone(), random.clone()).unwrap();
    let identity = Identity::default();
    let files = library::read(folder.path()).unwrap();
    let agents = Arc::new(files.agents);
    let app = App::new(AppParts {
        db,
        clock,
        random,
        bus: Bus::default(),
        authenticator: Arc::new(identity.clone()),
        things: features::things(agents.clone()),
        hosts: AllowedHosts::new([]),
        tasks: TaskTracker::new(),
        shutdown: CancellationToken::new(),
        is_https: false,
    });
    let automation = Automation::start(
        &app,
        Parts {
            library: agents,
            workflows: files.workflows,
            models: Arc::new(gateway.clone()),
            procedures: features::procedures(gateway.clone()),
            tools: features::tools(),
            http: HttpTool::default(),
            options: Options {
                max_running: 1,
                max_open: 100,
                max_per_agent: 1,
                give_up_after: 3,
                node: "test".to_owned(),
            },
        },
    );
    let metrics = Metrics::detached();
    let insiders = automation.insiders(&app);
    let doors = features::doors(&config, &app, gateway.clone(), insiders, "test");
    (app, Reachable { identity, gateway, doors, automation, metrics, metrics_token: None })
}

/// The router, the document and the table of all routes.
pub async fn parts() -> (Router, OpenApi, Vec<RouteAccess>) {
    routes::parts(application().await.1)
}
