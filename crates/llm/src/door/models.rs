//! The server side of `/v1/models`: OpenAI's clients get one list, Anthropic's get pages.

use serde::Serialize;

use super::{Door, FieldError, json};

/// The most models on a page, and as many as there are on one that nobody limits.
const MOST: usize = 1_000;

/// Which page of the models a client of Anthropic's wants.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ModelPage {
    /// The page begins after this model.
    pub after: Option<String>,
    /// The page ends before this model.
    pub before: Option<String>,
    /// So many models at most, 1 to 1000, as the client wrote it.
    pub limit: Option<String>,
}

/// A model as OpenAI's clients know it.
#[derive(Serialize)]
struct OpenAiModel<'a> {
    id: &'a str,
    object: &'static str,
    created: i64,
    owned_by: &'a str,
}

/// A model as Anthropic's clients know it.
#[derive(Serialize)]
struct AnthropicModel<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    id: &'a str,
    display_name: &'a str,
    created_at: &'static str,
}

impl Door {
    /// Writes the models by the names that clients may use. Pages are Anthropic's alone.
    pub fn encode_models(self, names: &[String], page: &ModelPage) -> Result<Vec<u8>, FieldError> {
        match self {
            Self::Chat | Self::Responses => Ok(open_ai(names)),
            Self::Messages => anthropic(names, page),
        }
    }

    /// Writes one model.
    pub fn encode_model(self, name: &str) -> Vec<u8> {
        match self {
            Self::Chat | Self::Responses => json(&OpenAiModel::new(name)),
            Self::Messages => json(&AnthropicModel::new(name)),
        }
    }
}

fn open_ai(names: &[String]) -> Vec<u8> {
    #[derive(Serialize)]
    struct List<'a> {
        object: &'static str,
        data: Vec<OpenAiModel<'a>>,
    }
    let data = names.iter().map(|name| OpenAiModel::new(name)).collect();
    json(&List { object: "list", data })
}

fn anthropic(names: &[String], page: &ModelPage) -> Result<Vec<u8>, FieldError> {
    #[derive(Serialize)]
    struct List<'a> {
        data: Vec<AnthropicModel<'a>>,
        has_more: bool,
        first_id: Option<&'a str>,
        last_id: Option<&'a str>,
    }
    let (names, has_more) = page.of(names)?;
    let data: Vec<_> = names.iter().map(|name| AnthropicModel::new(name)).collect();
    let first_id = names.first().map(String::as_str);
    let last_id = names.last().map(String::as_str);
    Ok(json(&List { data, has_more, first_id, last_id }))
}

impl ModelPage {
    /// The names on this page, and whether there are more in its direction.
    fn of<'a>(&self, names: &'a [String]) -> Result<(&'a [String], bool), FieldError> {
        let place = |field: &str, id: &str| {
            let found = names.iter().position(|name| name == id);
            found.ok_or_else(|| wrong(field, format!("there is no model \"{id}\" in the list")))
        };
        let start = match &self.after {
            Some(id) => place("after_id", id)? + 1,
            None => 0,
        };
        let end = match &self.before {
            Some(id) => place("before_id", id)?,
            None => names.len(),
        };
        let limit = match &self.limit {
            Some(text) => text.parse().ok().filter(|limit| (1..=MOST).contains(limit)),
            None => Some(MOST),
        };
        let limit = limit.ok_or_else(|| wrong("limit", format!("use 1 to {MOST}")))?;
        let all = names.get(start..end).unwrap_or_default();
        let has_more = all.len() > limit;
        // before a model, those next to it
        let first = if self.before.is_some() { all.len().saturating_sub(limit) } else { 0 };
        Ok((&all[first..all.len().min(first + limit)], has_more))
    }
}

fn wrong(field: &str, message: String) -> FieldError {
    FieldError { field: Some(field.to_owned()), message }
}

impl<'a> OpenAiModel<'a> {
    fn new(id: &'a str) -> Self {
        let owned_by = id.split_once(['/', ':']).map_or("hishamos", |(owner, _)| owner);
        // nobody tells when models were made
        Self { id, object: "model", created: 0, owned_by }
    }
}

impl<'a> AnthropicModel<'a> {
    fn new(id: &'a str) -> Self {
        Self { kind: "model", id, display_name: id, created_at: "1970-01-01T00:00:00Z" }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::{Value, json};

    use super::*;
    use crate::providers::openai::decode_models;

    fn names() -> Vec<String> {
        ["a", "team/b", "team/c", "workflow:d"].map(str::to_owned).to_vec()
    }

    #[test]
    fn each_dialect_has_its_own_list() {
        let list = Door::Chat.encode_models(&names(), &ModelPage::default()).unwrap();
        assert_eq!(decode_models(&list), Ok(names()));
        let list: Value = serde_json::from_slice(&list).unwrap();
        let expected = json!({"id": "team/b", "object": "model", "created": 0, "owned_by": "team"});
        assert_eq!((&list["object"], &list["data"][1]), (&json!("list"), &expected));
        let one: Value = serde_json::from_slice(&Door::Messages.encode_model("a")).unwrap();
        let expected = json!({
            "type": "model", "id": "a", "display_name": "a", "created_at": "1970-01-01T00:00:00Z",
        });
        assert_eq!(one, expected);
        let list = Door::Messages.encode_models(&[], &ModelPage::default()).unwrap();
        let list: Value = serde_json::from_slice(&list).unwrap();
        let empty = json!({"data": [], "has_more": false, "first_id": null, "last_id": null});
        assert_eq!(list, empty);
    }

    #[test]
    fn pages_go_both_ways() {
        let page = |after: Option<&str>, before: Option<&str>, limit: Option<&str>| {
            let own = |text: Option<&str>| text.map(str::to_owned);
            ModelPage { after: own(after), before: own(before), limit: own(limit) }
        };
        let check = |page: ModelPage, expected: &[&str], has_more: bool| {
            let list = Door::Messages.encode_models(&names(), &page).unwrap();
            let list: Value = serde_json::from_slice(&list).unwrap();
            let ids: Vec<&str> = list["data"]
                .as_array()
                .unwrap()
                .iter()
                .map(|m| m["id"].as_str().unwrap())
                .collect();
            assert_eq!(
                (ids.as_slice(), &list["has_more"]),
                (expected, &json!(has_more)),
                "{page:?}"
            );
            let (first, last) = (json!(expected.first()), json!(expected.last()));
            assert_eq!((&list["first_id"], &list["last_id"]), (&first, &last), "{page:?}");
        };
        check(page(None, None, None), &["a", "team/b", "team/c", "workflow:d"], false);
        check(page(None, None, Some("2")), &["a", "team/b"], true);
        check(page(Some("team/b"), None, Some("2")), &["team/c", "workflow:d"], false);
        check(page(Some("workflow:d"), None, None), &[], false);
        check(page(None, Some("workflow:d"), Some("2")), &["team/b", "team/c"], true);
        check(page(None, Some("a"), None), &[], false);
        check(page(Some("team/c"), Some("a"), None), &[], false);
        let refused = |page: ModelPage, field: &str| {
            let error = Door::Messages.encode_models(&names(), &page).unwrap_err();
            assert_eq!(error.field.as_deref(), Some(field), "{page:?}");
        };
        refused(page(Some("nobody"), None, None), "after_id");
        refused(page(None, Some("nobody"), None), "before_id");
        for limit in ["0", "1001", "-1", "many", ""] {
            refused(page(None, None, Some(limit)), "limit");
        }
    }
}
