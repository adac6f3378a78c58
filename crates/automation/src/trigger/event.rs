//! Events of the system that start workflows. The outbox is the queue: a trigger remembers
//! the number of the last event that it looked at, and moves on in the transaction that
//! makes the execution, so each event starts it once, whatever is killed and whenever.

use base::ExecutionId;
use serde_json::{Value as Json, json};
use store::outbox::Message;
use web::App;

use super::sql::{self, Looked, Row};
use super::{Refusal, Start, execution_id, start};
use crate::Automation;
use crate::runner::{Beside, Starter};

/// How many triggers are read at a time, and how many events of one trigger are looked at in a
/// turn.
const PAGE: i64 = 100;

/// Where the outbox stood when every trigger had looked at everything.
#[derive(Debug, Default)]
pub(super) struct Events {
    seen: i64,
}

/// How far a trigger has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Progress {
    /// It has looked at everything.
    Done,
    /// There may be more for the next turn.
    More,
    /// The engine is not ready for more.
    Stuck,
}

/// What an event means to a trigger.
enum Meaning {
    /// The workflow starts with these inputs.
    Starts(Json),
    /// Its condition does not hold.
    Nothing,
    /// Its expressions have no value.
    Unclear(String),
}

impl Events {
    /// Looks at events up to the newest one, a page for each trigger; `false` when there are
    /// more to look at now.
    pub(super) async fn take(
        &mut self,
        automation: &Automation,
        app: &App,
        newest: i64,
    ) -> store::Result<bool> {
        if newest == self.seen {
            return Ok(true);
        }
        let mut after = String::new();
        let (mut is_done, mut is_more) = (true, false);
        loop {
            let mut tx = app.db.read().await?;
            let page = sql::behind(&mut tx, newest, &after, PAGE).await?;
            drop(tx);
            let Some((last, _)) = page.last() else { break };
            after.clone_from(last);
            for (id, trigger) in page {
                let taken = match trigger {
                    Ok(trigger) => take_page(automation, app, &trigger).await,
                    Err(error) => Err(error),
                };
                let progress = match taken {
                    // It is tried again, and holds up no other one.
                    Err(error) if error.is_refusal() => {
                        tracing::error!("trigger {id} cannot look at events: {error}");
                        Progress::Stuck
                    }
                    taken => taken?,
                };
                is_done &= progress == Progress::Done;
                is_more |= progress == Progress::More;
            }
        }
        if is_done {
            self.seen = newest;
        }
        Ok(!is_more)
    }
}

/// Looks at some events of one trigger. Those that are none of its business are passed in one
/// transaction; after a crash they are looked at again.
async fn take_page(automation: &Automation, app: &App, trigger: &Row) -> store::Result<Progress> {
    let (organisation, id) = (trigger.organisation, trigger.id);
    let mut tx = app.db.read().await?;
    let events = sql::events(&mut tx, organisation, &trigger.event, trigger.position, PAGE).await?;
    drop(tx);
    let mut passed = None;
    for event in &events {
        let inputs = match meaning(trigger, event) {
            Meaning::Nothing => {
                passed = Some(event.number);
                continue;
            }
            Meaning::Unclear(why) => Err(why),
            Meaning::Starts(inputs) => Ok(inputs),
        };
        if !take_one(automation, app, trigger, event, inputs).await? {
            return Ok(Progress::Stuck);
        }
        passed = None;
    }
    if let Some(number) = passed {
        app.db.write(move |tx| Box::pin(sql::passed(tx, organisation, id, number))).await?;
    }
    let is_full = events.len() as i64 >= PAGE;
    Ok(if is_full { Progress::More } else { Progress::Done })
}

