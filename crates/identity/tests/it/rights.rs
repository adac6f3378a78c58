//! Roles and who may use which route.

use axum::http::Method;
use serde_json::json;
use store::Signal;
use web::Access;

use crate::house::{EMAIL, House, Visitor};
use crate::sql;

store::both_databases! {
    async fn seeded_roles_are_exactly_these(db: Db) {
        let house = House::with_admin(&db).await;
        let mona = house.signed_in(EMAIL).await;
        let mut page = house.get(&mona, "/admin/roles").await.expect(200);
        for role in page["items"].as_array_mut().unwrap() {
            assert!(role["id"].take().as_str().unwrap().starts_with("rol_"));
        }
        insta::assert_json_snapshot!("seeded_roles", page);
    }

    async fn routes_are_closed_to_strangers(db: Db) {
        let house = House::with_admin(&db).await;
        let (_, _, table) = identity::routes(&identity::Identity::default()).into_parts();
        let mut public = Vec::new();
        for route in table {
            if route.access == Access::Public {
                public.push(format!("{} {}", route.method, route.path));
                continue;
            }
            let path = route.path.replace("{id}", "x");
            let path = path.strip_prefix("/api/v1").unwrap();
            let method: Method = route.method.parse().unwrap();
            let answer = house.ask(&Visitor::default(), method, path, Some(json!({}))).await;
            assert_eq!(answer.status, 401, "{} {}", route.method, route.path);
        }
        public.sort();
        assert_eq!(
            public,
            ["GET /api/v1/auth/setup", "POST /api/v1/auth/link", "POST /api/v1/auth/login", "POST /api/v1/auth/setup"]
        );
    }

    async fn every_role_may_use_exactly_its_routes(db: Db) {
        let house = House::with_admin(&db).await;
        let omar = house.create_admin("omar@example.com").await;
        let (_, _, table) = identity::routes(&identity::Identity::default()).into_parts();
        for role in identity::role::SEEDED {
            sql::set_role(&db, omar, role.name).await;
            for route in &table {
                let Access::Permission(permission) = route.access else { continue };
                let visitor = house.signed_in("omar@example.com").await;
                let path = route.path.replace("{id}", "x");
                let path = path.strip_prefix("/api/v1").unwrap();
                let method: Method = route.method.parse().unwrap();
                let answer = house.ask(&visitor, method, path, Some(json!({}))).await;
                let is_allowed = answer.status != 403;
                assert_eq!(is_allowed, role.has(permission), "{} {} {}", role.name, route.method, route.path);
            }
        }
    }

    async fn changes_of_rights_are_signalled(db: Db) {
        let house = House::with_admin(&db).await;
        let (mona, other) = (house.signed_in(EMAIL).await, house.signed_in(EMAIL).await);
        let mut signals = house.app.app.bus.listen();
        house.ask(&other, Method::POST, "/auth/logout", None).await;
        assert!(matches!(signals.try_recv(), Ok(Signal::Rights { .. })));
        let key = house.post(&mona, "/auth/api-keys", json!({ "name": "ci" })).await.expect(201);
        assert!(signals.try_recv().is_err());
        house.delete(&mona, &format!("/auth/api-keys/{}", key["id"].as_str().unwrap())).await;
        assert!(matches!(signals.try_recv(), Ok(Signal::Rights { .. })));
    }
}
