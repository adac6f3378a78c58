use std::collections::BTreeSet;

use serde_json::{Value as Json, json};
use store::both_databases;
use web::testing::TestApp;

use crate::scene::{app, clinic, get, item};

both_databases! {
    async fn parallel_creates_give_sequential_keys(db: Db) {
        let app = clinic(db).await;
        let items = futures::future::join_all((0..64).map(|_| item(&app, "story", "same"))).await;
        assert_eq!(numbers(&items), (1..=64).collect());
        let board = get(&app, "/projects/CLINIC/board").await;
        assert_eq!(board["columns"][0]["items"].as_array().unwrap().len(), 64);
    }

    async fn two_processes_never_give_the_same_key(test: TestDb) {
        let first = clinic(test.db.clone()).await;
        let second = app(test.reopen().await).await;
        // The ids of test applications repeat; another time makes them others.
        second.clock.advance(std::time::Duration::from_secs(1));
        let all = (0..32).map(|turn| {
            let app: &TestApp = if turn % 2 == 0 { &first } else { &second };
            item(app, "story", "same")
        });
        let items = futures::future::join_all(all).await;
        assert_eq!(numbers(&items), (1..=32).collect());
    }

    async fn of_parallel_changes_of_one_version_one_wins(test: TestDb) {
        let first = clinic(test.db.clone()).await;
        let second = app(test.reopen().await).await;
        item(&first, "story", "A").await;
        let changes = (0..8).map(|turn| {
            let app = if turn % 2 == 0 { &first } else { &second };
            let change = json!({"version": 1, "title": format!("T{turn}")});
            app.send("PATCH", "/api/v1/work-items/CLINIC-1", Some(change))
        });
        let answers = futures::future::join_all(changes).await;
        let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status.as_u16()).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409, 409, 409, 409, 409, 409, 409]);
        assert_eq!(get(&first, "/work-items/CLINIC-1").await["version"], 2);
    }
}

fn numbers(items: &[Json]) -> BTreeSet<i64> {
    let number = |item: &Json| item["key"].as_str()?.strip_prefix("CLINIC-")?.parse().ok();
    items.iter().map(|item| number(item).unwrap()).collect()
}
