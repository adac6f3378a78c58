//! Keys and budgets for what is not there are refused, whichever feature keeps it.

#![allow(clippy::unwrap_used)]

use serde_json::{Value as Json, json};

use crate::program::{Folder, Server, ended, json as parse, script};

/// A server as its administrator meets it.
struct House {
    server: Server,
    key: String,
    _folder: Folder,
}

impl House {
    fn new() -> Self {
        let folder = Folder::new();
        let made = folder.run(["user", "create-admin", "--email", "a@example.com", "--name", "A"]);
        assert_eq!(ended(&made).0, 0, "{:?}", ended(&made));
        let key = ended(&folder.run(["api-key", "create"])).1.trim().to_owned();
        let script = script();
        let server = Server::start(folder.path(), &["--model-script", script.to_str().unwrap()]);
        Self { server, key, _folder: folder }
    }

    fn send(&self, method: &str, path: &str, body: &Json) -> (u16, Json) {
        let bearer = format!("Bearer {}", self.key);
        let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
        let path = format!("/api/v1{path}");
        let (status, text) = self.server.send(method, &path, &headers, &body.to_string());
        (status, parse(&text))
    }

    /// What is there in the end.
    fn made(&self, path: &str, body: &Json) -> Json {
        let (status, made) = self.send("POST", path, body);
        assert!(matches!(status, 200..=202), "{path}: {made}");
        made
    }

    /// Fails unless the field is refused for naming what is not there.
    fn is_unknown(&self, (method, path): (&str, &str), body: &Json, field: &str, thing: &str) {
        let (status, problem) = self.send(method, path, body);
        let said = (status, problem["code"].as_str(), problem["errors"][0]["field"].as_str());
        assert_eq!(said, (422, Some("unknown_reference"), Some(field)), "{body}: {problem}");
        let message = problem["errors"][0]["message"].as_str().unwrap();
        assert!(message.starts_with(&format!("there is no {thing} \"")), "{message}");
        assert!(message.contains("; create it"), "{message}");
    }
}

fn budget(scope: &str, id: &str) -> Json {
    json!({"scope": scope, "scope_id": id, "period": "month", "cap_micros": 1_000_000})
}

#[test]
fn key_names_a_project_that_is_there() {
    let house = House::new();
    house.made("/projects", &json!({"key": "CLINIC", "name": "Clinic"}));
    let keys = ("POST", "/virtual-keys");
    house.is_unknown(keys, &json!({"name": "a", "project": "CLINIK"}), "project", "project");
    assert_eq!(house.send("GET", "/virtual-keys", &json!(null)).1["items"], json!([]));
    // calls are booked under the project's own key, whatever was typed
    let made = house.made("/virtual-keys", &json!({"name": "a", "project": "clinic"}));
    assert_eq!(made["project"], "CLINIC");
    let path = format!("/virtual-keys/{}", made["id"].as_str().unwrap());
    let change = json!({"version": 1, "project": "NOWHERE"});
    house.is_unknown(("PATCH", &path), &change, "project", "project");
    let (status, kept) = house.send("GET", &path, &json!(null));
    assert_eq!((status, &kept["project"], &kept["version"]), (200, &json!("CLINIC"), &json!(1)));
    let (status, freed) = house.send("PATCH", &path, &json!({"version": 1, "project": null}));
    assert_eq!((status, &freed["project"]), (200, &json!(null)));
    let (status, again) = house.send("PATCH", &path, &json!({"version": 2, "project": "Clinic"}));
    assert_eq!((status, &again["project"]), (200, &json!("CLINIC")));
}

#[test]
fn budget_is_for_something_that_is_there() {
    let house = House::new();
    house.made("/projects", &json!({"key": "CLINIC", "name": "Clinic"}));
    let item = |kind: &str| json!({"kind": kind, "title": "A thing to do"});
    let epic = house.made("/projects/CLINIC/work-items", &item("epic"));
    let task = house.made("/projects/CLINIC/work-items", &item("task"));
    let key = house.made("/virtual-keys", &json!({"name": "a"}));
    let started = house.made(
        "/workflows/idea_to_backlog/execute",
        &json!({"inputs": {"idea": "A shop for tea", "project": "CLINIC"}, "project": "CLINIC"}),
    );
    let text = |of: &Json, field: &str| of[field].as_str().unwrap().to_owned();
    let (epic, task, key) = (text(&epic, "key"), text(&task, "key"), text(&key, "id"));
    let execution = text(&started, "id");
    let me = text(&house.send("GET", "/auth/me", &json!(null)).1["user"], "id");
    let away = |id: &str| {
        let (start, last) = id.split_at(id.len() - 1);
        format!("{start}{}", if last == "0" { "1" } else { "0" })
    };
    let step = |execution: &str| format!("{execution}/write");
    let budgets = ("POST", "/budgets");
    for (scope, there, missing) in [
        ("project", "CLINIC".to_owned(), "CLINIK".to_owned()),
        ("epic", epic, task.clone()),
        ("item", task, "CLINIC-99".to_owned()),
        ("execution", execution.clone(), away(&execution)),
        ("step", step(&execution), step(&away(&execution))),
        ("user", me.clone(), away(&me)),
        ("key", key.clone(), away(&key)),
        ("provider", "scripted".to_owned(), "openia".to_owned()),
    ] {
        house.is_unknown(budgets, &budget(scope, &missing), "scope_id", scope);
        if scope != "provider" {
            house.is_unknown(budgets, &budget(scope, "nonsense/x"), "scope_id", scope);
        }
        let made = house.made("/budgets", &budget(scope, &there));
        assert_eq!(made["scope_id"], there, "{scope}");
    }
    let limit = |id: &str| json!({"scope": "user", "scope_id": id, "requests_per_minute": 5});
    let (status, problem) = house.send("PUT", "/rate-limits", &limit(&away(&me)));
    assert_eq!((status, &problem["code"]), (422, &json!("unknown_reference")));
    assert_eq!(house.send("PUT", "/rate-limits", &limit(&me)).0, 200);
    // one project is one budget, however it is written
    let (status, _) = house.send("POST", "/budgets", &budget("project", "clinic"));
    assert_eq!(status, 409);
    // nobody keeps these: any name may be capped
    house.made("/budgets", &budget("department", "Sales"));
    house.made("/budgets", &budget("sprint", "S1"));
    // an archived project keeps its budget and its key
    let (status, _) = house.send("PATCH", "/projects/CLINIC", &json!({"status": "archived"}));
    assert_eq!(status, 200);
    let all = house.send("GET", "/budgets?limit=50", &json!(null)).1;
    let named = |one: &&Json| one["scope"] == "project";
    let of_project = all["items"].as_array().unwrap().iter().find(named).unwrap();
    assert_eq!(of_project["scope_id"], "CLINIC");
}
