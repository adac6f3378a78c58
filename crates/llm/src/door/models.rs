//! The server side of `/v1/models`, in words that OpenAI's and Anthropic's clients both
//! understand.

use serde::Serialize;

use super::json;

/// Writes a list of models by the names that clients may use.
pub fn encode<'a>(names: impl IntoIterator<Item = &'a str>, created: i64) -> Vec<u8> {
    #[derive(Serialize)]
    struct List<'a> {
        object: &'static str,
        first_id: Option<&'a str>,
        last_id: Option<&'a str>,
        has_more: bool,
        data: Vec<Model<'a>>,
    }
    let data: Vec<Model<'a>> = names.into_iter().map(|name| Model::new(name, created)).collect();
    json(&List {
        object: "list",
        first_id: data.first().map(|model| model.id),
        last_id: data.last().map(|model| model.id),
        has_more: false,
        data,
    })
}

/// Writes one model.
pub fn encode_one(name: &str, created: i64) -> Vec<u8> {
    json(&Model::new(name, created))
}

#[derive(Serialize)]
struct Model<'a> {
    id: &'a str,
    object: &'static str,
    created: i64,
    owned_by: &'static str,
    #[serde(rename = "type")]
    kind: &'static str,
    display_name: &'a str,
    created_at: String,
}

impl<'a> Model<'a> {
    fn new(id: &'a str, created: i64) -> Self {
        let seconds = u64::try_from(created).unwrap_or(0);
        let at = base::Timestamp::from_millis(i64::try_from(seconds).unwrap_or(0) * 1_000);
        Self {
            id,
            object: "model",
            created,
            owned_by: "hishamos",
            kind: "model",
            display_name: id,
            created_at: at.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::providers::openai::decode_models;

    #[test]
    fn a_list_is_read_by_our_own_client() {
        let list = encode(["a", "team/b"], 1_795_219_200);
        assert_eq!(decode_models(&list), Ok(vec!["a".to_owned(), "team/b".to_owned()]));
        let one: serde_json::Value = serde_json::from_slice(&encode_one("a", 0)).unwrap();
        assert_eq!((&one["object"], &one["type"]), (&"model".into(), &"model".into()));
        assert_eq!(one["created_at"], "1970-01-01T00:00:00.000Z");
    }
}
