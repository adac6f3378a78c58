//! A server dies in the middle of its calls, again and again: the ledger never has less
//! than the provider counted, and no budget is above its cap.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use futures::StreamExt as _;
use futures::stream::FuturesUnordered;
use serde_json::json;
use store::{Db, Target};

use super::provider::Provider;
use super::scene::Scene;

const CAP: i64 = 40_000;

/// A life of the server: it makes calls until the provider has seen `until` of them, then
/// everything that it had in memory is gone.
fn live(target: &Target, provider: &Arc<Provider>, until: u64) {
    let (target, provider) = (target.clone(), provider.clone());
    let life = std::thread::spawn(move || {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        let runtime = runtime.unwrap();
        runtime.block_on(async {
            let db = Db::connect(&target).await.unwrap();
            let scene = Scene::new(db, provider.clone()).await;
            let body = json!({"max_tokens": 200});
            let mut calls: FuturesUnordered<_> = (0..8).map(|_| scene.ask(body.clone())).collect();
            let mut refused = 0;
            while provider.count() < until && refused < 50 {
                let answer = calls.next().await.unwrap();
                refused += usize::from(answer.status == 429);
                calls.push(scene.ask(body.clone()));
            }
        });
        // nothing is finished, flushed or given back
        runtime.shutdown_background();
    });
    life.join().unwrap();
}

/// One number of the database.
async fn number(db: &Db, sql: store::Sql) -> i64 {
    let mut tx = db.read().await.unwrap();
    tx.fetch_one(sql, vec![]).await.unwrap().get("n").unwrap()
}

store::both_databases! {
    async fn ledger_is_never_below_the_provider_nor_a_budget_above_its_cap(test: TestDb) {
        let provider = Provider::start(5, 150);
        {
            let scene = Scene::new(test.db.clone(), provider.clone()).await;
            scene.budget(json!({"scope": "organisation", "period": "total", "cap_micros": CAP})).await;
            scene.budget(json!({"scope": "provider", "scope_id": "openai", "period": "total", "cap_micros": CAP})).await;
        }
        for life in 1..=6 {
            let before = provider.count();
            live(&test.target, &provider, before + 7 * life);
        }
        // the next start books what the last one left
        let db = test.reopen().await;
        let scene = Scene::new(db.clone(), provider.clone()).await;
        let tokens = number(&db, store::sql!("select cast(coalesce(sum(input_tokens + output_tokens), 0) as bigint) as n from model_calls")).await;
        let calls = number(&db, store::sql!("select cast(coalesce(sum(calls), 0) as bigint) as n from model_calls")).await;
        let counted = provider.tokens.load(Ordering::SeqCst);
        assert!(tokens >= counted, "the ledger has {tokens} tokens, the provider counted {counted}");
        assert!(calls >= i64::try_from(provider.count()).unwrap(), "{calls} calls of {}", provider.count());
        let spent = number(&db, store::sql!("select max(spent_micros) as n from budgets")).await;
        let held = number(&db, store::sql!("select max(reserved_micros) as n from budgets")).await;
        assert!(spent <= CAP && spent > 0, "{spent}");
        assert_eq!(held, 0, "what dead servers held is booked, not lost");
        let estimates = number(&db, store::sql!("select count(*) as n from model_calls where estimated and calls > 1")).await;
        assert!(estimates > 0, "no server died with money in its hands");
        drop(scene);
    }
}
