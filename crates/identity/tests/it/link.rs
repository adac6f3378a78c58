//! One-time sign-in links.

use std::time::Duration;

use identity::one_time_link::{sign_in, sign_in_program, sign_in_server};
use serde_json::json;

use crate::house::{EMAIL, House, PASSWORD, Visitor};
use crate::sql;

async fn link(house: &House, email: Option<&str>) -> Result<String, String> {
    let app = &house.app.app;
    let token = sign_in(&app.db, email, app.now(), house.random()).await;
    token.map(|token| token.reveal().clone()).map_err(|error| error.to_string())
}

async fn enter(house: &House, token: &str) -> u16 {
    let answer = house.post(&Visitor::default(), "/auth/link", json!({ "token": token })).await;
    answer.status.as_u16()
}

store::both_databases! {
    async fn link_signs_in_once(db: Db) {
        let house = House::with_admin(&db).await;
        let token = link(&house, None).await.unwrap();
        let answer = house.post(&Visitor::default(), "/auth/link", json!({ "token": token })).await;
        assert_eq!(answer.json["user"]["email"], EMAIL);
        let browser = Visitor::of(&answer);
        assert_eq!(house.me(&browser).await, 200);
        assert_eq!(enter(&house, &token).await, 401);
        // Lines of one millisecond have no order.
        let mut actions = house.actions(&browser).await;
        actions.sort();
        assert_eq!(actions, ["login", "login_failed", "setup_completed", "sign_in_link_created"]);
    }

    async fn sixty_four_uses_at_once_sign_in_one(db: Db) {
        let house = House::with_admin(&db).await;
        let token = link(&house, None).await.unwrap();
        let statuses = futures::future::join_all((0..64).map(|_| enter(&house, &token))).await;
        assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
        assert_eq!(statuses.iter().filter(|status| **status == 401).count(), 63, "{statuses:?}");
    }

    async fn old_replaced_and_closed_links_do_nothing(db: Db) {
        let house = House::with_admin(&db).await;
        let first = link(&house, Some(EMAIL)).await.unwrap();
        let second = link(&house, Some(EMAIL)).await.unwrap();
        assert_eq!(enter(&house, &first).await, 401);
        house.app.clock.advance(Duration::from_secs(15 * 60));
        assert_eq!(enter(&house, &second).await, 401);
        let omar = house.create_admin("omar@example.com").await;
        let third = link(&house, Some("omar@example.com")).await.unwrap();
        sql::set_active(&db, omar, false).await;
        assert_eq!(enter(&house, &third).await, 401);
        assert_eq!(enter(&house, "").await, 401);
    }

    async fn what_programs_sign_in_with_stands_beside_a_persons_link(db: Db) {
        let house = House::with_admin(&db).await;
        let app = &house.app.app;
        let server = async || sign_in_server(&app.db, app.now(), house.random()).await.unwrap();
        let command = async || {
            sign_in_program(&app.db, None, app.now(), house.random()).await.unwrap()
        };
        let before = (server().await, command().await);
        let person = link(&house, None).await.unwrap();
        let after = (server().await, command().await);
        for token in [before.0, before.1, after.0, after.1] {
            assert_eq!(enter(&house, token.reveal()).await, 200);
            assert_eq!(enter(&house, token.reveal()).await, 401);
        }
        assert_eq!(enter(&house, &person).await, 200);
        assert_eq!(sql::links(&db).await, 5);
        let unused = server().await;
        house.app.clock.advance(Duration::from_secs(15 * 60));
        assert_eq!(enter(&house, unused.reveal()).await, 401);
        // What is used or too old goes when the next is made.
        server().await;
        assert_eq!(sql::links(&db).await, 2);
    }

    async fn stranger_cannot_fill_the_audit_log(db: Db) {
        let house = House::with_admin(&db).await;
        let mut statuses = Vec::new();
        for _ in 0..102 {
            statuses.push(enter(&house, "wrong").await);
        }
        assert_eq!(statuses.iter().filter(|status| **status == 401).count(), 100);
        assert_eq!(statuses[100..], [429, 429]);
        let token = link(&house, None).await.unwrap();
        assert_eq!(enter(&house, &token).await, 200);
    }

    async fn without_an_address_there_must_be_one_administrator(db: Db) {
        let house = House::empty(&db).await;
        assert!(link(&house, None).await.unwrap_err().contains("no active administrator yet"));
        house.create_admin(EMAIL).await;
        assert!(link(&house, None).await.is_ok());
        house.create_admin("omar@example.com").await;
        assert!(link(&house, None).await.unwrap_err().contains("more than one administrator"));
        assert!(link(&house, Some("OMAR@example.com")).await.is_ok());
        assert!(link(&house, Some("eve@example.com")).await.unwrap_err().contains("no user"));
    }

    async fn the_server_signs_in_as_the_administrator_who_was_first(db: Db) {
        let house = House::empty(&db).await;
        let app = &house.app.app;
        let first = async || sign_in_server(&app.db, app.now(), house.random()).await;
        let refused = first().await.unwrap_err().to_string();
        assert!(refused.contains("no active administrator yet"), "{refused}");
        let mona = house.create_admin(EMAIL).await;
        house.app.clock.advance(Duration::from_secs(1));
        house.create_admin("omar@example.com").await;
        let check = async |expected: &str| {
            let token = first().await.unwrap().reveal().clone();
            let answer = house.post(&Visitor::default(), "/auth/link", json!({ "token": token })).await;
            assert_eq!(answer.json["user"]["email"], expected);
        };
        check(EMAIL).await;
        sql::set_active(&db, mona, false).await;
        check("omar@example.com").await;
    }

    async fn user_without_a_password_can_set_one(db: Db) {
        let house = House::empty(&db).await;
        let app = &house.app.app;
        let admin = identity::user::NewAdmin {
            email: EMAIL.to_owned(),
            name: "You".to_owned(),
            password: None,
            organisation: "Demo".to_owned(),
            locale: identity::user::Locale::English,
        };
        identity::setup::create_local_admin(&app.db, admin, app.now(), house.random()).await.unwrap();
        let token = link(&house, None).await.unwrap();
        let answer = house.post(&Visitor::default(), "/auth/link", json!({ "token": token })).await;
        let browser = Visitor::of(&answer);
        let set = house.post(&browser, "/auth/password", json!({ "new": PASSWORD })).await;
        assert_eq!(set.status, 204, "{}", set.text);
        assert_eq!(house.login(&Visitor::default(), EMAIL, PASSWORD).await.status, 200);
    }
}
