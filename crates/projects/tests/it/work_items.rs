use std::time::Duration;

use futures::future::join_all;
use serde_json::{Value as Json, json};
use store::{Db, Error, both_databases, params, sql};
use tokio::sync::oneshot;
use web::testing::{Answer, TestApp};

use crate::scene::{app, clinic, get, item, keys, new_item};

/// Makes a task of `CLINIC` by a request that may be repeated.
async fn repeatable(app: &TestApp, key: &str, title: &str) -> Answer {
    let request = axum::http::Request::builder()
        .method("POST")
        .uri("/api/v1/projects/CLINIC/work-items")
        .header("host", "localhost")
        .header("authorization", "Bearer test-all")
        .header("content-type", "application/json")
        .header("idempotency-key", key)
        .body(json!({"kind": "task", "title": title}).to_string().into())
        .unwrap();
    app.send_request(request).await
}

both_databases! {
    async fn an_item_is_made_read_changed_and_deleted(db: Db) {
        let app = clinic(db).await;
        item(&app, "epic", "Booking").await;
        let made = new_item(&app, json!({
            "kind": "story", "title": "حجز موعد", "parent": "clinic-1", "points": 5, "priority": "high",
            "user_role": "مريض", "benefit": "", "acceptance_criteria": ["given\nthen"],
        })).await;
        assert_eq!(made["key"], "CLINIC-2");
        assert_eq!((&made["parent"], &made["column"]), (&json!("CLINIC-1"), &json!("Todo")));
        assert_eq!((&made["title"], &made["user_role"]), (&json!("حجز موعد"), &json!("مريض")));
        assert_eq!((&made["benefit"], &made["origin"]), (&Json::Null, &Json::Null));
        assert_eq!(get(&app, "/work-items/clinic-2").await, made);

        let change = json!({"version": 1, "points": null, "parent": null, "labels": ["ui", "ui", "rtl"]});
        let changed = app.send("PATCH", "/api/v1/work-items/CLINIC-2", Some(change)).await.expect(200);
        let mut expected = made.clone();
        expected["points"] = Json::Null;
        expected["parent"] = Json::Null;
        expected["labels"] = json!(["ui", "rtl"]);
        expected["version"] = json!(2);
        assert_eq!(changed, expected);

        app.send("DELETE", "/api/v1/work-items/CLINIC-2", None).await.expect(204);
        app.send("GET", "/api/v1/work-items/CLINIC-2", None).await.expect(404);
        app.send("DELETE", "/api/v1/work-items/CLINIC-2", None).await.expect(404);
        assert_eq!(item(&app, "task", "next").await["key"], "CLINIC-3", "a key is not used again");
    }

    async fn a_stale_version_is_refused(db: Db) {
        let app = clinic(db).await;
        item(&app, "story", "A").await;
        let path = "/api/v1/work-items/CLINIC-1";
        app.send("PATCH", path, Some(json!({"version": 1, "title": "B"}))).await.expect(200);
        let late = app.send("PATCH", path, Some(json!({"version": 1, "title": "C"}))).await.expect(409);
        assert_eq!(late["code"], "conflict");
        app.send("PATCH", path, Some(json!({"version": 3, "title": "C"}))).await.expect(409);
        assert_eq!(get(&app, "/work-items/CLINIC-1").await["title"], "B");
        let same = app.send("PATCH", path, Some(json!({"version": 2, "title": "B"}))).await.expect(200);
        assert_eq!(same["version"], 2, "nothing changed, so nothing was written");
    }

    async fn a_repeated_create_makes_one_item(db: Db) {
        let app = clinic(db).await;
        let send = async |key: &str, title: &str| repeatable(&app, key, title).await;
        let first = send("k1", "A").await.expect(201);
        assert_eq!(send("k1", "A").await.expect(201), first);
        assert_eq!(send("k1", "B").await.expect(422)["code"], "idempotency_key_reused");
        assert_eq!(send("k2", "A").await.expect(201)["key"], "CLINIC-2");
        assert_eq!(get(&app, "/projects/CLINIC").await["counts"]["tasks"], 2);
    }

    async fn repeated_creates_at_the_same_time_have_one_answer(db: Db) {
        let app = clinic(db).await;
        let answers = join_all((0..64).map(|_| repeatable(&app, "k1", "A"))).await;
        let told: Vec<Json> = answers.into_iter().map(|answer| answer.expect(201)).collect();
        assert!(told.iter().all(|one| *one == told[0]), "{told:?}");
        assert_eq!(get(&app, "/projects/CLINIC").await["counts"]["tasks"], 1);
    }

    async fn a_key_is_kept_for_a_day_and_then_forgotten(db: Db) {
        let app = clinic(db).await;
        let first = repeatable(&app, "k1", "A").await.expect(201);
        app.clock.advance(Duration::from_secs(12 * 60 * 60));
        let second = repeatable(&app, "k2", "B").await.expect(201);
        // To repeat a request makes its key no younger.
        app.clock.advance(Duration::from_secs(12 * 60 * 60));
        assert_eq!(repeatable(&app, "k1", "A").await.expect(201), first);
        repeatable(&app, "k1", "B").await.expect(422);
        app.clock.advance(Duration::from_millis(1));
        let third = repeatable(&app, "k1", "B").await.expect(201);
        assert_eq!(third["key"], "CLINIC-3", "it is a new key, of another request");
        assert_eq!(repeatable(&app, "k2", "B").await.expect(201), second);
        let mut tx = app.app.db.read().await.unwrap();
        let count = store::sql!("select count(*) as n from idempotency_keys");
        let count = tx.fetch_one(count, store::params![]).await.unwrap();
        assert_eq!(count.get::<i64>("n").unwrap(), 2, "what is forgotten is gone");
    }

    async fn many_old_keys_are_forgotten_in_portions(db: Db) {
        let app = clinic(db).await;
        repeatable(&app, "k1", "A").await.expect(201);
        let written = app.app.db.write::<_, store::Error, _>(|tx| {
            Box::pin(async move {
                for number in 0..250 {
                    // Most are of another organisation, which does nothing any more.
                    let text = store::sql!("insert into idempotency_keys (organisation_id, user_id, key, request_hash, status, body, created_at) select case when cast($1 as text) = 'old 249' then organisation_id else 'quiet' end, user_id, cast($1 as text), request_hash, status, body, 0 from idempotency_keys where key = 'k1'");
                    tx.execute(text, store::params![format!("old {number}")]).await?;
                }
                Ok(())
            })
        });
        written.await.unwrap();
        let count = async || {
            let mut tx = app.app.db.read().await.unwrap();
            let count = store::sql!("select count(*) as n from idempotency_keys");
            let row = tx.fetch_one(count, store::params![]).await.unwrap();
            row.get::<i64>("n").unwrap()
        };
        // One that is there still means nothing any more.
        for (key, left) in [("old 249", 151), ("k2", 52), ("k3", 4)] {
            repeatable(&app, key, "B").await.expect(201);
            assert_eq!(count().await, left, "{key}");
        }
    }

    async fn lists_are_filtered_and_paged(db: Db) {
        let app = clinic(db).await;
        item(&app, "epic", "E").await;
        for number in 2..=6 {
            let kind = if number % 2 == 0 { "story" } else { "bug" };
            let column = if number < 5 { "Todo" } else { "QA" };
            let parent = if number == 3 { json!("CLINIC-1") } else { Json::Null };
            new_item(&app, json!({"kind": kind, "title": "x", "column": column, "parent": parent})).await;
        }
        check_list(&app, "", &[1, 2, 3, 4, 5, 6]).await;
        check_list(&app, "?kind=story", &[2, 4, 6]).await;
        check_list(&app, "?kind=epic", &[1]).await;
        check_list(&app, "?column=QA", &[5, 6]).await;
        check_list(&app, "?kind=bug&column=Todo", &[3]).await;
        check_list(&app, "?parent=CLINIC-1", &[3]).await;
        check_list(&app, "?parent=CLINIC-9", &[]).await;
        let first = get(&app, "/projects/CLINIC/work-items?kind=story&limit=2").await;
        assert_eq!(keys(&first["items"]), ["CLINIC-2", "CLINIC-4"]);
        let cursor = first["next"].as_str().unwrap();
        let last = get(&app, &format!("/projects/CLINIC/work-items?kind=story&limit=2&cursor={cursor}")).await;
        assert_eq!((keys(&last["items"]), &last["next"]), (vec!["CLINIC-6".to_owned()], &Json::Null));
        for query in ["?kind=saga", "?cursor=zz", "?limit=many"] {
            let path = format!("/api/v1/projects/CLINIC/work-items{query}");
            app.send("GET", &path, None).await.expect(400);
        }
    }

    async fn items_of_a_deleted_epic_stay_without_one(db: Db) {
        let app = clinic(db).await;
        item(&app, "epic", "E").await;
        new_item(&app, json!({"kind": "story", "title": "S", "parent": "CLINIC-1"})).await;
        app.send("DELETE", "/api/v1/work-items/CLINIC-1", None).await.expect(204);
        let story = get(&app, "/work-items/CLINIC-2").await;
        assert_eq!((&story["parent"], &story["version"]), (&Json::Null, &json!(2)));
    }

    async fn bad_items_are_refused_by_field(db: Db) {
        let app = clinic(db).await;
        item(&app, "story", "S").await;
        let other = json!({"key": "OTHER", "name": "Other"});
        app.send("POST", "/api/v1/projects", Some(other)).await.expect(201);
        let epic = json!({"kind": "epic", "title": "E"});
        app.send("POST", "/api/v1/projects/OTHER/work-items", Some(epic)).await.expect(201);
        check_refused(&app, json!({"title": ""}), "title").await;
        check_refused(&app, json!({"title": "  "}), "title").await;
        check_refused(&app, json!({"title": "a\u{1b}[31m"}), "title").await;
        check_refused(&app, json!({"title": "a\u{85}b"}), "title").await;
        check_refused(&app, json!({"title": "م".repeat(256)}), "title").await;
        check_refused(&app, json!({"description": "\u{0}"}), "description").await;
        check_refused(&app, json!({"description": "x".repeat(20_001)}), "description").await;
        check_refused(&app, json!({"points": 4}), "points").await;
        check_refused(&app, json!({"points": 0}), "points").await;
        check_refused(&app, json!({"points": -1}), "points").await;
        check_unreadable(&app, json!({"points": 2.5})).await;
        check_unreadable(&app, json!({"priority": "urgent"})).await;
        check_unreadable(&app, json!({"kind": "saga"})).await;
        check_refused(&app, json!({"acceptance_criteria": vec!["x"; 21]}), "acceptance_criteria").await;
        check_refused(&app, json!({"acceptance_criteria": ["x", " "]}), "acceptance_criteria[1]").await;
        check_refused(&app, json!({"user_role": "x".repeat(2_001)}), "user_role").await;
        check_refused(&app, json!({"feature": "a\nb"}), "feature").await;
        check_refused(&app, json!({"column": "Nowhere"}), "column").await;
        check_refused(&app, json!({"kind": "epic", "column": "Todo"}), "column").await;
        check_refused(&app, json!({"kind": "epic", "parent": "OTHER-1"}), "parent").await;
        check_refused(&app, json!({"parent": "CLINIC-1"}), "parent").await;
        check_refused(&app, json!({"parent": "CLINIC-99"}), "parent").await;
        check_refused(&app, json!({"parent": "OTHER-1"}), "parent").await;
        check_refused(&app, json!({"version": 1}), "version").await;
        assert_eq!(get(&app, "/projects/CLINIC").await["counts"], json!({"epics": 0, "stories": 1, "tasks": 0}));

        let longest = json!({"title": "م".repeat(255), "description": "x".repeat(20_000)});
        new_item(&app, with(longest)).await;
    }

    async fn bad_changes_are_refused_by_field(db: Db) {
        let app = clinic(db).await;
        item(&app, "story", "S").await;
        item(&app, "epic", "E").await;
        item(&app, "epic", "F").await;
        check_change(&app, 1, json!({"title": ""}), "title").await;
        check_change(&app, 1, json!({"points": 7}), "points").await;
        check_change(&app, 1, json!({"labels": vec!["x"; 21]}), "labels").await;
        check_change(&app, 1, json!({"labels": ["x".repeat(51)]}), "labels[0]").await;
        check_change(&app, 1, json!({"column": "Done"}), "column").await;
        check_change(&app, 1, json!({"parent": "CLINIC-1"}), "parent").await;
        check_change(&app, 2, json!({"parent": "CLINIC-3"}), "parent").await;
        let unsaid = app.send("PATCH", "/api/v1/work-items/CLINIC-1", Some(json!({"title": "T"})));
        assert_eq!(unsaid.await.expect(400)["errors"][0]["field"], "version");
        assert_eq!(get(&app, "/work-items/CLINIC-1").await["version"], 1);
    }
}

