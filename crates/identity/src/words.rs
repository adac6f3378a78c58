//! Enums whose values are words in SQL and JSON.

/// Declares an enum of words: text form, parser, serde and schema agree by construction.
/// The text is taken as `tt`: as `literal` it would reach `utoipa` in an invisible group, and
/// the schema would list the names of the variants.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident, $noun:literal { $($(#[$variant_doc:meta])* $variant:ident = $text:tt,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
        pub enum $name {
            $($(#[$variant_doc])* #[serde(rename = $text)] $variant,)*
        }

        impl $name {
            /// The word that stands for it.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }
        }

        impl std::str::FromStr for $name {
            type Err = String;

            fn from_str(text: &str) -> Result<Self, String> {
                match text {
                    $($text => Ok(Self::$variant),)*
                    _ => Err(format!(concat!("unknown ", $noun, " \"{}\"; use one of: ", $($text, " ",)*), text)),
                }
            }
        }
    };
}

pub(crate) use words;