/// Starts the workflow with an event's inputs, or tells why there are none; `false` when the
/// engine is not ready for more.
async fn take_one(
    automation: &Automation,
    app: &App,
    trigger: &Row,
    event: &Message,
    inputs: Result<Json, String>,
) -> store::Result<bool> {
    let (organisation, id, number) = (trigger.organisation, trigger.id, event.number);
    let looked =
        |execution, error| Looked { organisation, id, number, at: event.at, execution, error };
    let inputs = match inputs {
        Ok(inputs) => inputs,
        Err(why) => {
            refuse(app, trigger, looked(None, Some(why))).await?;
            return Ok(true);
        }
    };
    let mut tx = app.db.read().await?;
    let cause = cause(event);
    let above = match cause {
        Some(cause) => sql::depth(&mut tx, organisation, cause).await?,
        None => None,
    };
    drop(tx);
    let execution = execution_id(&["event", &id.to_string(), &number.to_string()]);
    let project = event.body["project"].as_str().map(str::to_owned);
    let done = std::sync::Arc::new(looked(Some(execution), None));
    let wanted = Start {
        organisation,
        id: execution,
        workflow: trigger.workflow.clone(),
        inputs,
        project,
        priority: None,
        starter: Starter {
            kind: "event",
            id: id.to_string(),
            name: format!("event {}", trigger.event),
            key: None,
            behind: trigger.created_by_id,
        },
        trigger: "event",
        depth: above.map_or(0, |above| above + 1),
        beside: Beside::new(move |tx| {
            let done = done.clone();
            Box::pin(async move { sql::looked(tx, &done).await })
        }),
        audit: None,
    };
    match start(automation, app, wanted).await {
        Ok(true) => Ok(true),
        // It was made before, and nothing was written beside it this time.
        Ok(false) => {
            let looked = looked(Some(execution), None);
            app.db.write(move |tx| Box::pin(async move { sql::looked(tx, &looked).await })).await?;
            Ok(true)
        }
        Err(Refusal::Never(why)) => {
            refuse(app, trigger, looked(None, Some(why))).await?;
            Ok(true)
        }
        Err(Refusal::NotNow(why)) => {
            tracing::info!("an event waits for the engine: {why}");
            Ok(false)
        }
    }
}

/// Tells where the trigger is shown why nothing started, and moves on.
async fn refuse(app: &App, trigger: &Row, looked: Looked) -> store::Result<()> {
    tracing::warn!(
        "event {} could not start workflow \"{}\": {}",
        trigger.event,
        trigger.workflow,
        looked.error.as_deref().unwrap_or_default()
    );
    app.db.write(move |tx| Box::pin(async move { sql::looked(tx, &looked).await })).await
}

/// The execution that caused an event, if one did.
fn cause(event: &Message) -> Option<ExecutionId> {
    event.body["execution_id"].as_str()?.parse().ok()
}

fn meaning(trigger: &Row, event: &Message) -> Meaning {
    let scope = json!({ "event": seen(event) });
    if let Some(text) = &trigger.condition {
        let holds = super::scope::condition("if", text, &["event"])
            .map_err(|error| error.detail().to_owned())
            .and_then(|condition| {
                condition.is_true(&scope).map_err(|error| format!("its condition: {error}"))
            });
        match holds {
            Ok(true) => {}
            Ok(false) => return Meaning::Nothing,
            Err(why) => return Meaning::Unclear(why),
        }
    }
    let Some(inputs) = &trigger.inputs else { return Meaning::Starts(json!({})) };
    let inputs = super::scope::mapping("inputs", inputs, &["event"])
        .map_err(|error| error.detail().to_owned())
        .and_then(|inputs| inputs.eval(&scope).map_err(|error| format!("its inputs: {error}")));
    match inputs {
        Ok(inputs) => Meaning::Starts(inputs),
        Err(why) => Meaning::Unclear(why),
    }
}

/// An event as expressions see it: its details, with its kind, number and time.
pub(super) fn seen(event: &Message) -> Json {
    let mut seen = match &event.body {
        Json::Object(fields) => fields.clone(),
        other => serde_json::Map::from_iter([("body".to_owned(), other.clone())]),
    };
    for (name, value) in [
        ("kind", json!(event.kind)),
        ("number", json!(event.number)),
        ("topic", json!(event.topic)),
        ("at", json!(event.at)),
    ] {
        seen.entry(name).or_insert(value);
    }
    Json::Object(seen)
}
