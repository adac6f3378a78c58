//! Slices when a commit is lost, a server is taken for dead, or money is on its way.

#![allow(clippy::unwrap_used)]

use std::time::Duration;

use base::{BudgetId, CallId, Micros, OrganisationId};
use futures::FutureExt as _;
use store::{Db, params, sql};
use web::Routes;
use web::testing::TestApp;

use super::bank::Inner;
use super::doubt::Unsure;
use super::{Amount, Bank, Entry, Place, Refusal, Ticket, Wanted, flush};
use crate::budget;

const ONE: OrganisationId = OrganisationId::from_u128(1);
const BUDGET: BudgetId = BudgetId::from_u128(7);

async fn app(db: &Db) -> TestApp {
    TestApp::new(db.clone(), |_| Routes::new()).await
}

/// A bank in an organisation that may spend a dollar a day.
async fn bank(app: &TestApp) -> Bank {
    cap(app).await;
    Bank::new(&app.app, "one".to_owned())
}

/// As another server sets a budget.
async fn cap(app: &TestApp) {
    let now = app.app.now();
    let written = app.app.db.write(move |tx| {
        Box::pin(async move {
            tx.execute(
                sql!("insert into budgets (organisation_id, id, scope, scope_id, target, period, cap_micros, on_exceeded, is_active, spent_micros, reserved_micros, period_at, alerted_percent, version, created_by, created_at, updated_at) values ($1, $2, 'organisation', '', 'organisation', 'day', 1000000, 'stop', true, 0, 0, $3, 0, 1, 'test', $3, $3)"),
                params![ONE, BUDGET, now],
            )
            .await
        })
    });
    let count: store::Result<_> = written.await;
    assert_eq!(count.unwrap(), 1);
}

/// What is spent and what is set aside.
async fn budget(app: &TestApp) -> (i64, i64) {
    let mut tx = app.app.db.read().await.unwrap();
    let budget = budget::sql::find(&mut tx, ONE, BUDGET).await.unwrap().unwrap();
    (budget.spent_micros.0, budget.reserved_micros.0)
}

fn amount(micros: i64) -> Amount {
    Amount { micros, calls: 1, input: 1, output: 1 }
}

fn place(most: i64) -> Place {
    Place { platform: "here".into(), model: "m".to_owned(), most: Some(Micros(most)) }
}

/// Sets aside what a call may cost.
async fn reserve(bank: &Bank, most: i64) -> Result<Ticket, Refusal> {
    let (targets, places) = (["organisation".to_owned()], [place(most)]);
    let wanted = Wanted { targets: &targets, places: &places, amount: amount(0) };
    bank.reserve(wanted, entry(&bank.0)).await
}

fn entry(bank: &Inner) -> Entry {
    let now = bank.app.now();
    Entry {
        organisation: ONE,
        id: CallId::new(now, bank.app.random.as_ref()),
        model: "here/m".to_owned(),
        provider: "here".to_owned(),
        scripted: false,
        outcome: "ok",
        error: None,
        input_tokens: 0,
        output_tokens: 0,
        cost_micros: 0,
        estimated: false,
        duration_ms: 0,
        started_at: now.as_millis(),
        finished_at: now.as_millis(),
        door: "",
        key: None,
        user: None,
        project: None,
        calls: 1,
        cached_input_tokens: 0,
        cost_known: true,
        is_cached: false,
    }
}

