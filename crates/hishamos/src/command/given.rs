//! What people type, as the API takes it: dollars, days, people, parts of lists.

use std::collections::BTreeMap;

use base::{Timestamp, UserId};
use clap::Args;
use serde_json::{Map, Value as Json};

use super::project::text;
use crate::client::Client;
use crate::failure::{Exit, Failure, Result};
use crate::terminal::Output;

/// Micro-dollars in a dollar.
const MICROS: f64 = 1_000_000.0;
/// A billion dollars.
const MOST_MICROS: f64 = 1e15;

/// On or off, where it is said.
#[derive(Debug, Args)]
pub(super) struct Turn {
    /// Turn it on: let it count, let calls use it
    #[arg(long, conflicts_with = "disable")]
    enable: bool,
    /// Turn it off
    #[arg(long)]
    disable: bool,
}

impl Turn {
    /// On or off; nothing when it stays as it is.
    pub(super) const fn wanted(&self) -> Option<bool> {
        if self.enable || self.disable { Some(self.enable) } else { None }
    }
}

/// How much of a list that grows without end.
#[derive(Debug, Args)]
pub(super) struct Part {
    /// How many
    #[arg(long, value_name = "NUMBER", default_value = "50", conflicts_with = "all")]
    limit: usize,
    /// All of them, however many
    #[arg(long)]
    all: bool,
    /// Go on after those of the time before; it said how
    #[arg(long)]
    cursor: Option<String>,
}

impl Part {
    /// The items that are wanted of a list of the server, and the cursor when there are more.
    pub(super) async fn of(
        self,
        client: &Client,
        path: &str,
    ) -> Result<(Vec<Json>, Option<String>)> {
        if self.limit == 0 {
            let message = "--limit 0 shows nothing; give a number above zero, or --all";
            return Err(Failure::new(Exit::Usage, message));
        }
        let most = if self.all { usize::MAX } else { self.limit };
        client.some(path, most, self.cursor).await
    }
}

/// Says how a list goes on, where there is more of it.
pub(super) fn more(output: Output, next: Option<&str>) {
    if let Some(next) = next {
        output.remark(&format!("there are more; go on with --cursor {next}, or ask for --all"));
    }
}

/// Sets a field where a value was given.
pub(super) fn put(body: &mut Map<String, Json>, field: &str, value: Option<impl Into<Json>>) {
    body.extend(value.map(|value| (field.to_owned(), value.into())));
}

/// Sets a field where a value was given; 0 is for taking it away, which the API writes `null`.
pub(super) fn put_limit(body: &mut Map<String, Json>, field: &str, value: Option<i64>) {
    let limit = value.map(|value| if value == 0 { Json::Null } else { value.into() });
    put(body, field, limit);
}

/// Dollars above zero, in micro-dollars.
pub(super) fn micros(flag: &str, dollars: f64) -> Result<i64> {
    let micros = (dollars * MICROS).round();
    if (1.0..=MOST_MICROS).contains(&micros) {
        return Ok(micros as i64);
    }
    Err(Failure::invalid(format!(
        "{flag} {dollars} is no amount; it has to be above zero, at most a billion dollars"
    )))
}

/// Dollars, in micro-dollars; zero is an amount too.
pub(super) fn micros_or_none(flag: &str, dollars: f64) -> Result<i64> {
    if dollars == 0.0 { Ok(0) } else { micros(flag, dollars) }
}

/// A day, meaning its beginning in UTC, or a moment.
pub(super) fn moment(flag: &str, given: &str) -> Result<Timestamp> {
    let whole = if given.len() == 10 { format!("{given}T00:00:00Z") } else { given.to_owned() };
    whole.parse().map_err(|_| {
        Failure::invalid(format!(
            "{flag} {given} is neither a day like 2026-01-31 nor a moment like 2026-01-31T12:00:00Z"
        ))
    })
}

/// The names of all people, by their ids.
pub(super) async fn people(client: &Client) -> Result<BTreeMap<String, String>> {
    let people = client.all("/api/v1/people").await?;
    Ok(people.iter().map(|person| (text(&person["id"]), text(&person["name"]))).collect())
}

/// The id of a person, who is named by it or by a name that only they have.
pub(super) async fn person(client: &Client, wanted: &str) -> Result<String> {
    if wanted.parse::<UserId>().is_ok() {
        return Ok(wanted.to_owned());
    }
    let people = people(client).await?;
    let ids: Vec<String> =
        people.into_iter().filter(|(_, name)| name == wanted).map(|(id, _)| id).collect();
    match ids.as_slice() {
        [id] => Ok(id.clone()),
        [] => Err(Failure::new(
            Exit::NotFound,
            format!("there is nobody called \"{wanted}\"; give the name or the id of a person"),
        )),
        several => Err(Failure::invalid(format!(
            "{} people are called \"{wanted}\"; give the id of one: {}",
            several.len(),
            several.join(", ")
        ))),
    }
}

/// Refuses a change that changes nothing.
pub(super) fn some_change(body: &Map<String, Json>) -> Result<()> {
    if body.is_empty() {
        let message = "nothing to change; name what should be different, see --help";
        return Err(Failure::new(Exit::Usage, message));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dollars_become_micro_dollars() {
        let check = |dollars: f64, expected: Option<i64>| {
            assert_eq!(micros("--cap", dollars).ok(), expected, "{dollars}");
        };
        check(0.05, Some(50_000));
        check(0.000_001, Some(1));
        check(1e9, Some(1_000_000_000_000_000));
        check(0.0, None);
        check(0.000_000_1, None);
        check(-1.0, None);
        check(1.1e9, None);
        check(f64::NAN, None);
        check(f64::INFINITY, None);
        assert_eq!(micros_or_none("--input", 0.0), Ok(0));
        assert!(micros_or_none("--input", -0.1).is_err());
    }

    #[test]
    fn days_begin_at_midnight() {
        let check = |given: &str, expected: Option<&str>| {
            let found = moment("--from", given).ok().map(|at| at.to_string());
            assert_eq!(found.as_deref(), expected, "{given}");
        };
        check("2026-01-31", Some("2026-01-31T00:00:00.000Z"));
        check("2026-01-31T12:00:00+02:00", Some("2026-01-31T10:00:00.000Z"));
        check("2026-02-31", None);
        check("yesterday", None);
        check("", None);
    }
}
