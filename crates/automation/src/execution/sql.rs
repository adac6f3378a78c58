//! Reading executions.

use base::{ExecutionId, Micros, OrganisationId, ResultId, Timestamp, Usage};
use serde_json::Value as Json;
use store::{Result, Row, Tx, params, sql};

use super::model::{
    Child, Continuation, Execution, ExecutionError, ExecutionWorkflow, JournalEntry, Origin,
    ParentStep, Progress, StartedBy,
};
use crate::runner::charge;

fn execution(row: &Row) -> Result<Execution> {
    Ok(Execution {
        id: row.get("id")?,
        workflow: ExecutionWorkflow {
            slug: row.get("workflow_slug")?,
            name: row.get("workflow_name")?,
            revision: row.get("workflow_revision")?,
        },
        project: row.get("project_key")?,
        title: row.get("title")?,
        status: row.get("status")?,
        inputs: row.json("inputs")?,
        outputs: row.json_option("outputs")?,
        error: row.json_option("error")?,
        progress: Progress {
            percent: row.get("percent")?,
            total_steps: row.get("total_steps")?,
            completed_steps: row.get("completed_steps")?,
            failed_steps: row.get("failed_steps")?,
            running: row.json("running")?,
        },
        priority: row.get("priority")?,
        model: row.get::<Option<String>>("answered_model")?.or(row.get("model")?),
        asked_model: row.get("model")?,
        trigger: row.get("trigger_kind")?,
        origin: origin(row)?,
        charged_to: charge(row)?.some().cloned(),
        parent: parent(row)?,
        concurrency_group: row.get("concurrency_group")?,
        scripted: row.get("scripted")?,
        recovered: row.get("recovered")?,
        usage: Usage {
            model_calls: row.get("model_calls")?,
            input_tokens: row.get("input_tokens")?,
            output_tokens: row.get("output_tokens")?,
            cost_micros: row.get::<Micros>("cost_micros")?,
        },
        started_by: StartedBy {
            kind: row.get("started_by_kind")?,
            name: row.get("started_by_name")?,
        },
        created_at: row.get("created_at")?,
        started_at: row.get("started_at")?,
        finished_at: row.get("finished_at")?,
        last_seq: row.get("last_seq")?,
    })
}

fn origin(row: &Row) -> Result<Option<Origin>> {
    let Some(execution_id) = row.get("origin_execution_id")? else { return Ok(None) };
    Ok(Some(Origin { execution_id, mode: row.get("origin_mode")? }))
}

fn parent(row: &Row) -> Result<Option<ParentStep>> {
    let Some(execution_id) = row.get("parent_execution_id")? else { return Ok(None) };
    Ok(Some(ParentStep { execution_id, step: row.get("parent_step")? }))
}

pub(super) async fn get(
    tx: &mut Tx,
    organisation: OrganisationId,
    id: ExecutionId,
) -> Result<Option<Execution>> {
    let row = tx
        .fetch_optional(
            sql!("select * from executions where organisation_id = $1 and id = $2"),
            params![organisation, id],
        )
        .await?;
    row.as_ref().map(execution).transpose()
}

/// The executions that steps of this one have started, oldest first.
pub(super) async fn children(
    tx: &mut Tx,
    organisation: OrganisationId,
    id: ExecutionId,
) -> Result<Vec<Child>> {
    let rows = tx
        .fetch_all(
            sql!("select id, parent_step, parent_instance, status from executions where organisation_id = $1 and parent_execution_id = $2 order by created_at, id"),
            params![organisation, id],
        )
        .await?;
    rows.iter()
        .map(|row| {
            Ok(Child {
                execution_id: row.get("id")?,
                step: row.get("parent_step")?,
                instance: row.get("parent_instance")?,
                status: row.get("status")?,
            })
        })
        .collect()
}

/// The executions that continue this one, oldest first.
pub(super) async fn continuations(
    tx: &mut Tx,
    organisation: OrganisationId,
    id: ExecutionId,
) -> Result<Vec<Continuation>> {
    let rows = tx
        .fetch_all(
            sql!("select id, origin_mode, status from executions where organisation_id = $1 and origin_execution_id = $2 order by created_at, id"),
            params![organisation, id],
        )
        .await?;
    rows.iter()
        .map(|row| {
            Ok(Continuation {
                execution_id: row.get("id")?,
                mode: row.get("origin_mode")?,
                status: row.get("status")?,
            })
        })
        .collect()
}

/// Which executions a list holds.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Filter {
    /// States, any of them; all when empty.
    pub status: Vec<String>,
    pub project: Option<String>,
    pub workflow: Option<String>,
    pub trigger: Option<String>,
    pub priority: Option<String>,
    /// The id or the name of who started it.
    pub started_by: Option<String>,
    /// A part of its title, its workflow's name or its id.
    pub part: Option<String>,
    pub from: Option<Timestamp>,
    pub to: Option<Timestamp>,
    /// The last execution of the page before.
    pub before: Option<(Timestamp, ExecutionId)>,
}

