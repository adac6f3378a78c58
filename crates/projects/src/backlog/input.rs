//! The input of `create_backlog`, read leniently: a model wrote most of it. Only what
//! cannot be understood at all is refused.

use serde_json::{Map, Value as Json, json};

/// A backlog as it came in.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Input {
    pub(super) project: String,
    pub(super) epics: Vec<Epic>,
    pub(super) stories: Vec<Story>,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Epic {
    pub(super) title: String,
    pub(super) description: String,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Story {
    pub(super) title: String,
    pub(super) user_role: String,
    pub(super) feature: String,
    pub(super) benefit: String,
    pub(super) description: String,
    pub(super) acceptance_criteria: Vec<String>,
    pub(super) points: Option<f64>,
    pub(super) priority: String,
    pub(super) epic: Option<EpicName>,
}

/// How a story names its epic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum EpicName {
    Title(String),
    Index(usize),
}

/// The schema that callers see; reading is more lenient than this.
pub(super) fn schema() -> Json {
    let text = json!({"type": "string"});
    json!({
        "type": "object",
        "required": ["project", "stories"],
        "properties": {
            "project": {"type": "string", "description": "the project's key"},
            "product": {"type": "string", "description": "what the backlog is for; not stored"},
            "epics": {"type": "array", "maxItems": super::plan::EPICS, "items": {
                "type": "object",
                "required": ["title"],
                "properties": {"title": text, "description": text},
            }},
            "stories": {"type": "array", "minItems": 1, "maxItems": super::plan::STORIES, "items": {
                "type": "object",
                "required": ["title"],
                "properties": {
                    "title": text,
                    "user_role": text,
                    "feature": text,
                    "benefit": text,
                    "description": text,
                    "acceptance_criteria": {"type": "array", "items": text},
                    "points": {"type": "number", "description": "snaps to 1, 2, 3, 5, 8 or 13"},
                    "priority": {"enum": ["critical", "high", "medium", "low"]},
                    "epic": {"type": ["string", "integer"], "description": "the title of an epic, or its place in the list, from 0"},
                },
            }},
        },
    })
}

impl Input {
    /// Reads it, or says what is missing.
    pub(super) fn read(json: &Json) -> Result<Self, String> {
        let object = json
            .as_object()
            .ok_or("create_backlog wants an object with \"project\" and \"stories\"")?;
        let project = text(object, "project");
        if project.is_empty() {
            return Err("\"project\" is missing; give the project's key".to_owned());
        }
        let stories = list(object, "stories")?.iter().map(story).collect();
        Ok(Self { project, epics: list(object, "epics")?.iter().map(epic).collect(), stories })
    }
}

/// A list; absent and `null` are empty.
fn list<'a>(object: &'a Map<String, Json>, name: &str) -> Result<&'a [Json], String> {
    match object.get(name) {
        None | Some(Json::Null) => Ok(&[]),
        Some(Json::Array(list)) => Ok(list),
        Some(_) => Err(format!("\"{name}\" is not a list")),
    }
}

/// Text, or a number as text; anything else is empty.
fn text(object: &Map<String, Json>, name: &str) -> String {
    match object.get(name) {
        Some(Json::String(text)) => text.clone(),
        Some(Json::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}

fn epic(json: &Json) -> Epic {
    match json {
        Json::String(title) => Epic { title: title.clone(), description: String::new() },
        Json::Object(epic) => {
            Epic { title: text(epic, "title"), description: text(epic, "description") }
        }
        _ => Epic::default(),
    }
}

fn story(json: &Json) -> Story {
    let story = match json {
        Json::Object(story) => story,
        Json::String(title) => return Story { title: title.clone(), ..Story::default() },
        _ => return Story::default(),
    };
    Story {
        title: text(story, "title"),
        user_role: text(story, "user_role"),
        feature: text(story, "feature"),
        benefit: text(story, "benefit"),
        description: text(story, "description"),
        acceptance_criteria: criteria(story.get("acceptance_criteria")),
        points: text(story, "points").trim().parse().ok(),
        priority: text(story, "priority"),
        epic: story.get("epic").and_then(epic_name),
    }
}

/// A list of texts, or one text with a criterion on each line.
fn criteria(json: Option<&Json>) -> Vec<String> {
    match json {
        Some(Json::Array(list)) => {
            list.iter().filter_map(Json::as_str).map(str::to_owned).collect()
        }
        Some(Json::String(text)) => text.lines().map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

fn epic_name(json: &Json) -> Option<EpicName> {
    match json {
        Json::String(title) => Some(EpicName::Title(title.clone())),
        Json::Number(index) => {
            index.as_u64().and_then(|index| usize::try_from(index).ok()).map(EpicName::Index)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_understood_is_refused() {
        let check = |json: Json, expected: &str| {
            assert_eq!(Input::read(&json), Err(expected.to_owned()), "{json}");
        };
        check(json!([]), "create_backlog wants an object with \"project\" and \"stories\"");
        check(json!({"stories": []}), "\"project\" is missing; give the project's key");
        check(json!({"project": "A", "stories": {}}), "\"stories\" is not a list");
        check(json!({"project": "A", "stories": [], "epics": "x"}), "\"epics\" is not a list");
    }

    #[test]
    fn odd_forms_are_understood() {
        let check = |json: Json, expected: Story| assert_eq!(story(&json), expected, "{json}");
        let titled = |title: &str| Story { title: title.to_owned(), ..Story::default() };
        check(json!("Book"), titled("Book"));
        check(json!(7), titled(""));
        check(json!({"title": 7}), titled("7"));
        check(json!({"title": "a", "points": "5"}), Story { points: Some(5.0), ..titled("a") });
        check(json!({"title": "a", "points": 4.5}), Story { points: Some(4.5), ..titled("a") });
        check(json!({"title": "a", "points": "many"}), titled("a"));
        let one_of = |name| Story { epic: Some(name), ..titled("a") };
        check(json!({"title": "a", "epic": 1}), one_of(EpicName::Index(1)));
        check(json!({"title": "a", "epic": -1}), titled("a"));
        check(json!({"title": "a", "epic": "B"}), one_of(EpicName::Title("B".to_owned())));
        let lines = Story { acceptance_criteria: vec!["x".into(), "y".into()], ..titled("a") };
        check(json!({"title": "a", "acceptance_criteria": "x\ny"}), lines.clone());
        check(json!({"title": "a", "acceptance_criteria": ["x", 3, "y"]}), lines);
    }
}
