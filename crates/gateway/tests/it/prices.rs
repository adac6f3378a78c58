//! Prices that an admin sets, what happens without one, and the sums over the ledger.

use agent::port::Models as _;
use axum::body::Body;
use axum::http::{Request, header};
use base::{CallId, Timestamp};
use serde_json::{Value as Json, json};
use store::{Db, both_databases, params, sql};
use tempfile::tempdir;
use web::testing::Answer;

use crate::house::{House, ONE, answering};
use crate::support::call;

async fn import(house: &House, csv: &str) -> Answer {
    let request = Request::post("/api/v1/prices")
        .header(header::HOST, "localhost")
        .header(header::AUTHORIZATION, "Bearer test-all")
        .header(header::CONTENT_TYPE, "text/csv")
        .body(Body::from(csv.to_owned()))
        .unwrap();
    house.app.send_request(request).await
}

/// A finished call of the ledger.
async fn ledger(db: &Db, number: u128, at: Timestamp, model: &str, agent: &str, micros: i64) {
    let (provider, _) = model.split_once('/').unwrap();
    let row = params![
        ONE,
        CallId::from_u128(number),
        model,
        provider,
        at,
        agent,
        base::Micros(micros),
        true,
        false
    ];
    db.write(move |tx| {
        Box::pin(async move {
            tx.execute(
                sql!("insert into model_calls (organisation_id, id, instance, attempt, nth, is_repair, model, provider, scripted, outcome, input_tokens, output_tokens, cost_micros, estimated, duration_ms, started_at, agent, calls, cached_input_tokens, cost_known, is_cached) values ($1, $2, 0, 1, 1, $9, $3, $4, $9, 'ok', 10, 5, $7, $9, 100, $5, $6, 1, 2, $8, $9)"),
                row,
            )
            .await
        })
    })
    .await
    .unwrap();
}

