//! What a definition declares under `on`: the triggers follow the workflow's newest
//! revision, in the transaction that saves it. A trigger that is declared as before stays,
//! with the times and events that it has seen.

use base::{EventTriggerId, OrganisationId, Random, Timestamp};
use engine::Problem;
use engine::definition::{EventTrigger, ScheduleTrigger};
use engine::{Definition, expression::Template};
use store::{Result, Tx, outbox};
use web::Caller;

use super::sql::{self, Row};
use crate::schedule::{self, Times};

/// The zone of a schedule that names none.
const UTC: &str = "UTC";

/// Schedules that will not do: unknown zones, and inputs that the workflow does not take.
pub(crate) fn check(definition: &Definition) -> Vec<Problem> {
    let mut problems = Vec::new();
    for trigger in &definition.triggers.schedules {
        if let Err((field, why)) = Times::parse(&trigger.cron, zone(trigger)) {
            let (message, fix) = why.split_once("; ").unwrap_or((why.as_str(), ""));
            problems.push(Problem {
                line: trigger.line,
                column: 0,
                step: None,
                message: format!("the schedule's {field}: {message}"),
                fix: fix.to_owned(),
            });
        }
    }
    problems.extend(definition.schedule_problems());
    problems
}

fn zone(trigger: &ScheduleTrigger) -> &str {
    trigger.timezone.as_deref().unwrap_or(UTC)
}

/// Makes the stored triggers of a workflow those that its definition declares.
pub(crate) async fn declare(
    tx: &mut Tx,
    random: &dyn Random,
    organisation: OrganisationId,
    workflow: &str,
    definition: &Definition,
    (by, at): (&Caller, Timestamp),
) -> Result<()> {
    let wanted: Vec<schedule::Declared<'_>> = definition
        .triggers
        .schedules
        .iter()
        .map(|trigger| schedule::Declared {
            cron: &trigger.cron,
            timezone: zone(trigger),
            inputs: &trigger.inputs,
        })
        .collect();
    schedule::declare(tx, random, organisation, workflow, &wanted, (by, at)).await?;
    let mut stored = sql::declared(tx, organisation, workflow).await?;
    for trigger in &definition.triggers.events {
        let (condition, inputs) = written(trigger);
        let same = stored.iter().position(|row| {
            row.event == trigger.event && row.condition == condition && row.inputs == inputs
        });
        if let Some(same) = same {
            stored.swap_remove(same);
            continue;
        }
        let new = Row {
            organisation,
            id: EventTriggerId::new(at, random),
            workflow: workflow.to_owned(),
            event: trigger.event.clone(),
            condition,
            inputs,
            is_declared: true,
            position: outbox::position(tx).await?,
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

fn written(trigger: &EventTrigger) -> (Option<String>, Option<serde_json::Value>) {
    (trigger.when.as_ref().map(ToString::to_string), trigger.inputs.as_ref().map(Template::written))
}
