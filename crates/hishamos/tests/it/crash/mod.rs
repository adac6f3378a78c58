//! A server that is killed at random moments, again and again.
//!
//! Its main job, an idea becoming a board, finishes after each restart as if nothing had
//! happened: `clinic.rs` works and kills, `proof.rs` looks at what is left. `mill.rs` does
//! the same with every other kind of step (`works.rs`) against an `endpoint.rs` that keeps
//! a log; `customer.rs` wants the work, `verdict.rs` looks at it. `points.rs` dies at every
//! point that the runner has instead of at random moments. `quarantine.rs` has a step that
//! kills, `people.rs` questions that outlive their server, `money/` calls of models that cost
//! something, `power/` a disk that forgets. `docs/reliability.md` says which row of the
//! promises each of them shows.

#![allow(clippy::unwrap_used)]

mod clinic;
pub mod customer;
pub mod endpoint;
pub mod mill;
pub mod money;
mod people;
#[cfg(debug_assertions)]
mod points;
mod power;
mod proof;
mod quarantine;
pub mod site;
pub mod size;
pub mod verdict;
pub mod works;

use store::Target;
use store::testing::TestDb;

use self::clinic::{Clinic, Spread};
use self::size::Size;

/// Fifty on each database, in two halves, so that no test takes very long.
const MOMENTS: usize = 25;

async fn on_sqlite(moments: usize, spread: Spread) {
    Clinic::open(Vec::new()).survive(moments, spread).await;
}

async fn on_postgres(moments: usize, spread: Spread) {
    let (_test, database) = postgres().await;
    Clinic::open(database).survive(moments, spread).await;
}

/// A database of its own, and how the server is told of it.
pub async fn postgres() -> (TestDb, Vec<String>) {
    let test = store::testing::postgres().await;
    let Target::Postgres { url } = &test.target else { panic!("it is PostgreSQL") };
    let database = vec!["--database".to_owned(), url.clone()];
    test.db.close().await;
    (test, database)
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

#[cfg(debug_assertions)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dies_at_every_point_of_the_work_on_sqlite() {
    points::of_work(Vec::new()).await;
}

#[cfg(debug_assertions)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dies_at_every_point_of_the_work_on_postgres() {
    let (_test, database) = postgres().await;
    points::of_work(database).await;
}

#[cfg(debug_assertions)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dies_at_every_point_of_paid_calls_on_sqlite() {
    points::of_calls(Vec::new()).await;
}

#[cfg(debug_assertions)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dies_at_every_point_of_paid_calls_on_postgres() {
    let (_test, database) = postgres().await;
    points::of_calls(database).await;
}

/// How often the server of the other tests is killed, unless a soak asks for more.
const KILLS: usize = 12;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_kind_of_step_survives_kills_on_sqlite() {
    mill::survive(Vec::new(), Size::of(KILLS)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_kind_of_step_survives_kills_on_postgres() {
    let (_test, database) = postgres().await;
    mill::survive(database, Size::of(KILLS)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn questions_to_people_survive_kills_on_sqlite() {
    people::asked_through_deaths(Vec::new()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn questions_to_people_survive_kills_on_postgres() {
    let (_test, database) = postgres().await;
    people::asked_through_deaths(database).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_step_that_kills_is_given_up_alone_on_sqlite() {
    quarantine::isolated(Vec::new()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_step_that_kills_is_given_up_alone_on_postgres() {
    let (_test, database) = postgres().await;
    quarantine::isolated(database).await;
}

/// How often the server is killed while money is spent, unless a soak asks for more.
const KILLS_OF_SHOP: usize = 6;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_paid_call_is_in_the_ledger_on_sqlite() {
    money::counted(Vec::new(), Size::of(KILLS_OF_SHOP)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_paid_call_is_in_the_ledger_on_postgres() {
    let (_test, database) = postgres().await;
    money::counted(database, Size::of(KILLS_OF_SHOP)).await;
}

/// How often the power is cut, unless a soak asks for more.
const CUTS: usize = 200;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn power_cuts_lose_nothing_that_was_told_on_sqlite() {
    power::survive(Size::by("PROOF_CUTS", CUTS)).await;
}
