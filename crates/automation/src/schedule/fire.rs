//! Firing what is due. The execution of a time has an id that follows from the schedule
//! and the time, and the schedule moves on in the transaction that makes it: each time
//! fires once, whatever is killed and whoever takes over.

use std::sync::Arc;

use base::{ExecutionId, ScheduleId, Timestamp};
use futures::{StreamExt as _, stream};
use web::App;

use super::sql::{self, Fired, Row};
use super::times::Times;
use crate::Automation;
use crate::runner::{Beside, Starter};
use crate::trigger::{Refusal, Start, execution_id, start};

/// How many schedules are read at a time.
const PAGE: i64 = 100;
/// How many of them fire at a time: many that are due in the same second share commits.
const AT_ONCE: usize = 32;

/// Starts everything that is due; gives the next time that something is. A schedule that the
/// database refuses is tried again the next time, and holds up no other one.
pub(crate) async fn fire(automation: &Automation, app: &App) -> store::Result<Option<Timestamp>> {
    let now = app.now();
    // The next time alone is a look into an index; most of the times nothing is due.
    let next = sql::next(&mut app.db.glance().await?).await?;
    if next.is_none_or(|next| next > now) {
        return Ok(next);
    }
    let (mut after, mut is_refused) = ((Timestamp::EPOCH, String::new()), false);
    loop {
        let mut tx = app.db.read().await?;
        let page = sql::due(&mut tx, now, (after.0, after.1.as_str()), PAGE).await?;
        drop(tx);
        let Some(last) = page.last() else { break };
        after = (last.next_at, last.id.clone());
        let all = page.into_iter().map(|due| async move {
            let fired = match due.row {
                Ok(schedule) => fire_one(automation, app, schedule, now).await,
                Err(error) => Err(error),
            };
            (due.id, fired)
        });
        // What has begun is heard to its end, so that none is left between two of its times.
        let ends: Vec<_> = stream::iter(all).buffer_unordered(AT_ONCE).collect().await;
        let mut is_ready = true;
        for (id, fired) in ends {
            match fired {
                Ok(goes_on) => is_ready &= goes_on,
                Err(error) if error.is_refusal() => {
                    tracing::error!("schedule {id} cannot fire: {error}");
                    is_refused = true;
                }
                Err(error) => return Err(error),
            }
        }
        if !is_ready {
            return Ok(None);
        }
    }
    if is_refused {
        return Ok(None);
    }
    sql::next(&mut app.db.glance().await?).await
}

/// Keeps the times of one schedule; `false` when the engine is not ready for more.
async fn fire_one(
    automation: &Automation,
    app: &App,
    schedule: Row,
    now: Timestamp,
) -> store::Result<bool> {
    let Some(first) = schedule.next_at else { return Ok(true) };
    let fired = |expected, at, next_at| Fired {
        organisation: schedule.organisation,
        id: schedule.id,
        expected,
        next_at,
        at,
        execution: None,
        error: None,
    };
    let times = match Times::parse(&schedule.cron, &schedule.timezone) {
        Ok(times) => times,
        Err((field, why)) => {
            // Another version of the program took it; it is told, and rests until it is changed.
            let error = Some(format!("{field} {why}"));
            record(app, &schedule, Fired { error, ..fired(first, first, None) }).await?;
            return Ok(true);
        }
    };
    let due = schedule.missed.due(&times, first, now);
    let after = times.after(now);
    if due.is_empty() {
        record(app, &schedule, fired(first, first, after)).await?;
        return Ok(true);
    }
    let mut expected = first;
    for (position, tick) in due.iter().enumerate() {
        let next = due.get(position + 1).copied().or(after);
        let execution = tick_execution(schedule.id, *tick);
        let done = Fired { execution: Some(execution), ..fired(expected, *tick, next) };
        match start(automation, app, wanted(&schedule, execution, done.clone())).await {
            Ok(true) => {}
            // It was made before, and nothing was written beside it this time.
            Ok(false) => record(app, &schedule, done).await?,
            Err(Refusal::Never(why)) => {
                let told = Fired { execution: None, error: Some(why), ..done };
                record(app, &schedule, told).await?;
            }
            Err(Refusal::NotNow(why)) => {
                tracing::info!("a schedule waits for the engine: {why}");
                return Ok(false);
            }
        }
        let Some(next) = next else { break };
        expected = next;
    }
    Ok(true)
}

/// The execution of a schedule's time: whoever starts it, and however often, it is this one.
pub fn tick_execution(schedule: ScheduleId, tick: Timestamp) -> ExecutionId {
    execution_id(&["schedule", &schedule.to_string(), &tick.as_millis().to_string()])
}

/// The execution that a schedule wants, and what is durable together with it.
fn wanted(schedule: &Row, id: ExecutionId, done: Fired) -> Start {
    let done = Arc::new(done);
    Start {
        organisation: schedule.organisation,
        id,
        workflow: schedule.workflow.clone(),
        inputs: schedule.inputs.clone(),
        project: schedule.project.clone(),
        priority: schedule.priority.clone(),
        starter: starter(schedule),
        trigger: "schedule",
        depth: 0,
        beside: Beside::new(move |tx| {
            let done = done.clone();
            Box::pin(async move { sql::fired(tx, &done).await })
        }),
        audit: None,
    }
}

/// Whom the executions of a schedule are started by.
pub(super) fn starter(schedule: &Row) -> Starter {
    let name = schedule.name.clone().unwrap_or_else(|| format!("schedule {}", schedule.cron));
    Starter {
        kind: "schedule",
        id: schedule.id.to_string(),
        name,
        key: None,
        behind: schedule.created_by_id,
    }
}

/// Moves on without an execution, and tells why where the schedule is shown.
async fn record(app: &App, schedule: &Row, fired: Fired) -> store::Result<()> {
    if let Some(why) = &fired.error {
        tracing::warn!(
            "a schedule could not start workflow \"{}\" for {}: {why}",
            schedule.workflow,
            fired.at
        );
    }
    app.db.write(move |tx| Box::pin(async move { sql::fired(tx, &fired).await })).await
}
