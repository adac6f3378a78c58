//! Sessions: how they end.

use std::time::Duration;

use axum::http::Method;
use base::{Secret, SessionId};
use serde_json::json;
use web::{Caller, Credential};

use crate::house::{EMAIL, House, Visitor};
use crate::sql;

store::both_databases! {
    async fn revoked_session_is_refused_at_once(db: Db) {
        let house = House::with_admin(&db).await;
        let (here, elsewhere) = (house.signed_in(EMAIL).await, house.signed_in(EMAIL).await);
        assert_eq!(house.me(&elsewhere).await, 200);
        let page = house.get(&here, "/auth/sessions").await.expect(200);
        let items = page["items"].as_array().unwrap();
        assert_eq!(items.len(), 2);
        let other = items.iter().find(|one| one["is_current"] == false).unwrap();
        let path = format!("/auth/sessions/{}", other["id"].as_str().unwrap());
        assert_eq!(house.delete(&here, &path).await.status, 204);
        assert_eq!(house.me(&elsewhere).await, 401);
        assert_eq!(house.me(&here).await, 200);
        assert_eq!(house.delete(&here, &path).await.status, 404);
        let page = house.get(&here, "/auth/sessions").await.expect(200);
        assert_eq!(page["items"].as_array().unwrap().len(), 1);
    }

    async fn revocation_by_another_process_acts_within_a_second(db: Db) {
        let house = House::with_admin(&db).await;
        let browser = house.signed_in(EMAIL).await;
        assert_eq!(house.me(&browser).await, 200);
        sql::revoke_all(&db, house.app.app.now()).await;
        house.app.clock.advance(Duration::from_millis(999));
        assert_eq!(house.me(&browser).await, 401);
    }

    async fn who_could_not_come_in_again_reads_no_further(db: Db) {
        let house = House::with_admin(&db).await;
        let omar = house.create_admin("omar@example.com").await;
        let app = &house.app.app;
        let come_in = async |credential: Credential| {
            app.authenticator.authenticate(app, credential).await.unwrap().unwrap()
        };
        let session = async |email: &str| {
            let token = house.signed_in(email).await.cookie.unwrap();
            come_in(Credential::Session(Secret::new(token))).await
        };
        let may_read = async |caller: &Caller| {
            app.authenticator.is_still_let_in(app, caller).await.unwrap()
        };
        let (of_mona, of_omar) = (session(EMAIL).await, session("omar@example.com").await);
        let key = json!({ "name": "short", "expires_in_days": 1 });
        let key = house.post(&house.signed_in(EMAIL).await, "/auth/api-keys", key).await.expect(201);
        let key = Secret::new(key["key"].as_str().unwrap().to_owned());
        let of_key = come_in(Credential::ApiKey(key)).await;
        assert!(may_read(&of_mona).await && may_read(&of_omar).await && may_read(&of_key).await);
        // as another process does it, of which the bus here says nothing
        sql::set_role(&db, omar, "Viewer").await;
        assert!(may_read(&of_mona).await && !may_read(&of_omar).await);
        house.app.clock.advance(Duration::from_secs(8 * 3600));
        assert!(!may_read(&of_mona).await && may_read(&of_key).await);
        house.app.clock.advance(Duration::from_secs(16 * 3600));
        assert!(!may_read(&of_key).await);
        house.settle().await;
    }

    async fn signing_out_ends_the_session_and_the_cookie(db: Db) {
        let house = House::with_admin(&db).await;
        let browser = house.signed_in(EMAIL).await;
        let answer = house.ask(&browser, Method::POST, "/auth/logout", None).await;
        assert_eq!(answer.status, 204);
        let cookie = answer.headers["set-cookie"].to_str().unwrap();
        assert!(cookie.starts_with("hishamos_session=;") && cookie.contains("Max-Age=0"), "{cookie}");
        assert_eq!(house.me(&browser).await, 401);
        assert_eq!(house.ask(&browser, Method::POST, "/auth/logout", None).await.status, 401);
    }

    async fn unused_session_ends_after_eight_hours_and_used_one_after_a_week(db: Db) {
        let house = House::with_admin(&db).await;
        let (used, unused) = (house.signed_in(EMAIL).await, house.signed_in(EMAIL).await);
        let step = Duration::from_secs(7 * 3600);
        for hours in (7..168).step_by(7) {
            house.app.clock.advance(step);
            assert_eq!(house.me(&used).await, 200, "after {hours} h");
            house.settle().await;
        }
        assert_eq!(house.me(&unused).await, 401);
        house.app.clock.advance(step);
        assert_eq!(house.me(&used).await, 401);
    }

    async fn time_of_last_use_is_kept_to_the_minute(db: Db) {
        let house = House::with_admin(&db).await;
        let browser = house.signed_in(EMAIL).await;
        let began = house.app.app.now();
        let seen = async |after: u64, expected: u64| {
            house.app.clock.advance(Duration::from_secs(after));
            assert_eq!(house.me(&browser).await, 200);
            house.settle().await;
            let page = house.get(&browser, "/auth/sessions").await.expect(200);
            let expected = began.plus(Duration::from_secs(expected)).to_string();
            assert_eq!(page["items"][0]["last_seen_at"], expected);
        };
        seen(59, 0).await;
        seen(1, 60).await;
        seen(30, 60).await;
        seen(31, 121).await;
    }

    async fn closed_account_is_refused(db: Db) {
        let house = House::with_admin(&db).await;
        let omar = house.create_admin("omar@example.com").await;
        let browser = house.signed_in("omar@example.com").await;
        assert_eq!(house.me(&browser).await, 200);
        sql::set_active(&db, omar, false).await;
        house.app.clock.advance(Duration::from_secs(1));
        assert_eq!(house.me(&browser).await, 401);
    }

    async fn sessions_of_others_do_not_exist(db: Db) {
        let house = House::with_admin(&db).await;
        house.create_admin("omar@example.com").await;
        sql::second_organisation(&db, "eve@example.com", house.app.app.now()).await;
        let mona = house.signed_in(EMAIL).await;
        let page = house.get(&mona, "/auth/sessions").await.expect(200);
        let path = format!("/auth/sessions/{}", page["items"][0]["id"].as_str().unwrap());
        for email in ["omar@example.com", "eve@example.com"] {
            let other = house.signed_in(email).await;
            let list = house.get(&other, "/auth/sessions").await.expect(200);
            assert_eq!(list["items"].as_array().unwrap().len(), 1, "{email}");
            assert_eq!(house.delete(&other, &path).await.status, 404, "{email}");
        }
        let unknown = format!("/auth/sessions/{}", SessionId::from_u128(7));
        assert_eq!(house.delete(&mona, &unknown).await.status, 404);
        assert_eq!(house.delete(&mona, "/auth/sessions/7").await.status, 404);
        assert_eq!(house.me(&mona).await, 200);
    }

    async fn made_up_tokens_are_refused(db: Db) {
        let house = House::with_admin(&db).await;
        for token in ["", "x", &"x".repeat(43), &"'".repeat(43)] {
            let visitor = Visitor { cookie: Some(token.to_owned()), ..Visitor::default() };
            assert_eq!(house.me(&visitor).await, 401, "{token}");
        }
    }

    async fn profile_changes_only_what_is_given(db: Db) {
        let house = House::with_admin(&db).await;
        let browser = house.signed_in(EMAIL).await;
        let check = async |body: serde_json::Value, status: u16, expected: [&str; 3]| {
            let answer = house.ask(&browser, Method::PATCH, "/auth/me", Some(body)).await;
            assert_eq!(answer.status.as_u16(), status, "{}", answer.text);
            let me = house.get(&browser, "/auth/me").await.expect(200);
            let user = &me["user"];
            assert_eq!([&user["name"], &user["locale"], &user["theme"]], expected);
        };
        check(json!({}), 200, ["Mona", "en", "system"]).await;
        check(json!({ "locale": "ar" }), 200, ["Mona", "ar", "system"]).await;
        check(json!({ "name": " منى ", "theme": "dark" }), 200, ["منى", "ar", "dark"]).await;
        check(json!({ "locale": "xx" }), 400, ["منى", "ar", "dark"]).await;
        check(json!({ "name": "" }), 400, ["منى", "ar", "dark"]).await;
        check(json!({ "role": "Admin" }), 400, ["منى", "ar", "dark"]).await;
    }
}
