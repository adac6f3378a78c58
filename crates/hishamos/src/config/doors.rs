//! Section `doors`: how outside clients are served.

use std::collections::BTreeSet;
use std::time::Duration;

use base::Secret;
use gateway::Part;

use super::reader::{Key, Reader};
use crate::failure::{Failure, Result};

const DEADLINE: Key =
    Key { name: "doors.deadline_seconds", variable: "HISHAMOS_DOOR_DEADLINE_SECONDS", flag: "" };
const PATIENCE: Key =
    Key { name: "doors.patience_seconds", variable: "HISHAMOS_DOOR_PATIENCE_SECONDS", flag: "" };
const REDIS: Key = Key { name: "doors.redis_url", variable: "HISHAMOS_REDIS_URL", flag: "" };
const WITHOUT: Key = Key { name: "doors.without", variable: "HISHAMOS_DOORS_WITHOUT", flag: "" };

pub(super) const KEYS: [Key; 4] = [DEADLINE, PATIENCE, REDIS, WITHOUT];

/// How outside clients are served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doors {
    /// How long a call may take that is answered in one piece.
    pub deadline: Duration,
    /// How long a call waits for a limit at most.
    pub patience: Duration,
    /// The Redis in which several servers count their limits together; it may hold a password.
    pub redis: Option<Secret<String>>,
    /// What is left out, to see what it costs.
    pub without: BTreeSet<Part>,
}

impl Doors {
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self> {
        let deadline = reader.value(DEADLINE, None, 600_u32)?;
        let patience = reader.value(PATIENCE, None, 10_u32)?;
        let redis = reader.secret(REDIS, None);
        let text = reader.value(WITHOUT, None, String::new())?;
        let parts = text.split([' ', ',']).filter(|part| !part.is_empty());
        let without = parts
            .map(|part| {
                part.parse().map_err(|error| Failure::invalid(format!("{}: {error}", WITHOUT.name)))
            })
            .collect::<Result<_>>()?;
        let seconds = |number: u32| Duration::from_secs(u64::from(number));
        Ok(Self { deadline: seconds(deadline), patience: seconds(patience), redis, without })
    }
}
