//! The examples of the manual, as somebody would try them.

use std::path::Path;

use serde_json::{Value as Json, json};
use store::both_databases;

use crate::house::House;
use crate::rehearsal;

const TRIGGERS: &str = include_str!("../../../../docs/user/triggers.md");

/// The examples of a page in a language, each with the route that stands above it, if one does.
fn examples(page: &str, language: &str) -> Vec<(Option<String>, String)> {
    let mut route = None;
    let mut found = Vec::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        if let Some(path) = line.strip_prefix("`POST ").and_then(|rest| rest.strip_suffix('`')) {
            route = Some(path.to_owned());
        }
        let Some(kind) = line.strip_prefix("```") else { continue };
        let text: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        if kind == language {
            found.push((route.take(), text.join("\n")));
        }
    }
    found
}

/// Every page of the manual with its name.
fn pages() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/user");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let pages = files.filter(|path| path.extension().is_some_and(|extension| extension == "md"));
    let name = |path: &Path| path.file_name().unwrap().to_string_lossy().into_owned();
    pages.map(|path| (name(&path), std::fs::read_to_string(&path).unwrap())).collect()
}

both_databases! {
    async fn examples_of_triggers_work(db: Db) {
        let house = House::new(db).await;
        let definitions = examples(TRIGGERS, "yaml");
        assert_eq!(definitions.len(), 2);
        for (_, definition) in definitions {
            house.post("/workflows", json!({"definition": definition})).await.expect(201);
        }
        let requests = examples(TRIGGERS, "json");
        assert_eq!(requests.len(), 3);
        for (route, body) in requests {
            let route = route.expect("a route stands above each request");
            let body: Json = serde_json::from_str(&body).unwrap();
            let path = route.strip_prefix("/api/v1").unwrap();
            house.post(path, body).await.expect(201);
        }
        let count = async |path: &str| house.get(path).await["items"].as_array().unwrap().len();
        assert_eq!((count("/schedules").await, count("/webhooks").await, count("/triggers").await), (2, 1, 2));
    }

    async fn every_workflow_of_the_manual_is_sound_with_what_is_shipped(db: Db) {
        let stage = rehearsal::house(db).await;
        let mut count = 0;
        for (name, page) in pages() {
            for (_, definition) in examples(&page, "yaml") {
                assert!(definition.starts_with("name:"), "{name} shows no whole workflow:\n{definition}");
                let body = json!({"definition": definition});
                let found = stage.house.post("/workflows/validate", body).await.expect(200);
                assert_eq!(found["valid"], true, "{name}: {}\n{definition}", found["problems"]);
                count += 1;
            }
        }
        assert!(count >= 10, "only {count} examples were found");
    }
}
