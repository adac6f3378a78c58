//! The examples of the manual, as somebody would try them.

use serde_json::{Value as Json, json};
use store::both_databases;

use crate::house::House;

const TRIGGERS: &str = include_str!("../../../../docs/user/triggers.md");

/// The examples in a language, each with the route that stands above it, if one does.
fn examples(language: &str) -> Vec<(Option<String>, String)> {
    let mut route = None;
    let mut found = Vec::new();
    let mut lines = TRIGGERS.lines();
    while let Some(line) = lines.next() {
        if let Some(path) = line.strip_prefix("`POST ").and_then(|rest| rest.strip_suffix('`')) {
            route = Some(path.to_owned());
        }
        let Some(kind) = line.strip_prefix("```").filter(|kind| !kind.is_empty()) else { continue };
        let text: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        if kind == language {
            found.push((route.take(), text.join("\n")));
        }
    }
    found
}

both_databases! {
    async fn examples_of_triggers_work(db: Db) {
        let house = House::new(db).await;
        let definitions = examples("yaml");
        assert_eq!(definitions.len(), 2);
        for (_, definition) in definitions {
            house.post("/workflows", json!({"definition": definition})).await.expect(201);
        }
        let requests = examples("json");
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
}