/// Before and after all times.
const START: Timestamp = Timestamp::from_millis(i64::MIN);
const END: Timestamp = Timestamp::from_millis(i64::MAX);

impl Filter {
    /// Whether nothing is left out but what stands on the pages before.
    fn takes_all(&self) -> bool {
        let before = self.before;
        *self == Self { before, ..Self::default() }
    }
}

/// Newest first; one more than `limit`, to know whether more follow.
pub(super) async fn list(
    tx: &mut Tx,
    organisation: OrganisationId,
    filter: &Filter,
    limit: i64,
) -> Result<Vec<Execution>> {
    // What stands after everything, so that the bound is one that an index serves.
    let (at, id) = filter.before.map_or((END, "~".to_owned()), |(at, id)| (at, id.to_string()));
    if filter.takes_all() {
        // A text of its own, which PostgreSQL plans well without knowing its parameters.
        let rows = tx
            .fetch_all(
                sql!("select * from executions where organisation_id = $1 and (created_at, id) < ($2, $3) order by created_at desc, id desc limit $4"),
                params![organisation, at, id, limit + 1],
            )
            .await?;
        return rows.iter().map(execution).collect();
    }
    // One parameter holds all states, each between commas.
    let status = (!filter.status.is_empty()).then(|| format!(",{},", filter.status.join(",")));
    let rows = tx
        .fetch_all(
            sql!("select * from executions where organisation_id = $1 and (created_at, id) < ($5, $6) and (cast($2 as text) is null or $2 like '%,' || status || ',%') and (cast($3 as text) is null or project_key = $3) and (cast($4 as text) is null or workflow_slug = $4) and (cast($8 as text) is null or trigger_kind = $8) and (cast($9 as text) is null or priority = $9) and (cast($10 as text) is null or started_by_id = $10 or started_by_name = $10) and (cast($11 as text) is null or lower(title) like lower($11) escape '!' or lower(workflow_name) like lower($11) escape '!' or id like $11 escape '!') and created_at >= $12 and created_at <= $13 order by created_at desc, id desc limit $7"),
            params![
                organisation,
                status,
                filter.project.clone(),
                filter.workflow.clone(),
                at,
                id,
                limit + 1,
                filter.trigger.clone(),
                filter.priority.clone(),
                filter.started_by.clone(),
                filter.part.as_deref().map(containing),
                filter.from.unwrap_or(START),
                filter.to.unwrap_or(END)
            ],
        )
        .await?;
    rows.iter().map(execution).collect()
}

