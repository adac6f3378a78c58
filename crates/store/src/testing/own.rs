//! A database on a PostgreSQL server that no other test uses, for tests that crash it.

use std::fmt;
use std::sync::Arc;

use super::TestDb;
use super::database::unique;
use super::server::OwnServer;

/// A fresh, migrated database on a server of its own; dropping it removes both.
pub struct OwnPostgres {
    /// The database. It goes before its server does.
    pub test: TestDb,
    server: Arc<OwnServer>,
}

impl fmt::Debug for OwnPostgres {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("OwnPostgres").field(&self.test).finish()
    }
}

/// Starts the server, which takes a second or two.
pub async fn own_postgres() -> OwnPostgres {
    let name = unique("hishamos-own-postgres-");
    let server = blocking(move || OwnServer::start(&name)).await;
    let test = super::postgres::create_on(server.url()).await;
    OwnPostgres { test, server: Arc::new(server) }
}

impl OwnPostgres {
    /// Ends the server at once, as a crash does, and starts it again (`pg_ctl restart
    /// -m immediate`); it answers when this returns.
    pub async fn crash(&self) {
        let server = self.server.clone();
        blocking(move || server.crash()).await;
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, String> + Send + 'static,
) -> T {
    let done = tokio::task::spawn_blocking(work).await;
    done.expect("starting PostgreSQL does not panic").unwrap_or_else(|problem| panic!("{problem}"))
}
