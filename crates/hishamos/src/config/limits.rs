//! Section `limits`.

use std::time::Duration;

use super::reader::{Key, Reader};
use crate::failure::{Failure, Result};

const RUNNING: Key =
    Key { name: "limits.running_executions", variable: "HISHAMOS_RUNNING_EXECUTIONS", flag: "" };
const OPEN: Key =
    Key { name: "limits.open_executions", variable: "HISHAMOS_OPEN_EXECUTIONS", flag: "" };
const REQUEST: Key =
    Key { name: "limits.request_seconds", variable: "HISHAMOS_REQUEST_SECONDS", flag: "" };
const IDLE: Key = Key {
    name: "limits.session_idle_minutes",
    variable: "HISHAMOS_SESSION_IDLE_MINUTES",
    flag: "",
};
const SESSION: Key =
    Key { name: "limits.session_hours", variable: "HISHAMOS_SESSION_HOURS", flag: "" };
const THREADS: Key =
    Key { name: "limits.worker_threads", variable: "HISHAMOS_WORKER_THREADS", flag: "" };

const PER_AGENT: Key =
    Key { name: "limits.attempts_per_agent", variable: "HISHAMOS_ATTEMPTS_PER_AGENT", flag: "" };
const DEATHS: Key =
    Key { name: "limits.deaths_of_a_step", variable: "HISHAMOS_DEATHS_OF_A_STEP", flag: "" };

pub(super) const KEYS: [Key; 8] =
    [RUNNING, OPEN, PER_AGENT, DEATHS, REQUEST, IDLE, SESSION, THREADS];

/// How much at once, and how long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// How many executions run at the same time; the others wait in order.
    pub running_executions: usize,
    /// How many executions may be there that have not ended; more are refused until some end.
    pub open_executions: usize,
    /// How many attempts of one agent run at the same time; the others wait in order.
    pub attempts_per_agent: usize,
    /// After how many deaths of the process a step that ran is given up.
    pub deaths_of_a_step: u32,
    /// How long a request may take; streams are not meant.
    pub request: Duration,
    /// A session ends when it was not used for this long.
    pub session_idle: Duration,
    /// A session ends this long after signing in.
    pub session: Duration,
    /// How many threads serve requests.
    pub worker_threads: usize,
}

impl Limits {
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self> {
        let mut count = |key, default: u32| {
            let value = reader.value(key, None, default)?;
            if value == 0 {
                return Err(Failure::invalid(format!("{} 0: use at least 1", key.name)));
            }
            Ok(value)
        };
        let minutes = |number: u32| Duration::from_secs(u64::from(number) * 60);
        Ok(Self {
            running_executions: count(RUNNING, 100)? as usize,
            open_executions: count(OPEN, 100_000)? as usize,
            attempts_per_agent: count(PER_AGENT, 5)? as usize,
            deaths_of_a_step: count(DEATHS, 3)?,
            request: Duration::from_secs(u64::from(count(REQUEST, 30)?)),
            session_idle: minutes(count(IDLE, 8 * 60)?),
            session: minutes(count(SESSION, 7 * 24)?) * 60,
            worker_threads: count(THREADS, 2)? as usize,
        })
    }
}
