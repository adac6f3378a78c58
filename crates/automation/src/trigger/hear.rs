//! Events of the system that steps wait for: each step that waits is told of the first one
//! after it began to. Nothing is stored here: that an event was heard is one fact with the
//! step's result, and a process that takes over looks again at what came since the wait
//! began. The runner learns up to when everything has been told, so that nobody's time is over
//! who has not been told of what came in time.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use base::{OrganisationId, Timestamp};
use store::outbox::Message;
use tokio::time::Instant;
use web::App;

use super::event::seen;
use super::sql;
use crate::Automation;
use crate::runner::{Kind, RunnerState};

/// How many events are read at a time.
const PAGE: i64 = 100;
/// After how long the rest is told another time: schedules and triggers want to be looked at.
const LONGEST: Duration = Duration::from_millis(500);
/// How many of the newest numbers are looked through for kinds that somebody waits for.
const NEAR: i64 = 500;

/// What those who wait are being told.
#[derive(Debug, Default)]
pub(super) struct Hearing {
    /// Up to which event, which was the newest at this time.
    up_to: Option<(i64, Timestamp)>,
}

impl Hearing {
    /// Tells those who wait of everything up to the newest event, which was so at this time;
    /// `false` when that takes longer than a moment and has to go on.
    pub(super) async fn tell(
        &mut self,
        automation: &Automation,
        app: &App,
        newest: (i64, Timestamp),
    ) -> store::Result<bool> {
        let waits = automation.runner.waits();
        let era = waits.era();
        // Asked after that: until it works, a runner has not read who waits.
        if automation.runner_state() != RunnerState::Active {
            return Ok(true);
        }
        let (newest, at) = *self.up_to.get_or_insert(newest);
        let begun = Instant::now();
        loop {
            let behind = waits.behind(newest);
            if behind.is_empty() {
                break;
            }
            // Each kind has a page in turn, however much happens of another one.
            for (kind, from) in with_news(automation, app, behind, newest).await? {
                tell_page(automation, app, &kind, (from, newest)).await?;
            }
            if begun.elapsed() >= LONGEST {
                return Ok(false);
            }
        }
        self.up_to = None;
        if !waits.is_empty() {
            automation.runner.told(era, at).await;
        }
        Ok(true)
    }
}

/// The kinds of which something may have come; nobody has to be told of the others. Steps may
/// wait for thousands of kinds that hardly ever come.
async fn with_news(
    automation: &Automation,
    app: &App,
    behind: Vec<(Kind, i64)>,
    newest: i64,
) -> store::Result<Vec<(Kind, i64)>> {
    let is_near = |from: i64| newest - from <= NEAR;
    let mut firsts: HashMap<OrganisationId, i64> = HashMap::new();
    for ((organisation, _), from) in behind.iter().filter(|(_, from)| is_near(*from)) {
        let first = firsts.entry(*organisation).or_insert(*from);
        *first = (*first).min(*from);
    }
    let mut came: HashSet<Kind> = HashSet::new();
    for (organisation, first) in firsts {
        let mut tx = app.db.read().await?;
        let kinds = sql::kinds(&mut tx, organisation, (first, newest)).await?;
        came.extend(kinds.into_iter().map(|kind| (organisation, kind)));
    }
    let mut news = Vec::new();
    for (kind, from) in behind {
        if is_near(from) && !came.contains(&kind) {
            // There was nothing for whoever came meanwhile, either.
            automation.runner.waits().told(&kind, (from, newest), u64::MAX);
        } else {
            news.push((kind, from));
        }
    }
    Ok(news)
}

/// Tells those who wait for a kind of event of some that they have not been told of.
async fn tell_page(
    automation: &Automation,
    app: &App,
    kind: &Kind,
    (from, newest): (i64, i64),
) -> store::Result<()> {
    let (organisation, name) = kind;
    let waits = automation.runner.waits();
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
    Ok(())
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
