//! What people type, as the API takes it.

use std::collections::BTreeMap;

use base::UserId;

use super::project::text;
use crate::client::Client;
use crate::failure::{Exit, Failure, Result};

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