/// Waits until so many connections wait for a row.
async fn waiting(db: &Db, count: i64) {
    let look = async {
        loop {
            let mut tx = db.read().await.unwrap();
            let text = sql!(
                "select count(*) as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
            );
            let row = tx.fetch_one(text, params![]).await.unwrap();
            if row.get::<i64>("n").unwrap() >= count {
                return;
            }
            drop(tx);
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), look).await.expect("they wait for the row");
}

/// Both have looked for the key before either has done its work.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_create_that_two_servers_work_on_is_done_by_one() {
    let test = store::testing::postgres().await;
    let first = clinic(test.db.clone()).await;
    let second = app(test.reopen().await).await;
    // The ids of test applications repeat; another time makes them others.
    second.clock.advance(Duration::from_secs(1));
    let holder = test.reopen().await;
    let (held, is_held) = oneshot::channel();
    let (go, may_go) = oneshot::channel::<()>();
    let hold = holder.write::<_, Error, _>(move |tx| {
        Box::pin(async move {
            let text = sql!("select key from projects where key = 'CLINIC' for update");
            tx.fetch_one(text, params![]).await?;
            held.send(()).unwrap();
            may_go.await.unwrap();
            Ok(())
        })
    });
    let work = async {
        is_held.await.unwrap();
        let release = async {
            waiting(&test.db, 2).await;
            go.send(()).unwrap();
        };
        tokio::join!(repeatable(&first, "k1", "A"), repeatable(&second, "k1", "A"), release)
    };
    let (hold, (one, other, ())) = tokio::join!(hold, work);
    hold.unwrap();
    let (made, refused) = if one.status.as_u16() == 201 { (one, other) } else { (other, one) };
    let made = made.expect(201);
    let refused = refused.expect(409);
    assert!(refused["detail"].as_str().unwrap().contains("send it again"), "{refused}");
    for app in [&first, &second] {
        assert_eq!(repeatable(app, "k1", "A").await.expect(201), made);
    }
    assert_eq!(get(&second, "/projects/CLINIC").await["counts"]["tasks"], 1);
}

