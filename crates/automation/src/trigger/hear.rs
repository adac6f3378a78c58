//! Events of the system that steps wait for: each step that waits is told of the first one
//! after it began to. Nothing is stored here: that an event was heard is one fact with the
//! step's result, and a process that takes over looks again at what came since the wait
//! began. The runner learns up to when everything has been told, so that nobody's time is over
//! who has not been told of what came in time.

use base::Timestamp;
use store::outbox::Message;
use web::App;

use super::event::seen;
use super::sql;
use crate::Automation;
use crate::runner::{Kind, RunnerState};

/// How many events are read at a time.
const PAGE: i64 = 100;

/// Tells those who wait of everything up to the newest event, which was so at this time.
pub(super) async fn tell(
    automation: &Automation,
    app: &App,
    (newest, at): (i64, Timestamp),
) -> store::Result<()> {
    let waits = automation.runner.waits();
    let era = waits.era();
    // Asked after that: until it works, a runner has not read who waits.
    if automation.runner_state() != RunnerState::Active {
        return Ok(());
    }
    for (kind, from) in waits.behind(newest) {
        tell_kind(automation, app, &kind, (from, newest)).await?;
    }
    if !waits.is_empty() {
        automation.runner.told(era, at).await;
    }
    Ok(())
}

async fn tell_kind(
    automation: &Automation,
    app: &App,
    kind: &Kind,
    (mut from, newest): (i64, i64),
) -> store::Result<()> {
    let (organisation, name) = kind;
    let waits = automation.runner.waits();
    loop {
        let mut tx = app.db.read().await?;
        let events = sql::events(&mut tx, *organisation, name, from, PAGE).await?;
        drop(tx);
        let Some(last) = events.last().map(|event| event.number) else {
            // There was nothing for whoever came meanwhile, either.
            waits.told(kind, (from, newest), u64::MAX);
            return Ok(());
        };
        // Looked at after the events were read: who is not there yet is told the next time.
        let (mut listeners, came) = waits.listeners(kind);
        for event in &events {
            let (seen, project) = (seen(event), project(event));
            let hears = listeners.extract_if(.., |one| one.hears(event.number, project, &seen));
            let hearing: Vec<_> = hears.collect();
            for listener in hearing {
                automation.runner.hear(listener.execution, listener.key, seen.clone()).await;
            }
            // Many may wait, and others want to work as well.
            tokio::task::yield_now().await;
        }
        waits.told(kind, (from, last), came);
        from = last;
    }
}

/// The key of the project that an event is about, if it is about one.
fn project(event: &Message) -> Option<&str> {
    let body = &event.body;
    let named = body["project"].as_str().or_else(|| body["project"]["key"].as_str());
    // An item's key begins with its project's.
    let of_item = body["item"]["key"].as_str().and_then(|key| key.rsplit_once('-'));
    named.or(of_item.map(|(project, _)| project))
}

#[cfg(test)]
mod tests {
    use base::Timestamp;
    use serde_json::{Value as Json, json};

    use super::*;

    #[test]
    fn an_event_says_which_project_it_is_about() {
        let check = |body: Json, expected: Option<&str>| {
            let event = Message {
                number: 1,
                topic: String::new(),
                kind: "a.b".to_owned(),
                body,
                at: Timestamp::EPOCH,
            };
            assert_eq!(project(&event), expected, "{}", event.body);
        };
        check(json!({ "execution_id": "exe_1", "project": "DEMO" }), Some("DEMO"));
        check(json!({ "execution_id": "exe_1", "project": null }), None);
        check(json!({ "project": { "key": "DEMO", "name": "Demo" } }), Some("DEMO"));
        check(json!({ "item": { "key": "DEMO-12" } }), Some("DEMO"));
        check(json!({ "item": "DEMO-12" }), None);
        check(json!("nothing"), None);
    }
}
