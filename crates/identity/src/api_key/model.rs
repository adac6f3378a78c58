//! How a key looks: `hos_<prefix>_<secret>_<checksum>`. The prefix tells keys apart in
//! lists, the checksum finds typing errors and lets secret scanners be sure.

use base::{ApiKeyId, Random, Secret, Timestamp};
use serde::{Serialize, Serializer};

use crate::token;

const START: &str = "hos_";
const PREFIX_LENGTH: usize = 8;

/// How long a key lives when its maker does not say, and at most.
pub(super) const DEFAULT_DAYS: u32 = 365;
pub(super) const MOST_DAYS: u32 = 3650;

/// An API key as it is shown in lists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub(crate) struct ApiKey {
    /// Its id.
    pub id: ApiKeyId,
    /// What its maker calls it.
    pub name: String,
    /// How it begins: `hos_` and 8 characters.
    pub prefix: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    pub last_used_at: Option<Timestamp>,
    /// When it ends.
    pub expires_at: Option<Timestamp>,
}

/// A key that was just made, with the key itself, which is never shown again.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub(crate) struct CreatedApiKey {
    /// The key as lists will show it.
    #[serde(flatten)]
    pub api_key: ApiKey,
    /// The key itself; `null` when an `Idempotency-Key` is repeated, because it is shown once.
    #[serde(serialize_with = "reveal")]
    #[schema(value_type = Option<String>)]
    pub key: Option<Secret<String>>,
}

/// The one place where a key is written out.
#[expect(clippy::ref_option, reason = "serde gives a reference to the field")]
fn reveal<S: Serializer>(key: &Option<Secret<String>>, serializer: S) -> Result<S::Ok, S::Error> {
    key.as_ref().map(Secret::reveal).serialize(serializer)
}

/// A new key and its prefix.
pub(super) fn generate(random: &dyn Random) -> (Secret<String>, String) {
    let prefix = format!("{START}{}", token::text(random, PREFIX_LENGTH));
    let body = format!("{prefix}_{}", token::secret(random).reveal());
    let key = format!("{body}_{}", token::checksum(&body));
    (Secret::new(key), prefix)
}

/// Whether a text can be a key; anything else is refused without asking SQL.
pub(crate) fn is_well_formed(text: &str) -> bool {
    let Some((body, checksum)) = text.rsplit_once('_') else { return false };
    let Some((prefix, secret)) = body.strip_prefix(START).and_then(|rest| rest.split_once('_'))
    else {
        return false;
    };
    prefix.len() == PREFIX_LENGTH && token::is_secret(secret) && token::checksum(body) == checksum
}

#[cfg(test)]
mod tests {
    use base::SeededRandom;

    use super::*;

    #[test]
    fn generated_keys_are_well_formed_and_typing_errors_show() {
        let (key, prefix) = generate(&SeededRandom::new(3));
        let key = key.reveal();
        assert!(key.starts_with(&format!("{prefix}_")));
        assert!(is_well_formed(key));
        let broken = [
            String::new(),
            "hos_".to_owned(),
            key.replacen("hos", "hsk", 1),
            key[..key.len() - 1].to_owned(),
            format!("{key}x"),
            format!("hos_{}", &key[5..]),
        ];
        for text in broken {
            assert!(!is_well_formed(&text), "{text}");
        }
    }

    #[test]
    fn debug_output_hides_the_key() {
        let (key, prefix) = generate(&SeededRandom::new(4));
        let created = CreatedApiKey {
            api_key: ApiKey {
                id: ApiKeyId::from_u128(1),
                name: "ci".to_owned(),
                prefix,
                created_at: Timestamp::EPOCH,
                last_used_at: None,
                expires_at: None,
            },
            key: Some(key.clone()),
        };
        assert!(!format!("{created:?}").contains(key.reveal()));
        let shown = serde_json::to_value(&created).expect("serialises");
        assert_eq!(shown["key"], key.reveal().as_str());
    }
}
