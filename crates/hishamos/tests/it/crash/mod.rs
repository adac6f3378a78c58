//! A server that is killed at random moments of its main job, an idea becoming a board,
//! again and again: each run finishes after the restart as if nothing had happened.
//! `clinic.rs` works and kills, `proof.rs` looks at what is left.

#![allow(clippy::unwrap_used)]

mod clinic;
mod proof;

use store::Target;

use self::clinic::{Clinic, Spread};

/// Fifty on each database, in two halves, so that no test takes very long.
const MOMENTS: usize = 25;

async fn on_sqlite(moments: usize, spread: Spread) {
    Clinic::open(Vec::new()).survive(moments, spread).await;
}

async fn on_postgres(moments: usize, spread: Spread) {
    let test = store::testing::postgres().await;
    let Target::Postgres { url } = &test.target else { panic!("it is PostgreSQL") };
    test.db.close().await;
    let database = vec!["--database".to_owned(), url.clone()];
    Clinic::open(database).survive(moments, spread).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_random_moments_on_sqlite_first_half() {
    on_sqlite(MOMENTS, Spread::Run).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_random_moments_on_sqlite_second_half() {
    on_sqlite(MOMENTS, Spread::Run).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_random_moments_on_postgres_first_half() {
    on_postgres(MOMENTS, Spread::Run).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_random_moments_on_postgres_second_half() {
    on_postgres(MOMENTS, Spread::Run).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_while_it_recovers_on_sqlite() {
    on_sqlite(12, Spread::Recovery).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_while_it_recovers_on_postgres() {
    on_postgres(12, Spread::Recovery).await;
}