/// A story that would be accepted, with other fields.
fn with(fields: Json) -> Json {
    let mut story = json!({"kind": "story", "title": "S"});
    for (name, value) in fields.as_object().unwrap() {
        story[name] = value.clone();
    }
    story
}

async fn check_refused(app: &TestApp, fields: Json, field: &str) {
    let path = "/api/v1/projects/CLINIC/work-items";
    let problem = app.send("POST", path, Some(with(fields.clone()))).await.expect(400);
    assert_eq!(problem["code"], "validation_error", "{fields}");
    assert_eq!(problem["errors"][0]["field"], field, "{problem}");
}

/// A value of the wrong type; the answer quotes it.
async fn check_unreadable(app: &TestApp, fields: Json) {
    let path = "/api/v1/projects/CLINIC/work-items";
    let problem = app.send("POST", path, Some(with(fields.clone()))).await.expect(400);
    assert_eq!(problem["code"], "validation_error", "{fields}");
    let value = fields.as_object().unwrap().values().next().unwrap();
    let value = value.to_string().replace('"', "");
    assert!(problem["detail"].as_str().unwrap().contains(&value), "{problem}");
}

async fn check_change(app: &TestApp, number: i64, mut fields: Json, field: &str) {
    fields["version"] = json!(1);
    let path = format!("/api/v1/work-items/CLINIC-{number}");
    let problem = app.send("PATCH", &path, Some(fields.clone())).await.expect(400);
    assert_eq!(problem["errors"][0]["field"], field, "{fields}");
}

async fn check_list(app: &TestApp, query: &str, expected: &[i64]) {
    let list = get(app, &format!("/projects/CLINIC/work-items{query}")).await;
    let expected: Vec<String> = expected.iter().map(|number| format!("CLINIC-{number}")).collect();
    assert_eq!(keys(&list["items"]), expected, "{query}");
}
