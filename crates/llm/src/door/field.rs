//! Reading a client's JSON, with the place of what is wrong in it.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{DeserializeOwned, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// A request that cannot be carried out as it stands.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct FieldError {
    /// The place in the body, such as `messages[2].content`, where one is to blame.
    pub field: Option<String>,
    /// What is wrong and what would be right.
    pub message: String,
}

impl FieldError {
    /// Something is wrong with this field.
    pub fn new(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { field: Some(field.into()), message: message.into() }
    }

    /// The same error, found inside this field.
    #[must_use]
    pub(crate) fn within(self, outer: &str) -> Self {
        let field = match self.field {
            Some(inner) if inner.starts_with('[') => format!("{outer}{inner}"),
            Some(inner) => format!("{outer}.{inner}"),
            None => outer.to_owned(),
        };
        Self { field: Some(field), ..self }
    }
}

/// Reads a body; what is unknown in it is passed over.
pub fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, FieldError> {
    if let Ok(value) = serde_json::from_slice(body) {
        return Ok(value);
    }
    // the second reading is slower and knows the place
    let mut json = serde_json::Deserializer::from_slice(body);
    serde_path_to_error::deserialize(&mut json).map_or_else(
        |error| {
            let field = error.path().to_string();
            let inner = error.into_inner();
            let is_syntax = inner.is_syntax() || inner.is_eof() || field == ".";
            let message = if inner.is_syntax() || inner.is_eof() {
                format!("the body is not JSON: {inner}")
            } else {
                without_place(&inner.to_string())
            };
            Err(FieldError { field: (!is_syntax).then_some(field), message })
        },
        |_: T| Err(FieldError { field: None, message: "the body has more than one value".into() }),
    )
}

/// The message without ` at line 1 column 5`, which says nothing about a body on one line.
fn without_place(message: &str) -> String {
    message.split(" at line ").next().unwrap_or(message).to_owned()
}

/// `messages[2]`.
pub(crate) fn path_of(list: &str, index: usize) -> String {
    format!("{list}[{index}]")
}

/// A text, a list of parts, or nothing: what clients may write as content.
#[derive(Debug, Default)]
pub(crate) enum Lines<T> {
    #[default]
    Nothing,
    Text(String),
    Parts(Vec<T>),
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Lines<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Either<T> {
            type Value = Lines<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text or a list of parts")
            }

            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Lines::Text(text.to_owned()))
            }

            fn visit_string<E>(self, text: String) -> Result<Self::Value, E> {
                Ok(Lines::Text(text))
            }

            fn visit_unit<E>(self) -> Result<Self::Value, E> {
                Ok(Lines::Nothing)
            }

            fn visit_none<E>(self) -> Result<Self::Value, E> {
                Ok(Lines::Nothing)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, parts: A) -> Result<Self::Value, A::Error> {
                Vec::deserialize(SeqAccessDeserializer::new(parts)).map(Lines::Parts)
            }

            fn visit_map<A: MapAccess<'de>>(self, part: A) -> Result<Self::Value, A::Error> {
                let part = T::deserialize(MapAccessDeserializer::new(part))?;
                Ok(Lines::Parts(vec![part]))
            }
        }

        deserializer.deserialize_any(Either(PhantomData))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[derive(Debug, Deserialize)]
    struct Body {
        #[expect(dead_code, reason = "only whether it can be read matters")]
        list: Vec<Item>,
    }

    #[derive(Debug, Deserialize)]
    struct Item {
        #[expect(dead_code, reason = "only whether it can be read matters")]
        count: u32,
    }

    #[test]
    fn an_unreadable_body_names_its_field() {
        let check = |body: &str, field: Option<&str>, message: &str| {
            let error = read::<Body>(body.as_bytes()).unwrap_err();
            assert_eq!(error.field.as_deref(), field, "{error}");
            assert!(error.message.contains(message), "{error}");
        };
        check(r#"{"list":[{"count":1},{"count":"2"}]}"#, Some("list[1].count"), "expected u32");
        check(r#"{"list":5}"#, Some("list"), "invalid type: integer `5`");
        check("{}", None, "missing field `list`");
        check("{", None, "the body is not JSON");
        check("", None, "the body is not JSON");
        check(r#"{"list":[]}x"#, None, "");
        assert!(read::<Body>(br#"{"list":[],"new":{}}"#).is_ok());
    }
}
