use serde_json::{Value as Json, json};
use store::both_databases;
use web::testing::TestApp;

use crate::scene::{app, clinic, get, item, keys, new_item};

both_databases! {
    async fn items_go_where_they_are_put(db: Db) {
        let app = app(db).await;
        // Before each: Todo holds 1 2 3, QA holds 4 5.
        check(&app, 1, json!({"column": "QA"}), "2 3 | 4 5 1").await;
        check(&app, 1, json!({"column": "QA", "before": 4}), "2 3 | 1 4 5").await;
        check(&app, 1, json!({"column": "QA", "before": 5}), "2 3 | 4 1 5").await;
        check(&app, 1, json!({"column": "QA", "after": 4}), "2 3 | 4 1 5").await;
        check(&app, 1, json!({"column": "QA", "after": 5}), "2 3 | 4 5 1").await;
        check(&app, 1, json!({"column": "QA", "after": 4, "before": 5}), "2 3 | 4 1 5").await;
        check(&app, 1, json!({"column": "Todo"}), "2 3 1 | 4 5").await;
        check(&app, 1, json!({"column": "Todo", "after": 2}), "2 1 3 | 4 5").await;
        check(&app, 1, json!({"column": "Todo", "before": 3}), "2 1 3 | 4 5").await;
        check(&app, 3, json!({"column": "Todo", "before": 1}), "3 1 2 | 4 5").await;
        check(&app, 2, json!({"column": "Todo", "after": 1}), "1 2 3 | 4 5").await;
        check(&app, 2, json!({"column": "Todo", "before": 1}), "2 1 3 | 4 5").await;
        check(&app, 3, json!({"column": "Todo"}), "1 2 3 | 4 5").await;
        check(&app, 5, json!({"column": "Todo", "after": 3}), "1 2 3 5 | 4").await;
    }

    async fn impossible_moves_are_refused(db: Db) {
        let app = app(db).await;
        let refused = async |number, to, status, word: &str| {
            check_refused(&app, number, to, status, word).await;
        };
        refused(1, json!({"column": "Nowhere"}), 400, "column").await;
        refused(1, json!({"column": ""}), 400, "column").await;
        refused(1, json!({}), 400, "column").await;
        refused(1, json!({"column": "QA", "before": 2}), 400, "before").await;
        refused(1, json!({"column": "QA", "after": 99}), 400, "after").await;
        refused(1, json!({"column": "QA", "after": 6}), 400, "after").await;
        refused(1, json!({"column": "Todo", "before": 1}), 400, "before").await;
        refused(1, json!({"column": "QA", "after": 5, "before": 4}), 409, "conflict").await;
        refused(6, json!({"column": "QA"}), 409, "invalid_state").await;
    }

    async fn the_last_column_completes(db: Db) {
        let app = clinic(db).await;
        item(&app, "story", "A").await;
        item(&app, "story", "B").await;
        let later = || app.clock.advance(std::time::Duration::from_secs(60));
        let to = async |number: i64, to: Json| {
            let path = format!("/api/v1/work-items/CLINIC-{number}/move");
            app.send("POST", &path, Some(to)).await.expect(200)["completed_at"].clone()
        };
        later();
        assert_eq!(to(1, json!({"column": "QA"})).await, Json::Null);
        later();
        assert_eq!(to(1, json!({"column": "Done"})).await, "2026-11-21T07:32:00.000Z");
        later();
        assert_eq!(to(2, json!({"column": "Done"})).await, "2026-11-21T07:33:00.000Z");
        later();
        let reordered = to(1, json!({"column": "Done", "after": "CLINIC-2"})).await;
        assert_eq!(reordered, "2026-11-21T07:32:00.000Z", "moving inside the column is no second completion");
        assert_eq!(to(1, json!({"column": "Todo"})).await, Json::Null);
        let done = new_item(&app, json!({"kind": "bug", "title": "C", "column": "Done"})).await;
        assert_eq!(done["completed_at"], "2026-11-21T07:34:00.000Z");
    }

    async fn a_move_is_a_new_version_unless_nothing_moves(db: Db) {
        let app = clinic(db).await;
        item(&app, "story", "A").await;
        let to = json!({"column": "QA"});
        for expected in [2, 2, 2] {
            let moved = app.send("POST", "/api/v1/work-items/CLINIC-1/move", Some(to.clone())).await;
            assert_eq!(moved.expect(200)["version"], expected);
        }
    }

    /// More moves into one gap than a rank has room for: the column is numbered anew.
    async fn one_gap_takes_many_moves(db: Db) {
        let app = clinic(db).await;
        for title in ["A", "B", "C", "D"] {
            item(&app, "story", title).await;
        }
        // Swapping the two in the middle for ever halves the room each time.
        for turn in 0..400 {
            let (moved, after) = if turn % 2 == 0 { (3, 1) } else { (2, 1) };
            let to = json!({"column": "Todo", "after": format!("CLINIC-{after}")});
            app.send("POST", &format!("/api/v1/work-items/CLINIC-{moved}/move"), Some(to)).await.expect(200);
            let order = if turn % 2 == 0 { "1 3 2 4 | " } else { "1 2 3 4 | " };
            if turn % 20 > 17 {
                assert_eq!(board(&app, "CLINIC").await, order, "turn {turn}");
            }
        }
    }

    async fn concurrent_moves_lose_nothing(db: Db) {
        let app = clinic(db).await;
        for number in 0..12 {
            item(&app, "story", &format!("S{number}")).await;
        }
        let moves = (0..48).map(|turn| {
            let (number, app) = (turn % 12 + 1, &app);
            let column = ["Todo", "QA", "Done"][turn % 3];
            async move {
                let to = json!({"column": column});
                app.send("POST", &format!("/api/v1/work-items/CLINIC-{number}/move"), Some(to)).await.expect(200)
            }
        });
        futures::future::join_all(moves).await;
        let board = get(&app, "/projects/CLINIC/board").await;
        let columns = board["columns"].as_array().unwrap();
        let mut all: Vec<String> = columns.iter().flat_map(|column| keys(&column["items"])).collect();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), 12);
    }
}