/// The pattern of texts that contain this one.
fn containing(part: &str) -> String {
    let mut pattern = String::from("%");
    for letter in part.chars() {
        if matches!(letter, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(letter);
    }
    pattern.push('%');
    pattern
}

/// The definition that an execution runs.
pub(super) async fn definition(
    tx: &mut Tx,
    organisation: OrganisationId,
    id: ExecutionId,
) -> Result<Option<String>> {
    let row = tx
        .fetch_optional(
            sql!("select definition from executions where organisation_id = $1 and id = $2"),
            params![organisation, id],
        )
        .await?;
    row.map(|row| row.get("definition")).transpose()
}

pub(super) struct StepRow {
    pub step: String,
    pub status: String,
    pub error: Option<ExecutionError>,
    pub checkpoint: Option<String>,
    pub rounds: i64,
    pub started_at: Option<Timestamp>,
    pub finished_at: Option<Timestamp>,
}

pub(super) async fn steps(
    tx: &mut Tx,
    organisation: OrganisationId,
    id: ExecutionId,
) -> Result<Vec<StepRow>> {
    let rows = tx
        .fetch_all(
            sql!("select step, status, error, checkpoint, rounds, started_at, finished_at from execution_steps where organisation_id = $1 and execution_id = $2 order by position"),
            params![organisation, id],
        )
        .await?;
    rows.iter()
        .map(|row| {
            Ok(StepRow {
                step: row.get("step")?,
                status: row.get("status")?,
                error: row.json_option("error")?,
                checkpoint: row.get("checkpoint")?,
                rounds: row.get("rounds")?,
                started_at: row.get("started_at")?,
                finished_at: row.get("finished_at")?,
            })
        })
        .collect()
}

/// The ids of a step's results, by instance; of an instance that was done again, the newest.
pub(super) async fn results(
    tx: &mut Tx,
    organisation: OrganisationId,
    id: ExecutionId,
    step: &str,
) -> Result<Vec<ResultId>> {
    let rows = tx
        .fetch_all(
            sql!("select r.id from results r where r.organisation_id = $1 and r.execution_id = $2 and r.step = $3 and r.attempt = (select max(o.attempt) from results o where o.organisation_id = r.organisation_id and o.execution_id = r.execution_id and o.step = r.step and o.instance = r.instance) order by r.instance"),
            params![organisation, id, step],
        )
        .await?;
    rows.iter().map(|row| row.get("id")).collect()
}

pub(super) struct AttemptRow {
    pub step: String,
    pub instance: i64,
    pub number: i64,
    pub label: String,
    pub status: String,
    pub error: Option<ExecutionError>,
    pub result_id: Option<ResultId>,
    pub output: Option<Json>,
    pub agent: Option<String>,
    pub wait_until: Option<Timestamp>,
    pub deaths: i64,
    pub started_at: Timestamp,
    pub finished_at: Option<Timestamp>,
}

pub(super) async fn attempts(
    tx: &mut Tx,
    organisation: OrganisationId,
    id: ExecutionId,
) -> Result<Vec<AttemptRow>> {
    let rows = tx
        .fetch_all(
            sql!("select a.step, a.instance, a.number, a.label, a.status, a.error, a.result_id, a.agent, a.wait_until, a.deaths, a.started_at, a.finished_at, r.output from attempts a left join results r on r.organisation_id = a.organisation_id and r.id = a.result_id where a.organisation_id = $1 and a.execution_id = $2 order by a.step, a.instance, a.number"),
            params![organisation, id],
        )
        .await?;
    rows.iter()
        .map(|row| {
            Ok(AttemptRow {
                step: row.get("step")?,
                instance: row.get("instance")?,
                number: row.get("number")?,
                label: row.get("label")?,
                status: row.get("status")?,
                error: row.json_option("error")?,
                result_id: row.get("result_id")?,
                output: row.json_option("output")?,
                agent: row.get("agent")?,
                wait_until: row.get("wait_until")?,
                deaths: row.get("deaths")?,
                started_at: row.get("started_at")?,
                finished_at: row.get("finished_at")?,
            })
        })
        .collect()
}

/// A finished model call as its turn's journal has it.
pub(super) struct CallRow {
    pub step: String,
    pub instance: i64,
    pub attempt: i64,
    pub body: Json,
}

pub(super) async fn calls(
    tx: &mut Tx,
    organisation: OrganisationId,
    id: ExecutionId,
) -> Result<Vec<CallRow>> {
    let rows = tx
        .fetch_all(
            sql!("select step, instance, attempt, body from turn_events where organisation_id = $1 and execution_id = $2 and kind in ('model_replied', 'model_failed') order by step, instance, attempt, seq"),
            params![organisation, id],
        )
        .await?;
    rows.iter()
        .map(|row| {
            let mut body: Json = row.json("body")?;
            Ok(CallRow {
                step: row.get("step")?,
                instance: row.get("instance")?,
                attempt: row.get("attempt")?,
                body: body["call"].take(),
            })
        })
        .collect()
}

/// Facts after a number, oldest first.
pub(super) async fn journal(
    tx: &mut Tx,
    organisation: OrganisationId,
    id: ExecutionId,
    after: i64,
    limit: i64,
) -> Result<Vec<JournalEntry>> {
    let rows = tx
        .fetch_all(
            sql!("select seq, kind, body, at from execution_events where organisation_id = $1 and execution_id = $2 and seq > $3 order by seq limit $4"),
            params![organisation, id, after, limit],
        )
        .await?;
    entries(&rows)
}

/// The same, ending with the first that fills so many bytes: a fact may be large, and many
/// read at the same time. Lengths are asked for alone, since no database has to read a text
/// to know its length.
pub(super) async fn journal_within(
    tx: &mut Tx,
    organisation: OrganisationId,
    id: ExecutionId,
    after: i64,
    limit: i64,
    bytes: i64,
) -> Result<Vec<JournalEntry>> {
    let sizes = tx
        .fetch_all(
            sql!("select seq, cast(octet_length(body) as BIGINT) as size from execution_events where organisation_id = $1 and execution_id = $2 and seq > $3 order by seq limit $4"),
            params![organisation, id, after, limit],
        )
        .await?;
    let (mut last, mut room) = (after, bytes);
    for row in &sizes {
        last = row.get("seq")?;
        room -= row.get::<i64>("size")?;
        if room <= 0 {
            break;
        }
    }
    if last == after {
        return Ok(Vec::new());
    }
    let rows = tx
        .fetch_all(
            sql!("select seq, kind, body, at from execution_events where organisation_id = $1 and execution_id = $2 and seq > $3 and seq <= $4 order by seq"),
            params![organisation, id, after, last],
        )
        .await?;
    entries(&rows)
}

fn entries(rows: &[Row]) -> Result<Vec<JournalEntry>> {
    rows.iter()
        .map(|row| {
            Ok(JournalEntry {
                seq: row.get("seq")?,
                at: row.get("at")?,
                kind: row.get("kind")?,
                body: row.json("body")?,
            })
        })
        .collect()
}
