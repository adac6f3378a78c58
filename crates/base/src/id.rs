//! Typed ids: a prefix that names the table and 26 characters of Crockford base32
//! holding a version 7 UUID (RFC 9562), so that ids sort by the time they were made.
//! The same text is used in SQL, JSON, URLs and logs.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{Random, Timestamp};

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// A text that is not an id of the expected kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{text}\" is not an id like {prefix}_01jd…")]
pub struct InvalidId {
    /// The text that was given.
    pub text: String,
    /// The prefix that was expected.
    pub prefix: &'static str,
}

/// A version 7 UUID from the given time and randomness.
fn uuid_v7(now: Timestamp, random: &dyn Random) -> u128 {
    let mut tail = [0_u8; 10];
    random.fill(&mut tail);
    let millis = u64::try_from(now.as_millis()).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &tail).into_uuid().as_u128()
}

fn encode(value: u128) -> [u8; 26] {
    let mut out = [b'0'; 26];
    let mut rest = value;
    for slot in out.iter_mut().rev() {
        *slot = ALPHABET[(rest & 31) as usize];
        rest >>= 5;
    }
    out
}

fn decode(text: &str) -> Option<u128> {
    if text.len() != 26 || !(b'0'..=b'7').contains(text.as_bytes().first()?) {
        return None;
    }
    text.bytes().try_fold(0_u128, |value, byte| {
        let digit = ALPHABET.iter().position(|letter| *letter == byte)?;
        Some((value << 5) | digit as u128)
    })
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(u128);

        impl $name {
            /// What every id of this kind starts with.
            pub const PREFIX: &'static str = $prefix;

            /// A new id, unique by the time and the randomness given.
            pub fn new(now: Timestamp, random: &dyn Random) -> Self {
                Self(uuid_v7(now, random))
            }

            /// The id with this number; for fixtures and derived ids.
            pub const fn from_u128(value: u128) -> Self {
                Self(value)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let digits = encode(self.0);
                f.write_str(concat!($prefix, "_"))?;
                f.write_str(std::str::from_utf8(&digits).unwrap_or_default())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                text.strip_prefix(concat!($prefix, "_"))
                    .and_then(decode)
                    .map(Self)
                    .ok_or_else(|| InvalidId { text: text.to_owned(), prefix: $prefix })
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }

        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .description(Some(concat!("`", $prefix, "_` and 26 base32 characters")))
                    .into()
            }
        }

        impl utoipa::ToSchema for $name {}
    )*};
}

ids! {
    /// An organisation: the tenant that every row belongs to.
    OrganisationId = "org";
    /// A person with an account.
    UserId = "usr";
    /// A role: a named set of permissions.
    RoleId = "rol";
    /// A signed-in browser.
    SessionId = "ses";
    /// An API key.
    ApiKeyId = "key";
    /// A line of the audit log.
    AuditId = "aud";
    /// A project.
    ProjectId = "prj";
    /// A work item: epic, story, task or bug.
    WorkItemId = "itm";
    /// A workflow, whatever its revision.
    WorkflowId = "wfl";
    /// One immutable revision of a workflow.
    WorkflowRevisionId = "wfr";
    /// One run of one workflow revision.
    ExecutionId = "exe";

    /// Times at which a workflow starts.
    ScheduleId = "sch";
    /// An address that other systems call to start a workflow.
    WebhookId = "whk";
    /// An event that starts a workflow.
    EventTriggerId = "trg";
    /// A question to people.
    ApprovalId = "apr";
    /// The result of a step or execution.
    ResultId = "res";
    /// One call of a model.
    CallId = "cal";
    /// A key of an outside client.
    VirtualKeyId = "vky";
    /// A budget.
    BudgetId = "bdg";
    /// An AI platform that an admin has set up.
    PlatformId = "plt";
    /// A model group: a name that stands for models of one or several platforms.
    ModelGroupId = "mgr";
    /// An agent.
    AgentId = "agt";
    /// A command.
    CommandId = "cmd";
    /// A version of a prompt.
    PromptVersionId = "prv";
    /// One HTTP request, for logs and problem documents.
    RequestId = "req";
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SeededRandom;

    #[test]
    fn text_round_trips_and_sorts_by_time() {
        let random = SeededRandom::new(7);
        let early = ExecutionId::new(Timestamp::from_millis(1_000), &random);
        let late = ExecutionId::new(Timestamp::from_millis(2_000), &random);
        assert_eq!(early.to_string().parse::<ExecutionId>().expect("parses"), early);
        assert!(early.to_string() < late.to_string());
        assert_eq!(early.to_string().len(), "exe_".len() + 26);
    }

    #[test]
    fn refuses_what_is_not_an_id_of_its_kind() {
        let user = UserId::from_u128(5).to_string();
        for text in ["", "exe_", "exe_zzzzzzzzzzzzzzzzzzzzzzzzzz", "exe_0", user.as_str()] {
            assert!(text.parse::<ExecutionId>().is_err(), "{text}");
        }
    }
}
