//! The schedules that a definition declares under `on`.

use base::{OrganisationId, Random, ScheduleId, Timestamp};
use serde_json::Value as Json;
use store::{Result, Tx};
use web::Caller;

use super::missed::Missed;
use super::sql::{self, Row};
use super::times::Times;

/// A schedule as a definition declares it.
pub(crate) struct Declared<'a> {
    pub cron: &'a str,
    pub timezone: &'a str,
    pub inputs: &'a Json,
}

/// Makes the stored schedules of a workflow those that its definition declares. One that is
/// declared as before stays, with its next time and whether it is on.
pub(crate) async fn declare(
    tx: &mut Tx,
    random: &dyn Random,
    organisation: OrganisationId,
    workflow: &str,
    wanted: &[Declared<'_>],
    (by, at): (&Caller, Timestamp),
) -> Result<()> {
    let mut stored = sql::declared(tx, organisation, workflow).await?;
    for schedule in wanted {
        let same = stored.iter().position(|row| {
            row.cron == schedule.cron
                && row.timezone == schedule.timezone
                && row.inputs == *schedule.inputs
        });
        if let Some(same) = same {
            stored.swap_remove(same);
            continue;
        }
        // It was checked before it was saved.
        let times = Times::parse(schedule.cron, schedule.timezone).ok();
        let new = Row {
            organisation,
            id: ScheduleId::new(at, random),
            workflow: workflow.to_owned(),
            name: None,
            cron: schedule.cron.to_owned(),
            timezone: schedule.timezone.to_owned(),
            inputs: schedule.inputs.clone(),
            priority: None,
            project: None,
            missed: Missed::default(),
            enabled: true,
            is_declared: true,
            next_at: times.and_then(|times| times.after(at)),
            last_at: None,
            last_execution: None,
            last_error: None,
            last_status: None,
            created_by: by.name.clone(),
            created_by_id: Some(by.user),
            created_at: at,
        };
        sql::insert(tx, &new).await?;
    }
    for gone in stored {
        sql::delete(tx, organisation, gone.id).await?;
    }
    Ok(())
}
