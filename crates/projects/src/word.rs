//! Enums whose variants are words: the same text in SQL, JSON and messages.

/// Declares such an enum.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash,
            serde::Serialize, serde::Deserialize, utoipa::ToSchema,
        )]
        #[serde(rename_all = "snake_case")]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)*
        }

        impl $name {
            /// Every word there is, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// Its word.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }
        }

        impl std::str::FromStr for $name {
            type Err = String;

            fn from_str(text: &str) -> Result<Self, String> {
                Self::ALL.iter().copied().find(|word| word.as_str() == text).ok_or_else(|| {
                    let known: Vec<&str> = Self::ALL.iter().map(|word| word.as_str()).collect();
                    format!("\"{text}\" is unknown; use one of {}", known.join(", "))
                })
            }
        }
    };
}

pub(crate) use words;

#[cfg(test)]
mod tests {
    use crate::project::Status;
    use crate::work_item::{Kind, Priority};

    #[test]
    fn words_are_the_same_in_json_and_sql() {
        for word in Kind::ALL {
            assert_eq!(serde_json::to_value(word).expect("serialises"), word.as_str());
            assert_eq!(word.as_str().parse(), Ok(*word));
        }
        for word in Priority::ALL {
            assert_eq!(serde_json::to_value(word).expect("serialises"), word.as_str());
        }
        for word in Status::ALL {
            assert_eq!(serde_json::to_value(word).expect("serialises"), word.as_str());
        }
        assert_eq!(
            "urgent".parse::<Priority>(),
            Err("\"urgent\" is unknown; use one of critical, high, medium, low".to_owned())
        );
    }
}
