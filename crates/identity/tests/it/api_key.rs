//! API keys.

use std::time::Duration;

use serde_json::{Value as Json, json};

use crate::house::{EMAIL, House, PASSWORD, Visitor};
use crate::sql;

async fn create(house: &House, visitor: &Visitor, body: Json) -> Json {
    house.post(visitor, "/auth/api-keys", body).await.expect(201)
}

fn bearer(key: &str) -> Visitor {
    Visitor::with("authorization", format!("Bearer {key}"))
}

store::both_databases! {
    async fn key_is_shown_once_and_works_by_every_header(db: Db) {
        let house = House::with_admin(&db).await;
        let mona = house.signed_in(EMAIL).await;
        let created = create(&house, &mona, json!({ "name": "ci", "expires_in_days": 30 })).await;
        let key = created["key"].as_str().unwrap();
        let parts: Vec<usize> = key.split('_').map(str::len).collect();
        assert_eq!(parts, [3, 8, 43, 6]);
        for visitor in [
            bearer(key),
            Visitor::with("authorization", format!("bearer {key}")),
            Visitor::with("x-api-key", key),
        ] {
            let me = house.get(&visitor, "/auth/me").await.expect(200);
            assert_eq!(me["user"]["email"], EMAIL);
            assert_eq!(me["expires_at"], created["expires_at"]);
        }
        house.settle().await;
        let list = house.get(&mona, "/auth/api-keys").await;
        assert!(!list.text.contains(key), "{}", list.text);
        let shown = &list.json["items"][0];
        assert_eq!(shown["id"], created["id"]);
        assert_eq!(shown["prefix"], key[..12]);
        assert_eq!(shown["last_used_at"], house.app.app.now().to_string());
        assert!(!house.actions(&mona).await.is_empty());
    }

    async fn revoked_expired_and_misspelt_keys_are_refused(db: Db) {
        let house = House::with_admin(&db).await;
        let mona = house.signed_in(EMAIL).await;
        let lasting = create(&house, &mona, json!({ "name": "lasting" })).await;
        let short = create(&house, &mona, json!({ "name": "short", "expires_in_days": 1 })).await;
        let key = |created: &Json| created["key"].as_str().unwrap().to_owned();
        let check = async |key: String, expected: u16| {
            assert_eq!(house.me(&bearer(&key)).await, expected, "{key}");
        };
        check(key(&lasting), 200).await;
        check(key(&short), 200).await;
        check(format!("{}x", key(&short)), 401).await;
        check(key(&short)[4..].to_owned(), 401).await;
        check("hos_".to_owned(), 401).await;
        house.app.clock.advance(Duration::from_secs(24 * 3600));
        check(key(&short), 401).await;
        check(key(&lasting), 200).await;
        let mona = house.signed_in(EMAIL).await;
        let path = format!("/auth/api-keys/{}", lasting["id"].as_str().unwrap());
        assert_eq!(house.delete(&mona, &path).await.status, 204);
        check(key(&lasting), 401).await;
        assert_eq!(house.delete(&mona, &path).await.status, 404);
        let list = house.get(&mona, "/auth/api-keys").await.expect(200);
        assert_eq!(list["items"].as_array().unwrap().len(), 1);
    }

    async fn key_has_the_rights_that_its_user_has_now(db: Db) {
        let house = House::with_admin(&db).await;
        let omar = house.create_admin("omar@example.com").await;
        let browser = house.signed_in("omar@example.com").await;
        let key = create(&house, &browser, json!({ "name": "ci" })).await;
        let program = bearer(key["key"].as_str().unwrap());
        assert_eq!(house.get(&program, "/admin/roles").await.status, 200);
        sql::set_role(&db, omar, "Developer").await;
        house.app.clock.advance(Duration::from_secs(1));
        assert_eq!(house.get(&program, "/admin/roles").await.status, 403);
        sql::set_active(&db, omar, false).await;
        house.app.clock.advance(Duration::from_secs(1));
        assert_eq!(house.me(&program).await, 401);
    }

    async fn key_cannot_make_keys_change_passwords_or_sign_out(db: Db) {
        let house = House::with_admin(&db).await;
        let mona = house.signed_in(EMAIL).await;
        let key = create(&house, &mona, json!({ "name": "ci" })).await;
        let program = bearer(key["key"].as_str().unwrap());
        let check = async |path: &str, body: Json, expected: u16| {
            assert_eq!(house.post(&program, path, body).await.status.as_u16(), expected, "{path}");
        };
        check("/auth/api-keys", json!({ "name": "another" }), 403).await;
        check("/auth/password", json!({ "current": PASSWORD, "new": "an otter reads maps" }), 403).await;
        check("/auth/logout", json!({}), 409).await;
        assert_eq!(house.me(&mona).await, 200);
    }

    async fn repeated_request_makes_one_key_and_never_shows_it_again(db: Db) {
        let house = House::with_admin(&db).await;
        let mut mona = house.signed_in(EMAIL).await;
        mona.headers.push(("idempotency-key", "once".to_owned()));
        let first = create(&house, &mona, json!({ "name": "ci" })).await;
        let again = create(&house, &mona, json!({ "name": "ci" })).await;
        assert_eq!(first["id"], again["id"]);
        assert_eq!(again["key"], Json::Null);
        let other = house.post(&mona, "/auth/api-keys", json!({ "name": "other" })).await;
        assert_eq!(other.status, 422);
        let list = house.get(&mona, "/auth/api-keys").await.expect(200);
        assert_eq!(list["items"].as_array().unwrap().len(), 1);
        let key = first["key"].as_str().unwrap();
        assert!(!sql::everything(&db).await.contains(&key[13..56]));
    }

    async fn keys_of_others_do_not_exist(db: Db) {
        let house = House::with_admin(&db).await;
        house.create_admin("omar@example.com").await;
        sql::second_organisation(&db, "eve@example.com", house.app.app.now()).await;
        let mona = house.signed_in(EMAIL).await;
        let key = create(&house, &mona, json!({ "name": "ci" })).await;
        let path = format!("/auth/api-keys/{}", key["id"].as_str().unwrap());
        for email in ["omar@example.com", "eve@example.com"] {
            let other = house.signed_in(email).await;
            let list = house.get(&other, "/auth/api-keys").await.expect(200);
            assert_eq!(list["items"], json!([]), "{email}");
            assert_eq!(house.delete(&other, &path).await.status, 404, "{email}");
        }
        assert_eq!(house.me(&bearer(key["key"].as_str().unwrap())).await, 200);
    }

    async fn bad_fields_are_refused(db: Db) {
        let house = House::with_admin(&db).await;
        let mona = house.signed_in(EMAIL).await;
        for body in [
            json!({}),
            json!({ "name": "" }),
            json!({ "name": "ci", "expires_in_days": 0 }),
            json!({ "name": "ci", "expires_in_days": 3651 }),
            json!({ "name": "ci", "user_id": "usr_1" }),
        ] {
            let answer = house.post(&mona, "/auth/api-keys", body.clone()).await;
            assert_eq!(answer.status, 400, "{body}");
        }
    }

    async fn lists_come_in_pages(db: Db) {
        let house = House::with_admin(&db).await;
        let mona = house.signed_in(EMAIL).await;
        for name in ["one", "two", "three"] {
            create(&house, &mona, json!({ "name": name })).await;
            house.app.clock.advance(Duration::from_millis(1));
        }
        let names = |page: &Json| -> Vec<String> {
            let items = page["items"].as_array().unwrap();
            items.iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect()
        };
        let first = house.get(&mona, "/auth/api-keys?limit=2").await.expect(200);
        assert_eq!(names(&first), ["three", "two"]);
        let path = format!("/auth/api-keys?limit=2&cursor={}", first["next"].as_str().unwrap());
        let second = house.get(&mona, &path).await.expect(200);
        assert_eq!(names(&second), ["one"]);
        assert_eq!(second["next"], Json::Null);
        assert_eq!(house.get(&mona, "/auth/api-keys?cursor=zz").await.status, 400);
    }
}
