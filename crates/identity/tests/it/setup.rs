//! The first set-up.

use std::time::Duration;

use identity::setup::{create_local_admin, ensure_link};
use identity::user::{Locale, NewAdmin};
use serde_json::{Value as Json, json};

use crate::house::{EMAIL, House, PASSWORD, Visitor};
use crate::sql;

async fn link(house: &House) -> Option<String> {
    let app = &house.app.app;
    let token = ensure_link(&app.db, app.now(), house.random()).await.unwrap();
    token.map(|token| token.reveal().clone())
}

fn form(token: &str) -> Json {
    json!({ "token": token, "email": EMAIL, "name": "Mona", "password": PASSWORD, "organisation": "Clinic", "locale": "ar" })
}

async fn set_up(house: &House, form: Json) -> u16 {
    house.post(&Visitor::default(), "/auth/setup", form).await.status.as_u16()
}

store::both_databases! {
    async fn setup_happens_once_and_signs_in(db: Db) {
        let house = House::empty(&db).await;
        let nobody = Visitor::default();
        assert_eq!(house.get(&nobody, "/auth/setup").await.expect(200), json!({ "required": true }));
        let token = link(&house).await.unwrap();
        let answer = house.post(&nobody, "/auth/setup", form(&token)).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        assert_eq!(answer.json["user"]["email"], EMAIL);
        assert_eq!(answer.json["user"]["locale"], "ar");
        assert_eq!(answer.json["organisation"]["name"], "Clinic");
        assert_eq!(answer.json["role"]["name"], "Admin");
        let all = web::Permission::ALL.iter().map(|one| one.as_str()).collect::<Vec<_>>();
        assert_eq!(answer.json["permissions"], json!(all));
        let admin = Visitor::of(&answer);
        assert_eq!(house.get(&admin, "/auth/me").await.expect(200), answer.json);
        assert_eq!(house.get(&nobody, "/auth/setup").await.expect(200), json!({ "required": false }));
        assert_eq!(set_up(&house, form(&token)).await, 409);
        assert_eq!(link(&house).await, None);
        assert_eq!(house.actions(&admin).await, ["setup_completed"]);
        assert_eq!(house.login(&nobody, " Mona@Example.com ", PASSWORD).await.status, 200);
    }

    async fn sixty_four_uses_at_once_make_one_administrator(db: Db) {
        let house = House::empty(&db).await;
        let token = link(&house).await.unwrap();
        let forms = (0..64).map(|number| {
            let mut form = form(&token);
            form["email"] = json!(format!("mona{number}@example.com"));
            set_up(&house, form)
        });
        let statuses = futures::future::join_all(forms).await;
        assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1, "{statuses:?}");
        assert!(statuses.iter().all(|status| matches!(status, 201 | 401 | 409)), "{statuses:?}");
        assert_eq!(sql::count_users(&db).await, 1);
    }

    async fn wrong_old_and_replaced_links_do_nothing(db: Db) {
        let house = House::empty(&db).await;
        let first = link(&house).await.unwrap();
        let second = link(&house).await.unwrap();
        assert_eq!(set_up(&house, form("")).await, 401);
        assert_eq!(set_up(&house, form(&"x".repeat(43))).await, 401);
        assert_eq!(set_up(&house, form(&first)).await, 401);
        house.app.clock.advance(Duration::from_secs(15 * 60));
        assert_eq!(set_up(&house, form(&second)).await, 401);
        assert_eq!(sql::count_users(&db).await, 0);
        let third = link(&house).await.unwrap();
        // A set-up link does not sign in.
        let entered = house.post(&Visitor::default(), "/auth/link", json!({ "token": third })).await;
        assert_eq!(entered.status, 401);
        house.app.clock.advance(Duration::from_secs(15 * 60 - 1));
        assert_eq!(set_up(&house, form(&third)).await, 201);
    }

    async fn refused_fields_are_all_named_and_the_link_stays_good(db: Db) {
        let house = House::empty(&db).await;
        let token = link(&house).await.unwrap();
        let bad = json!({ "token": token, "email": "mona", "name": " ", "password": "short", "organisation": "" });
        let answer = house.post(&Visitor::default(), "/auth/setup", bad).await.expect(400);
        let fields: Vec<&str> =
            answer["errors"].as_array().unwrap().iter().map(|one| one["field"].as_str().unwrap()).collect();
        assert_eq!(fields, ["email", "name", "organisation", "password"]);
        let mut extra = form(&token);
        extra["role"] = json!("Admin");
        assert_eq!(set_up(&house, extra).await, 400);
        assert_eq!(set_up(&house, form(&token)).await, 201);
    }

    async fn local_administrator_is_made_once_and_found_again(db: Db) {
        let house = House::empty(&db).await;
        let admin = NewAdmin {
            email: EMAIL.to_owned(),
            name: "You".to_owned(),
            password: None,
            organisation: "Demo".to_owned(),
            locale: Locale::English,
        };
        let app = &house.app.app;
        let first = create_local_admin(&app.db, admin.clone(), app.now(), house.random()).await.unwrap();
        let again = create_local_admin(&app.db, admin, app.now(), house.random()).await.unwrap();
        assert_eq!(first, again);
        assert_eq!(sql::count_users(&db).await, 1);
        assert_eq!(house.login(&Visitor::default(), EMAIL, PASSWORD).await.status, 401);
        assert_eq!(link(&house).await, None);
    }
}
