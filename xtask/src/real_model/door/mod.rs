//! The doors: how each is asked, and how strictly its answers are read.

mod chat;
mod messages;
mod responses;

use anyhow::{Context, Result, ensure};
use serde_json::Value as Json;

use super::ask::Client;
use super::task::{Answer, Task};

/// A door.
#[derive(Clone, Copy)]
pub enum Door {
    /// `/v1/chat/completions`.
    Chat,
    /// `/v1/responses`.
    Responses,
    /// `/v1/messages`.
    Messages,
}

impl Door {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Chat, Self::Responses, Self::Messages];

    /// Its name in the table.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Chat => "chat",
            Self::Responses => "responses",
            Self::Messages => "messages",
        }
    }

    /// Asks a model for something.
    pub fn carry_out(self, task: Task, client: &Client, model: &str) -> Result<Answer> {
        let (path, body) = match self {
            Self::Chat => ("/v1/chat/completions", chat::body(task, model)),
            Self::Responses => ("/v1/responses", responses::body(task, model)),
            Self::Messages => ("/v1/messages", messages::body(task, model)),
        };
        if task.is_streamed() {
            let events = client.events(path, &body)?;
            match self {
                Self::Chat => chat::streamed(&events, model),
                Self::Responses => responses::streamed(&events, model),
                Self::Messages => messages::streamed(&events, model),
            }
        } else {
            let answer = client.whole(path, &body)?;
            match self {
                Self::Chat => chat::whole(&answer, model),
                Self::Responses => responses::whole(&answer, model),
                Self::Messages => messages::whole(&answer, model),
            }
        }
    }
}

/// A field has to be exactly this.
fn is(place: &Json, field: &str, expected: impl Into<Json>) -> Result<()> {
    let (found, expected) = (&place[field], expected.into());
    ensure!(*found == expected, "{field} is {found} and not {expected}");
    Ok(())
}

/// A field has to be a text.
fn text<'a>(place: &'a Json, field: &str) -> Result<&'a str> {
    place[field].as_str().with_context(|| format!("{field} is no text: {place}"))
}

/// A field has to be a whole number.
fn number(place: &Json, field: &str) -> Result<u64> {
    place[field].as_u64().with_context(|| format!("{field} is no number: {place}"))
}

/// A field has to be a list.
fn list<'a>(place: &'a Json, field: &str) -> Result<&'a [Json]> {
    let list = place[field].as_array().with_context(|| format!("{field} is no list: {place}"))?;
    Ok(list)
}
