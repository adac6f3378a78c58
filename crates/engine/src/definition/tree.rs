//! What is written, value by value, each with its place. It is read by hand, so that all
//! problems are found at once and each one knows its step.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value as Json};
use serde_saphyr::{Location, Spanned};

/// A place in the text, from 1; 0 when it is not known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Place {
    pub line: u64,
    pub column: u64,
}

impl From<Location> for Place {
    fn from(at: Location) -> Self {
        if at == Location::UNKNOWN {
            return Self::default();
        }
        Self { line: at.line(), column: at.column() }
    }
}

/// A value and its place.
#[derive(Debug)]
pub(super) struct Node {
    pub place: Place,
    pub value: Value,
}

/// A value as it is written.
#[derive(Debug)]
pub(super) enum Value {
    Null,
    Boolean(bool),
    Number(Number),
    Text(String),
    List(Vec<Node>),
    Map(Vec<Field>),
}

/// A key with its value.
#[derive(Debug)]
pub(super) struct Field {
    pub key: String,
    pub place: Place,
    pub node: Node,
}

impl Node {
    /// The value without places.
    pub(super) fn json(&self) -> Json {
        match &self.value {
            Value::Null => Json::Null,
            Value::Boolean(value) => Json::Bool(*value),
            Value::Number(number) => Json::Number(number.clone()),
            Value::Text(text) => Json::String(text.clone()),
            Value::List(items) => Json::Array(items.iter().map(Self::json).collect()),
            Value::Map(fields) => {
                let fields = fields.iter().map(|field| (field.key.clone(), field.node.json()));
                Json::Object(fields.collect::<Map<_, _>>())
            }
        }
    }

    /// Whether nothing is written.
    pub(super) const fn is_null(&self) -> bool {
        matches!(self.value, Value::Null)
    }

    /// The text, when it is one.
    pub(super) const fn as_text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text.as_str()),
            _ => None,
        }
    }

    /// The outermost value with keys that begins at a place.
    pub(super) fn at(&self, place: Place) -> Option<&Self> {
        if self.place == place && matches!(self.value, Value::Map(_)) {
            return Some(self);
        }
        self.inside().find_map(|node| node.at(place))
    }

    /// Where a text stands first, of this and what is inside, but for the values of some keys.
    pub(super) fn place_of(&self, text: &str, but_for: &[&str]) -> Option<Place> {
        if self.as_text() == Some(text) {
            return Some(self.place);
        }
        let (items, fields) = self.parts();
        let fields = fields.iter().filter(|field| !but_for.contains(&field.key.as_str()));
        let mut inside = items.iter().chain(fields.map(|field| &field.node));
        inside.find_map(|node| node.place_of(text, but_for))
    }

    fn inside(&self) -> impl Iterator<Item = &Self> {
        let (items, fields) = self.parts();
        items.iter().chain(fields.iter().map(|field| &field.node))
    }

    fn parts(&self) -> (&[Self], &[Field]) {
        match &self.value {
            Value::List(items) => (items, &[]),
            Value::Map(fields) => (&[], fields),
            Value::Null | Value::Boolean(_) | Value::Number(_) | Value::Text(_) => (&[], &[]),
        }
    }

    /// A field's value, when this has it.
    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        match &self.value {
            Value::Map(fields) => {
                let field = fields.iter().find(|field| field.key == key);
                field.map(|field| &field.node).filter(|node| !node.is_null())
            }
            _ => None,
        }
    }
}

impl From<Spanned<Value>> for Node {
    fn from(spanned: Spanned<Value>) -> Self {
        Self { place: spanned.referenced.into(), value: spanned.value }
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Spanned::<Value>::deserialize(deserializer).map(Into::into)
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        Value::deserialize(deserializer)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Boolean(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        // The library refuses what is no number before it comes here.
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::Text(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Value, E> {
        Ok(Value::Text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Value::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut fields = Vec::new();
        while let Some(key) = entries.next_key::<Spanned<String>>()? {
            let node = entries.next_value()?;
            fields.push(Field { key: key.value, place: key.referenced.into(), node });
        }
        Ok(Value::Map(fields))
    }
}