both_databases! {
    async fn prices_count_from_their_day_and_are_shown(db: Db) {
        let (folder, server) = (tempdir().unwrap(), answering().await);
        let house = House::new(&db, folder.path()).await;
        house.platform("acme", &server).await;
        let cost = async || {
            let outcome = house.gateway.call(call(Some("acme/large"))).await.unwrap();
            (outcome.cost.0, outcome.cost_known)
        };
        assert_eq!(cost().await, (0, false));
        let csv = "platform,model,valid_from,input_micros,output_micros\nacme,large,2020-01-01,1000000,2000000\nacme,large,2999-01-01,9000000,9000000\n";
        let imported = import(&house, csv).await.expect(200);
        assert_eq!(imported["imported"], 2);
        assert_eq!(cost().await, (5, true), "3 tokens read at one and 1 written at two");
        let list = house.get("/api/v1/prices").await;
        assert_eq!(list["items"].as_array().unwrap().len(), 2);
        let theirs = house.app.send_as("test-all@2", "GET", "/api/v1/prices", None).await.expect(200);
        assert_eq!(theirs["items"], json!([]));
        let one = "/api/v1/prices?platform=acme&model=large&valid_from=2020-01-01T00:00:00Z";
        house.app.send("DELETE", one, None).await.expect(204);
        house.app.send("DELETE", one, None).await.expect(404);
        assert_eq!(cost().await, (0, false));
        let wrong = import(&house, "platform,valid_from\nacme,2020-01-01\n").await.expect(400);
        assert_eq!(wrong["errors"][0]["field"], "[0].input_micros");
    }

    async fn calls_without_a_price_are_refused_where_that_is_the_rule(db: Db) {
        let (folder, server) = (tempdir().unwrap(), answering().await);
        let house = House::new(&db, folder.path()).await;
        house.platform("acme", &server).await;
        let rule = house.get("/api/v1/prices/rule").await;
        assert_eq!(rule["unknown_price"], "flag");
        let refuse = Some(json!({"unknown_price": "refuse"}));
        house.app.send("PUT", "/api/v1/prices/rule", refuse).await.expect(200);
        let before = crate::house::asked(&server).await;
        let error = house.gateway.call(call(Some("acme/large"))).await.unwrap_err();
        assert!(error.to_string().contains("its price is not known"), "{error}");
        assert_eq!(crate::house::asked(&server).await, before);
        let free = json!([{"platform": "acme", "valid_from": "2020-01-01T00:00:00Z", "is_free": true}]);
        house.post("/api/v1/prices", free, 200).await;
        let outcome = house.gateway.call(call(Some("acme/large"))).await.unwrap();
        assert_eq!((outcome.cost.0, outcome.cost_known), (0, true));
    }

    async fn usage_is_summed_by_what_is_asked(db: Db) {
        let folder = tempdir().unwrap();
        let house = House::new(&db, folder.path()).await;
        let now = house.app.app.now();
        let day = std::time::Duration::from_hours(24);
        ledger(&db, 1, now, "acme/large", "writer", 700).await;
        ledger(&db, 2, now, "acme/small", "=sum()", 20).await;
        ledger(&db, 3, now.minus(2 * day), "other/large", "writer", 5).await;
        ledger(&db, 4, now.minus(60 * day), "acme/large", "writer", 9_999).await;
        let report = house.get("/api/v1/usage?group_by=platform").await;
        let line = |index: usize| {
            let item = &report["items"][index];
            (item["key"].clone(), item["calls"].clone(), item["cost_micros"].clone())
        };
        assert_eq!(line(0), (json!("acme"), json!(2), json!(720)));
        assert_eq!(line(1), (json!("other"), json!(1), json!(5)));
        let total = &report["total"];
        assert_eq!((&total["calls"], &total["cost_micros"], &total["input_tokens"]), (&json!(3), &json!(725), &json!(30)));
        let days = house.get("/api/v1/usage?group_by=day").await;
        let days = days["items"].as_array().unwrap().clone();
        assert_eq!(days.len(), 30, "also those without a call");
        assert_eq!((&days[29]["cost_micros"], &days[28]["calls"], &days[27]["calls"]), (&json!(720), &json!(0), &json!(1)));
        let csv = house.app.send("GET", "/api/v1/usage?group_by=agent&format=csv", None).await;
        assert_eq!(csv.headers["content-type"], "text/csv; charset=utf-8");
        let lines: Vec<&str> = csv.text.lines().collect();
        assert!(lines[0].starts_with("agent,calls,"), "{}", csv.text);
        assert!(lines[1].starts_with("writer,2,") && lines[2].starts_with("'=sum(),1,"), "{}", csv.text);
        for group_by in ["model", "user", "project"] {
            let report = house.get(&format!("/api/v1/usage?group_by={group_by}")).await;
            assert_eq!(report["total"]["calls"], 3, "{group_by}");
        }
        let theirs = house.app.send_as("test-all@2", "GET", "/api/v1/usage?group_by=model", None).await;
        assert_eq!(theirs.expect(200)["items"], json!([]));
        for wrong in ["", "group_by=colour", "group_by=day&from=soon", "group_by=day&from=2026-02-01&to=2026-01-01", "group_by=day&from=2020-01-01"] {
            house.app.send("GET", &format!("/api/v1/usage?{wrong}"), None).await.expect(400);
        }
        house.app.send_as("test-view_models", "GET", "/api/v1/usage?group_by=day", None).await.expect(403);
    }

    async fn daily_budget_of_a_platform_is_a_budget(db: Db) {
        let (folder, server) = (tempdir().unwrap(), answering().await);
        let house = House::new(&db, folder.path()).await;
        let mut body = crate::house::platform("acme", &server.uri());
        body["daily_budget_micros"] = json!(1_000);
        let made = house.post("/api/v1/platforms", body, 201).await;
        let caps = async || {
            let budgets = house.get("/api/v1/budgets").await;
            let items = budgets["items"].as_array().unwrap().clone();
            let of = |item: &Json| (item["scope"].clone(), item["scope_id"].clone(), item["cap_micros"].clone(), item["is_active"].clone());
            items.iter().map(of).collect::<Vec<_>>()
        };
        assert_eq!(caps().await, [(json!("provider"), json!("acme"), json!(1_000), json!(true))]);
        ledger(&db, 1, house.app.app.now(), "acme/large", "writer", 950).await;
        let health = house.get("/api/v1/platforms/health").await;
        let item = health["items"].as_array().unwrap().iter().find(|item| item["platform"] == "acme").unwrap().clone();
        assert_eq!((&item["status"], &item["cost_today_micros"]), (&json!("budget_exceeded"), &json!(950)));
        let path = format!("/api/v1/platforms/{}", made["id"].as_str().unwrap());
        let change = Some(json!({"version": 1, "daily_budget_micros": 0}));
        house.app.send("PATCH", &path, change).await.expect(200);
        assert_eq!(caps().await, [(json!("provider"), json!("acme"), json!(1_000), json!(false))]);
    }
}