/// The order of Todo and QA, as numbers.
async fn board(app: &TestApp, project: &str) -> String {
    let board = get(app, &format!("/projects/{project}/board")).await;
    let numbers = |column: usize| -> String {
        let keys = keys(&board["columns"][column]["items"]);
        let numbers: Vec<&str> = keys.iter().map(|key| key.split_once('-').unwrap().1).collect();
        numbers.join(" ")
    };
    format!("{} | {}", numbers(0), numbers(4))
}

/// A fresh project with five stories and an epic; the move with keys for numbers.
async fn prepared(app: &TestApp, number: i64, to: &Json) -> (String, String, Json) {
    let project =
        app.send("POST", "/api/v1/projects", Some(json!({"name": "Moves"}))).await.expect(201);
    let key = project["key"].as_str().unwrap().to_owned();
    for column in ["Todo", "Todo", "Todo", "QA", "QA"] {
        let story = json!({"kind": "story", "title": "S", "column": column});
        app.send("POST", &format!("/api/v1/projects/{key}/work-items"), Some(story))
            .await
            .expect(201);
    }
    let epic = json!({"kind": "epic", "title": "E"});
    app.send("POST", &format!("/api/v1/projects/{key}/work-items"), Some(epic)).await.expect(201);
    let mut to = to.clone();
    for field in ["before", "after"] {
        if let Some(number) = to[field].as_i64() {
            to[field] = json!(format!("{key}-{number}"));
        }
    }
    let path = format!("/api/v1/work-items/{key}-{number}/move");
    (key, path, to)
}

async fn check(app: &TestApp, number: i64, to: Json, expected: &str) {
    let (key, path, body) = prepared(app, number, &to).await;
    let moved = app.send("POST", &path, Some(body)).await.expect(200);
    assert_eq!(moved["column"], to["column"]);
    assert_eq!(board(app, &key).await, expected, "{number} to {to}");
}

async fn check_refused(app: &TestApp, number: i64, to: Json, status: u16, word: &str) {
    let (key, path, body) = prepared(app, number, &to).await;
    let problem = app.send("POST", &path, Some(body)).await.expect(status);
    let found = if status == 400 { &problem["errors"][0]["field"] } else { &problem["code"] };
    assert_eq!(found, word, "{number} to {to}");
    assert_eq!(board(app, &key).await, "1 2 3 | 4 5", "{number} to {to}");
}
