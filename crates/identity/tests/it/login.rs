//! Signing in with a password, and changing it.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use axum::http::header;
use serde_json::json;

use crate::house::{EMAIL, House, PASSWORD, Visitor};
use crate::sql;

fn from(number: u8) -> Visitor {
    Visitor { ip: Some(IpAddr::V4(Ipv4Addr::new(10, 0, 0, number))), ..Visitor::default() }
}

/// Guesses until refused for guessing; how many were looked at, and the wait told.
async fn guess(house: &House, visitor: &Visitor, email: &str, most: usize) -> (usize, u64) {
    for looked_at in 0..most {
        let answer = house.login(visitor, email, "not the password at all").await;
        if answer.status == 429 {
            let wait = answer.headers[header::RETRY_AFTER].to_str().unwrap().parse().unwrap();
            return (looked_at, wait);
        }
        assert_eq!(answer.status, 401, "{}", answer.text);
    }
    (most, 0)
}

store::both_databases! {
    async fn answers_do_not_tell_who_has_an_account(db: Db) {
        let house = House::with_admin(&db).await;
        let closed = house.create_admin("closed@example.com").await;
        sql::set_active(&db, closed, false).await;
        let mut answers = Vec::new();
        let tries = [
            (EMAIL, "not the password at all"),
            ("nobody@example.com", PASSWORD),
            ("closed@example.com", PASSWORD),
            ("not an address", PASSWORD),
            ("", ""),
        ];
        for (email, password) in tries {
            let mut answer = house.login(&Visitor::default(), email, password).await;
            answer.json["request_id"].take();
            answers.push((answer.status.as_u16(), answer.json));
        }
        assert_eq!(answers[0].0, 401);
        assert!(answers.iter().all(|answer| answer == &answers[0]), "{answers:?}");
        let known = guess(&house, &from(1), EMAIL, 20).await;
        let unknown = guess(&house, &from(2), "nobody@example.com", 20).await;
        assert_eq!(known, unknown);
    }

    async fn guesses_at_one_account_are_slowed_from_all_addresses(db: Db) {
        let house = House::with_admin(&db).await;
        assert_eq!(guess(&house, &from(1), EMAIL, 20).await, (4, 1));
        assert_eq!(house.login(&from(2), EMAIL, PASSWORD).await.status, 429);
        let mut looked_at = 4;
        for second in 0..600 {
            house.app.clock.advance(Duration::from_secs(1));
            looked_at += guess(&house, &from(2 + (second % 100) as u8), EMAIL, 20).await.0;
        }
        assert_eq!(looked_at, 10);
        // Another account is not held up.
        house.create_admin("omar@example.com").await;
        assert_eq!(house.login(&from(1), "omar@example.com", PASSWORD).await.status, 200);
    }

    async fn owner_comes_in_after_the_wait_and_clears_the_count(db: Db) {
        let house = House::with_admin(&db).await;
        assert_eq!(guess(&house, &from(1), EMAIL, 20).await, (4, 1));
        house.app.clock.advance(Duration::from_secs(1));
        assert_eq!(house.login(&from(1), EMAIL, PASSWORD).await.status, 200);
        assert_eq!(guess(&house, &from(1), EMAIL, 20).await, (4, 1));
    }

    async fn guesses_at_once_are_counted_before_they_are_looked_at(db: Db) {
        let house = House::with_admin(&db).await;
        let guesses = (0..50).map(async |number| {
            house.login(&from(number), EMAIL, "not the password at all").await.status.as_u16()
        });
        let statuses = futures::future::join_all(guesses).await;
        assert_eq!(statuses.iter().filter(|status| **status == 401).count(), 4, "{statuses:?}");
    }

    async fn one_address_cannot_try_many_accounts(db: Db) {
        let house = House::with_admin(&db).await;
        let mut statuses = Vec::new();
        for number in 0..101 {
            let email = format!("user{number}@example.com");
            statuses.push(house.login(&from(1), &email, "x").await.status.as_u16());
        }
        assert_eq!(statuses.iter().filter(|status| **status == 401).count(), 100);
        assert_eq!(statuses[100], 429);
        assert_eq!(house.login(&from(2), EMAIL, PASSWORD).await.status, 200);
    }

    async fn signing_in_makes_a_new_token_and_ends_the_old_session(db: Db) {
        let house = House::with_admin(&db).await;
        let before = house.signed_in(EMAIL).await;
        assert_eq!(house.me(&before).await, 200);
        let after = Visitor::of(&house.login(&before, EMAIL, PASSWORD).await);
        assert_ne!(before.cookie, after.cookie);
        assert_eq!(house.me(&before).await, 401);
        assert_eq!(house.me(&after).await, 200);
    }

    async fn weak_hash_is_replaced_when_its_owner_comes_in(db: Db) {
        let house = House::with_admin(&db).await;
        let weak = weak_hash(PASSWORD);
        sql::set_password_hash(&db, &weak).await;
        assert_eq!(house.login(&Visitor::default(), EMAIL, PASSWORD).await.status, 200);
        let now = sql::password_hash(&db).await;
        assert!(now.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{now}");
        assert_eq!(house.login(&Visitor::default(), EMAIL, PASSWORD).await.status, 200);
    }

    async fn changed_password_ends_other_sessions(db: Db) {
        let house = House::with_admin(&db).await;
        let (here, elsewhere) = (house.signed_in(EMAIL).await, house.signed_in(EMAIL).await);
        let new = "an otter reads maps";
        let check = async |body: serde_json::Value, expected: u16| {
            let answer = house.post(&here, "/auth/password", body).await;
            assert_eq!(answer.status.as_u16(), expected, "{}", answer.text);
        };
        check(json!({ "new": new }), 400).await;
        check(json!({ "current": "not the password at all", "new": new }), 400).await;
        check(json!({ "current": PASSWORD, "new": "short" }), 400).await;
        check(json!({ "current": PASSWORD, "new": "mona@example.com" }), 400).await;
        assert_eq!(house.me(&elsewhere).await, 200);
        check(json!({ "current": PASSWORD, "new": new }), 204).await;
        assert_eq!(house.me(&elsewhere).await, 401);
        assert_eq!(house.me(&here).await, 200);
        assert_eq!(house.login(&Visitor::default(), EMAIL, PASSWORD).await.status, 401);
        assert_eq!(house.login(&Visitor::default(), EMAIL, new).await.status, 200);
        assert!(house.actions(&here).await.contains(&"password_changed".to_owned()));
    }

    async fn change_from_another_site_is_refused(db: Db) {
        let house = House::with_admin(&db).await;
        let mut browser = house.signed_in(EMAIL).await;
        browser.headers.push(("sec-fetch-site", "cross-site".to_owned()));
        assert_eq!(house.post(&browser, "/auth/logout", json!({})).await.status, 403);
        assert_eq!(house.me(&browser).await, 200);
    }
}

/// The password hashed with settings of the past.
fn weak_hash(password: &str) -> String {
    use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, Version};
    let params = Params::new(64, 1, 1, None).unwrap();
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    argon2.hash_password_with_salt(password.as_bytes(), b"0123456789abcdef").unwrap().to_string()
}