store::both_databases! {
    async fn a_hand_in_that_may_stand_is_asked_for_before_its_money_is_given_out(db: Db) {
        let app = app(&db).await;
        let bank = bank(&app).await;
        for stands in [true, false] {
            reserve(&bank, 100).await.unwrap().give_back();
            let handed = bank.0.idle(Duration::ZERO).unwrap();
            let token = bank.0.token();
            if stands {
                let (organisation, float, budgets) = handed.clone();
                let written = db.write(move |tx| {
                    Box::pin(async move {
                        flush::hand_in(tx, organisation, "one", float, &budgets, token).await
                    })
                });
                let written: store::Result<()> = written.await;
                written.unwrap();
            }
            bank.0.doubts(token, Unsure::HandIn(handed.clone()));
            bank.0.settle().await.unwrap();
            assert_eq!(budget(&app).await.1 == 0, stands);
            assert_eq!(bank.0.idle(Duration::ZERO), Some(handed).filter(|_| !stands));
        }
    }

    async fn a_group_that_may_stand_is_booked_once(db: Db) {
        let app = app(&db).await;
        let bank = bank(&app).await;
        for (stands, spent) in [(true, 40), (false, 80)] {
            reserve(&bank, 100).await.unwrap().settle(amount(40));
            let group = bank.0.collect(false).unwrap();
            let (token, ours) = (bank.0.token(), group.clone());
            let mut leased = Vec::new();
            if stands {
                let written = db.write(move |tx| {
                    Box::pin(async move { flush::write(tx, "one", &ours, token).await })
                });
                let written: store::Result<_> = written.await;
                leased = written.unwrap();
            }
            bank.0.doubts(token, Unsure::Group(group, leased));
            bank.flush(false).await;
            assert_eq!(budget(&app).await.0, spent);
        }
        bank.give_back(Duration::ZERO).await;
        assert_eq!(budget(&app).await, (80, 0), "nothing that was leased is forgotten");
    }

    async fn who_leaves_again_and_again_keeps_no_budget_away(db: Db) {
        let app = app(&db).await;
        let bank = Bank::new(&app.app, "one".to_owned());
        let (targets, places) = (["organisation".to_owned()], [place(1)]);
        let wanted = Wanted { targets: &targets, places: &places, amount: amount(0) };
        assert!(!bank.is_limited(ONE, wanted).await.unwrap());
        // another server makes one
        cap(&app).await;
        app.clock.advance(Duration::from_secs(1));
        drop(bank.is_limited(ONE, wanted).now_or_never());
        assert!(bank.is_limited(ONE, wanted).await.unwrap());
    }

    async fn money_on_its_way_back_is_waited_for(db: Db) {
        let app = app(&db).await;
        let bank = bank(&app).await;
        reserve(&bank, 100).await.unwrap().give_back();
        let turn = bank.0.leasing.lock().await;
        assert!(bank.give_back(Duration::ZERO).now_or_never().is_none());
        let found = reserve(&bank, 100).now_or_never().expect("it is not under way yet");
        found.unwrap().give_back();
        drop(turn);
        bank.give_back(Duration::ZERO).await;
        assert_eq!(budget(&app).await, (0, 0));
    }

    async fn what_was_leased_a_moment_ago_is_not_idle(db: Db) {
        let app = app(&db).await;
        let bank = bank(&app).await;
        reserve(&bank, 100).await.unwrap().give_back();
        app.clock.advance(Duration::from_mins(10));
        // nobody asked for long, and then somebody does while it all goes back
        let going_back = async {
            loop {
                bank.give_back(Duration::from_secs(2)).await;
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            biased;
            () = going_back => {}
            ticket = reserve(&bank, 100) => ticket.unwrap().give_back(),
        }
    }

    async fn what_is_booked_after_midnight_counts_in_the_new_day(db: Db) {
        let app = app(&db).await;
        let bank = bank(&app).await;
        reserve(&bank, 100).await.unwrap().settle(amount(40));
        bank.flush(false).await;
        let running = reserve(&bank, 100).await.unwrap();
        app.clock.advance(Duration::from_hours(24));
        running.settle(amount(30));
        bank.flush(false).await;
        // it is taken out of the new day
        reserve(&bank, 10_000).await.unwrap().give_back();
        assert_eq!(budget(&app).await.0, 30);
    }

    async fn what_was_booked_of_a_server_that_lives_is_booked_once(db: Db) {
        let app = app(&db).await;
        let bank = bank(&app).await;
        let first = reserve(&bank, 100).await.unwrap();
        let (_, slice) = budget(&app).await;
        app.clock.advance(Duration::from_secs(200));
        // the slice and the float
        assert_eq!(Bank::new(&app.app, "two".to_owned()).recover().await.unwrap(), 1);
        assert_eq!(budget(&app).await, (slice, 0));
        let second = reserve(&bank, 10_000).await.unwrap();
        first.settle(amount(40));
        second.settle(amount(30));
        bank.flush(false).await;
        bank.give_back(Duration::ZERO).await;
        assert_eq!(budget(&app).await, (slice + 30, 0));
        // who has nothing but a call under way is alive
        let third = reserve(&bank, 100).await.unwrap();
        drop(bank.0.lock().purses.get_mut(&ONE).unwrap().empty());
        assert!(bank.0.collect(true).is_some_and(|group| group.drained.contains_key(&ONE)));
        assert!(bank.0.collect(true).is_some_and(|group| group.drained.contains_key(&ONE)));
        drop(third);
    }
}
