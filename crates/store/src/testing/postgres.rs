//! PostgreSQL test databases: copies of a database that was migrated once for each schema.

use std::str::FromStr as _;

use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, PgConnection, Row as _};

use super::database::{Remove, TestDb, schema_hash, test_time, unique};
use crate::{Db, Target, migrate};

/// Keeps two from making the template at the same time.
const TEMPLATE_LOCK: &str = "select pg_advisory_lock(5208511236458)";

pub(super) async fn create() -> TestDb {
    create_on(server().await).await
}

/// A database on the server with this address.
pub(super) async fn create_on(server: String) -> TestDb {
    let template = template(&server).await;
    let name = unique("hishamos_test_");
    let mut connection = connect(&server).await;
    run(&mut connection, format!("create database {name} template {template}")).await;
    close(connection).await;
    let target = Target::Postgres { url: with_database(&server, &name) };
    let db = Db::connect(&target).await.expect("the test database opens");
    TestDb { db, target, remove: Remove::Database { server, name } }
}

/// The address of the server's own database.
#[expect(clippy::disallowed_methods, reason = "tests have no configuration to read it from")]
async fn server() -> String {
    match std::env::var("HISHAMOS_TEST_POSTGRES") {
        Ok(url) if !url.is_empty() => url,
        _ => tokio::task::spawn_blocking(super::server::start)
            .await
            .expect("starting the private server does not panic")
            .unwrap_or_else(|problem| panic!("{problem}")),
    }
}

async fn template(server: &str) -> String {
    let template = format!("hishamos_template_{}", schema_hash());
    let mut connection = connect(server).await;
    if !exists(&mut connection, &template).await {
        run(&mut connection, TEMPLATE_LOCK.to_owned()).await;
        if !exists(&mut connection, &template).await {
            let draft = unique("hishamos_draft_");
            run(&mut connection, format!("create database {draft}")).await;
            let target = Target::Postgres { url: with_database(server, &draft) };
            let db = Db::connect(&target).await.expect("the template opens");
            migrate::upgrade(&db, test_time()).await.expect("the template migrates");
            db.close().await;
            run(&mut connection, format!("alter database {draft} rename to {template}")).await;
        }
    }
    close(connection).await;
    template
}

async fn exists(connection: &mut PgConnection, name: &str) -> bool {
    sqlx::query("select count(*) from pg_database where datname = $1")
        .bind(name)
        .fetch_one(connection)
        .await
        .expect("the server lists its databases")
        .get::<i64, _>(0)
        > 0
}

/// Removes a database. Called from `Drop`, which cannot wait, so it has its own thread.
pub(super) fn remove(server: &str, name: &str) {
    let server = server.to_owned();
    let text = format!("drop database if exists {name} with (force)");
    let work = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime for the removal");
        runtime.block_on(async {
            let mut connection = connect(&server).await;
            run(&mut connection, text).await;
            close(connection).await;
        });
    });
    // A test that failed already must not abort by a second panic.
    let removed = work.join().is_ok() || std::thread::panicking();
    assert!(removed, "the test database {name} could not be removed");
}

async fn connect(server: &str) -> PgConnection {
    PgConnectOptions::from_str(server)
        .expect("HISHAMOS_TEST_POSTGRES is an address like postgres://user@host/postgres")
        .connect()
        .await
        .unwrap_or_else(|error| panic!("the test server {server} does not answer: {error}"))
}

async fn run(connection: &mut PgConnection, text: String) {
    sqlx::raw_sql(AssertSqlSafe(text.clone()))
        .execute(connection)
        .await
        .unwrap_or_else(|error| panic!("the test server refused `{text}`: {error}"));
}

async fn close(connection: PgConnection) {
    connection.close().await.expect("the connection closes");
}

/// The same server with another database: `postgres://user@host:port/NAME?options`.
fn with_database(server: &str, name: &str) -> String {
    let (address, options) = server.split_once('?').map_or((server, ""), |(a, b)| (a, b));
    let scheme_end = address.find("://").map_or(0, |at| at + 3);
    let host_end = address[scheme_end..].find('/').map_or(address.len(), |at| scheme_end + at);
    let options = if options.is_empty() { String::new() } else { format!("?{options}") };
    format!("{}/{name}{options}", &address[..host_end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn puts_another_database_into_an_address() {
        let check =
            |server: &str, expected: &str| assert_eq!(with_database(server, "new"), expected);
        check("postgres://a:b@c:5432/old", "postgres://a:b@c:5432/new");
        check("postgres://c", "postgres://c/new");
        check("postgres:///old?host=/run/x&user=y", "postgres:///new?host=/run/x&user=y");
    }
}
