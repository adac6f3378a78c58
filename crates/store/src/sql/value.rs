//! Parameter values. `None` keeps its type, because PostgreSQL wants typed nulls.

use base::{Micros, Timestamp};

/// One parameter of a statement.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// TEXT
    Text(Option<String>),
    /// BIGINT
    Integer(Option<i64>),
    /// DOUBLE PRECISION
    Double(Option<f64>),
    /// BOOLEAN
    Boolean(Option<bool>),
    /// BYTEA
    Bytes(Option<Vec<u8>>),
}

macro_rules! from {
    ($($type:ty => $variant:ident($value:ident) $convert:expr;)*) => {$(
        impl From<$type> for Value {
            fn from($value: $type) -> Self {
                Self::$variant(Some($convert))
            }
        }
        impl From<Option<$type>> for Value {
            fn from(value: Option<$type>) -> Self {
                match value {
                    Some($value) => Self::$variant(Some($convert)),
                    None => Self::$variant(None),
                }
            }
        }
    )*};
}

from! {
    String => Text(value) value;
    &String => Text(value) value.clone();
    &str => Text(value) value.to_owned();
    i64 => Integer(value) value;
    i32 => Integer(value) i64::from(value);
    u32 => Integer(value) i64::from(value);
    Timestamp => Integer(value) value.as_millis();
    Micros => Integer(value) value.0;
    f64 => Double(value) value;
    bool => Boolean(value) value;
    Vec<u8> => Bytes(value) value;
    &[u8] => Bytes(value) value.to_vec();
    serde_json::Value => Text(value) value.to_string();
    &serde_json::Value => Text(value) value.to_string();
}

macro_rules! from_ids {
    ($($id:ident),*) => { from! { $(base::$id => Text(value) value.to_string();)* } };
}

every_id!(from_ids);

/// A text that both databases can hold. PostgreSQL refuses the character NUL; no text of
/// people or models needs it, so it is stored as the sign for an unknown character.
pub(super) fn storable(text: String) -> String {
    if text.contains('\0') { text.replace('\0', "\u{fffd}") } else { text }
}
