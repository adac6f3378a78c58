//! Starting: everything that can be refused is refused before anything runs.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use automation::{Automation, HttpTool, Options, Parts};
use base::{Clock, OsRandom, Random, SystemClock};
use identity::{Identity, Lifetimes};
use store::{Bus, DataFolder, DatabaseLock, Db, migrate};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use web::{AllowedHosts, App, AppParts};

use super::routes::Reachable;
use super::{features, library, listen, node, routes};
use crate::config::{Config, near};
use crate::failure::{Failure, Result};
use crate::probe::Metrics;

/// A server whose parts all stand; [`Server::run`] serves until it is asked to stop.
pub struct Server {
    /// What requests and tasks share.
    pub app: App,
    /// Who may come in.
    pub identity: Identity,
    /// Where it listens.
    pub address: SocketAddr,
    pub(super) listener: TcpListener,
    pub(super) router: axum::Router,
    /// Held until the end: one process uses a data folder.
    pub(super) folder: DataFolder,
    /// Held until the end: one process uses a SQLite file.
    pub(super) lock: Option<DatabaseLock>,
}

/// Opens and locks the data folder, and makes sure that it can be written.
pub fn open_folder(path: &Path) -> Result<DataFolder> {
    let folder = DataFolder::open(path)?;
    node::check_writable(path)?;
    Ok(folder)
}

/// Opens the database and brings its schema up, or says what is pending.
pub async fn open_database(config: &Config, may_migrate: bool) -> Result<Db> {
    let db = Db::connect(&config.database.target).await?;
    let pending = migrate::status(&db).await?.pending;
    if pending.is_empty() {
        return Ok(db);
    }
    if may_migrate {
        migrate::upgrade(&db, SystemClock.now()).await?;
        return Ok(db);
    }
    let names: Vec<&str> = pending.iter().map(|migration| migration.name).collect();
    db.close().await;
    Err(Failure::failed(format!(
        "the database lacks {} of this program's migrations ({}); run \"hishamos-migrate upgrade\", or start without --no-migrate",
        names.len(),
        names.join(", ")
    )))
}

impl Server {
    /// Puts everything together and listens; requests wait until [`Server::run`].
    pub async fn start(config: &Config, may_migrate: bool) -> Result<Self> {
        let folder = open_folder(&config.data.folder)?;
        let node = node::id(folder.path(), &OsRandom)?;
        let (listener, address) = listen::bind(config.server.listen)?;
        let library = library::read(folder.path())?;
        let agents = Arc::new(library.agents);
        let metrics = Metrics::install()?;
        let lock = DatabaseLock::take(&config.database.target)?;
        let db = open_database(config, may_migrate).await?;
        let lifetimes =
            Lifetimes { idle: config.limits.session_idle, absolute: config.limits.session };
        let identity = Identity::new(lifetimes);
        let (clock, random) = (Arc::new(SystemClock) as Arc<dyn Clock>, Arc::new(OsRandom));
        let random: Arc<dyn Random> = random;
        let shared = features::shared(config, &node)?;
        let gateway = features::gateway(config, shared, clock.clone(), random.clone())?;
        let app = App::new(AppParts {
            db,
            clock,
            random,
            bus: Bus::default(),
            authenticator: Arc::new(identity.clone()),
            things: features::things(agents.clone()),
            hosts: AllowedHosts::new(config.server.hosts()),
            tasks: TaskTracker::new(),
            shutdown: CancellationToken::new(),
            is_https: config.server.is_https(),
        });
        features::open_gateway(config, &app, &gateway).await?;
        let options = Options {
            max_running: config.limits.running_executions,
            max_open: config.limits.open_executions,
            max_per_agent: config.limits.attempts_per_agent,
            give_up_after: config.limits.deaths_of_a_step,
            node: node.clone(),
        };
        let automation = Automation::start(
            &app,
            Parts {
                library: agents,
                workflows: library.workflows,
                models: Arc::new(gateway.clone()),
                procedures: features::procedures(gateway.clone()),
                tools: features::tools(),
                http: HttpTool::new(config.tools.http_allow.clone()),
                options,
            },
        );
        let insiders = automation.insiders(&app);
        let doors = features::doors(config, &app, gateway.clone(), insiders, &node);
        doors.open().await?;
        app.spawn(gateway.clone().watch(app.shutdown.clone()));
        app.spawn(metrics.clone().keep_up(app.shutdown.clone()));
        if let Some(post) = metrics.post(&config.telemetry, app.clock.clone()) {
            app.spawn(post.run(app.shutdown.clone()));
        }
        let reachable = Reachable {
            identity: identity.clone(),
            gateway,
            doors,
            automation,
            metrics,
            metrics_token: config.server.metrics_token.clone(),
        };
        let router = routes::router(&app, reachable, config.limits.request);
        Ok(Self { app, identity, address, listener, router, folder, lock })
    }

    /// The address for this machine's own requests.
    pub fn near_url(&self) -> String {
        format!("http://{}", near(self.address))
    }

    /// The address that people use.
    pub fn url(&self, config: &Config) -> String {
        config.server.public_url.clone().unwrap_or_else(|| self.near_url())
    }
}
