//! The agents and commands that the product ships are good files, and every command can
//! be asked of a model.

#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};

use agent::library::{ParamSpec, ParamType};
use agent::turn::{Effect, Outcome, Turn, TurnSpec};
use agent::{Command, Library};
use serde_json::{Map, Value, json};

fn files_below(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files_below(&path, found);
        } else {
            found.push(path);
        }
    }
}

fn shipped() -> Library {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../library");
    let mut paths = Vec::new();
    files_below(&root, &mut paths);
    let files = paths.iter().map(|path| {
        let text = std::fs::read_to_string(path).unwrap();
        (path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned(), text)
    });
    Library::from_files(files).unwrap_or_else(|problems| {
        let list: Vec<String> = problems.iter().map(ToString::to_string).collect();
        panic!("{}", list.join("\n"))
    })
}

/// The command's own example, or a value for every parameter by its type.
fn sample(command: &Command) -> Map<String, Value> {
    command.example.clone().unwrap_or_else(|| {
        command.params.iter().map(|(name, spec)| (name.clone(), sample_of(name, spec))).collect()
    })
}

fn sample_of(name: &str, spec: &ParamSpec) -> Value {
    match spec.r#type {
        ParamType::String | ParamType::Any => json!(format!("sample {name}")),
        ParamType::Integer | ParamType::Number => json!(3),
        ParamType::Boolean => json!(true),
        ParamType::List => json!([format!("first of {name}"), format!("second of {name}")]),
        ParamType::Object => json!({}),
    }
}

#[test]
fn every_shipped_command_asks_what_it_was_given() {
    let library = shipped();
    assert!(library.agents().count() > 0 && library.commands().count() > 0);
    for command in library.commands() {
        let agent = library.agent(&command.agent).unwrap();
        let params = sample(command);
        let spec = TurnSpec {
            agent: agent.clone(),
            command: command.clone(),
            params: params.clone(),
            model: None,
            tools: Vec::new(),
            limits: agent.limits.clone(),
        };
        let turn = Turn::new(spec).unwrap_or_else(|error| panic!("{}: {error}", command.slug));
        let Effect::CallModel { request, nth: 1, repair: false } = turn.next() else {
            panic!("{}: {:?}", command.slug, turn.next());
        };
        let asked = request.last_user_text().unwrap();
        let schema =
            request.output_schema.map(|output| output.schema.to_string()).unwrap_or_default();
        assert!(!schema.contains("x-enum"), "{}: {schema}", command.slug);
        for text in params.values().flat_map(words) {
            assert!(
                asked.contains(&text) || schema.contains(&text),
                "{}: \"{text}\" is lost",
                command.slug
            );
        }
    }
}

fn words(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(items) => items.iter().flat_map(words).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => Vec::new(),
    }
}

#[test]
fn the_backlog_commands_hold_answers_to_the_roles_and_epics_they_are_given() {
    let library = shipped();
    let check = |slug: &str, params: Value, answer: Value, expected: bool| {
        let command = library.command(slug).unwrap();
        let agent = library.agent(&command.agent).unwrap();
        let spec = TurnSpec {
            agent: agent.clone(),
            command: command.clone(),
            params: params.as_object().unwrap().clone(),
            model: None,
            tools: Vec::new(),
            limits: agent.limits.clone(),
        };
        let mut turn = Turn::new(spec).unwrap();
        turn.accept(replied(&answer)).unwrap();
        let is_done = matches!(turn.next(), Effect::Finish(Outcome::Completed { .. }));
        assert_eq!(is_done, expected, "{slug}: {answer}");
    };
    let features = |role: &str| {
        let feature = json!({ "user_role": role, "feature": "book a visit for a given day" });
        json!({ "features": vec![feature; 7] })
    };
    let given = json!({ "idea": "a clinic", "roles": ["patient", "doctor"] });
    check("list_features", given.clone(), features("doctor"), true);
    check("list_features", given, features("astronaut"), false);
    let story = json!({
        "idea": "a clinic", "user_role": "patient", "feature": "book a visit", "epics": ["Visits"]
    });
    let estimate = |epic: &str, points: i64| {
        json!({
            "needs": "one form", "points": points, "used": "every day", "priority": "high",
            "epic": epic
        })
    };
    check("estimate_story", story.clone(), estimate("Visits", 3), true);
    check("estimate_story", story.clone(), estimate("Billing", 3), false);
    check("estimate_story", story, estimate("Visits", 4), false);
}

fn replied(answer: &Value) -> agent::turn::Input {
    agent::turn::Input::ModelReplied {
        reply: llm::chat::Reply {
            model: "test double".into(),
            content: answer.to_string(),
            refusal: String::new(),
            reasoning: String::new(),
            thoughts: Vec::new(),
            tool_calls: Vec::new(),
            finish: llm::chat::Finish::Stop,
            stop_sequence: None,
            usage: llm::chat::TokenUsage::default(),
            scripted: true,
        },
    }
}
