//! The audit log.

use std::time::Duration;

use serde_json::{Value as Json, json};

use crate::house::{EMAIL, House, PASSWORD, Visitor};
use crate::sql;

store::both_databases! {
    async fn denials_are_written(db: Db) {
        let house = House::with_admin(&db).await;
        let omar = house.create_admin("omar@example.com").await;
        sql::set_role(&db, omar, "Viewer").await;
        let viewer = house.signed_in("omar@example.com").await;
        let refused = house.get(&viewer, "/admin/audit-logs?limit=1").await;
        assert_eq!(refused.status, 403);
        assert_eq!(refused.json["code"], "forbidden");
        let mona = house.signed_in(EMAIL).await;
        let page = house.get(&mona, "/admin/audit-logs").await.expect(200);
        let lines = page["items"].as_array().unwrap();
        let denial = lines.iter().find(|line| line["action"] == "denied").unwrap();
        assert_eq!(denial["actor"], json!({ "kind": "user", "id": omar, "name": "Mona" }));
        assert_eq!(denial["resource_type"], "route");
        assert_eq!(denial["resource_id"], "GET /api/v1/admin/audit-logs");
        assert_eq!(denial["detail"], json!({ "needs": "view_audit_logs" }));
    }

    async fn every_deed_leaves_a_line(db: Db) {
        let house = House::with_admin(&db).await;
        let mona = house.signed_in(EMAIL).await;
        house.login(&Visitor::default(), EMAIL, "not the password at all").await.expect(401);
        let other = house.signed_in(EMAIL).await;
        house.ask(&other, axum::http::Method::POST, "/auth/logout", None).await;
        let key = house.post(&mona, "/auth/api-keys", json!({ "name": "ci" })).await.expect(201);
        let path = format!("/auth/api-keys/{}", key["id"].as_str().unwrap());
        house.delete(&mona, &path).await;
        let third = house.signed_in(EMAIL).await;
        let page = house.get(&third, "/auth/sessions").await.expect(200);
        let items = page["items"].as_array().unwrap();
        let current = items.iter().find(|one| one["is_current"] == true).unwrap();
        house.delete(&mona, &format!("/auth/sessions/{}", current["id"].as_str().unwrap())).await;
        house.ask(&mona, axum::http::Method::PATCH, "/auth/me", Some(json!({ "theme": "dark" }))).await;
        let mut actions = house.actions(&mona).await;
        actions.sort();
        assert_eq!(
            actions,
            [
                "api_key_created", "api_key_revoked", "login", "login", "login", "login_failed",
                "logout", "profile_changed", "session_revoked", "setup_completed",
            ]
        );
    }

    async fn newest_lines_come_first_in_pages_without_gaps(db: Db) {
        let house = House::with_admin(&db).await;
        let mona = house.signed_in(EMAIL).await;
        for _ in 0..3 {
            house.app.clock.advance(Duration::from_secs(1));
            house.login(&Visitor::default(), "nobody@example.com", "x").await.expect(401);
        }
        let all = house.get(&mona, "/admin/audit-logs").await.expect(200);
        let mut collected = Vec::new();
        let mut path = "/admin/audit-logs?limit=2".to_owned();
        loop {
            let page = house.get(&mona, &path).await.expect(200);
            collected.extend(page["items"].as_array().unwrap().clone());
            let Some(next) = page["next"].as_str() else { break };
            path = format!("/admin/audit-logs?limit=2&cursor={next}");
        }
        assert_eq!(Json::Array(collected.clone()), all["items"]);
        assert_eq!(collected.len(), 5);
        let times: Vec<&str> = collected.iter().map(|line| line["at"].as_str().unwrap()).collect();
        assert!(times.is_sorted_by(|one, two| one >= two), "{times:?}");
    }

    async fn log_of_another_organisation_is_not_seen(db: Db) {
        let house = House::with_admin(&db).await;
        sql::second_organisation(&db, "eve@example.com", house.app.app.now()).await;
        house.signed_in(EMAIL).await;
        let eve = house.signed_in("eve@example.com").await;
        let page = house.get(&eve, "/admin/audit-logs").await.expect(200);
        assert_eq!(page["items"].as_array().unwrap().len(), 1);
        assert_eq!(page["items"][0]["actor"]["name"], "Omar");
        let roles = house.get(&eve, "/admin/roles").await.expect(200);
        assert_eq!(roles["items"].as_array().unwrap().len(), 1);
    }

    async fn no_secret_is_stored(db: Db) {
        let house = House::with_admin(&db).await;
        let mona = house.signed_in(EMAIL).await;
        let key = house.post(&mona, "/auth/api-keys", json!({ "name": "ci" })).await.expect(201);
        house.login(&Visitor::default(), "typed a secret here", "canary password").await.expect(401);
        let app = &house.app.app;
        let link = identity::one_time_link::sign_in(&app.db, None, app.now(), house.random()).await.unwrap();
        let stored = sql::everything(&db).await;
        assert!(stored.len() > 300, "{stored}");
        let secrets = [
            PASSWORD, EMAIL, "canary password", "typed a secret here", link.reveal(),
            mona.cookie.as_ref().unwrap(), &key["key"].as_str().unwrap()[13..56],
        ];
        for secret in secrets {
            assert!(!stored.contains(secret), "{secret} is stored in {stored}");
        }
    }
}
