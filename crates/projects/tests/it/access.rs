use serde_json::{Value as Json, json};
use store::both_databases;

use crate::scene::{clinic, get, item};

/// Every route of the feature with a request that would succeed.
fn requests() -> Vec<(&'static str, &'static str, &'static str, Option<Json>)> {
    let project = "/api/v1/projects/{key}";
    let work_item = "/api/v1/work-items/{item_key}";
    let execution = base::ExecutionId::from_u128(1).to_string();
    vec![
        ("GET", "/api/v1/projects", "view_projects", None),
        ("POST", "/api/v1/projects", "manage_projects", Some(json!({"name": "B"}))),
        ("GET", project, "view_projects", None),
        ("PATCH", project, "manage_projects", Some(json!({"name": "B"}))),
        ("GET", "/api/v1/projects/{key}/board", "view_projects", None),
        ("GET", "/api/v1/projects/{key}/events", "view_projects", None),
        ("GET", "/api/v1/projects/{key}/work-items", "view_projects", None),
        (
            "POST",
            "/api/v1/projects/{key}/work-items",
            "edit_stories",
            Some(json!({"kind": "task", "title": "B"})),
        ),
        (
            "POST",
            "/api/v1/projects/{key}/work-items/undo",
            "edit_stories",
            Some(json!({"execution_id": execution})),
        ),
        ("GET", work_item, "view_projects", None),
        ("PATCH", work_item, "edit_stories", Some(json!({"version": 1, "title": "B"}))),
        ("DELETE", work_item, "edit_stories", None),
        (
            "POST",
            "/api/v1/work-items/{item_key}/move",
            "edit_stories",
            Some(json!({"column": "QA"})),
        ),
    ]
}

#[test]
fn every_route_is_in_the_table_with_its_permission() {
    let (_, _, table) = projects::routes().into_parts();
    let mut routes: Vec<String> = table
        .iter()
        .map(|route| format!("{} {} {:?}", route.method, route.path, route.access))
        .collect();
    let mut expected: Vec<String> = requests()
        .iter()
        .map(|(method, path, permission, _)| {
            let access = web::Access::Permission(permission.parse().unwrap());
            format!("{method} {path} {access:?}")
        })
        .collect();
    routes.sort();
    expected.sort();
    assert_eq!(routes, expected);
}

both_databases! {
    async fn nobody_and_people_without_the_permission_are_refused(db: Db) {
        let app = clinic(db).await;
        item(&app, "story", "A").await;
        let before = get(&app, "/projects/CLINIC/board").await;
        for (method, path, permission, body) in requests() {
            let path = path.replace("{key}", "CLINIC").replace("{item_key}", "CLINIC-1");
            let others: Vec<&str> = web::Permission::ALL
                .iter()
                .map(|one| one.as_str())
                .filter(|one| *one != permission)
                .collect();
            let others = format!("test-{}", others.join(","));
            let nobody = app.send_as("", method, &path, body.clone()).await.expect(401);
            assert_eq!(nobody["code"], "unauthenticated", "{method} {path}");
            let refused = app.send_as(&others, method, &path, body).await.expect(403);
            assert_eq!(refused["code"], "forbidden", "{method} {path}");
        }
        assert_eq!(get(&app, "/projects/CLINIC/board").await, before, "nothing was changed");
    }

    async fn another_organisation_finds_nothing(db: Db) {
        let app = clinic(db).await;
        item(&app, "story", "A").await;
        let before = get(&app, "/projects/CLINIC/board").await;
        for (method, path, _, body) in requests() {
            if !path.contains('{') {
                continue;
            }
            let path = path.replace("{key}", "CLINIC").replace("{item_key}", "CLINIC-1");
            let absent = app.send_as("test-all@2", method, &path, body).await.expect(404);
            assert_eq!(absent["code"], "not_found", "{method} {path}");
        }
        let list = app.send_as("test-all@2", "GET", "/api/v1/projects", None).await.expect(200);
        assert_eq!(list["items"], json!([]));
        assert_eq!(get(&app, "/projects/CLINIC/board").await, before, "nothing was changed");
    }

    async fn the_own_permission_is_enough(db: Db) {
        let app = clinic(db).await;
        item(&app, "story", "A").await;
        for (method, path, permission, body) in requests() {
            // A stream does not end, and what is deleted cannot be moved.
            if path.ends_with("/events") || method == "DELETE" {
                continue;
            }
            let path = path.replace("{key}", "CLINIC").replace("{item_key}", "CLINIC-1");
            let answer = app.send_as(&format!("test-{permission}"), method, &path, body).await;
            assert!(answer.status.is_success(), "{method} {path}: {}", answer.text);
        }
    }
}
