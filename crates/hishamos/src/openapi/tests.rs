//! The checked-in description and the table of rights are those of the code.
//!
//! `UPDATE_OPENAPI=1 cargo nextest run -p hishamos openapi` writes them anew.

#![allow(clippy::unwrap_used)]

use std::path::Path;

use serde_json::Value as Json;
use web::Access;

use crate::serve::tests::parts;

fn compare(name: &str, made: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(name);
    if is_update() {
        std::fs::write(&path, made).unwrap();
        return;
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    if kept != made {
        let line = kept.lines().zip(made.lines()).position(|(kept, made)| kept != made);
        let line = line.unwrap_or_else(|| kept.lines().count().min(made.lines().count())) + 1;
        panic!(
            "{name} is not what the code says, from line {line} on; look at the change, then run UPDATE_OPENAPI=1 cargo nextest run -p hishamos openapi"
        );
    }
}

#[expect(clippy::disallowed_methods, reason = "a switch of the test, not of the program")]
fn is_update() -> bool {
    std::env::var("UPDATE_OPENAPI").is_ok_and(|value| value == "1")
}

#[tokio::test]
async fn openapi_document_is_checked_in() {
    let (_, document, _) = parts().await;
    compare("openapi.json", &(document.to_pretty_json().unwrap() + "\n"));
}

#[tokio::test]
async fn openapi_roles_page_is_checked_in() {
    let (_, _, table) = parts().await;
    compare("docs/routes-and-roles.md", &identity::route_table(&table));
}

/// Every operation of the document with its name.
async fn operations() -> Vec<(String, Json)> {
    let (_, document, _) = parts().await;
    let document = serde_json::to_value(&document).unwrap();
    let paths = document["paths"].as_object().unwrap();
    let mut operations = Vec::new();
    for (path, item) in paths {
        for (method, operation) in item.as_object().unwrap() {
            operations.push((format!("{method} {path}"), operation.clone()));
        }
    }
    operations
}

#[tokio::test]
async fn openapi_says_what_everything_is_for() {
    let mut silent = Vec::new();
    for (name, operation) in operations().await {
        let has = |value: &Json| value.as_str().is_some_and(|text| !text.trim().is_empty());
        if !has(&operation["summary"]) && !has(&operation["description"]) {
            silent.push(format!("{name} has no summary"));
        }
        if !has(&operation["operationId"]) {
            silent.push(format!("{name} has no operationId"));
        }
        for (status, response) in operation["responses"].as_object().unwrap() {
            if !has(&response["description"]) {
                silent.push(format!("{name} {status} has no description"));
            }
        }
    }
    assert!(silent.is_empty(), "{}", silent.join("\n"));
}

#[tokio::test]
async fn openapi_operation_ids_are_unique() {
    let mut ids: Vec<String> =
        operations().await.iter().map(|(_, one)| one["operationId"].to_string()).collect();
    ids.sort();
    let count = ids.len();
    ids.dedup();
    assert_eq!(ids.len(), count);
}

#[tokio::test]
async fn openapi_references_lead_somewhere() {
    let (_, document, _) = parts().await;
    let text = document.to_json().unwrap();
    let document: Json = serde_json::from_str(&text).unwrap();
    let missing: Vec<&str> = text
        .split("\"$ref\":\"#/components/schemas/")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .filter(|name| document["components"]["schemas"].get(name).is_none())
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[tokio::test]
async fn public_routes_are_the_reviewed_ones() {
    let (_, _, table) = parts().await;
    let public: Vec<String> = table
        .iter()
        .filter(|route| route.access == Access::Public)
        .map(|route| format!("{} {}", route.method, route.path))
        .collect();
    // Each was looked at: what it tells a stranger, and what a stranger can make it do.
    assert_eq!(
        public,
        [
            "GET /api/docs",
            "GET /api/docs/{file}",
            "GET /api/openapi.json",
            "POST /api/v1/auth/link",
            "POST /api/v1/auth/login",
            "GET /api/v1/auth/setup",
            "POST /api/v1/auth/setup",
            "GET /health",
            // wants an address that cannot be guessed and a signature
            "POST /hooks/{token}",
            // asks for a token or a permission by itself
            "GET /metrics",
            "GET /ready",
        ]
    );
}

#[tokio::test]
async fn every_documented_route_has_an_access() {
    let (_, _, table) = parts().await;
    for (name, operation) in operations().await {
        let found = table
            .iter()
            .any(|route| name == format!("{} {}", route.method.to_lowercase(), route.path));
        assert!(found, "{name} has no access");
        assert!(operation["x-access"].is_string(), "{name}");
    }
}
